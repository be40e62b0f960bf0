"""What the forms call layers, columns and codes, in a language of the country."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infragap.gis import schema
from infragap.gis.dictionary import Field, layer_fields
from infragap.profiles.profile import Profile
from infragap.starting.guesses import FOLLOWING
from infragap.wording.catalogue import Words
from infragap.wording.codes import code_words, codes, unit_words

NUMBERS = {
    "households": 45, "population": 190, "position_accuracy_m": 50, "voltage_kv": None, "capacity_mva": 25,
    "capacity_kva": 50, "month": 1, "year": 2015, "capacity_m3_day": 30, "source_elevation_m": 820,
    "capacity_pupils": 350, "pupils": 320, "area_km2": 84.5, "poverty_rate_pct": 22.4,
}  # fmt: skip
"""Examples of numbers; None for what the country says."""


@dataclass(frozen=True)
class FormColumn:
    """One column of a form.

    Attributes
    ----------
    name
        In the schema.
    heading
        With unit, and with a star where it must be filled.
    choices
        Words that may be chosen → value of the schema; empty where the cell is free.
    low, high
        Limits of a number; None where there is none.
    is_number, must
        Whether it holds numbers, and whether it must be filled.
    example, meaning
        What could stand there, and what the column means.
    """

    name: str
    heading: str
    choices: dict[str, str | bool]
    low: float | None
    high: float | None
    is_number: bool
    must: bool
    example: str | float
    meaning: str


def form_columns(layer: str, profile: Profile, say: Words) -> list[FormColumn]:
    """Give the columns of a form: those of the schema, without those that reading fills by itself."""
    country = {field.name: field for field in layer_fields(layer, profile)}
    names = schema.LAYERS[layer].to_schema().columns
    declared = zip(names, country.values(), strict=True)
    return [_column(layer, name, field, profile, say) for name, field in declared if name not in FOLLOWING]


def place_headings(say: Words) -> tuple[str, str]:
    """Headings of longitude and latitude."""
    return say("form.column.longitude") + " *", say("form.column.latitude") + " *"


def _column(layer: str, name: str, field: Field, profile: Profile, say: Words) -> FormColumn:
    area = profile.administration.area.get(say.language, next(iter(profile.administration.area.values())))
    unit = "" if field.unit == "-" else f" ({_unit(field.unit, say)})"
    limits = field.constraints or {}
    choices = _choices(layer, name, field, say)
    must = field.filled and field.required
    return FormColumn(
        name=name,
        heading=f"{_capital(say(f'form.column.{name}', area=area))}{unit}{' *' if must else ''}",
        choices=choices,
        low=limits.get("minimum", limits.get("exclusiveMinimum")),
        high=limits.get("maximum"),
        is_number=field.type in ("integer", "number"),
        must=must,
        example=_example(layer, name, field, choices, profile, say),
        meaning=field.meaning,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _unit(unit: str, say: Words) -> str:
    known = unit_words(unit)
    return unit if known is None else known[say.language]


def _choices(layer: str, name: str, field: Field, say: Words) -> dict[str, str | bool]:
    if field.type == "boolean":
        return {say("form.code.yes"): True, say("form.code.no"): False}
    return {_code(layer, name, str(code), say): str(code) for code in (field.constraints or {}).get("enum", ())}


def _code(layer: str, name: str, code: str, say: Words) -> str:
    for key in (f"form.code.{layer}.{name}.{code}", f"form.code.{name}.{code}"):
        if key in say:
            return say(key)
    return code_words(name, code)[say.language] if code in codes(name) else code


def _example(layer: str, name: str, field: Field, choices: dict[str, Any], profile: Profile, say: Words) -> str | float:
    if choices:
        return next(iter(choices))
    if name == "commune_code":
        return profile.administration.area_code_example
    if field.type in ("integer", "number"):
        own = profile.voltage.upper_kv if name == "voltage_kv" else NUMBERS.get(name)
        return 10 if own is None else own
    if name == schema.ID_COLUMN.get(layer):
        return f"{layer[:1].upper()}001"
    return say("form.example.name") if name == "name" else say("form.example.text")
