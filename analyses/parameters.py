"""What every analysis's parameter model is made of: frozen values with unit, meaning, source and range beside each default."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from infragap.analyses.wording.catalogue import words


class Parameters(BaseModel):
    """Frozen parameter set: unknown keys and values outside their stated bounds are errors."""

    words_under: ClassVar[str] = ""
    """Where the catalogue of words holds the short names, such as 'parameter.electricity'."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)

    @field_validator("*", mode="after")
    @classmethod
    def _ordered_range(cls, value: Any, info: ValidationInfo) -> Any:
        extra = cls.model_fields[info.field_name or ""].json_schema_extra
        if not isinstance(extra, dict) or isinstance(value, bool):
            return value
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, int | float):
                _check_bounds(number, extra)
        return value


def _check_bounds(number: float, extra: dict[str, Any]) -> None:
    if extra["minimum"] is not None and number < extra["minimum"]:
        raise ValueError(f"must be at least {extra['minimum']:g} {extra['unit']}")
    if extra["maximum"] is not None and number > extra["maximum"]:
        raise ValueError(f"must be at most {extra['maximum']:g} {extra['unit']}")


def parameter(
    default: Any,
    *,
    unit: str,
    meaning: str,
    source: str,
    low: float | None = None,
    high: float | None = None,
    minimum: float | None = 0.0,
    maximum: float | None = None,
    compared: bool = True,
) -> Any:
    """Declare one parameter.

    Parameters
    ----------
    default
        Value used when the user gives none, in `unit`.
    unit, meaning, source
        Text for the user; `source` names a publication or says 'assumption'.
    low, high
        Range of uncertainty [unit], used by sensitivity and Monte Carlo; None where it is a choice, not an uncertainty.
    minimum, maximum
        Smallest and largest value that make sense, of each part of a list; None for no bound.
    compared
        Whether the value enters the comparison that the draws repeat; not so for checks and reports.
    """
    extra: dict[str, Any] = {
        "unit": unit,
        "source": source,
        "low": low,
        "high": high,
        "minimum": minimum,
        "maximum": maximum,
        "compared": compared,
    }
    return Field(default=default, description=meaning, json_schema_extra=extra)


def describe(parameters: Parameters) -> pd.DataFrame:
    """Table of a parameter set: name, value, unit, low, high, meaning, source (one row per parameter)."""
    rows = []
    for name, field in type(parameters).model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        rows.append(
            {
                "parameter": name,
                "value": getattr(parameters, name),
                "unit": extra.get("unit"),
                "low": extra.get("low"),
                "high": extra.get("high"),
                "name_vi": short_name(parameters, name, "vi"),
                "meaning": field.description,
                "source": extra.get("source"),
            }
        )
    return pd.DataFrame(rows)


def short_name(parameters: Parameters, name: str, language: str) -> str:
    """Name of a parameter for tables that planners read; empty where the catalogue has none. Every uncertain parameter has one."""
    key, chosen = f"{parameters.words_under}.{name}", words(language)
    return chosen(key) if key in chosen else ""
