"""Checks between the layers of a pack: places in their commune and province, known codes, published totals, rasters that reach everywhere.

All layers come in the measuring CRS. A place may lie outside its commune by its own position accuracy plus that of the commune's boundary
(column `boundary_accuracy_m` of the communes, where a pack has approximate polygons); a settlement never outside the province.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.gis import schema
from infragap.gis.arrays import AnyArray, FloatArray
from infragap.gis.catalog import LayerEntry
from infragap.gis.checking.columns import sentence
from infragap.gis.crs import same_crs
from infragap.gis.findings import listed
from infragap.gis.raster import Raster, rasterize

ROUNDING_M = 50.0
"""Coordinates rounded to five decimals and simplified borders: nothing closer than this is said to lie outside."""

FAR_M = 100_000.0
"""A road, line or river further from the province than this is in a wrong CRS."""

PLACES = ("settlements", "villages", "water_schemes", "schools")

BANDS = {"elevation": 1, "forest": 1, "runoff": 12}
LIMITS = {"elevation": (-500.0, 9_000.0), "runoff": (0.0, 5_000.0)}
"""Values on Earth: what lies beyond is an undeclared no-data value or another unit."""

FOREST_CODES = tuple(
    natural + kind
    for natural in (0, schema.FOREST_NATURAL)
    for kind in (schema.FOREST_NONE, schema.FOREST_PRODUCTION, schema.FOREST_PROTECTION, schema.FOREST_SPECIAL_USE)
)

Layers = Mapping[str, gpd.GeoDataFrame | pd.DataFrame | Raster]


def cross_faults(layers: Layers, *, targets: Mapping[str, float | int]) -> list[str]:
    """Give all faults between layers, one sentence each.

    Parameters
    ----------
    layers
        The readable layers by name, geometry in one metric CRS.
    targets
        Published totals of the catalogue.

    Returns
    -------
    list of str
        Empty where the pack is consistent.
    """
    faults = target_faults(layers, targets)
    communes = layers.get("communes")
    if not isinstance(communes, gpd.GeoDataFrame) or "commune_code" not in communes.columns or len(communes) == 0:
        return faults
    for name in PLACES:
        frame = layers.get(name)
        if isinstance(frame, gpd.GeoDataFrame):
            faults += place_faults(frame, communes, layer=name)
    for name, layer in layers.items():
        if isinstance(layer, Raster):
            faults += coverage_faults(layer, communes, layer=name)
        elif isinstance(layer, gpd.GeoDataFrame) and name not in (*PLACES, "communes"):
            faults += distance_faults(layer, communes, layer=name)
    settlements = layers.get("settlements")
    if isinstance(settlements, gpd.GeoDataFrame):
        faults += more_households_faults(settlements, communes)
    solar = layers.get("solar")
    if isinstance(solar, pd.DataFrame) and len(solar):
        faults += solar_faults(solar, communes)
    works = layers.get("water_households")
    if isinstance(works, pd.DataFrame) and len(works) and "commune_code" in works.columns:
        faults += household_faults(works, communes)
    return faults


def place_faults(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, *, layer: str) -> list[str]:
    """Check that points lie in the province and in the commune whose code they carry."""
    points = places.geometry.to_numpy()
    polygons = communes.geometry.to_numpy()
    province = shapely.union_all(polygons)
    shapely.prepare(province)
    accuracy_m = _metres(places, "position_accuracy_m")
    boundary_m = _metres(communes, "boundary_accuracy_m")
    tolerance_m = (
        np.full(len(places), ROUNDING_M) if layer == "settlements" else accuracy_m + boundary_m.max() + ROUNDING_M
    )
    beyond_m = _distance_m(points, province)
    outside = beyond_m > tolerance_m
    faults = []
    exchanged = outside & shapely.covers(province, shapely.points(shapely.get_y(points), shapely.get_x(points)))
    if exchanged.any():
        repair = (
            'X and Y are exchanged: in a VN-2000 table X is the northing and Y the easting (axis_order = "vn2000").'
        )
        faults.append(sentence(places, exchanged, layer=layer, fault="a point outside the province", repair=repair))
    if (outside & ~exchanged).any():
        km = [f"{value / 1000:.1f} km" for value in beyond_m]
        repair = "Correct the coordinates or their CRS, or drop the rows."
        faults.append(
            sentence(
                places,
                outside & ~exchanged,
                layer=layer,
                fault="a point outside the province",
                values=km,
                repair=repair,
            )
        )
    if "commune_code" not in places.columns:
        return faults
    own = pd.Index(communes["commune_code"]).get_indexer(places["commune_code"])
    if (own < 0).any():
        repair = "Write the code of a commune in the layer 'communes' (old codes: see merged_from)."
        faults.append(
            sentence(
                places,
                own < 0,
                layer=layer,
                fault="an unknown commune_code",
                values=places["commune_code"],
                repair=repair,
            )
        )
    checked = np.flatnonzero((own >= 0) & ~outside)
    off_m = np.zeros(len(places))
    off_m[checked] = shapely.distance(points[checked], polygons[own[checked]])
    stray = off_m > accuracy_m + boundary_m[own] + ROUNDING_M
    if stray.any():
        km = [f"{value / 1000:.1f} km" for value in off_m]
        repair = "Correct the point, its commune_code, or position_accuracy_m."
        faults.append(
            sentence(places, stray, layer=layer, fault="a point outside their own commune", values=km, repair=repair)
        )
    return faults


def _metres(frame: pd.DataFrame, column: str) -> FloatArray:
    if column not in frame.columns or not pd.api.types.is_numeric_dtype(frame[column]):
        return np.zeros(len(frame))
    return frame[column].fillna(0).to_numpy(dtype=np.float64)


def _distance_m(points: AnyArray, province: Any) -> FloatArray:
    distance_m = np.zeros(len(points))
    out = np.flatnonzero(~shapely.covers(province, points))
    distance_m[out] = shapely.distance(points[out], province)
    # a coordinate that is not finite has no distance: as far outside as can be
    return np.nan_to_num(distance_m, nan=np.inf)


def distance_faults(frame: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, *, layer: str) -> list[str]:
    """Check that no line, station or lake lies far from the province, as it would with a wrong CRS."""
    west, south, east, north = communes.total_bounds
    bounds = frame.geometry.bounds.to_numpy()
    near = (
        (bounds[:, 0] < east + FAR_M)
        & (bounds[:, 2] > west - FAR_M)
        & (bounds[:, 1] < north + FAR_M)
        & (bounds[:, 3] > south - FAR_M)
    )
    if near.all():
        return []
    repair = "The CRS or the axis order of the layer is wrong: correct it, or drop the rows."
    return [
        sentence(
            frame, ~near, layer=layer, fault=f"a place more than {FAR_M / 1000:.0f} km from the province", repair=repair
        )
    ]


def raster_faults(raster: Raster, entry: LayerEntry) -> list[str]:
    """Check a raster, in the CRS of its file, against the catalogue and what its values can be."""
    name, faults = entry.name, []
    if entry.crs is not None and not same_crs(raster.crs, entry.crs):
        faults.append(
            f"{name}: the file is in {raster.crs.to_string()}, the catalogue says {entry.crs}. Correct `crs` in catalog.toml."
        )
    for wanted, asked_by in ((BANDS.get(name), schema.RASTERS.get(name)), (entry.bands, "the catalogue")):
        if wanted is not None and raster.bands != wanted:
            faults.append(
                f"{name}: {entry.file} has {raster.bands} bands, {wanted} are needed ({asked_by}). Export them all, in order."
            )
            break
    known = raster.values[raster.valid()]
    if known.size == 0:
        return [*faults, f"{name}: no cell of {entry.file} holds a value. Export the raster again."]
    if name == "forest" and not np.isin(np.unique(known), FOREST_CODES).all():
        odd = [f"{value:g}" for value in np.setdiff1d(known, FOREST_CODES)]
        faults.append(
            f"{name}: cells hold codes that are no forest class ({listed(odd)}). Use {', '.join(map(str, FOREST_CODES))}."
        )
    lowest, highest = LIMITS.get(name, (-np.inf, np.inf))
    beyond = (known < lowest) | (known > highest)
    if beyond.any():
        faults.append(
            f"{name}: {int(beyond.sum())} of {known.size} cells lie outside {lowest:g} to {highest:g} (down to {known.min():g}, up to {known.max():g}; "
            f"{schema.RASTERS[name]}). Declare the no-data value of the file (gdal_edit -a_nodata) or correct its unit."
        )
    return faults


def coverage_faults(raster: Raster, communes: gpd.GeoDataFrame, *, layer: str) -> list[str]:
    """Check that a raster has a value in every commune and reaches to the province's edges."""
    west, south, east, north = raster.bounds
    slack_m = raster.cell_size_m
    bounds = communes.geometry.bounds.to_numpy()
    beyond = (
        (bounds[:, 0] < west - slack_m)
        | (bounds[:, 1] < south - slack_m)
        | (bounds[:, 2] > east + slack_m)
        | (bounds[:, 3] > north + slack_m)
    )
    if beyond.any():
        repair = f"Extend the raster to the whole province (and {slack_m:.0f} m around it) or correct its CRS."
        return [
            sentence(
                communes,
                beyond,
                layer="communes",
                fault=f"ground that the raster '{layer}' does not cover",
                repair=repair,
            ).replace("communes:", f"{layer}:", 1)
        ]
    inside = rasterize(communes, raster).values == 1
    known = raster.valid() if raster.values.ndim == 2 else raster.valid().all(axis=0)
    gaps = int((inside & ~known).sum())
    if gaps > 0.001 * max(int(inside.sum()), 1):
        return [
            f"{layer}: {gaps} of {int(inside.sum())} cells inside the province hold no value. Fill the gaps (gdal_fillnodata) or give a complete raster."
        ]
    return []


