"""Day schools of the reference pack: primary and lower-secondary schools, which no public source lists by place.

Their number in the province is published; where they stand is modelled. Every commune of today was merged from up to
six old ones, and each of these had its own primary and its own lower-secondary school.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.spatial
from numpy.typing import NDArray

from infragap.gis.errors import LayerError
from infragap.reference.inputs import Facts
from infragap.reference.shares import largest_remainder

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PRIMARY_SCHOOLS = 402
"""Schools that teach primary: 221 of primary alone, 181 of both levels (education office, 2024-25)."""

LOWER_SECONDARY_SCHOOLS = 363
"""Schools that teach lower secondary: 182 of this level alone, 181 of both."""

SCHOOLS_OF_BOTH_LEVELS = 181

ACCURACY_M = 3000.0
"""Radius of a registry point of an old commune, as for other schools."""


def build_day_schools(facts: Facts, communes: gpd.GeoDataFrame, villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Model the primary and lower-secondary schools.

    Parameters
    ----------
    facts
        Old communes with their registry points, and words.
    communes
        Layer of `infragap.gis.schema.Communes` in the measuring CRS.
    villages
        Layer of villages in the same CRS: a school stands in one.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.Schools` in the CRS of `communes`, by commune and number; all rows modelled.

    Raises
    ------
    LayerError
        Old communes without a village, or more of them than schools.

    Notes
    -----
    One school of each level stands in the village nearest to the registry point of each old commune; the others of the
    published number go to communes by their pupils, and there to the villages from which the way (straight) of all
    pupils gets shortest. Where both levels stand in one village and pupils are fewest, one school teaches both: 181 of
    them, as published. Satellite points of primary schools, where the lowest grades learn in their own village, are in
    no source and stay out.
    """
    xy = np.column_stack([villages.geometry.x, villages.geometry.y])
    seats = _seats(facts, villages, xy)
    places = {
        level: _places(villages, xy, seats, total=total, level=level)
        for level, total in (("primary", PRIMARY_SCHOOLS), ("lower_secondary", LOWER_SECONDARY_SCHOOLS))
    }
    shared = np.intersect1d(places["primary"], places["lower_secondary"])
    around = _pupils_around(xy, villages["pupils_lower_secondary"].to_numpy(float), places["lower_secondary"])
    few = pd.Series(around, index=places["lower_secondary"]).reindex(shared)
    both = few.sort_values(kind="stable").index[:SCHOOLS_OF_BOTH_LEVELS].to_numpy(np.int64)
    only = {level: np.setdiff1d(place, both) for level, place in places.items()}
    rows = pd.DataFrame(
        {
            "village": np.concatenate([both, only["primary"], only["lower_secondary"]]),
            "has_primary": np.repeat([True, True, False], [len(both), *map(len, only.values())]),
            "has_lower_secondary": np.repeat([True, False, True], [len(both), *map(len, only.values())]),
        }
    ).sort_values(["village", "has_lower_secondary"], kind="stable")
    return _layer(rows.reset_index(drop=True), villages, facts, communes)


def _seats(facts: Facts, villages: gpd.GeoDataFrame, xy: FloatArray) -> IntArray:
    """Village (row) of each old commune: that of the commune of today which is nearest to the registry point."""
    legacy, home, seats = facts.legacy, villages["commune_code"].to_numpy(object), []
    for code, old in legacy.groupby("commune_code", sort=True):
        rows = np.flatnonzero(home == code)
        points = np.column_stack([old.geometry.x, old.geometry.y])
        if len(rows) < len(points):
            raise LayerError(f"villages: commune {code} has {len(rows)} for {len(points)} old communes. Add villages.")
        seats += _one_each(points, xy[rows], rows)
    return np.array(seats, np.int64)


def _one_each(points: FloatArray, xy: FloatArray, rows: IntArray) -> list[int]:
    """A village of its own for each point, nearest pairs first."""
    distance, found = scipy.spatial.distance.cdist(points, xy), np.full(len(points), -1, np.int64)
    for _ in points:
        point, village = np.unravel_index(int(np.argmin(distance)), distance.shape)
        found[point] = rows[village]
        distance[point], distance[:, village] = np.inf, np.inf
    return [int(one) for one in found]


