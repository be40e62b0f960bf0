"""How the columns of a file become those of a layer: what is guessed, from what, and what the planner must say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from rapidfuzz import fuzz

from infragap.gis import schema
from infragap.profiles.profile import Profile
from infragap.starting.vocabulary import DEFAULTS, PEOPLE_WORDS, VALUE_WORDS, column_for, folded

LIKE_PCT = 88.0
"""Names at least so alike are offered as the same; assumption, judged on the names of public layers."""

FOLLOWING = ("provenance", "source", "households_provenance", "length_km", "area_km2", "centre_longitude",
             "centre_latitude")  # fmt: skip
"""Columns that reading fills itself where the file has none (`gis.reading.mapping`)."""

SHOWN_WORDS = 6

LEAST_VOLTS = 400
"""A number without a unit from here on is volts: no medium voltage has so many kilovolts."""
MANY_WORDS = 30
_VOLTAGE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(kv|v)?", re.IGNORECASE)


@dataclass
class Mapping:
    """What the catalogue is to say about a layer's columns.

    Attributes
    ----------
    columns, values, defaults
        As in the catalogue.
    remarks
        By 'columns.name' and the like, what the guess rests on.
    questions
        What nothing could be guessed for, one sentence each.
    """

    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)


def guessed_mapping(frame: pd.DataFrame, layer: str, profile: Profile, *, has_areas: bool = True) -> Mapping:
    """Guess the mapping of one layer.

    Parameters
    ----------
    frame
        The file as read; columns that the schema names already stay as they are.
    layer
        Name of the layer.
    profile
        Country of the pack.
    has_areas
        Whether the pack has a layer of areas; without one nobody asks in which area a place lies.
    """
    found, taken = Mapping(), set(map(str, frame.columns))
    for name, declared in schema.LAYERS[layer].to_schema().columns.items():
        if name not in frame.columns and declared.required and not (name == "commune_code" and not has_areas):
            _guess_column(found, frame, layer, name, profile, optional=bool(declared.nullable), taken=taken)
        source = found.columns.get(name, name)
        if source in frame.columns and name not in found.values:
            _guess_unit(found, frame[source], name, source, declared)
            _guess_words(found, frame[source], layer, name, declared)
    return found


def _guess_column(
    found: Mapping, frame: pd.DataFrame, layer: str, name: str, profile: Profile, *, optional: bool, taken: set[str]
) -> None:
    own = _likeliest(frame, name)
    if own is not None and _fits(frame[own], name, layer):
        found.columns[name] = own
        found.remarks[f"columns.{name}"] = f"guess: column '{own}' by its name"
    elif own is not None and name == "voltage_kv" and (texts := _voltages(frame[own], profile)):
        found.columns[name], found.values[name] = own, texts
        found.remarks[f"columns.{name}"] = f"guess: column '{own}' by its name"
        found.remarks[f"values.{name}"] = "guess: kilovolts in these words; of several, that of the country's levels"
    elif name == "households" and (people := _people(frame)) is not None:
        found.columns[name] = f"{_quoted(people)} / {profile.household_size:g}"
        found.remarks["columns.households"] = f"guess: persons by household size ({profile.household_size_source})"
    elif name in DEFAULTS.get(layer, {}):
        found.defaults[name] = DEFAULTS[layer][name]
        found.remarks[f"defaults.{name}"] = "assumption: the file does not say it"
        if own is not None and name != schema.ID_COLUMN.get(layer):
            found.remarks[f"defaults.{name}"] = f"assumption: column '{own}' does not hold it"
    elif layer == "communes" and name == "kind":
        found.defaults[name] = profile.administration.rural[0]
        found.remarks["defaults.kind"] = "assumption: all areas are rural"
    elif layer == "grid_lines" and name == "voltage_kv":
        found.defaults[name] = profile.voltage.upper_kv
        found.remarks["defaults.voltage_kv"] = "assumption: the upper medium voltage of the country"
    elif name not in FOLLOWING and not optional:
        columns = ", ".join(sorted(taken - {"geometry"}))
        found.questions.append(f"{layer}: which column is {name}? The file has {columns}.")


def _likeliest(frame: pd.DataFrame, name: str) -> str | None:
    """Column that a name most likely stands for; None where none or several do."""
    known = column_for(frame, name)
    if known is not None:
        return known
    by_fold = {folded(column): str(column) for column in frame.columns if column != "geometry"}
    alike = [
        (score, column)
        for fold, column in sorted(by_fold.items())
        if (score := fuzz.ratio(fold, folded(name))) >= LIKE_PCT and len(fold) > 3
    ]
    best = [column for score, column in alike if score == max(alike)[0]]
    return best[0] if len(best) == 1 else None


def _fits(column: pd.Series[Any], name: str, layer: str) -> bool:
    """Whether a column can be what it is taken for: identifiers differ, numbers are numbers."""
    if name == schema.ID_COLUMN.get(layer):
        return bool(column.notna().all() and column.is_unique)
    dtype = str(schema.LAYERS[layer].to_schema().columns[name].dtype)
    if dtype in ("int64", "float64"):
        return bool(pd.to_numeric(column, errors="coerce").notna().mean() > 0.5)
    return True


def _voltages(column: pd.Series[Any], profile: Profile) -> dict[str, float]:
    """Kilovolts that texts such as '33 kV' or '33000;11000' mean, by text; none where a text has no number."""
    levels, tolerance = (profile.voltage.upper_kv, profile.voltage.lower_kv), profile.voltage.tolerance_pct / 100
    found: dict[str, float] = {}
    for text in sorted({str(cell).strip() for cell in column.dropna()}):
        numbers = [(float(n.replace(",", ".")), unit.lower()) for n, unit in _VOLTAGE.findall(text)]
        kv = [n / 1000 if unit == "v" or (not unit and n >= LEAST_VOLTS) else n for n, unit in numbers]
        if not kv or min(kv) <= 0:
            return {}
        near = [each for level in levels for each in kv if abs(each - level) <= level * tolerance]
        found[text] = near[0] if near else max(kv)
    return found if len(found) <= MANY_WORDS else {}


def _people(frame: pd.DataFrame) -> str | None:
    by_fold = {folded(column): str(column) for column in frame.columns if column != "geometry"}
    words = [word for word in PEOPLE_WORDS if word in by_fold]
    return by_fold[words[0]] if words else None


def _guess_unit(found: Mapping, column: pd.Series[Any], name: str, source: str, declared: Any) -> None:
    """Offer another unit where nearly all lie outside what the column holds on Earth, and inside in that one."""
    usual = (declared.metadata or {}).get(schema.USUAL)
    numbers = pd.to_numeric(column, errors="coerce").dropna()
    numbers = numbers[numbers != 0]
    if usual is None or numbers.empty or numbers.between(usual.low, usual.high).mean() > 0.1:
        return
    for unit in usual.others:
        if ((numbers - unit.offset) / unit.factor).between(usual.low, usual.high).mean() > 0.9:
            text = _quoted(source) if not unit.offset else f"({_quoted(source)} - {unit.offset:g})"
            found.columns[name] = f"{text} / {unit.factor:g}"
            found.remarks[f"columns.{name}"] = f"guess: the numbers of '{source}' are {unit.name} by their size"
            return


def _guess_words(found: Mapping, column: pd.Series[Any], layer: str, name: str, declared: Any) -> None:
    """Translate the words of a column that may hold only some."""
    allowed = next((set(check.statistics["allowed_values"]) for check in declared.checks if check.name == "isin"), None)
    if allowed is None or layer not in ("settlements", "grid_lines"):
        return
    others = sorted({str(word).strip() for word in column.dropna()} - {str(word) for word in allowed})
    known = {word: VALUE_WORDS[name][folded(word)] for word in others if folded(word) in VALUE_WORDS.get(name, {})}
    if known:
        found.values[name] = dict(known)
        found.remarks[f"values.{name}"] = "guess: what the words mean"
    if rest := [word for word in others if word not in known]:
        shown = ", ".join(rest[:SHOWN_WORDS])
        found.questions.append(
            f"{layer}: what do these words of {name} mean: {shown}? Use {', '.join(sorted(allowed))}."
        )


def _quoted(column: str) -> str:
    return column if column.isidentifier() else f"`{column}`"
