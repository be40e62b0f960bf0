"""A self-contained Folium page: Leaflet, styles, data and ground picture inlined, so that no request leaves the page."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from branca.element import Element

from infragap.gis.crs import to_wgs84

Text = tuple[str, str]
"""A text in Vietnamese and English."""

COORDINATE_DIGITS = 5
"""Digits of degrees in page geometry: 1 m."""


LEAST_ZOOM, MOST_ZOOM = 7, 15
"""From the province and its neighbours to about 2 km across: nothing on the pages is known more closely."""


@dataclass(frozen=True)
class Ground:
    """A picture below the layers: PNG or JPEG bytes with its WGS84 corners (south, west, north, east)."""

    image: bytes
    mime: str
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class Field:
    """A value shown in a popup or list: its column, label and unit."""

    key: str
    label: Text
    unit: Text | None = None
    digits: int = 1
    values: Mapping[str, Text] | None = None
    skip_empty: bool = True
    plain: bool = False

    def as_json(self) -> dict[str, Any]:
        """Form that the page script reads."""
        return {
            "key": self.key,
            "label": self.label,
            "unit": self.unit,
            "digits": self.digits,
            "values": self.values,
            "skipEmpty": self.skip_empty,
            "plain": self.plain,
        }


@dataclass(frozen=True)
class Style:
    """How a layer is drawn.

    Attributes
    ----------
    common
        Leaflet path options of all features.
    by
        Column whose value chooses an entry of `values`.
    values
        Value → (legend label or None, path options).
    other
        Legend label and options of the rest; None leaves the common ones.
    radius
        Column, factor of its square root, least and most radius in pixels; points only.
    """

    common: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None
    values: Mapping[str, tuple[Text | None, Mapping[str, Any]]] = field(default_factory=dict)
    other: tuple[Text, Mapping[str, Any]] | None = None
    radius: tuple[str, float, float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        """Form that the page script reads."""
        shaped: dict[str, Any] = {
            "common": dict(self.common),
            "by": self.by,
            "values": {k: {"label": label, "draw": dict(draw)} for k, (label, draw) in self.values.items()},
        }
        if self.other is not None:
            shaped["other"] = {"label": self.other[0], "draw": dict(self.other[1])}
        if self.radius is not None:
            shaped["radius"] = dict(zip(("by", "factor", "least", "most"), self.radius, strict=True))
        return shaped


@dataclass(frozen=True)
class Popup:
    """What a click shows: title column, subtitle columns, the reason, then fields."""

    title: str
    subtitle: tuple[str, ...]
    fields: tuple[Field, ...]
    reason: str | None = None


@dataclass(frozen=True)
class Layer:
    """One layer of a page.

    Attributes
    ----------
    frame
        Features with geometry in any CRS; the columns that style, popup, search and filters name are taken along.
    search
        Columns that the search box reads; the first is the name.
    search_title
        What a hit is, where the layer's title is too long for it.
    filtered
        Whether the filters of the page act on this layer.
    """

    id: str
    title: Text
    frame: gpd.GeoDataFrame
    style: Style
    popup: Popup | None = None
    search: tuple[str, ...] = ()
    search_title: Text | None = None
    filtered: bool = False
    shown: bool = True
    label: str | None = None
    legend: bool = True
    note: Text | None = None
    extra: tuple[str, ...] = ()
    simplify_m: float = 0.0

    def columns(self) -> list[str]:
        """Columns of the frame that the page needs, each once, in a fixed order."""
        wanted: list[str] = [*self.search, *self.extra]
        if self.popup is not None:
            wanted += [self.popup.title, *self.popup.subtitle, *(f.key for f in self.popup.fields), "provenance"]
            wanted += [self.popup.reason] if self.popup.reason else []
        wanted += [c for c in (self.style.by, self.label, self.style.radius and self.style.radius[0]) if c]
        return [c for c in dict.fromkeys(wanted) if c in self.frame.columns]


@dataclass(frozen=True)
class Filter:
    """A select box over the filtered layers; `empty` names what has no value."""

    key: str
    label: Text
    values: Mapping[str, Text] | None = None
    empty: Text | None = None


@dataclass(frozen=True)
class Weight:
    """A slider of the ranking: the column that it weighs, and whether small values are better."""

    key: str
    label: Text
    smaller_is_better: bool
    start: int = 0


@dataclass(frozen=True)
class Ranking:
    """The ranked list beside the map: the run's own order by `key` until a weight is moved."""

    layer: str
    key: str
    title: str
    label: Text
    detail: tuple[Field, ...]
    weights: tuple[Weight, ...] = ()


