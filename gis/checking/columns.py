"""Cells of a layer: turned into the dtypes of its schema, every value that does not fit found, none repaired in
silence.

A missing column is never filled, an empty cell never becomes 0, a number that two countries read differently is asked
about.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from infragap.gis import schema
from infragap.gis.arrays import BoolArray
from infragap.gis.checking.texts import text_findings
from infragap.gis.checking.units import unit_findings
from infragap.gis.findings import Finding, fault
from infragap.profiles.profile import Profile

MISSING = fault(
    "column.missing",
    reason="an absent column is never taken as 0 or false; names that a format has cut are matched where only one fits",
)
EMPTY = fault("cell.empty", reason="an empty cell of a required column is unknown, and unknown is not 0")
EMPTY_COLUMN = fault("cell.all_empty", reason="a required column without any value says nothing")
NO_NUMBER = fault("cell.no_number", reason="text, words, dates, error values and infinities are no numbers")
NO_WHOLE_NUMBER = fault(
    "cell.no_whole_number", reason="households, people, pupils and months are counted in whole numbers"
)
NO_TRUTH = fault("cell.no_truth", reason="true, false, 1 and 0 are read; any other word is not guessed")
THOUSANDS = fault(
    "cell.thousands",
    tolerance="a column where a dotted number has another number of decimals than three; files that separate by the "
    "comma may hold such numbers with a decimal part of three digits as long as some cell has another number of them",
    reason="2.000 is two thousand in Vietnam and two in English; a file of Vietnamese numbers (semicolons, decimal "
    "comma), KML and text cells of a workbook may mean either",
)
COMMA_THOUSANDS = fault(
    "cell.thousands_comma",
    tolerance="numbers that are not whole, in a file with decimal commas before another number of digits than three",
    reason="2,000 is two thousand in English and two in Vietnam, where a file may write its decimals with the comma",
)
PERCENT_CELLS = fault(
    "cell.percent_format",
    reason="a count or length shown in percent (5000 % for 50) was formatted by mistake, or stands in another column",
)
TWICE = fault("cell.twice", reason="results are joined by the identifier, so two rows must not share one")
CHOICE = fault("cell.choice", reason="an analysis decides by this word")
BELOW = fault("cell.below", reason="the quantity cannot be smaller")
NOT_ABOVE = fault("cell.not_above", reason="the quantity cannot be 0 or less")
ABOVE = fault("cell.above", reason="the quantity cannot be larger")
RULE = fault("cell.rule", reason="the column has a rule of its own")

MOST_COUNTED = 2**53
"""Whole numbers beyond this are not exact as floats, and count nothing on Earth."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_DOTTED = re.compile(r"[+-]?\d+\.(\d+)")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")
_COMMA_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_COMMA_DECIMALS = re.compile(r"[+-]?(\d+,(\d{1,2}|\d{4,})|0,\d+)")
_TRUTH = {"true": True, "false": False, "1": True, "0": False}
_BAD = object()
_DTYPES = {"int64": "int64", "float64": "float64", "bool": "bool"}


def typed(frame: pd.DataFrame, *, layer: str, profile: Profile | None = None) -> tuple[pd.DataFrame, list[Finding]]:
    """Turn the cells of a layer into the dtypes of its schema and check the values.

    Parameters
    ----------
    frame
        As read; columns beyond the schema stay as they are. `attrs['decimal_comma']`: a comma may be the decimal point;
        `attrs['vietnamese_numbers']`: a dot may part thousands.
    layer
        Name in `schema.LAYERS`; a layer without a schema comes back unchanged.
    profile
        Country of the pack; None for the default one.

    Returns
    -------
    tuple
        New frame with the schema columns typed; a column with a fault is left out, so that nothing is reckoned with it.
        Then the findings.
    """
    model = schema.LAYERS.get(layer)
    if model is None:
        return frame.copy(), text_findings(frame, layer=layer)
    columns = model.to_schema().columns
    # a format that keeps columns with the rows has none where there are no rows: fine where a layer may be empty
    empty = len(frame) == 0 and layer not in schema.NEEDS_ROWS
    missing = [name for name, column in columns.items() if column.required and name not in frame.columns and not empty]
    found = []
    if missing:
        left = [str(name) for name in frame.columns if name not in columns and name != "geometry"]
        found.append(MISSING.found(layer, of=len(frame), columns=", ".join(missing), others=", ".join(left) or "-"))
    result = frame.copy()
    for name, column in columns.items():
        if name in frame.columns:
            values, findings = _column(frame, name, column, layer=layer)
            found += findings
            if values is None:
                result = result.drop(columns=name)
            else:
                result[name] = values
        elif empty and column.required:
            # whoever asks a layer without rows for a column finds it, without rows
            result[name] = pd.Series(index=result.index, dtype=_DTYPES.get(str(column.dtype), "object"))
    return result, found + text_findings(frame, layer=layer) + unit_findings(result, layer=layer, profile=profile)