def solar_faults(solar: pd.DataFrame, communes: gpd.GeoDataFrame) -> list[str]:
    """Check that every commune has each month once."""
    if not {"commune_code", "month"} <= set(solar.columns):
        return []
    faults = []
    repeated = solar.duplicated(["commune_code", "month"]).to_numpy()
    if repeated.any():
        faults.append(
            sentence(
                solar,
                repeated,
                layer="solar",
                fault="a commune and month that stand there already",
                repair="Drop the repeated rows.",
            )
        )
    months = solar.drop_duplicates(["commune_code", "month"]).groupby("commune_code").size()
    incomplete = (communes["commune_code"].map(months).fillna(0) < 12).to_numpy()
    if incomplete.any():
        text = sentence(
            communes, incomplete, layer="communes", fault="not all twelve months of sunshine", repair="Add the months."
        )
        faults.append(text.replace("communes:", "solar:", 1))
    return faults


def household_faults(works: pd.DataFrame, communes: gpd.GeoDataFrame) -> list[str]:
    """Check that every commune has its household water works."""
    absent = ~communes["commune_code"].isin(works["commune_code"]).to_numpy()
    if not absent.any():
        return []
    repair = "Add their rows, with 0 where there are none."
    text = sentence(communes, absent, layer="communes", fault="no household water works", repair=repair)
    return [text.replace("communes:", "water_households:", 1)]


