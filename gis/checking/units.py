"""Values outside what a column holds on Earth, with the unit that would fit: volts for kilovolts, shares for percent,
metres for kilometres."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa

from infragap.gis import schema
from infragap.gis.arrays import BoolArray, FloatArray
from infragap.gis.checking.unlikely.values import unlikely_findings
from infragap.gis.findings import Finding, fault
from infragap.profiles.profile import DEFAULT, Profile, read_profile

OTHER_UNIT = fault(
    "unit.other",
    tolerance="the range of the column in the table below; the unit named brings at least nine tenths of the values "
    "outside back into it",
    reason="a number in another unit changes a plan in silence",
)
RANGE = fault(
    "unit.range",
    tolerance="the range of the column in the table below",
    reason="no place on Earth has such a value, so the number is a slip or in another unit",
)
NO_DATA = fault(
    "unit.no_data",
    reason="-999 and the like stand for 'no data' in many exports; reckoned with, they change every mean",
)
SHARES = fault(
    "unit.shares",
    tolerance="a column with any value above 1",
    reason="a percent column whose largest value is 1 or less holds shares of one (33.2 % written as 0.332)",
)

NO_DATA_CODES = (-99.0, -999.0, -9999.0, -99999.0, -999999.0, 9999.0, 99999.0, 999999.0, -32768.0)
EXPLAINED = 0.9
"""Share of the values outside that another unit must bring back inside to be named."""


def unit_findings(frame: pd.DataFrame, *, layer: str, profile: Profile | None = None) -> list[Finding]:
    """Check every number column of a typed layer against the values that it holds on Earth.

    Parameters
    ----------
    frame
        As from `typed`: faulty columns left out.
    layer
        Name in `schema.LAYERS`.
    profile
        Country of the pack; None for the default one.
    """
    found = []
    for name, column in schema.LAYERS[layer].to_schema().columns.items():
        if name not in frame.columns or not pd.api.types.is_numeric_dtype(frame[name]):
            continue
        values = frame[name].to_numpy(dtype=np.float64)
        told = _share_findings(frame, name, values, layer=layer) if column.title == "%" else []
        usual = (column.metadata or {}).get(schema.USUAL)
        # what works cost is known in the money of the default country alone
        is_foreign = (
            name.endswith("_" + read_profile().money.suffix) and profile is not None and profile.code != DEFAULT
        )
        if usual is not None and not is_foreign:
            told += _range_findings(frame, column, values, usual, layer=layer)
        # a column of impossible values is told once
        found += told or unlikely_findings(frame, column, values, layer=layer)
    return found


def _share_findings(frame: pd.DataFrame, name: str, values: FloatArray, *, layer: str) -> list[Finding]:
    known = values[np.isfinite(values)]
    if known.size == 0 or not 0 < known.max() <= 1:
        return []
    return [SHARES.in_rows(frame, values > 0, layer=layer, shown=frame[name], column=name, largest=float(known.max()))]


def _range_findings(
    frame: pd.DataFrame, column: pa.Column, values: FloatArray, usual: schema.Usual, *, layer: str
) -> list[Finding]:
    name, unit = column.name, column.title
    zero_allowed = any(
        (check.statistics or {}).get("min_value") == 0 and check.name == "greater_than_or_equal_to"
        for check in column.checks
    )
    outside = np.isfinite(values) & ~((values >= usual.low) & (values <= usual.high)) & ~((values == 0) & zero_allowed)
    codes = outside & np.isin(values, NO_DATA_CODES)
    known = np.flatnonzero(~np.isnan(values))
    for check in column.checks:
        # told already as too small or too large
        outside[known] &= codes[known] | check(frame[name].iloc[known]).check_output.to_numpy(dtype=bool)
    found = []
    if codes.any():
        found.append(NO_DATA.in_rows(frame, codes, layer=layer, shown=frame[name], column=name))
    outside &= ~codes
    if not outside.any():
        return found
    shared = {"layer": layer, "shown": frame[name], "column": name, "unit": unit}
    shared |= {"low": _plain(usual.low), "high": _plain(usual.high)}
    for other in usual.others:
        if _explains(values[outside], other, usual):
            example = float(values[outside][0])
            meant = (example - other.offset) / other.factor
            found.append(
                OTHER_UNIT.in_rows(
                    frame, outside, **shared, other=other.name, example=f"{example:g}", meant=f"{meant:g}"
                )
            )
            return found
    found.append(RANGE.in_rows(frame, outside, **shared))
    return found


def _plain(limit: float) -> str | float:
    """A year is written without a mark between its thousands."""
    return f"{limit:g}" if 1_000 <= limit < 10_000 else limit


def _explains(outside: FloatArray, other: schema.Unit, usual: schema.Usual) -> bool:
    meant = (outside - other.offset) / other.factor
    inside: BoolArray = (meant >= usual.low) & (meant <= usual.high)
    return float(inside.mean()) >= EXPLAINED
