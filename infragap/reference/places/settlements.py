"""Unserved settlements: the 18 villages without grid and 827 residential clusters off the lines."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from infragap.analyses.electricity.demand.local_works import TREE_CONSTANT
from infragap.reference.inputs import Base
from infragap.reference.land.ground import Ground, distance_to, draw_spaced, habitability, points_frame, within_cells
from infragap.reference.shares import largest_remainder

CLUSTERS = 827
CLUSTER_HOUSEHOLDS = 22_940
"""Clusters to be supplied safely and stably, and their households (scheme, section II.3)."""

ELECTRIFIED_PCT = 98.28
"""Households with electricity (scheme, section I)."""

SMALLEST, LARGEST = 8, 85
SIZE_SPREAD = 0.55
"""Households of a cluster: log-normal within these bounds, mean 27.7 (assumption on the spread; mean from the
scheme)."""

LEAST_LINE_DISTANCE_M = 400.0
USUAL_LINE_DISTANCE_M = 1000.0
"""Distances of clusters to the lines: scale of their density (assumption). Reported hamlets with bad supply lie 0.8-1.2
km beyond the end of low-voltage lines, and joining all clusters then takes 44 m of medium-voltage line a household;
real programmes took 10-104 m (facts, A1)."""

CENTRE_CLEARANCE_M = 2000.0
VILLAGE_CLEARANCE_M = 600.0
SPACING_M = 700.0

LV_M_PER_HOUSEHOLD = 33.0
LV_M_LEAST, LV_M_MOST = 18.0, 54.0
"""0.4 kV line per household: mean and extremes of real programmes (facts, A1). The spreads of all settlements are drawn
so that these come out."""

SPREAD_SD = 0.25
SCATTER_BY_SLOPE = 0.5
"""Houses stand farther apart the steeper the ground: log-normal spread of the line per household, and how much it rises
by a slope of 100 % (assumptions)."""

LARGEST_SHARE = 0.30
"""At most this share of a commune's households lives in clusters (assumption)."""


