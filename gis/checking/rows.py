"""Parts and wholes of a row: households and people, forest and area, households served, designed for and supplied, load
and capacity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.gis.arrays import FloatArray
from infragap.gis.findings import Check, Finding, fault, notice

_WATER_DAY_LOW, _WATER_DAY_HIGH, _LITRES = 0.02, 20.0, 86.4
_MEDIAN_LOW, _MEDIAN_HIGH = 0.06, 6.0
_WATER_UNITS = (("l/s", 86.4), ("m³/h", 24.0), ("m³/year", 1 / 365), ("litres a day", 0.001))
_FEEDER_KA, _LINE_KA = 1.5, 5.0

MORE_HOUSEHOLDS = fault(
    "sum.households_people", reason="every household has at least one person; exchanged columns show here"
)
NO_HOUSEHOLDS = fault(
    "sum.no_households", reason="people live in households: a count of 0 beside people was never made"
)
PUPILS = fault("sum.pupils_people", reason="pupils are part of the people")
FOREST_AREA = fault("sum.forest_area", tolerance="10 %", reason="forest is part of the area")
FOREST_UNIT = fault(
    "sum.forest_unit",
    tolerance="sums of forest a third to three times the stated cover",
    reason="forest hectares and forest cover say the same; a hundredth of it is km² in a column of hectares",
)
SERVED = notice(
    "sum.served_design",
    tolerance="none; beyond three times the design it is a fault",
    reason="schemes take on more households than they were designed for",
)
SERVED_FAR = fault(
    "sum.served_far",
    tolerance="three times the design",
    reason="no scheme serves so many more than it was designed for",
)
PER_HOUSEHOLD = fault(
    "sum.per_household",
    tolerance="0.02 to 20 m³ a day and household of the design",
    reason="one household uses 0.2 to 0.8 m³ a day; losses and livestock included not 20, and 0.02 is a bucket",
)
LITRES = fault(
    "sum.litres_per_second",
    tolerance="as sum.per_household",
    reason="registers give springs in litres per second: 1 l/s is 86.4 m³ a day",
)
OWN_BASIC = fault(
    "sum.own_basic", reason="water to standard and piped water are basic water too, so basic cannot be less"
)
LOAD = notice(
    "sum.load_capacity",
    tolerance="none",
    reason="stations run above their rating for hours; then there is no room for new load",
)
LOAD_FAR = fault(
    "sum.load_far",
    tolerance="three times the capacity",
    reason="a load of three times the capacity is in another unit (kW for MVA)",
)
CAPACITY_VOLTAGE = fault(
    "sum.capacity_voltage",
    tolerance="100 MVA up to 35 kV, 600 MVA up to 110 kV, 2,000 MVA up to 220 kV",
    reason="no station of that voltage has such transformers: kVA written as MVA",
)
FEEDER_LOAD = fault(
    "sum.feeder_load",
    tolerance=f"{_FEEDER_KA:g} kA at the voltage of the line up to 40 kV, {_LINE_KA:g} kA above",
    reason="no conductor of a feeder carries more: 800 MW at 35 kV would be 13 kA; the load is in kW",
)
SPREAD_MEAN = fault(
    "sum.solar_spread", reason="days do not differ by more than their mean: the spread is in MJ or Wh, or not of days"
)
DESIGN_MEDIAN = fault(
    "sum.water_unit",
    tolerance=f"medians of {_MEDIAN_LOW:g} to {_MEDIAN_HIGH:g} m³ a day and household, with at least three schemes",
    reason="norms give 60 to 150 litres a person and day; a whole layer beside that is in m³ an hour or a year",
)
SCHOOL_FULL = notice(
    "sum.school_capacity", tolerance="none", reason="schools take in more pupils than they have places for"
)
PERFORMANCE = fault(
    "sum.pv_ghi",
    tolerance="0.3 to 1.6 kWh/kWp for each kWh/m² on the level",
    reason="a fixed array yields 0.7 to 0.9 of what shines on it, in winter a little more; a year's or a day's sum "
    "lies far outside",
)

_CAPACITY_OF_KV = ((35.0, 100.0), (115.0, 600.0), (245.0, 2_000.0))


def row_findings(frames: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Compare the columns of each row.

    Parameters
    ----------
    frames
        Typed layers with rows, by name; a column with a fault of its own is absent.
    """
    found: list[Finding] = []
    for name, check in (
        ("communes", _commune_rows), ("villages", _village_rows), ("water_schemes", _scheme_rows), ("water_households",
        _work_rows),
        ("substations", _station_rows), ("schools", _school_rows), ("solar", _solar_rows), ("grid_lines", _line_rows),
    ):  # fmt: skip
        if name in frames:
            found += check(frames[name])
    return found


def has(frame: pd.DataFrame | None, *columns: str) -> bool:
    """Whether a layer is there with all these columns."""
    return frame is not None and set(columns) <= set(frame.columns)


