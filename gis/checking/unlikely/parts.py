"""Columns and layers that should agree and seldom lie so far apart: people and households, pupils of the levels of
school, loads, voltages, works, bridges, forest as stated and as mapped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.gis import schema
from infragap.gis.arrays import FloatArray
from infragap.gis.checking.rows import has, numbers, where
from infragap.gis.checking.unlikely.marks import mark_findings
from infragap.gis.checking.unlikely.values import alone_findings
from infragap.gis.findings import Finding, fault, notice
from infragap.gis.raster import Raster, rasterize

SIZE_LOW, SIZE_HIGH = 1.3, 15.0
PUPIL_SHARE, PUPIL_PEOPLE = 0.4, 50
LEVEL_LOW, LEVEL_HIGH = 0.03, 3.0
RATIO_GAP = 5.0
LOAD_LOW, LOAD_HIGH, LOAD_ROWS = 0.02, 1.5, 5
WORKS = 1.5
BRIDGE_M, BRIDGE_TIMES, BRIDGE_LONG_M = 500.0, 2.5, 1_000.0
COLUMN_SHARE, COLUMN_OFF = 0.1, 0.3
MAPPED_LOW, MAPPED_HIGH, MAPPED_HA = 1 / 3, 3.0, 1_000.0

HOUSEHOLD_SIZE = notice(
    "sum.household_size",
    tolerance=f"{SIZE_LOW:g} to {SIZE_HIGH:g} people a household",
    reason="means of whole villages lie between 2 and 8; one of the two counts is another place's, or in another unit",
)
PUPILS_MANY = notice(
    "sum.pupils_many",
    tolerance=f"{100 * PUPIL_SHARE:g} % of the people on one level; villages of fewer than {PUPIL_PEOPLE} people",
    reason="a level has five years of age at most, a tenth of the people",
)
LEVELS = notice(
    "sum.pupils_levels",
    tolerance=f"pupils a year of school {LEVEL_LOW:g} to {LEVEL_HIGH:g} times those of primary school, over the layer",
    reason="years of birth differ little, and upper levels lose pupils: more or none at all are another unit or column",
)
OWN_SOURCE = fault("sum.own_source_households", reason="households with a source of their own are households")
LOAD_STATION = notice(
    "sum.load_station",
    tolerance="none",
    reason="transformers run above their rating for hours; kW and kVA of another station show here too",
)
LOAD_SHARE = notice(
    "sum.load_share",
    tolerance=f"medians of {LOAD_LOW:g} to {LOAD_HIGH:g}, fewer than {LOAD_ROWS} stations",
    reason="half of the stations cannot be all but empty or overloaded: loads and capacities are in two units",
)
NOMINAL = notice(
    "voltage.nominal",
    tolerance="none",
    reason="networks have nominal voltages (IEC 60038 and those of older networks); another number is a slip",
)
NO_LINE = notice(
    "voltage.no_line",
    tolerance="none",
    reason="a station hangs on a line of its upper voltage; without one it starts nothing",
)
MANY_WORKS = notice(
    "works.many",
    tolerance=f"{WORKS:g} works a household",
    reason="household works serve one household or more each; persons or all communes together show here",
)
BRIDGE = notice(
    "length.bridge",
    tolerance=f"{BRIDGE_TIMES:g} times the longest road piece drawn as a bridge within {BRIDGE_M:g} m; bridges up to "
    f"{BRIDGE_LONG_M:g} m where none is drawn",
    reason="a bridge much longer or shorter than its drawing is in feet or km, or another bridge; a time of travel "
    "hangs on it",
)
FOREST_COLUMN = fault(
    "sum.forest_column",
    tolerance=f"columns that fit as they are, or that hold less than {100 * COLUMN_SHARE:g} % of the forest in either "
    "unit",
    reason="the kinds of forest together are the stated cover; one column of the three in km² or m² makes up the rest",
)
FOREST_MAPPED = notice(
    "sum.forest_mapped",
    tolerance=f"sums of {MAPPED_LOW:.2g} to {MAPPED_HIGH:g} times the mapped; less than {MAPPED_HA:,.0f} ha in both; "
    "columns of 0",
    reason="table and raster show one forest, of two years and methods; a hundredth of it is km²",
)

BORDER = notice(
    "schools.border",
    tolerance="none",
    reason="border schools are built in border communes: the mark of one of the two is wrong, or turned round",
)

NOMINAL_KV = (
    0.23, 0.4, 0.69, 1, 3, 3.3, 6, 6.3, 6.6, 7.2, 10, 10.5, 11, 12, 12.5, 13.2, 13.8, 15, 16.5, 19, 19.1, 20, 22, 23,
    24, 25, 27, 30, 33, 34.5, 35, 36, 38, 44, 45, 46, 48, 50, 52, 55, 60, 63, 65, 66, 69, 72.5, 77, 88, 90, 100, 110,
    115, 120, 123, 130, 132, 138, 145, 150, 154, 161, 187, 200, 220, 225, 230, 240, 245, 275, 287, 300, 315, 330, 345,
    360, 362, 380, 400, 420, 450, 500, 525, 550, 600, 735, 750, 765, 800, 1000, 1050, 1100, 1150,
)  # fmt: skip
"""Nominal and highest voltages of networks in use [kV]."""

FOREST_KINDS = {
    "special_use_forest_ha": schema.FOREST_SPECIAL_USE,
    "protection_forest_ha": schema.FOREST_PROTECTION,
    "production_forest_ha": schema.FOREST_PRODUCTION,
}
LEVEL_YEARS = {"pupils_primary": 5, "pupils_lower_secondary": 4, "pupils_upper_secondary": 3}

Layers = Mapping[str, Any]


def part_findings(layers: Layers) -> list[Finding]:
    """Compare columns and layers that should agree.

    Parameters
    ----------
    layers
        Typed layers with rows, and rasters, by name, geometry in one metric CRS [m].
    """
    # numbers beyond all bounds are told elsewhere
    with np.errstate(all="ignore"):
        return _part_findings(layers)


def _part_findings(layers: Layers) -> list[Finding]:
    tables = {name: layer for name, layer in layers.items() if isinstance(layer, pd.DataFrame) and len(layer)}
    found: list[Finding] = []
    for name in ("communes", "villages"):
        if name in tables:
            found += _household_size(tables[name], name)
    if "villages" in tables:
        found += _pupils(tables["villages"])
    found += _electric(tables) + _ratios(tables) + mark_findings(tables)
    if "communes" in tables:
        found += _forest_columns(tables["communes"])
        found += _works(tables) + _border(tables)
        if isinstance(layers.get("forest"), Raster):
            found += _forest_mapped(tables["communes"], layers["forest"])
    if "bridges" in tables and "roads" in tables:
        found += _bridges(tables["bridges"], tables["roads"])
    return found


def _household_size(frame: pd.DataFrame, layer: str) -> list[Finding]:
    if not has(frame, "households", "population"):
        return []
    households, people = numbers(frame, "households"), numbers(frame, "population")
    size = people / np.where(households > 0, households, np.nan)
    # more households than people is a fault of its own
    off = ((size < SIZE_LOW) & (size >= 1)) | (size > SIZE_HIGH)
    shown = [f"{a:,.10g} / {b:,.10g}" for a, b in zip(people, households, strict=True)]
    return where(HOUSEHOLD_SIZE, frame, off, layer, shown=shown)


def _pupils(villages: pd.DataFrame) -> list[Finding]:
    found: list[Finding] = []
    sums = {}
    for column, years in LEVEL_YEARS.items():
        if not has(villages, column):
            continue
        pupils = numbers(villages, column)
        sums[column] = float(np.nansum(pupils)) / years
        if has(villages, "population"):
            people = numbers(villages, "population")
            many = (pupils > PUPIL_SHARE * people) & (people >= PUPIL_PEOPLE) & (pupils <= people)
            shown = [f"{a:,.10g} / {b:,.10g}" for a, b in zip(pupils, people, strict=True)]
            found += where(PUPILS_MANY, villages, many, "villages", shown=shown, column=column)
    if has(villages, "own_source_households", "households"):
        more = numbers(villages, "own_source_households") > numbers(villages, "households")
        found += where(OWN_SOURCE, villages, more, "villages", shown=villages["own_source_households"])
    primary = sums.pop("pupils_primary", 0.0)
    for column, a_year in sums.items():
        if primary > 0 and a_year > 0 and not LEVEL_LOW <= a_year / primary <= LEVEL_HIGH:
            found.append(LEVELS.found("villages", of=len(villages), column=column, ratio=a_year / primary))
    return found


def _electric(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    found: list[Finding] = []
    for name in ("grid_lines", "substations", "stations"):
        if name in tables and has(tables[name], "voltage_kv"):
            voltage = numbers(tables[name], "voltage_kv")
            nearest = np.min(np.abs(voltage[:, None] / np.array(NOMINAL_KV)[None, :] - 1), axis=1)
            found += where(NOMINAL, tables[name], nearest > 0.005, name, shown=tables[name]["voltage_kv"])
    stations, lines = tables.get("stations"), tables.get("grid_lines")
    if stations is None:
        return found
    if has(stations, "load_kva", "capacity_kva"):
        load, capacity = numbers(stations, "load_kva"), numbers(stations, "capacity_kva")
        shown = [f"{a:,.10g} / {b:,.10g}" for a, b in zip(load, capacity, strict=True)]
        share = load / capacity
        known = share[np.isfinite(share) & (share > 0)]
        if len(known) >= LOAD_ROWS and not LOAD_LOW <= float(np.median(known)) <= LOAD_HIGH:
            found.append(LOAD_SHARE.found("stations", of=len(stations), ratio=float(np.median(known))))
        else:
            found += where(LOAD_STATION, stations, load > capacity, "stations", shown=shown)
    if lines is not None and has(stations, "voltage_kv") and has(lines, "voltage_kv"):
        without = ~stations["voltage_kv"].isin(lines["voltage_kv"].unique()).to_numpy()
        found += where(NO_LINE, stations, without, "stations", shown=stations["voltage_kv"])
    return found


def _ratios(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Name the rows whose ratio of two columns is far from that of all others."""
    found: list[Finding] = []
    for layer, first, second in (
        ("water_schemes", "capacity_m3_day", "households_design"),
        ("substations", "load_mva", "capacity_mva"),
        ("stations", "load_kva", "capacity_kva"),
        ("villages", "pupils_primary", "population"),
        ("villages", "pupils_lower_secondary", "population"),
        ("villages", "pupils_upper_secondary", "population"),
    ):
        frame = tables.get(layer)
        if frame is not None and has(frame, first, second):
            a, b = numbers(frame, first), numbers(frame, second)
            ratio = a / np.where(b > 0, b, np.nan)
            shown = [f"{x:,.10g} / {y:,.10g}" for x, y in zip(a, b, strict=True)]
            what = f"{first} / {second}"
            # in a hamlet of some people one child more changes the share much
            ratio = ratio if layer != "villages" else np.where(b >= PUPIL_PEOPLE, ratio, np.nan)
            found += alone_findings(frame, ratio, layer=layer, what=what, shown=shown, gap=RATIO_GAP)
    return found