@dataclass(frozen=True)
class Page:
    """Content of one page."""

    title: Text
    layers: Sequence[Layer]
    notice: Text | None = None
    facts: Sequence[tuple[Text, Any, Text | None]] = ()
    filters: Sequence[Filter] = ()
    ranking: Ranking | None = None
    links: Sequence[tuple[str, Text, bool]] = ()
    ground: Ground | None = None


def render(page: Page) -> str:
    """Make the HTML of a page.

    Returns
    -------
    str
        A whole document that holds everything it needs; the same content gives the same bytes.
    """
    map_ = folium.Map(
        tiles=None,
        location=[22.0, 104.3],
        zoom_start=9,
        prefer_canvas=True,
        zoom_snap=0.25,
    )
    # Folium hands its own limits to tiles only, and there are none
    map_.options |= {"minZoom": LEAST_ZOOM, "maxZoom": MOST_ZOOM}
    map_.default_js, map_.default_css = [], []
    if page.ground is not None:
        _add_ground(map_, page.ground)
    root: Any = map_.get_root()
    root.header.add_child(Element("@@HEAD@@"), name="infragap_head")
    _number_elements(root)
    document = root.render()
    head = f"<style>{_leaflet_css()}</style><style>{_asset('map.css')}</style><script>{leaflet_script()}</script>"
    call = f"infragapPage({map_.get_name()}, {_script_json(_as_json(page))});"
    document = document.replace(
        "@@HEAD@@", f'<meta charset="utf-8"><title>{html.escape(page.title[0], quote=False)}</title>{head}', 1
    )
    return _replace_last(document, "</html>", f"<script>{_asset('map.js')}\n{call}</script>\n</html>\n")


def _add_ground(map_: folium.Map, ground: Ground) -> None:
    south, west, north, east = ground.bounds
    folium.raster_layers.ImageOverlay(
        image=f"data:{ground.mime};base64,{base64.b64encode(ground.image).decode()}",
        bounds=[[south, west], [north, east]],
        opacity=0.9,
        control=False,
        zindex=1,
    ).add_to(map_)


def _number_elements(root: Any) -> None:
    """Replace Folium's random element ids by their order, so that equal content gives equal bytes."""
    waiting, count = [root], 0
    while waiting:
        element = waiting.pop(0)
        element._id = f"{count:04d}"  # noqa: SLF001 - Folium offers no public way to set it
        count += 1
        waiting.extend(element._children.values())  # noqa: SLF001
        waiting.extend(getattr(element, part) for part in ("header", "html", "script") if hasattr(element, part))


def _as_json(page: Page) -> dict[str, Any]:
    return {
        "title": page.title,
        "notice": page.notice,
        "links": [{"href": href, "label": label, "current": current} for href, label, current in page.links],
        "facts": [{"label": label, "value": value, "unit": unit} for label, value, unit in page.facts],
        "filters": [{"key": f.key, "label": f.label, "values": f.values, "empty": f.empty} for f in page.filters],
        "ranking": _ranking_json(page.ranking),
        "layers": [_layer_json(layer, _asked_of(layer, page)) for layer in page.layers],
        "bounds": _bounds(page),
    }


def _ranking_json(ranking: Ranking | None) -> dict[str, Any] | None:
    if ranking is None:
        return None
    return {
        "layer": ranking.layer,
        "key": ranking.key,
        "title": ranking.title,
        "label": ranking.label,
        "detail": [f.as_json() for f in ranking.detail],
        "weights": [
            {"key": w.key, "label": w.label, "smallerIsBetter": w.smaller_is_better, "start": w.start}
            for w in ranking.weights
        ],
    }


def _asked_of(layer: Layer, page: Page) -> list[str]:
    """Columns that the filters and the ranking of the page read from a layer."""
    asked = [f.key for f in page.filters] if layer.filtered else []
    if page.ranking is not None and page.ranking.layer == layer.id:
        ranking = page.ranking
        wanted = [ranking.key, ranking.title, *(f.key for f in ranking.detail), *(w.key for w in ranking.weights)]
        if absent := [key for key in wanted if key not in layer.frame]:
            raise KeyError(f"layer {layer.id} has no column {', '.join(absent)}, by which the page ranks")
        asked += wanted
    return asked