def numbers(frame: pd.DataFrame, column: str) -> FloatArray:
    """Give a number column as an array, NaN where unknown."""
    return frame[column].to_numpy(dtype=np.float64, na_value=np.nan)


def where(check: Check, frame: pd.DataFrame, mask: Any, layer: str, **values: Any) -> list[Finding]:
    """Give one finding on the marked rows, or none."""
    marked = np.asarray(mask, dtype=bool)
    return [check.in_rows(frame, marked, layer=layer, **values)] if marked.any() else []


def _total(frame: pd.DataFrame, columns: tuple[str, ...]) -> FloatArray:
    return np.asarray(np.sum([numbers(frame, column) for column in columns], axis=0), dtype=np.float64)


def _pairs(frame: pd.DataFrame, first: str, second: str) -> list[str]:
    return [f"{a:,.10g} / {b:,.10g}" for a, b in zip(numbers(frame, first), numbers(frame, second), strict=True)]


def _people_rows(frame: pd.DataFrame, layer: str) -> list[Finding]:
    if not has(frame, "households", "population"):
        return []
    households, people = numbers(frame, "households"), numbers(frame, "population")
    shown = _pairs(frame, "households", "population")
    return where(MORE_HOUSEHOLDS, frame, households > people, layer, shown=shown) + where(
        NO_HOUSEHOLDS, frame, (households == 0) & (people > 0), layer, shown=shown
    )


def _commune_rows(communes: pd.DataFrame) -> list[Finding]:
    found = _people_rows(communes, "communes")
    kinds = ("special_use_forest_ha", "protection_forest_ha", "production_forest_ha")
    if not has(communes, "area_km2", "natural_forest_ha", *kinds):
        return found
    area_ha = _area_ha(communes)
    forest_ha = np.maximum(_total(communes, kinds), numbers(communes, "natural_forest_ha"))
    shown = [f"{forest:,.0f} of {area:,.0f} ha" for forest, area in zip(forest_ha, area_ha, strict=True)]
    found += where(FOREST_AREA, communes, forest_ha > 1.1 * area_ha, "communes", shown=shown)
    if has(communes, "forest_cover_pct"):
        covered_ha = area_ha * numbers(communes, "forest_cover_pct") / 100
        found += _forest_units(communes, kinds, covered_ha)
    return found


def _area_ha(communes: pd.DataFrame) -> FloatArray:
    """Area as drawn, where it is drawn in metres: a wrong `area_km2` is told by itself and should not be told as wrong
    forest [ha]."""
    if isinstance(communes, gpd.GeoDataFrame) and communes.crs is not None and communes.crs.is_projected:
        return np.asarray(communes.geometry.area.to_numpy() / 10_000)
    return 100 * numbers(communes, "area_km2")


def _forest_units(communes: pd.DataFrame, kinds: tuple[str, ...], covered_ha: FloatArray) -> list[Finding]:
    """Find forest columns that are a hundredth of what the cover says: km² in a column of hectares."""
    known = np.isfinite(covered_ha) & (covered_ha > 0)
    if not known.any():
        return []
    total_ha = {
        "forest": _total(communes, kinds),
        "natural": numbers(communes, "natural_forest_ha"),
    }
    for what, columns in (("forest", ", ".join(kinds)), ("natural", "natural_forest_ha")):
        ratio = float(np.median(total_ha[what][known] / covered_ha[known]))
        wild = ratio > 3 or (0 < ratio < (1 / 3 if what == "forest" else 0.02) and float(total_ha[what].max()) > 0)
        if wild:
            other = "km²" if 0.002 < ratio < 0.03 else "m²" if 3_000 < ratio < 30_000 else "another unit"
            return [FOREST_UNIT.found("communes", of=len(communes), columns=columns, ratio=ratio, other=other)]
    return []


def _village_rows(villages: pd.DataFrame) -> list[Finding]:
    found = _people_rows(villages, "villages")
    levels = ("pupils_primary", "pupils_lower_secondary", "pupils_upper_secondary")
    if has(villages, "population", *levels):
        pupils = _total(villages, levels)
        shown = [f"{a:,.0f} / {b:,.0f}" for a, b in zip(pupils, numbers(villages, "population"), strict=True)]
        found += where(PUPILS, villages, pupils > numbers(villages, "population"), "villages", shown=shown)
    return found