def _column(
    frame: pd.DataFrame, name: str, column: pa.Column, *, layer: str
) -> tuple[pd.Series[Any] | None, list[Finding]]:
    dtype, raw = str(column.dtype), frame[name]
    comma = bool(frame.attrs.get("decimal_comma")) and any(
        isinstance(cell, str) and _DECIMAL_COMMA.fullmatch(cell.strip()) for cell in raw
    )
    dotted = by_comma = np.zeros(len(frame), dtype=bool)
    if dtype in ("int64", "float64"):
        dotted, by_comma = _thousands(raw, frame), _comma_thousands(raw, frame, whole=dtype == "int64")
    doubtful = dotted | by_comma
    cells = [_cell(value, dtype, decimal_comma=comma) for value in raw]
    empty = np.array([cell is None for cell in cells], dtype=bool)
    bad = np.array([cell is _BAD for cell in cells], dtype=bool) & ~doubtful
    found = []
    if empty.any() and not column.nullable:
        check = EMPTY_COLUMN if empty.all() and len(frame) > 0 else EMPTY
        found.append(check.in_rows(frame, empty, layer=layer, column=name))
    for ask, marked in ((THOUSANDS, dotted), (COMMA_THOUSANDS, by_comma)):
        if marked.any():
            found.append(ask.in_rows(frame, marked, layer=layer, shown=raw, column=name, **_both_readings(raw, marked)))
    if bad.any():
        check = {"int64": NO_WHOLE_NUMBER, "float64": NO_NUMBER, "bool": NO_TRUTH}[dtype]
        found.append(check.in_rows(frame, bad, layer=layer, shown=raw, column=name, unit=column.title))
    if name in frame.attrs.get("percent_columns", ()) and column.title != "%" and dtype in ("int64", "float64"):
        found.append(PERCENT_CELLS.found(layer, of=len(frame), column=name, unit=column.title))
    good = ~(empty | bad | doubtful)
    found += _value_findings(frame, name, column, cells, good, layer=layer)
    if bad.any() or doubtful.any() or (empty.any() and not column.nullable):
        return None, found
    if dtype == "float64":
        numbers = [math.nan if cell is None else cell for cell in cells]
        return pd.Series(numbers, index=frame.index, dtype="float64"), found
    return pd.Series(cells, index=frame.index, dtype=_DTYPES.get(dtype, "object")), found


def _thousands(raw: Iterable[Any], frame: pd.DataFrame) -> BoolArray:
    """Mark the text cells whose dot may part thousands."""
    texts = [cell.strip() if isinstance(cell, str) else "" for cell in raw]
    marked = np.array([bool(_THOUSANDS.fullmatch(text)) for text in texts], dtype=bool)
    if not marked.any():
        return marked
    several = np.array([text.count(".") > 1 for text in texts], dtype=bool)
    decimals = {len(match[1]) for text in texts if (match := _DOTTED.fullmatch(text))}
    # another number of decimals, or 0.512, beside it: the column writes its decimals with the dot, three of them
    # included
    plain = bool(decimals - {3}) or any(text.lstrip("+-").startswith("0.") for text in texts)
    if frame.attrs.get("vietnamese_numbers"):
        return marked & (several | (not plain))
    whole_thousands = all(text.endswith("000") for text, mark in zip(texts, marked, strict=True) if mark)
    return marked & (several | (not plain and whole_thousands))


