"""What every analysis's parameter model is made of: frozen values with unit, meaning, source and range beside each default."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator


class Parameters(BaseModel):
    """Frozen parameter set: unknown keys and values outside their stated bounds are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)

    @field_validator("*", mode="after")
    @classmethod
    def _ordered_range(cls, value: Any, info: ValidationInfo) -> Any:
        extra = cls.model_fields[info.field_name or ""].json_schema_extra
        if isinstance(extra, dict) and extra.get("minimum") is not None and value < extra["minimum"]:
            raise ValueError(f"must be at least {extra['minimum']} {extra['unit']}")
        return value


def parameter(
    default: Any,
    *,
    unit: str,
    meaning: str,
    source: str,
    low: float | None = None,
    high: float | None = None,
    minimum: float | None = 0.0,
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
    minimum
        Smallest value that makes sense; None for switches and texts.
    """
    if not isinstance(default, int | float) or isinstance(default, bool):
        minimum = None
    extra: dict[str, Any] = {"unit": unit, "source": source, "low": low, "high": high, "minimum": minimum}
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
                "meaning": field.description,
                "source": extra.get("source"),
            }
        )
    return pd.DataFrame(rows)
