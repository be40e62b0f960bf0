"""What every analysis's parameter model is made of: frozen values with unit, meaning, source and range beside each
default."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, SupportsIndex, TypedDict, TypeVar, Unpack, cast, get_args, get_origin

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, create_model, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from infragap.gis.errors import ParameterError
from infragap.profiles.naming import inward, is_money, outward, price_scale
from infragap.profiles.profile import DEFAULT, Assumption, Profile, read_profile
from infragap.wording.catalogue import words
from infragap.wording.country import spoken_profile

Chosen = TypeVar("Chosen", bound="Parameters")


class Range(TypedDict, total=False):
    """Values that a parameter may take, all in its unit.

    Attributes
    ----------
    low, high
        Range of uncertainty, used by sensitivity and Monte Carlo; left out where the value is a choice, not an
        uncertainty.
    minimum, maximum
        Smallest and largest value that make sense, of each part of a list. The smallest is 0 where nothing is said;
        None is no bound.
    compared
        Whether a value with a range enters the comparison that the draws repeat, which it does where nothing is said;
        checks and reports do not.
    """

    low: float
    high: float
    minimum: float | None
    maximum: float | None
    compared: bool


class Parameters(BaseModel):
    """Frozen parameter set: unknown keys and values outside their stated bounds are errors.

    Attributes
    ----------
    analysis
        Name of the analysis; the short names of its parameters stand in the catalogue of words under
        `parameter.<analysis>.<name>`, their meanings and sources under `parameter.<analysis>.<name>.meaning` and
        `.source`.
    country
        Profile that the defaults are those of.
    made_from
        Class and profile that a country's class was made from; None for a class that stands in a module.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)

    analysis: ClassVar[str] = ""
    country: ClassVar[str] = DEFAULT
    made_from: ClassVar[tuple[type[Parameters], Profile] | None] = None

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        """Pickle a country's parameters by what their class was made from: another process cannot import it."""
        if self.made_from is None:
            return super().__reduce_ex__(protocol)
        return _blank, self.made_from, self.__getstate__()

    @classmethod
    def take_tables(cls, profile: Profile) -> None:
        """Take what a country says beside single numbers, such as a table of works; called once for each class that is
        made for a country, in every process.

        Raises
        ------
        ParameterError
            The profile has faults there.
        """

    @classmethod
    def table_prices_missing(cls, profile: Profile) -> list[str]:
        """Name the prices of such tables, as the country writes them, that its profile leaves at the default one's."""
        return []

    @field_validator("*", mode="before")
    @classmethod
    def _code_of_text(cls, value: Any, info: ValidationInfo) -> Any:
        """Take the codes that texts name, alone or in a list: a file can hold texts only."""
        kind = cls.model_fields[info.field_name or ""].annotation
        if get_origin(kind) is tuple and isinstance(value, list | tuple):
            return type(value)(_code(each, get_args(kind)[0]) for each in value)
        return _code(value, kind)

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


def _code(value: Any, kind: Any) -> Any:
    if not (isinstance(kind, type) and issubclass(kind, StrEnum) and isinstance(value, str)):
        return value
    if value not in list(kind):
        raise PydanticCustomError("no_choice", "choose {expected}", {"expected": ", ".join(kind)})
    return kind(value)


def _check_bounds(number: float, extra: dict[str, Any]) -> None:
    unit = "" if extra["unit"] == "-" else f" {extra['unit']}"
    if extra["minimum"] is not None and number < extra["minimum"]:
        raise PydanticCustomError("below_minimum", "must be at least {bound}", {"bound": f"{extra['minimum']:g}{unit}"})
    if extra["maximum"] is not None and number > extra["maximum"]:
        raise PydanticCustomError("above_maximum", "must be at most {bound}", {"bound": f"{extra['maximum']:g}{unit}"})


def parameter(default: Any, *, unit: str, meaning: str, source: str, **limits: Unpack[Range]) -> Any:
    """Declare one parameter.

    Parameters
    ----------
    default
        Value used when the user gives none, in `unit`.
    unit, meaning, source
        Text for the user; `source` names a publication or says 'assumption'.
    limits
        Range of uncertainty and bounds, see `Range`.
    """
    extra: dict[str, Any] = {
        "unit": unit,
        "source": source,
        "low": limits.get("low"),
        "high": limits.get("high"),
        "minimum": limits.get("minimum", 0.0),
        "maximum": limits.get("maximum"),
        "compared": limits.get("compared", True),
    }
    return Field(default=default, description=meaning, json_schema_extra=extra)


def for_country(parameters: Chosen, profile: Profile) -> Chosen:
    """Replace the defaults by a country's numbers, with their ranges and sources; what was given stays as it is.

    Raises
    ------
    ParameterError
        The profile names a parameter that there is not, or gives it a value that it cannot take.
    """
    if profile.code == type(parameters).country:
        return parameters
    of_country = _kind_of(type(parameters), profile)
    given = parameters.model_dump(include=parameters.model_fields_set)
    try:
        return of_country(**given)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ParameterError(f"profile {profile.code}: {faults}. Correct the profile.") from error