def _comma_thousands(raw: Iterable[Any], frame: pd.DataFrame, *, whole: bool) -> BoolArray:
    """Mark the text cells whose comma may part thousands, in a file that may write its decimals with it."""
    texts = [cell.strip() if isinstance(cell, str) else "" for cell in raw]
    marked = np.array([bool(_COMMA_THOUSANDS.fullmatch(text)) for text in texts], dtype=bool)
    if not marked.any() or not frame.attrs.get("decimal_comma"):
        return np.zeros(len(texts), dtype=bool)
    several = np.array([text.count(",") > 1 for text in texts], dtype=bool)
    decimal = not whole and any(
        isinstance(cell, str) and _COMMA_DECIMALS.fullmatch(cell.strip()) is not None
        for name in frame.columns
        if frame[name].dtype == object and name != "geometry"
        for cell in frame[name]
    )
    return marked & (several | (not decimal))


def _both_readings(raw: Iterable[Any], doubtful: BoolArray) -> dict[str, str]:
    text = next(cell.strip() for cell, mark in zip(raw, doubtful, strict=True) if mark)
    if "," in text:
        return {"example": text, "whole": text.replace(",", ""), "decimal": f"{text}0"}
    return {"example": text, "whole": text.replace(".", ""), "decimal": text.replace(".", ",")}


def _cell(value: Any, dtype: str, *, decimal_comma: bool) -> Any:
    """Give the value in its dtype, None where empty, `_BAD` where it is something else."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        value = unicodedata.normalize("NFC", value).strip()
        if not value:
            return None
    if dtype == "bool":
        return _truth(value)
    if dtype in ("int64", "float64"):
        return _number(value, whole=dtype == "int64", decimal_comma=decimal_comma)
    if isinstance(value, str):
        return value
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _truth(value: Any) -> Any:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer | float | np.floating):
        return bool(value) if value in (0, 1) else _BAD
    return _TRUTH.get(value.lower(), _BAD) if isinstance(value, str) else _BAD


def _number(value: Any, *, whole: bool, decimal_comma: bool) -> Any:
    if isinstance(value, bool | np.bool_):
        return _BAD
    if isinstance(value, str):
        if decimal_comma:
            if "." in value or value.count(",") > 1:
                return _BAD
            value = value.replace(",", ".")
        if not value.isascii() or not _NUMBER.fullmatch(value):
            return _BAD
        value = float(value)
    if not isinstance(value, int | np.integer | float | np.floating):
        return _BAD
    try:
        number = float(value)
    except OverflowError:
        return _BAD
    if not math.isfinite(number):
        return _BAD
    if whole:
        return int(value) if number.is_integer() and abs(number) <= MOST_COUNTED else _BAD
    return number


def _value_findings(
    frame: pd.DataFrame, name: str, column: pa.Column, cells: list[Any], good: BoolArray, *, layer: str
) -> list[Finding]:
    positions = np.flatnonzero(good)
    if len(positions) == 0:
        return []
    values = pd.Series([cells[position] for position in positions], index=positions, name=name)
    found = []

    def mark(rows: Any) -> BoolArray:
        marked = np.zeros(len(frame), dtype=bool)
        marked[positions[rows]] = True
        return marked

    if column.unique and values.duplicated().any():
        found.append(TWICE.in_rows(frame, mark(values.duplicated(keep=False).to_numpy()), layer=layer, column=name))
    for check in column.checks:
        # one check at a time: validating the whole column would coerce and copy it again
        broken = ~check(values).check_output.to_numpy(dtype=bool)
        if broken.any():
            found.append(_rule_broken(frame, mark(broken), column, check, layer=layer))
    return found


def _rule_broken(frame: pd.DataFrame, marked: BoolArray, column: pa.Column, check: pa.Check, *, layer: str) -> Finding:
    limits = dict(check.statistics or {})
    shared = {"layer": layer, "shown": frame[column.name], "column": column.name}
    if "allowed_values" in limits:
        return CHOICE.in_rows(frame, marked, **shared, allowed=", ".join(map(str, limits["allowed_values"])))
    if "min_value" in limits:
        broken = NOT_ABOVE if check.name == "greater_than" else BELOW
        return broken.in_rows(frame, marked, **shared, limit=f"{limits['min_value']:g}", unit=column.title)
    if "max_value" in limits:
        return ABOVE.in_rows(frame, marked, **shared, limit=f"{limits['max_value']:g}", unit=column.title)
    return RULE.in_rows(frame, marked, **shared, rule=str(check.error or check.name))