def _layer_json(layer: Layer, asked: Sequence[str]) -> dict[str, Any]:
    columns = [c for c in dict.fromkeys([*layer.columns(), *asked]) if c in layer.frame.columns]
    frame = layer.frame
    if layer.simplify_m > 0:
        frame = frame.set_geometry(_simplified(frame.geometry, layer.simplify_m))
    frame = to_wgs84(frame)
    kind = {"Point": "point", "LineString": "line", "MultiLineString": "line"}
    types = {kind.get(t, "polygon") for t in frame.geom_type.unique()} or {"point"}
    return {
        "id": layer.id,
        "title": layer.title,
        "type": types.pop() if len(types) == 1 else "polygon",
        "style": layer.style.as_json(),
        "popup": None
        if layer.popup is None
        else {
            "title": layer.popup.title,
            "subtitle": layer.popup.subtitle,
            "reason": layer.popup.reason,
            "fields": [f.as_json() for f in layer.popup.fields],
        },
        "search": list(layer.search) or None,
        "searchTitle": layer.search_title or layer.title,
        "filtered": layer.filtered,
        "shown": layer.shown,
        "label": layer.label,
        "legend": layer.legend,
        "note": layer.note,
        "columns": columns,
        "rows": [[_plain(v) for v in row] for row in frame[columns].itertuples(index=False)],
        "geometry": [_coordinates(g) for g in frame.geometry],
    }


def _simplified(shapes: gpd.GeoSeries, tolerance_m: float) -> gpd.GeoSeries:
    """Fewer vertices; polygons as a coverage, so that neighbours keep one common border."""
    if shapes.geom_type.isin(("Polygon", "MultiPolygon")).all():
        return gpd.GeoSeries(shapely.coverage_simplify(shapes.to_numpy(), tolerance_m), shapes.index, crs=shapes.crs)
    return shapes.simplify(tolerance_m)


def _coordinates(geometry: Any) -> list[Any]:
    """Nested [longitude, latitude] lists, rounded; polygons as lists of rings."""
    if geometry is None or geometry.is_empty:
        return []
    if geometry.geom_type == "Point":
        return _rounded(shapely.get_coordinates(geometry))[0]
    if geometry.geom_type == "LineString":
        return _rounded(shapely.get_coordinates(geometry))
    if geometry.geom_type == "Polygon":
        return [_rounded(shapely.get_coordinates(ring)) for ring in (geometry.exterior, *geometry.interiors)]
    return [_coordinates(part) for part in geometry.geoms]


def _rounded(coordinates: np.ndarray) -> list[list[float]]:
    rounded: list[list[float]] = np.round(coordinates[:, :2], COORDINATE_DIGITS).tolist()
    return rounded


def _bounds(page: Page) -> list[list[float]] | None:
    """South-west and north-east corner of all layers, so that the province fills the window."""
    filled = [layer.frame for layer in page.layers if len(layer.frame)]
    if not filled:
        return None
    boxes = np.array([to_wgs84(frame).total_bounds for frame in filled])
    return [[float(boxes[:, 1].min()), float(boxes[:, 0].min())], [float(boxes[:, 3].max()), float(boxes[:, 2].max())]]


def _plain(value: Any) -> Any:
    """A value as JSON knows it: missing → null, array scalars → plain, floats to eight significant digits, which is 1 m in degrees."""
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(f"{float(value):.8g}") if np.isfinite(value) else None
    return str(value)


def _script_json(value: Any) -> str:
    """JSON that is safe inside a script element whatever the texts hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (
        text.replace("<", "\\u003c").replace(">", "\\u003e").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _replace_last(text: str, old: str, new: str) -> str:
    head, found, tail = text.rpartition(old)
    return head + new + tail if found else text + new


def _asset(name: str) -> str:
    return (files("infragap.maps") / "assets" / name).read_text(encoding="utf-8")


def leaflet_script() -> str:
    """Leaflet with its licence in front, ready to stand in a page."""
    # its licence asks that notice and conditions go with every copy, and each page holds one
    return f"/*\n{_asset('leaflet/LICENSE')}*/\n" + re.sub(
        r"//# sourceMappingURL=\S+", "", _asset("leaflet/leaflet.js")
    )


def _leaflet_css() -> str:
    """Leaflet's styles with its icons as data, so that the browser asks for no file."""
    folder = files("infragap.maps") / "assets" / "leaflet"

    def inline(match: re.Match[str]) -> str:
        image = base64.b64encode((folder / "images" / match.group(1)).read_bytes()).decode()
        return f"url(data:image/png;base64,{image})"

    return re.sub(r"url\(images/([\w.-]+)\)", inline, (folder / "leaflet.css").read_text(encoding="utf-8"))
