"""Table of possible bridges and paved stretches by what they are worth."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from infragap.analyses.columns import in_order
from infragap.analyses.schools import columns
from infragap.analyses.schools.codes import Improvement
from infragap.analyses.schools.links.improvements import Works
from infragap.analyses.schools.links.worth import LinkWorth
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.tables.cells import rounded_or_empty


def link_table(study: Study, worth: LinkWorth) -> gpd.GeoDataFrame:
    """Table of `columns.LINKS`."""
    works = worth.works
    cost = np.array([one.cost_mvnd for one in works])
    people = worth.pupils_near + worth.pupils_cut_off
    table = gpd.GeoDataFrame(
        {
            "rank": np.arange(1, len(works) + 1),
            "link_id": [_name_of(study, one) for one in works],
            "kind": [str(one.kind) for one in works],
            "road": [_text(study.roads, one.road) for one in works],
            "road_id": [_road_ids(study, one) for one in works],
            "river": ["" if study.rivers is None else _text(study.rivers, one.river) for one in works],
            "length_km": rounded_or_empty([one.length_km for one in works], 3),
            "cost_mvnd": rounded_or_empty(cost, 0),
            "pupils_near": worth.pupils_near.round().astype(int),
            "pupils_cut_off": worth.pupils_cut_off.round().astype(int),
            "hours_per_year": rounded_or_empty(worth.hours_per_year, 0),
            "hours_per_bn_vnd": rounded_or_empty(worth.hours_per_bn),
            "pupils_per_bn_vnd": rounded_or_empty(people / np.maximum(cost / 1000, 1e-9), 2),
            "provenance": [_provenance(study, one) for one in works],
        },
        geometry=[one.line for one in works],
        crs=study.schools.crs,
    )
    return in_order(table, columns.LINKS)


def _road_ids(study: Study, one: Works) -> str:
    """Drawn pieces that the works join, in the order of the way."""
    rows = list(one.pieces) or ([one.road] if one.road >= 0 else [])
    return "; ".join(study.roads["road_id"].iloc[rows].astype(str))


def _name_of(study: Study, one: Works) -> str:
    """Name of works that stays the same whatever else there is."""
    middle = one.line.interpolate(0.5, normalized=True)
    if one.kind == Improvement.EARTH_STRETCH:
        return f"E-{study.roads['road_id'].iloc[one.road]}"
    letter = "F" if one.kind == Improvement.FORD else "B"
    return f"{letter}-{middle.x / 100:.0f}-{middle.y / 100:.0f}"


def _provenance(study: Study, one: Works) -> str:
    """Modelled where any layer behind it is, else what the road's row rests on."""
    if study.modelled or one.road < 0:
        return "modelled"
    return str(study.roads["provenance"].iloc[one.road])


def _text(layer: gpd.GeoDataFrame, row: int) -> str:
    if row < 0:
        return ""
    name = layer["name"].iloc[row] if "name" in layer else None
    return str(name) if isinstance(name, str) else ""