def _places(villages: gpd.GeoDataFrame, xy: FloatArray, seats: IntArray, *, total: int, level: str) -> IntArray:
    """Villages (rows, ascending) with a school of a level."""
    pupils, home = villages[f"pupils_{level}"].to_numpy(float), villages["commune_code"].to_numpy(object)
    codes, row_of = np.unique(home, return_inverse=True)
    there = np.bincount(row_of[seats], minlength=len(codes))
    if there.sum() > total:
        raise LayerError(
            f"facts: {there.sum()} old communes for {total} schools. Correct registry/legacy_communes.csv."
        )
    number = largest_remainder(total, np.bincount(row_of, pupils), minimum=there)
    places = []
    for code in range(len(codes)):
        rows = np.flatnonzero(row_of == code)
        own = seats[row_of[seats] == code]
        places.append(_spread(xy[rows], pupils[rows], np.searchsorted(rows, own), int(number[code]), rows))
    return np.sort(np.concatenate(places))


def _spread(xy: FloatArray, pupils: FloatArray, there: IntArray, number: int, rows: IntArray) -> IntArray:
    """Add schools one by one where the pupils' straight ways get shortest."""
    distance, chosen = scipy.spatial.distance.cdist(xy, xy), [int(one) for one in there]
    nearest = distance[:, chosen].min(axis=1)
    while len(chosen) < min(number, len(rows)):
        # rounded, so that the last bit of a sum decides nothing
        saved = np.round(pupils @ np.maximum(nearest[:, None] - distance, 0.0), 3)
        saved[chosen] = -1.0
        chosen.append(int(np.argmax(saved)))
        nearest = np.minimum(nearest, distance[:, chosen[-1]])
    return rows[chosen]


def _pupils_around(xy: FloatArray, pupils: FloatArray, places: IntArray) -> FloatArray:
    """Pupils of the villages nearest to each place."""
    _, nearest = scipy.spatial.KDTree(xy[places]).query(xy)
    return np.asarray(np.bincount(nearest, pupils, minlength=len(places)), np.float64)


def _layer(
    rows: pd.DataFrame, villages: gpd.GeoDataFrame, facts: Facts, communes: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Rows of the layer of schools."""
    words = facts.words
    at = villages.iloc[rows["village"]].reset_index(drop=True)
    lower, primary = rows["has_lower_secondary"], rows["has_primary"]
    kind = np.where(lower, "lower_secondary", "primary")
    number = (pd.Series(kind).groupby(kind).cumcount() + 1).astype(str).str.zfill(3)
    name_key = np.where(lower & primary, "school_both", np.where(lower, "school_lower_secondary", "school_primary"))
    names = at["commune_code"].map(communes.set_index("commune_code")["name"])
    in_commune = (rows.groupby([at["commune_code"], name_key]).cumcount() + 1).tolist()
    return gpd.GeoDataFrame(
        {
            "school_id": [f"{letters}{n}" for letters, n in zip(np.where(lower, "LS", "PS"), number, strict=True)],
            "name": [
                words.name[key].format(number=n, commune=name)
                for key, n, name in zip(name_key, in_commune, names, strict=True)
            ],
            "kind": kind,
            "has_primary": primary,
            "has_lower_secondary": lower,
            "has_upper_secondary": False,
            "boarding": False,
            "commune_code": at["commune_code"],
            "capacity_pupils": np.nan,
            "pupils": np.nan,
            "status": "existing",
            "site_known": True,
            "cost_mvnd": np.nan,
            "position_accuracy_m": np.maximum(at["position_accuracy_m"].to_numpy(float), ACCURACY_M),
            "provenance": "modelled",
            "source": words.note["day_school"],
        },
        geometry=gpd.GeoSeries(at.geometry.array, crs=communes.crs),
    )