def build_settlements(
    base: Base,
    ground: Ground,
    villages: gpd.GeoDataFrame,
    unelectrified: gpd.GeoDataFrame,
    grid_lines: gpd.GeoDataFrame,
    *,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Build the settlement layer.

    Parameters
    ----------
    base
        Communes, old communes.
    ground
        The placing grid.
    villages, unelectrified
        From `build_villages` and `unelectrified_villages`.
    grid_lines
        All power lines; clusters keep off those of medium voltage.
    rng
        Of this layer.

    Returns
    -------
    GeoDataFrame
        845 rows: V01 to V18 in the order of the scheme, C0001 to C0827 by commune; columns of
        `infragap.gis.schema.Settlements` (`spread_m` is modelled for all), and `near_village_id`. Cluster households
        sum to 22,940; households without any electricity of their own grid (supply none or solar_home) are 1.72 % of
        the province's, the rest of the clusters has unsafe supply.
    """
    lines = grid_lines.loc[grid_lines["voltage_kv"] < 110, "geometry"]
    line_points = shapely.get_coordinates(shapely.segmentize(lines.to_numpy(), 150.0))
    weight = _cluster_weight(base, ground, villages, unelectrified, line_points)
    counts = _clusters_by_commune(base, ground, weight, villages)
    rows = np.repeat(np.arange(len(base.communes)), counts)
    points = _place(base, ground, weight, counts, villages, rng)
    households = _households(base, villages, rows, rng)
    line_m, _ = cKDTree(line_points).query(points)
    supply = _supply(base, villages, households, np.asarray(line_m), rng)
    frame = pd.concat(
        [_village_rows(base, unelectrified, villages), _cluster_rows(base, villages, rows, points, households, supply)],
        ignore_index=True
    )  # fmt: skip
    slope = ground.slope_pct.ravel()[ground.flat(_xy(frame))]
    spread_m = _spread_m(frame["households"].to_numpy(dtype=np.float64), slope, rng)
    frame.insert(frame.columns.get_loc("position_accuracy_m") + 1, "spread_m", spread_m)
    return frame


def _spread_m(
    households: NDArray[np.float64], slope_pct: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Radius of nine tenths of the houses, by `infragap.analyses.electricity.settlements.lv_length_km` turned round, to
    5 m."""
    line_m = np.exp(SPREAD_SD * rng.standard_normal(len(households))) * (1 + SCATTER_BY_SLOPE * slope_pct / 100)
    for _ in range(20):
        # what is cut off at the ends is made up for by the rest, until the mean over households comes out
        line_m = np.clip(line_m * LV_M_PER_HOUSEHOLD / np.average(line_m, weights=households), LV_M_LEAST, LV_M_MOST)
    area_m2 = households * (line_m / TREE_CONSTANT) ** 2
    return np.asarray(5 * np.round(np.sqrt(0.9 * area_m2 / np.pi) / 5))


def _cluster_weight(
    base: Base,
    ground: Ground,
    villages: gpd.GeoDataFrame,
    unelectrified: gpd.GeoDataFrame,
    line_points: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Weight of each cell as a place for a cluster: habitable, off the lines, off centres, villages and the 18."""
    line_m = distance_to(ground, line_points)
    weight = habitability(ground) * (line_m / USUAL_LINE_DISTANCE_M) * np.exp(-line_m / USUAL_LINE_DISTANCE_M)
    weight[line_m < LEAST_LINE_DISTANCE_M + 100.0] = 0.0
    weight[distance_to(ground, base.commune_centres()) < CENTRE_CLEARANCE_M] = 0.0
    weight[distance_to(ground, _xy(villages)) < VILLAGE_CLEARANCE_M] = 0.0
    weight[distance_to(ground, _xy(unelectrified)) < SPACING_M] = 0.0
    rural = np.append(base.is_rural(), [False])
    weight[~rural[ground.commune]] = 0.0
    return np.asarray(weight)


def _clusters_by_commune(
    base: Base, ground: Ground, weight: NDArray[np.float64], villages: gpd.GeoDataFrame
) -> NDArray[np.int64]:
    """Number of clusters of each commune: by the ground off the lines and by poverty, up to a share of its
    households."""
    communes = base.communes
    room = np.bincount(ground.commune[weight > 0], np.sqrt(weight[weight > 0] / weight.max()), len(communes))
    poverty = (
        communes["poverty_rate_pct"]
        .astype(float)
        .fillna(communes["poverty_rate_pct"].astype(float).median())
        .fillna(0.0)
    )
    score = room * (5.0 + poverty.to_numpy())
    taken = (
        villages[~villages["on_grid"]]
        .groupby("commune_code")["households"]
        .sum()
        .reindex(communes["commune_code"], fill_value=0)
    )
    free = communes["households"].to_numpy() - taken.to_numpy()
    cells = np.bincount(ground.commune[weight > 0], minlength=len(communes))
    most = np.minimum(LARGEST_SHARE * free / (CLUSTER_HOUSEHOLDS / CLUSTERS), cells / 12).astype(np.int64)
    counts = np.zeros(len(communes), dtype=np.int64)
    while (left := CLUSTERS - int(counts.sum())) > 0:
        open_ = (counts < most) & (score > 0)
        counts = np.minimum(counts + largest_remainder(left, np.where(open_, score, 0.0)), most)
    return counts


def _place(
    base: Base,
    ground: Ground,
    weight: NDArray[np.float64],
    counts: NDArray[np.int64],
    villages: gpd.GeoDataFrame,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Points (n, 2) [m] of the clusters, commune by commune, from north to south."""
    flat_commune, flat_weight = ground.commune.ravel(), weight.ravel()
    parts = []
    for row, count in enumerate(counts.tolist()):
        if not count:
            continue
        cells = np.flatnonzero((flat_commune == row) & (flat_weight > 0))
        drawn = draw_spaced(
            cells, flat_weight[cells], count, ground=ground, spacing_m=SPACING_M, taken=np.zeros((0, 2)), rng=rng
        )
        polygon = gpd.GeoSeries([base.communes.geometry.iloc[row]] * count, crs=base.communes.crs)
        parts.append(within_cells(ground, np.sort(drawn), polygon, rng=rng))
    return np.vstack(parts)


def _households(
    base: Base, villages: gpd.GeoDataFrame, rows: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Households of the clusters, sum 22,940; large ones in communes with many households left."""
    size = np.clip(rng.lognormal(np.log(24.0), SIZE_SPREAD, size=len(rows)), SMALLEST, LARGEST)
    taken = villages[~villages["on_grid"]].groupby("commune_code")["households"].sum()
    free = (base.communes["households"] - base.communes["commune_code"].map(taken).fillna(0)).to_numpy()
    mean = 2 * LARGEST_SHARE * free / np.maximum(np.bincount(rows, minlength=len(free)), 1)
    size = np.minimum(size, np.maximum(mean[rows], SMALLEST))
    return largest_remainder(CLUSTER_HOUSEHOLDS, size, minimum=SMALLEST)


def _supply(
    base: Base,
    villages: gpd.GeoDataFrame,
    households: NDArray[np.int64],
    line_m: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.str_]:
    """'none' for the clusters farthest from lines (with some chance) until the province's rate is met, 'unsafe' for the
    others."""
    without = round(int(base.communes["households"].sum()) * (1 - ELECTRIFIED_PCT / 100))
    left = without - int(villages.loc[~villages["on_grid"], "households"].sum())
    if not 0 <= left <= CLUSTER_HOUSEHOLDS:
        raise ValueError(f"{left} households of clusters would have to be without electricity for {ELECTRIFIED_PCT} %")
    supply = np.full(len(households), "unsafe", dtype="<U10")
    for place in np.argsort(-(np.log(line_m) + rng.gumbel(0.0, 0.5, size=len(line_m))), kind="stable"):
        if households[place] <= left:
            supply[place] = "none"
            left -= int(households[place])
    return supply


def _village_rows(base: Base, unelectrified: gpd.GeoDataFrame, villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    own = villages[~villages["on_grid"]].set_index("settlement_id").loc[unelectrified["settlement_id"]]
    known = unelectrified["households"].notna().to_numpy()
    note = base.words.note
    source = [
        note["settlement" if is_known else "settlement_households_modelled"].format(basis=basis, position=position)
        for is_known, basis, position in zip(known, unelectrified["basis"], unelectrified["position_note"], strict=True)
    ]
    return points_frame(
        {
            "settlement_id": unelectrified["settlement_id"], "name": unelectrified["name"],
            "name_in_scheme": unelectrified["name_in_scheme"],
            "kind": "village", "commune_code": unelectrified["commune_code"],
            "legacy_commune": unelectrified["legacy_commune"],
            "households": own["households"].to_numpy(), "households_provenance": np.where(known, "official",
            "modelled"), "supply": unelectrified["supply"],
            "position_accuracy_m": unelectrified["accuracy_m"], "near_village_id": own["village_id"].to_numpy(),
            "provenance": "modelled",
            "source": source,
        },
        _xy(unelectrified),
        unelectrified.crs,
    )  # fmt: skip


def _cluster_rows(
    base: Base,
    villages: gpd.GeoDataFrame,
    rows: NDArray[np.int64],
    points: NDArray[np.float64],
    households: NDArray[np.int64],
    supply: NDArray[np.str_],
) -> gpd.GeoDataFrame:
    communes = base.communes.iloc[rows].reset_index(drop=True)
    number = communes.groupby("commune_code").cumcount() + 1
    _, near = cKDTree(_xy(villages)).query(points)
    _, old = cKDTree(_xy(base.legacy)).query(points)
    return points_frame(
        {
            "settlement_id": [f"C{i:04d}" for i in range(1, len(rows) + 1)], "name": [
                base.words.name["cluster"].format(number=k, commune=commune) for k, commune in zip(number,
                communes["name"], strict=True)
            ],
            "name_in_scheme": None, "kind": "cluster", "commune_code": communes["commune_code"],
            "legacy_commune": np.where(base.legacy["commune_code"].to_numpy()[old] == communes["commune_code"],
            base.legacy["name"].to_numpy()[old], None),
            "households": households, "households_provenance": "modelled", "supply": supply,
            "position_accuracy_m": np.round(np.sqrt(communes["area_km2"] * 1e6 / np.pi), -2),
            "near_village_id": villages["village_id"].to_numpy()[near],
            "provenance": "modelled", "source": base.words.note["cluster"],
        },
        points,
        base.communes.crs,
    )  # fmt: skip


def _xy(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    return np.column_stack([frame.geometry.x, frame.geometry.y])