def _kind_of(base: type[Chosen], profile: Profile) -> type[Chosen]:
    """Class of parameters with a country's defaults."""
    said = {inward(name, profile): number for name, number in profile.parameters.get(base.analysis, {}).items()}
    if unknown := sorted(set(said) - set(base.model_fields)):
        names = ", ".join(outward(name, profile) for name in unknown)
        raise ParameterError(f"profile {profile.code}: {base.analysis} has no parameter {names}. Correct the profile.")
    said = _of_plan(base, profile) | said
    changed: dict[str, Any] = {
        name: _of_country(base.model_fields[name], number, price_scale(name, profile), is_money=is_money(name))
        for name, number in said.items()
    }
    made = cast(type[Chosen], create_model(base.__name__, __base__=base, **changed))
    made.country, made.made_from = profile.code, (base, profile)
    made.take_tables(profile)
    return made


def _blank(base: type[Chosen], profile: Profile) -> Chosen:
    kind = _kind_of(base, profile)
    return kind.__new__(kind)


def prices_missing(kind: type[Parameters], profile: Profile) -> list[str]:
    """Name the prices, as the country writes them, that a profile of another money leaves at those of the default one.

    Examples
    --------
    >>> prices_missing(Parameters, read_profile("mw"))
    []
    """
    ours, theirs = read_profile().money, profile.money
    if (ours.currency, ours.units) == (theirs.currency, theirs.units):
        return []
    said = {inward(name, profile) for name in profile.parameters.get(kind.analysis, {})}
    numbers = [
        outward(name, profile)
        for name, field in kind.model_fields.items()
        if is_money(name) and name not in said and isinstance(field.default, int | float) and field.default
    ]
    return numbers + kind.table_prices_missing(profile)


def _of_plan(base: type[Parameters], profile: Profile) -> dict[str, Assumption]:
    """What a profile says outside of its parameters: first year, and from where pupils may board."""
    said = {"first_year": Assumption(value=profile.first_year, source=f"profile {profile.code}")}
    for level in profile.school_levels:
        name = f"boarding_{level.code}_km"
        if name in base.model_fields:
            rule = level.boarding_from_km
            value = base.model_fields[name].default if rule is None else rule
            source = level.source if rule is not None else "assumption: no rule of the country is known"
            said[name] = Assumption(value=value, source=source)
    return {name: number for name, number in said.items() if name in base.model_fields}


def _of_country(field: FieldInfo, number: Assumption, scale: float, *, is_money: bool) -> tuple[Any, Any]:
    extra = dict(field.json_schema_extra) if isinstance(field.json_schema_extra, dict) else {}
    value, low, high = (_unscaled(part, scale) for part in (number.value, number.low, number.high))
    if field.annotation is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    own: dict[str, Any] = {"low": low, "high": high, "source": number.source}
    if is_money:
        # bounds of money are those of the default country's: elsewhere only what is below zero is surely a slip
        least = extra["minimum"]
        own |= {"minimum": None if least is None else min(0.0, float(str(least))), "maximum": None}
    return field.annotation, Field(default=value, description=field.description, json_schema_extra=extra | own)


def _unscaled(value: Any, scale: float) -> Any:
    return value if scale == 1 or not isinstance(value, int | float) or isinstance(value, bool) else value / scale


def prices_outward(values: Mapping[str, Any], profile: Profile, *, back: bool = False) -> dict[str, Any]:
    """Give values by the program's own names with prices as a country writes them; `back` turns them around."""
    scales = {name: price_scale(name, profile) for name in values}
    return {name: _unscaled(value, scales[name] if back else 1 / scales[name]) for name, value in values.items()}


def describe(parameters: Parameters) -> pd.DataFrame:
    """Table of a parameter set: parameter, value, unit, low, high, name_vi, name_en, meaning, source (in English),
    meaning_vi, source_vi (one row per parameter)."""
    rows = []
    for name, field in type(parameters).model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        rows.append(
            {
                "parameter": name,
                "value": _scaled(getattr(parameters, name), name),
                "unit": extra.get("unit"),
                "low": _scaled(extra.get("low"), name),
                "high": _scaled(extra.get("high"), name),
                "name_vi": short_name(parameters, name, "vi"),
                "name_en": short_name(parameters, name, "en"),
                "meaning": field.description,
                "source": extra.get("source"),
                "meaning_vi": sentence(parameters, name, "meaning", "vi"),
                "source_vi": sentence(parameters, name, "source", "vi"),
            }
        )
    return pd.DataFrame(rows)


def _scaled(value: Any, name: str) -> Any:
    """A price as the country writes it."""
    return _unscaled(value, 1 / price_scale(name, spoken_profile()))


def short_name(parameters: Parameters | type[Parameters], name: str, language: str) -> str:
    """Short name of a parameter for tables that planners read; empty where the catalogue has none. Every uncertain
    parameter has one."""
    chosen, key = words(language), f"parameter.{parameters.analysis}.{name}"
    return chosen(key) if key in chosen else ""


def sentence(parameters: Parameters | type[Parameters], name: str, what: str, language: str) -> str:
    """Meaning or source of a parameter in a language; in English, as declared, where the catalogue has no translation.

    Parameters
    ----------
    parameters, name
        The parameter of a set.
    what
        'meaning' or 'source'.
    language
        Code of the language, such as 'vi'.
    """
    field = (parameters if isinstance(parameters, type) else type(parameters)).model_fields[name]
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    declared = str(field.description if what == "meaning" else extra["source"])
    key, english = f"parameter.{parameters.analysis}.{name}.{what}", words("en")
    # a translation is that of one English text: a country's profile gives sources of its own, and money of its own
    return words(language)(key) if key in english and english(key) == declared else declared
