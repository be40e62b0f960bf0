"""What is wrong with given parameters, in words: unknown keys with the nearest known one, wrong kinds, bounds, and a
share where percent is meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from infragap.console.messages import Message

COMPARED_SIGNS = 100
"""Signs of an unknown key that are compared with the known ones."""

KNOWN_SHOWN = 5
"""Known keys that are listed where none is like the unknown one."""

FAR_FACTOR, FAR_PCT_FACTOR = 1e5, 10.0
"""A value that is so many times the usual one is asked about (VND for million VND are a million times); a percentage
above 100 already from ten times the usual one on."""

PLAUSIBLE_FACTOR = 2.0
"""A hundredfold value that lies within its range, or this far outside it, is taken for the one that was meant."""


def faults_of(error: ValidationError, model: type[BaseModel]) -> list[Message]:
    """Explain every fault of a validation."""
    return [_explain(fault, model) for fault in error.errors()]


def _explain(fault: Any, model: type[BaseModel]) -> Message:
    path = [str(part) for part in fault["loc"]]
    key = ".".join(path)
    if fault["type"] == "extra_forbidden":
        return _unknown(key, path, model)
    values = {"key": key, "value": repr(fault["input"]), **fault.get("ctx", {})}
    if "expected" in values:
        values["expected"] = values["expected"].replace(" or ", ", ")
    name = KINDS.get(fault["type"])
    if name is None:
        return Message("command.parameters.other", {"key": key, "reason": fault["msg"].removeprefix("Value error, ")})
    return Message(f"command.parameters.{name}", values)


KINDS = {
    "float_type": "no_number",
    "int_type": "no_whole_number",
    "bool_type": "no_true_or_false",
    "string_type": "no_text",
    "tuple_type": "no_list",
    "literal_error": "no_choice",
    "no_choice": "no_choice",
    "finite_number": "not_finite",
    "model_type": "no_table",
    "below_minimum": "below_minimum",
    "above_maximum": "above_maximum",
}
"""Kinds of faults of the validation that have a sentence of their own."""


def _unknown(key: str, path: Sequence[str], model: type[BaseModel]) -> Message:
    known = _names(path[:-1], model)
    near = difflib.get_close_matches(path[-1][:COMPARED_SIGNS], known, n=1)
    if near:
        return Message("command.parameters.unknown", {"key": key, "near": near[0]})
    shown = ", ".join(known[:KNOWN_SHOWN]) + (" …" if len(known) > KNOWN_SHOWN else "")
    return Message("command.parameters.unknown_all", {"key": key, "known": shown})


def _names(path: Sequence[str], model: type[BaseModel]) -> list[str]:
    for part in path:
        inner = model.model_fields[part].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


def shares_for_percent(given: Mapping[str, Any], model: type[BaseModel], prefix: str) -> Iterator[Message]:
    """Ask about values that look like a share where percent is wanted: 0.08 for a rate of 8 % a year.

    Parameters
    ----------
    given
        Values by parameter name, as they were given.
    model
        Their parameter set.
    prefix
        Name of the parameter set, for the key that the question names.
    """
    for name, value, field in _numbers(given, model):
        if name.endswith("_pct") and 0 < value <= 1 and _is_plausible(100 * value, field):
            values = {"key": f"{prefix}.{name}", "value": value, "percent": f"{100 * value:g}"}
            yield Message("command.parameters.share_for_percent", values)


def far_off(given: Mapping[str, Any], model: type[BaseModel], prefix: str) -> Iterator[Message]:
    """Ask about values that are many times what is usual: VND for million VND, 800 for 8 %.

    Parameters
    ----------
    given
        Values by parameter name, as they were given.
    model
        Their parameter set.
    prefix
        Name of the parameter set, for the key that the question names.
    """
    for name, value, field in _numbers(given, model):
        usual = _largest_usual(field)
        if usual is None:
            continue
        as_percent = name.endswith("_pct") and abs(value) > 100 and abs(value) >= FAR_PCT_FACTOR * usual
        if as_percent or abs(value) >= FAR_FACTOR * usual:
            values = {"key": f"{prefix}.{name}", "value": f"{value:g}", "usual": f"{usual:g}"}
            yield Message("command.parameters.far_off", values)


def _numbers(given: Mapping[str, Any], model: type[BaseModel]) -> Iterator[tuple[str, int | float, FieldInfo]]:
    """Known parameters that were given as numbers, each with its declaration."""
    for name, value in given.items():
        field = model.model_fields.get(name)
        if field is not None and not isinstance(value, bool) and isinstance(value, int | float):
            yield name, value, field


def _largest_usual(field: FieldInfo) -> float | None:
    """Largest of the default and the stated range, where there is one above 0."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    known = [field.default, extra.get("low"), extra.get("high")]
    numbers = [abs(float(one)) for one in known if isinstance(one, int | float) and not isinstance(one, bool)]
    return max(numbers, default=0.0) or None


def _is_plausible(value: float, field: FieldInfo) -> bool:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    low, high = extra.get("low"), extra.get("high")
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        low = high = field.default
    if not isinstance(low, int | float):
        # no default to compare with: any percentage is plausible
        return True
    return bool(low / PLAUSIBLE_FACTOR <= value <= high * PLAUSIBLE_FACTOR)