def _scheme_rows(schemes: pd.DataFrame) -> list[Finding]:
    found = []
    if has(schemes, "households_served", "households_design"):
        served, design = numbers(schemes, "households_served"), numbers(schemes, "households_design")
        shown = _pairs(schemes, "households_served", "households_design")
        far = (served > 3 * design) & (design > 0)
        found += where(SERVED_FAR, schemes, far, "water_schemes", shown=shown)
        found += where(SERVED, schemes, (served > design) & (design > 0) & ~far, "water_schemes", shown=shown)
    if has(schemes, "capacity_m3_day", "households_design"):
        capacity, design = numbers(schemes, "capacity_m3_day"), numbers(schemes, "households_design")
        each = capacity / np.where(design > 0, design, np.nan)
        off = (each < _WATER_DAY_LOW) | (each > _WATER_DAY_HIGH)
        if off.any():
            shown = [f"{a:g} m³/day, {b:,.0f} households" for a, b in zip(capacity, design, strict=True)]
            litres = float(np.nanmedian(each[off])) * _LITRES
            check = LITRES if off.mean() > 0.2 and 0.05 <= litres <= 5 else PER_HOUSEHOLD
            found += where(check, schemes, off, "water_schemes", shown=shown)
        elif np.isfinite(each).sum() >= 3 and not _MEDIAN_LOW <= float(np.nanmedian(each)) <= _MEDIAN_HIGH:
            median = float(np.nanmedian(each))
            fits = [name for name, factor in _WATER_UNITS if 0.1 <= median * factor <= 2.0]
            found.append(
                DESIGN_MEDIAN.found("water_schemes", of=len(schemes), median=median, other=", ".join(fits) or "-")
            )
    return found


def _line_rows(lines: pd.DataFrame) -> list[Finding]:
    if not has(lines, "feeder_load_mw", "voltage_kv"):
        return []
    load, voltage = numbers(lines, "feeder_load_mw"), numbers(lines, "voltage_kv")
    current_ka = load / (np.sqrt(3) * voltage)
    over = current_ka > np.where(voltage <= 40, _FEEDER_KA, _LINE_KA)
    shown = [f"{a:g} MW at {b:g} kV" for a, b in zip(load, voltage, strict=True)]
    return where(FEEDER_LOAD, lines, over, "grid_lines", shown=shown)


def _work_rows(works: pd.DataFrame) -> list[Finding]:
    if not has(works, "own_source_to_standard_pct", "basic_pct"):
        return []
    own, basic = numbers(works, "own_source_to_standard_pct"), numbers(works, "basic_pct")
    return where(
        OWN_BASIC,
        works,
        own > basic,
        "water_households",
        shown=_pairs(works, "own_source_to_standard_pct", "basic_pct"),
    )


def _station_rows(stations: pd.DataFrame) -> list[Finding]:
    found = []
    if has(stations, "load_mva", "capacity_mva"):
        load, capacity = numbers(stations, "load_mva"), numbers(stations, "capacity_mva")
        shown = _pairs(stations, "load_mva", "capacity_mva")
        far = load > 3 * capacity
        found += where(LOAD_FAR, stations, far, "substations", shown=shown)
        found += where(LOAD, stations, (load > capacity) & ~far, "substations", shown=shown)
    if has(stations, "capacity_mva", "voltage_kv"):
        voltage, capacity = numbers(stations, "voltage_kv"), numbers(stations, "capacity_mva")
        most = np.full(len(stations), np.inf)
        for kilovolt, mva in reversed(_CAPACITY_OF_KV):
            most[voltage <= kilovolt] = mva
        shown = [f"{a:,.10g} MVA at {b:g} kV" for a, b in zip(capacity, voltage, strict=True)]
        found += where(CAPACITY_VOLTAGE, stations, capacity > most, "substations", shown=shown)
    return found


def _school_rows(schools: pd.DataFrame) -> list[Finding]:
    if not has(schools, "pupils", "capacity_pupils"):
        return []
    full = numbers(schools, "pupils") > numbers(schools, "capacity_pupils")
    return where(SCHOOL_FULL, schools, full, "schools", shown=_pairs(schools, "pupils", "capacity_pupils"))


def _solar_rows(solar: pd.DataFrame) -> list[Finding]:
    found = []
    if has(solar, "ghi_kwh_per_m2_day", "ghi_daily_sd_kwh_per_m2_day"):
        wide = numbers(solar, "ghi_daily_sd_kwh_per_m2_day") > numbers(solar, "ghi_kwh_per_m2_day")
        pairs = _pairs(solar, "ghi_daily_sd_kwh_per_m2_day", "ghi_kwh_per_m2_day")
        found += where(SPREAD_MEAN, solar, wide, "solar", shown=pairs)
    if not has(solar, "ghi_kwh_per_m2_day", "pv_kwh_per_kwp"):
        return found
    yield_ratio = numbers(solar, "pv_kwh_per_kwp") / (30.4 * numbers(solar, "ghi_kwh_per_m2_day"))
    off = (yield_ratio < 0.3) | (yield_ratio > 1.6)
    shown = [f"{value:.2f}" for value in yield_ratio]
    return found + where(PERFORMANCE, solar, off, "solar", shown=shown)