def _works(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    works, communes = tables.get("water_households"), tables["communes"]
    if works is None or not has(works, "commune_code", "household_works"):
        return []
    if not has(communes, "commune_code", "households"):
        return []
    households = communes.drop_duplicates("commune_code").set_index("commune_code")["households"]
    own, count = works["commune_code"].map(households).to_numpy(dtype=np.float64), numbers(works, "household_works")
    shown = [f"{a:,.10g} / {b:,.10g}" for a, b in zip(count, own, strict=True)]
    return where(MANY_WORKS, works, count > WORKS * own, "water_households", shown=shown)


def _border(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    schools, communes = tables.get("schools"), tables["communes"]
    if schools is None or not has(schools, "kind", "commune_code") or not has(communes, "commune_code", "is_border"):
        return []
    border = communes.loc[communes["is_border"].astype(bool), "commune_code"]
    off = (schools["kind"] == "border_boarding") & ~schools["commune_code"].isin(border)
    return where(BORDER, schools, off, "schools", shown=schools["commune_code"])


def _bridges(bridges: pd.DataFrame, roads: pd.DataFrame) -> list[Finding]:
    if not isinstance(bridges, gpd.GeoDataFrame) or not isinstance(roads, gpd.GeoDataFrame):
        return []
    if not has(bridges, "length_m") or not has(roads, "is_bridge"):
        return []
    stated, drawn = numbers(bridges, "length_m"), np.zeros(len(bridges))
    pieces = roads.geometry.to_numpy()[roads["is_bridge"].to_numpy(dtype=bool)]
    if len(pieces):
        near = shapely.STRtree(pieces).query(bridges.geometry.to_numpy(), predicate="dwithin", distance=BRIDGE_M)
        np.maximum.at(drawn, near[0], shapely.length(pieces[near[1]]))
    ratio = stated / np.where(drawn > 0, drawn, np.nan)
    off = (ratio > BRIDGE_TIMES) | ((ratio < 1 / BRIDGE_TIMES) & (drawn - stated > BRIDGE_M))
    off |= (drawn == 0) & (stated > BRIDGE_LONG_M)
    shown = [f"{a:,.10g} m, drawn {b:,.0f} m" for a, b in zip(stated, drawn, strict=True)]
    return where(BRIDGE, bridges, off, "bridges", shown=shown)


def _forest_columns(communes: pd.DataFrame) -> list[Finding]:
    """Find the one column of the three kinds of forest that fits the stated cover only in another unit."""
    if not isinstance(communes, gpd.GeoDataFrame) or not has(communes, "forest_cover_pct", *FOREST_KINDS):
        return []
    covered = communes.geometry.area.to_numpy() / 10_000 * numbers(communes, "forest_cover_pct") / 100
    kinds = {name: numbers(communes, name) for name in FOREST_KINDS}
    total: FloatArray = np.sum(list(kinds.values()), axis=0)
    found = []
    for name, own in kinds.items():
        for other, factor in (("km²", 100.0), ("m²", 1e-4)):
            meant = own * factor
            rows = (covered > 0) & (np.maximum(own, meant) > COLUMN_SHARE * covered)
            if not rows.any():
                continue
            as_is, fixed = total[rows] / covered[rows], (total + meant - own)[rows] / covered[rows]
            off, fits = abs(float(np.median(as_is)) - 1), abs(float(np.median(fixed)) - 1)
            spread = float(np.median(np.abs(fixed - 1)))
            if (
                off > COLUMN_SHARE
                and spread < COLUMN_OFF
                and 3 * fits < off
                and 2 * spread < np.median(np.abs(as_is - 1))
            ):
                ratio = float(np.median(as_is))
                values = {"column": name, "other": other, "ratio": ratio, "fits": float(np.median(fixed))}
                found.append(FOREST_COLUMN.found("communes", of=len(communes), **values))
    return found


def _forest_mapped(communes: pd.DataFrame, forest: Raster) -> list[Finding]:
    """Compare the sums of the forest columns with the forest raster inside the province."""
    if not isinstance(communes, gpd.GeoDataFrame) or forest.values.ndim != 2:
        return []
    inside = forest.values[rasterize(communes, forest).values == 1]
    cell_ha = forest.cell_size_m**2 / 10_000
    of_kind = {name: cell_ha * float((inside % 10 == code).sum()) for name, code in FOREST_KINDS.items()}
    of_kind["natural_forest_ha"] = cell_ha * float((inside >= schema.FOREST_NATURAL).sum())
    found = []
    for name, mapped_ha in of_kind.items():
        if not has(communes, name):
            continue
        stated_ha = float(np.nansum(numbers(communes, name)))
        if max(stated_ha, mapped_ha) < MAPPED_HA or stated_ha == 0:
            # a column of zeros was not filled; a kind that the raster lacks would forbid no line
            continue
        if not MAPPED_LOW * mapped_ha <= stated_ha <= MAPPED_HIGH * mapped_ha:
            values = {"column": name, "stated_ha": stated_ha, "mapped_ha": mapped_ha}
            found.append(FOREST_MAPPED.found("communes", of=len(communes), **values))
    return found
