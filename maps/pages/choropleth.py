"""A small map of the communes in four classes of equal count, as SVG with a legend and a tooltip per commune."""

from __future__ import annotations

import html
import itertools
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.maps import colours
from infragap.maps.pages.html import spoken
from infragap.maps.pages.page import Text
from infragap.wording.catalogue import Number, in_each_language, languages

MAP_WIDTH = 300
CLASSES = 4
SIMPLIFY_M = 400.0
NO_VALUE = "#e0e0e0"


def choropleth(communes: gpd.GeoDataFrame, values: pd.Series[float], ramp: str, title: Text) -> str:
    """Draw the communes coloured by a value.

    Parameters
    ----------
    communes
        Polygons with `name`, in the measuring CRS.
    values
        One per commune, missing where unknown.
    ramp
        Name of a ramp of `colours.RAMPS`.
    title
        What the values are, with their unit.
    """
    fills = colours.RAMPS[ramp]
    known = values[np.isfinite(values.astype(float))]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, CLASSES + 1)[1:-1])) if len(known) else np.array([])
    shapes = shapely.coverage_simplify(communes.geometry.to_numpy(), SIMPLIFY_M)
    west, south, east, north = gpd.GeoSeries(shapes).total_bounds
    scale = MAP_WIDTH / (east - west)
    height = round((north - south) * scale)
    # counts are written as counts
    decimals = 0 if (known.astype(float) % 1 == 0).all() else 1
    paths = []
    for shape, name, value in zip(shapes, communes["name"], values, strict=True):
        certain = value is not None and np.isfinite(value)
        fill = fills[int(np.searchsorted(edges, value, side="right"))] if certain else NO_VALUE
        paths.append(
            f'<path d="{_path(shape, west, north, scale)}" fill="{fill}">{_tooltip(name, value, decimals)}</path>'
        )
    steps = [float(known.min()), *edges.tolist(), float(known.max())] if len(known) else []
    return (
        f'<svg viewBox="0 0 {MAP_WIDTH} {height}" role="img"><g stroke="#fff" '
        f'stroke-width="0.6">{"".join(paths)}</g></svg>'
        f'<div class="scale"><b>{spoken(title)}</b>{_legend(steps, fills)}</div>'
    )


def _tooltip(name: str, value: Any, decimals: int) -> str:
    """Browsers show one title: its number is written as the first language does."""
    text = in_each_language("maps.index.tooltip", name=name, value=Number(float(value), decimals=decimals))[
        languages()[0]
    ]
    return f"<title>{html.escape(text)}</title>"


def _legend(steps: Sequence[float], fills: Sequence[str]) -> str:
    return "".join(
        f'<span><i style="background:{fills[i]}"></i>'
        f"{spoken(in_each_language('maps.index.step', low=Number(low), high=Number(high)))}</span>"
        for i, (low, high) in enumerate(itertools.pairwise(steps))
    )


def _path(shape: Any, west: float, north: float, scale: float) -> str:
    parts = []
    for polygon in getattr(shape, "geoms", [shape]):
        for ring in (polygon.exterior, *polygon.interiors):
            points = shapely.get_coordinates(ring)
            parts.append(
                "M" + "L".join(f"{(x - west) * scale:.1f} {(north - y) * scale:.1f}" for x, y in points[:-1]) + "Z"
            )
    return "".join(parts)
