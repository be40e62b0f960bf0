"""Values of one column that are unlike all others, stand for 'no data', or lie as a whole where the column seldom
does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from infragap.gis import schema
from infragap.gis.arrays import BoolArray, FloatArray
from infragap.gis.findings import Finding, notice

ROWS, FEW_ROWS = 8, 3
GAP, WIDE_GAP = 10.0, 50.0
"""How many times larger or smaller than all others a value is, in a column of `ROWS` values or more and in one of
`FEW_ROWS` or more."""

ALONE_SHARE = 0.05
"""Share of a column that may stand apart and still is a slip; more are another kind of thing."""

CODES = (8888.0, 9999.0, 88888.0, 99999.0, 999999.0, 9999999.0, 32767.0, 65535.0, 2147483647.0)
SHORT_CODES = (99.0, 999.0, 888.0)
BEYOND = 3.0
"""A code of two or three figures is one where it is so many times larger than all other values."""

MIDDLE_ROWS = 5
ACCURATE_M = 30.0

ALONE = notice(
    "unit.alone",
    tolerance=f"values within {GAP:g} times the others (columns of {ROWS} values or more; {WIDE_GAP:g} times from "
    f"{FEW_ROWS} on); more than {100 * ALONE_SHARE:g} % of the rows; heights, temperatures, years",
    reason="one row in another unit, or with a dot too many, stands far from all others of its column",
)
CODE = notice(
    "unit.code",
    tolerance="numbers below 8,888, save 99, 888 and 999 where they are three times all other values",
    reason="9999, 32767 and the like stand for 'no data' in many exports, and may also be true numbers",
)
MIDDLE = notice(
    "unit.middle",
    tolerance=f"columns of fewer than {MIDDLE_ROWS} values; medians within the second range of the column in the table "
    "below",
    reason="each value alone may be true, but half of a layer seldom is so large or small: another unit",
)
FRACTION = notice(
    "unit.fraction",
    tolerance="numbers that are whole",
    reason="people, households and pupils are counted in whole numbers: a part of one is a mean, a share or another "
    "unit",
)
MODELLED = notice(
    "accuracy.modelled",
    tolerance=f"{ACCURATE_M:g} m; rows of another provenance",
    reason="a modelled place is not known to some metres: its accuracy is in kilometres, or it was surveyed",
)

CONSTANT = notice(
    "unit.constant",
    tolerance="columns of fewer than 20 values; shares, capacities of one standard size, accuracies",
    reason="counts, areas and lengths of twenty places are never all the same: a cell was filled down, or a default",
)

CONSTANT_ROWS = 20
VARYING = ("people", "households", "works", "ha", "km²", "m³/day")
COUNTED = ("people", "households", "pupils", "works")
NO_RATIO = ("°", "°C", "year", "-", "m above sea level")
SIGNED = ("source_elevation_m",)


def unlikely_findings(frame: pd.DataFrame, column: pa.Column, values: FloatArray, *, layer: str) -> list[Finding]:
    """Look at one column of numbers whose values are possible.

    Parameters
    ----------
    frame
        The typed layer.
    column
        Of its schema.
    values
        Numbers of the column, NaN where unknown.
    layer
        Name in `schema.LAYERS`.
    """
    name, unit = str(column.name), str(column.title)
    shared: dict[str, Any] = {"layer": layer, "column": name}
    if name in ("position_accuracy_m", "boundary_accuracy_m"):
        return _accuracy_findings(frame, values, **shared)
    codes = _codes(values)
    found = []
    if codes.any():
        found.append(CODE.in_rows(frame, codes, shown=frame[name], **shared))
    known = np.where(codes, np.nan, values)
    usual = (column.metadata or {}).get(schema.USUAL)
    if usual is not None and usual.middle is not None:
        found += _middle_findings(known, usual, unit, layer=layer, column=name)
    if unit not in NO_RATIO and name not in SIGNED:
        found += alone_findings(frame, known, layer=layer, what=name, shown=[f"{value:,.10g}" for value in values])
    some = known[np.isfinite(known)]
    if unit in VARYING and len(some) >= CONSTANT_ROWS and some.min() == some.max() and some[0] > 0:
        found.append(CONSTANT.found(layer, of=len(frame), column=name, value=float(some[0])))
    fractions = np.isfinite(known) & (known != np.round(known)) if unit in COUNTED else np.zeros(len(known), dtype=bool)
    if fractions.any():
        found.append(FRACTION.in_rows(frame, fractions, shown=frame[name], **shared))
    return found


def alone_findings(
    frame: pd.DataFrame, values: FloatArray, *, layer: str, what: str, shown: list[str], gap: float = GAP
) -> list[Finding]:
    """Name the rows whose value is far above, or far below, that of all others.

    Parameters
    ----------
    frame
        The layer.
    values
        Positive numbers to compare; what is 0, negative or unknown is left out.
    layer
        Its name.
    what
        Name of the column or ratio, for the sentence.
    shown
        Text of each row's value.
    gap
        Ratio to the nearest of the others from which on a row stands apart.
    """
    marked, low, high = _apart(values, gap)
    if not marked.any():
        return []
    limits = {"low": f"{low:,.4g}", "high": f"{high:,.4g}"}
    return [ALONE.in_rows(frame, marked, layer=layer, shown=shown, column=what, **limits)]


def _apart(values: FloatArray, gap: float) -> tuple[BoolArray, float, float]:
    """Mark the values apart, and give the range of the others."""
    positive = np.isfinite(values) & (values > 0)
    ordered = np.sort(values[positive])
    nothing = np.zeros(len(values), dtype=bool)
    if len(ordered) < FEW_ROWS:
        return nothing, 0.0, 0.0
    gap = gap if len(ordered) >= ROWS else max(gap, WIDE_GAP)
    few = max(1, int(ALONE_SHARE * len(ordered)))
    with np.errstate(over="ignore"):
        steps = ordered[1:] / ordered[:-1]
    above = np.flatnonzero(steps[-few:] >= gap)
    below = np.flatnonzero(steps[:few] >= gap)
    high = ordered[len(ordered) - 1 - few + above[0]] if len(above) else ordered[-1]
    low = ordered[below[-1] + 1] if len(below) else ordered[0]
    return positive & ((values > high) | (values < low)), float(low), float(high)


def _codes(values: FloatArray) -> BoolArray:
    codes = np.isin(values, CODES)
    for short in SHORT_CODES:
        others = values[np.isfinite(values) & (values != short)]
        if len(others) >= FEW_ROWS and others.max() > 0 and short > BEYOND * others.max():
            codes |= values == short
    return np.asarray(codes)


def _middle_findings(values: FloatArray, usual: schema.Usual, unit: str, *, layer: str, column: str) -> list[Finding]:
    known = values[np.isfinite(values) & (values > 0)]
    assert usual.middle is not None
    low, high = usual.middle
    if len(known) < MIDDLE_ROWS or low <= float(np.median(known)) <= high:
        return []
    limits = {"low": f"{low:,g}", "high": f"{high:,g}", "unit": unit}
    return [MIDDLE.found(layer, of=len(values), column=column, median=float(np.median(known)), **limits)]


def _accuracy_findings(frame: pd.DataFrame, values: FloatArray, *, layer: str, column: str) -> list[Finding]:
    if "provenance" not in frame.columns:
        return []
    modelled = (frame["provenance"] == "modelled").to_numpy(dtype=bool)
    exact = modelled & (values > 0) & (values < ACCURATE_M)
    return [MODELLED.in_rows(frame, exact, layer=layer, shown=frame[column], column=column)] if exact.any() else []