@dataclass(frozen=True)
class Total:
    """A published total: rows of a layer (where a column holds one of some values), or the sum of a column over them."""

    target: str
    layer: str
    what: str
    where: tuple[str, tuple[str | bool, ...]] | None = None
    sum_of: str | None = None


_RURAL = ("kind", ("gravity", "pumped"))

TOTALS = (
    Total("villages", "villages", "villages"),
    Total("villages_on_grid", "villages", "villages on the grid", where=("on_grid", (True,))),
    Total("settlements_villages", "settlements", "villages without grid", where=("kind", ("village",))),
    Total("clusters", "settlements", "clusters", where=("kind", ("cluster",))),
    Total(
        "cluster_households", "settlements", "households in clusters", where=("kind", ("cluster",)), sum_of="households"
    ),
    Total("water_schemes", "water_schemes", "rural schemes", where=_RURAL),
    Total(
        "water_scheme_households",
        "water_schemes",
        "households on rural schemes",
        where=_RURAL,
        sum_of="households_served",
    ),
    Total(
        "boarding_schools_border",
        "schools",
        "boarding schools in border communes",
        where=("kind", ("border_boarding",)),
    ),
    Total("schools_raised", "schools", "schools to be raised", where=("status", ("upgrade",))),
    Total(
        "schools_new_upper_secondary",
        "schools",
        "new upper-secondary schools",
        where=("kind", ("new_upper_secondary",)),
    ),
    Total("population_communes_2025", "communes", "people", sum_of="population"),
)
"""Targets that are counts of the layers; the others (rates, budgets) are for the analyses."""


def target_faults(layers: Layers, targets: Mapping[str, float | int]) -> list[str]:
    """Compare the layers with the published totals that the catalogue says they reproduce."""
    faults = []
    for total in TOTALS:
        frame = layers.get(total.layer)
        needed = {total.where[0] if total.where else None, total.sum_of} - {None}
        if total.target not in targets or not isinstance(frame, pd.DataFrame) or not needed <= set(frame.columns):
            continue
        rows = frame if total.where is None else frame[frame[total.where[0]].isin(total.where[1])]
        if total.sum_of is not None and not pd.api.types.is_numeric_dtype(rows[total.sum_of]):
            # the column has a fault of its own, told with its layer
            continue
        found = len(rows) if total.sum_of is None else int(rows[total.sum_of].sum())
        if found != targets[total.target]:
            faults.append(
                f"{total.layer}: the rows hold {found:,} {total.what}, the catalogue's target {total.target} is {targets[total.target]:,}. "
                "Complete the rows or correct [targets]."
            )
    return faults


def more_households_faults(settlements: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> list[str]:
    """Give a fault where the settlements have more households than the province."""
    if "households" not in settlements or "households" not in communes:
        return []
    without, all_ = float(settlements["households"].sum()), float(communes["households"].sum())
    if not all_ > 0 or without <= all_:
        return []
    return [
        f"settlements: {without:,.0f} households in {len(settlements)} rows are more than the {all_:,.0f} of all communes. Correct the counts of either."
    ]
