"""Validation of a layer against its schema: strict dtypes, then values, then geometry; every fault found, none repaired in silence.

A fault is one sentence with the layer, the rows and the repair. A missing column is never filled, an empty cell never becomes 0.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from infragap.gis import schema
from infragap.gis.findings import listed

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_TRUTH = {"true": True, "false": False, "1": True, "0": False}
_MOJIBAKE = re.compile("[ÃÂÄÅÆÐ][\u0080-\u00bf]|á[º»]|\ufffd")
_BAD = object()

MOST_COUNTED = 2**53
"""Whole numbers beyond this are not exact as floats, and count nothing on Earth."""


def row_names(frame: pd.DataFrame, mask: Any, *, layer: str) -> list[str]:
    """Name the marked rows: by the layer's id column where the row has one, else 'row 7' (1 = first data row)."""
    column = schema.ID_COLUMN.get(layer)
    names = []
    for position in np.flatnonzero(np.asarray(mask, dtype=bool)):
        value = frame[column].iloc[position] if column in frame.columns else None
        names.append(str(value) if isinstance(value, str) and value else f"row {position + 1}")
    return names


def sentence(frame: pd.DataFrame, mask: Any, *, layer: str, fault: str, repair: str, values: Any = None) -> str:
    """Word one fault: 'settlements: 3 of 845 rows have no households (C0017, C0204, C0388). Fill the column or drop the rows.'."""
    marked = np.asarray(mask, dtype=bool)
    names = row_names(frame, marked, layer=layer)
    if values is not None:
        shown = np.asarray(values, dtype=object)[marked]
        names = [f"{name} = {'empty' if value is None else value}" for name, value in zip(names, shown, strict=True)]
    count = int(marked.sum())
    return f"{layer}: {count} of {len(frame)} rows have {fault} ({listed(names)}). {repair}"


def typed(frame: pd.DataFrame, *, layer: str) -> tuple[pd.DataFrame, list[str]]:
    """Turn the cells of a layer into the dtypes of its schema and check the values.

    Parameters
    ----------
    frame
        As read; columns beyond the schema stay as they are.
    layer
        Name in `schema.LAYERS`; a layer without a schema comes back unchanged.

    Returns
    -------
    tuple
        New frame, schema columns typed (where they have no fault), and the faults, one sentence each.
    """
    model = schema.LAYERS.get(layer)
    if model is None:
        return frame.copy(), []
    columns = model.to_schema().columns
    # a format that keeps columns with the rows has none where there are no rows: fine where a layer may be empty
    empty = len(frame) == 0 and layer not in schema.NEEDS_ROWS
    missing = [name for name, column in columns.items() if column.required and name not in frame.columns and not empty]
    faults = []
    if missing:
        faults.append(
            f"{layer}: {len(missing)} column{'s are' if len(missing) > 1 else ' is'} missing in all {len(frame)} rows ({', '.join(missing)}). Add "
            f"{'them' if len(missing) > 1 else 'it'}; an absent column is never taken as 0."
        )
    result = frame.copy()
    for name, column in columns.items():
        if name in frame.columns:
            values, found = _column(frame, name, column, layer=layer)
            faults += found
            if values is not None:
                result[name] = values
    return result, faults


def _column(
    frame: pd.DataFrame, name: str, column: pa.Column, *, layer: str
) -> tuple[pd.Series[Any] | None, list[str]]:
    dtype = str(column.dtype)
    raw = frame[name]
    comma = bool(frame.attrs.get("decimal_comma")) and any(
        isinstance(v, str) and _DECIMAL_COMMA.fullmatch(v) for v in raw
    )
    cells = [_cell(value, dtype, decimal_comma=comma) for value in raw]
    empty = np.array([cell is None for cell in cells], dtype=bool)
    bad = np.array([cell is _BAD for cell in cells], dtype=bool)
    faults = []
    if empty.any() and not column.nullable:
        repair = "Fill the column." if empty.all() and len(frame) > 0 else "Fill the column or drop the rows."
        faults.append(sentence(frame, empty, layer=layer, fault=f"no {name}", repair=repair))
    if bad.any():
        wanted = {"int64": "a whole number", "float64": "a number", "bool": "true or false"}.get(dtype, "text")
        faults.append(
            sentence(
                frame,
                bad,
                layer=layer,
                fault=f"{name} that is not {wanted}",
                values=raw,
                repair=f"Write {wanted} ({column.title}).",
            )
        )
    good = ~(empty | bad)
    faults += _value_faults(frame, name, column, cells, good, layer=layer)
    complete = good.all() if not column.nullable else not bad.any()
    if not complete:
        return None, faults
    if dtype == "float64":
        return pd.Series(
            [math.nan if cell is None else cell for cell in cells], index=frame.index, dtype="float64"
        ), faults
    return pd.Series(cells, index=frame.index, dtype={"int64": "int64", "bool": "bool"}.get(dtype, "object")), faults


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
        if not _NUMBER.fullmatch(value):
            return _BAD
        value = float(value)
    if not isinstance(value, int | np.integer | float | np.floating) or not math.isfinite(value):
        return _BAD
    if whole:
        return int(value) if float(value).is_integer() and abs(float(value)) <= MOST_COUNTED else _BAD
    return float(value)


def _value_faults(
    frame: pd.DataFrame, name: str, column: pa.Column, cells: list[Any], good: Any, *, layer: str
) -> list[str]:
    positions = np.flatnonzero(good)
    if len(positions) == 0:
        return []
    values = pd.Series([cells[position] for position in positions], index=positions, name=name)
    faults = []
    if column.unique and values.duplicated().any():
        mask = _mask(len(frame), positions[values.duplicated(keep=False).to_numpy()])
        repair = f"Give each row its own {name} or drop the repeated rows."
        faults.append(sentence(frame, mask, layer=layer, fault=f"a {name} that another row has too", repair=repair))
    for check in column.checks:
        # one check at a time: validating the whole column would coerce and copy it again
        broken = ~check(values).check_output.to_numpy(dtype=bool)
        if broken.any():
            fault, repair = _wording(name, column, check)
            faults.append(
                sentence(
                    frame,
                    _mask(len(frame), positions[broken]),
                    layer=layer,
                    fault=fault,
                    values=frame[name],
                    repair=repair,
                )
            )
    if str(column.dtype) == "str":
        garbled = np.zeros(len(frame), dtype=bool)
        garbled[positions] = [bool(_MOJIBAKE.search(value)) for value in values]
        if garbled.any():
            repair = "The text was once saved in the wrong encoding: export it again from its source as UTF-8."
            faults.append(
                sentence(frame, garbled, layer=layer, fault=f"garbled {name}", values=frame[name], repair=repair)
            )
    return faults


def _mask(length: int, positions: Any) -> Any:
    mask = np.zeros(length, dtype=bool)
    mask[positions] = True
    return mask


def _wording(name: str, column: pa.Column, check: pa.Check) -> tuple[str, str]:
    limits = dict(check.statistics or {})
    if "allowed_values" in limits:
        allowed = ", ".join(str(value) for value in limits["allowed_values"])
        return f"a {name} that is not one of {allowed}", "Use one of these words."
    if "pattern" in limits and "d{5}" in str(limits["pattern"]):
        return (
            f"a {name} that is not five digits",
            "Write the official code with its leading zeros, such as 04489; format the column as text.",
        )
    if "min_value" in limits:
        border = "below" if check.name == "greater_than_or_equal_to" else "not above"
        return f"{name} {border} {limits['min_value']:g}", f"Correct the values ({column.title}) or drop the rows."
    if "max_value" in limits:
        return f"{name} above {limits['max_value']:g}", f"Correct the values ({column.title}) or drop the rows."
    return f"{name} that breaks the rule {check.error or check.name}", "Correct the values or drop the rows."
