"""A profile: one TOML file that says what is particular to a country or province.

`[pack] profile = "vn"` in catalog.toml names a file of this folder, or the path of a planner's own file beside the
catalogue. A pack without one has the profile `vn`, as packs had before there were profiles.
"""

from __future__ import annotations

import json
import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

DEFAULT = "vn"
"""Profile of a pack that names none."""


class ProfileError(ValueError):
    """A profile cannot be used; the text says why and what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Money(_Part):
    """The unit in which all money of a pack and its results is written.

    Attributes
    ----------
    suffix
        Ending of the names of money columns, such as 'mvnd' in `grid_cost_mvnd`.
    name
        The unit in words, by language: 'million VND'.
    thousands_name
        A thousand of these units in words, by language: 'billion VND'.
    currency
        ISO 4217 code.
    units
        How much of the currency one unit is: 1,000,000 for 'million VND', 1,000 for 'thousand US dollars'. Prices in
        single units of the currency (a kWh, a m³) are turned into it in one place (`naming.price_scale`).
    price_year
        Year of the prices.
    """

    suffix: str = Field(pattern="^[a-z]{2,8}$")
    name: dict[str, str]
    thousands_name: dict[str, str]
    currency: str = Field(pattern="^[A-Z]{3}$")
    units: int = Field(ge=1, le=1_000_000_000)
    price_year: int = Field(ge=1990, le=2100)


class Administration(_Part):
    """Areas that plans are made for, called communes in the layers whatever a country calls them.

    Attributes
    ----------
    area_code_pattern
        Regular expression that every official code of an area matches.
    area_code_words, area_code_example
        What such a code looks like, in English, for messages: 'five digits', '04489'.
    rural, urban
        Words of the column `kind`.
    area, area_plural
        What an area is called, by language.
    name_prefixes
        Generic words before a name that are left out when names are compared, the longer ones first, by level:
        village, commune, district.
    """

    area_code_pattern: str
    area_code_words: str
    area_code_example: str = Field(min_length=1)
    rural: tuple[str, ...] = Field(min_length=1, strict=False)
    urban: tuple[str, ...] = Field(default=(), strict=False)
    area: dict[str, str]
    area_plural: dict[str, str]
    name_prefixes: dict[str, list[str]] = Field(default_factory=dict)

    @field_validator("area_code_pattern")
    @classmethod
    def _is_a_pattern(cls, value: str) -> str:
        re.compile(value)
        return value

    @property
    def kinds(self) -> tuple[str, ...]:
        """All words of the column `kind`, rural ones first."""
        return (*self.rural, *self.urban)


class Voltage(_Part):
    """Medium voltages.

    Attributes
    ----------
    upper_kv, lower_kv
        The two levels of medium-voltage lines that settlements can be connected to; a country with one level has the
        next lower one here.
    station_kv
        From this voltage on a line is one between stations, and a station one of the transmission grid.
    tolerance_pct
        A line's voltage may differ by this much from its level (33 for 34.5).
    """

    upper_kv: float = Field(gt=0)
    lower_kv: float = Field(gt=0)
    station_kv: float = Field(gt=0)
    tolerance_pct: float = Field(default=1.0, ge=0, le=10)


class SchoolLevel(_Part):
    """One level of school.

    Attributes
    ----------
    code
        primary, lower_secondary or upper_secondary: the columns of pupils and schools.
    name
        By language.
    boarding_from_km
        A pupil who lives at least this far away may board, by the country's rule; None where there is no rule.
    source
        Where the rule stands.
    """

    code: str = Field(pattern="^(primary|lower_secondary|upper_secondary)$")
    name: dict[str, str]
    boarding_from_km: float | None = None
    source: str = "assumption"


class Assumption(_Part):
    """A number of the country, in the unit that the parameter's name says.

    Attributes
    ----------
    value, low, high
        Number, and range of uncertainty where there is one.
    source
        What it rests on, or the word 'assumption'.
    """

    value: float | bool | str
    low: float | None = None
    high: float | None = None
    source: str = Field(min_length=1)


class BuiltProject(_Part):
    """A built or budgeted project of the country that the unit costs are held against.

    Attributes
    ----------
    name, source
        Place, and publication.
    year
        Year of its prices.
    mv_km, lv_km
        Lines [km].
    stations, kva
        Transformer stations and their total size; `kva` None where it is not published.
    households
        Connected; None where it is not published.
    cost_money_units
        Cost in prices of its year, in the money unit of the profile.
    kv
        Voltage of its line.
    fitted
        Whether it was among the projects that the unit costs were fitted to.
    single_phase
        Whether its lines and stations are single-phase.
    cable_km
        Part of `mv_km` that lies in a road as a cable.
    crossings
        Major rivers that are known to be crossed.
    note
        What sets it apart, by language; empty where nothing does.
    """

    name: str = Field(min_length=1)
    source: str = Field(min_length=1)
    year: int = Field(ge=1990, le=2100)
    mv_km: float = Field(ge=0)
    lv_km: float = Field(ge=0)
    stations: int = Field(ge=0)
    kva: float | None = Field(default=None, ge=0)
    households: float | None = Field(default=None, ge=0)
    cost_money_units: float = Field(gt=0)
    kv: float = Field(gt=0)
    fitted: bool = False
    single_phase: bool = False
    cable_km: float = Field(default=0.0, ge=0)
    crossings: int = Field(default=0, ge=0)
    note: dict[str, str] = Field(default_factory=dict)


class Profile(_Part):
    """All of a profile.

    Attributes
    ----------
    code, title
        Short name (of the file) and name.
    languages
        Languages of pages and tables; the first opens.
    crs_hint
        Projected CRS to be named in messages and guessed by `data init`; empty where it goes by UTM zone.
    household_size
        Persons of a household, where only persons are known.
    household_size_source
        What that rests on.
    country_codes
        ISO 3166-1 codes of two and three letters.
    money, administration, voltage, school_levels
        See there.
    crs_zones
        Projected systems in which layers of this country are often written, name → EPSG code: tried where a layer lies
        off.
    water_standard
        What the national standard of drinking water is called, by language.
    indicators
        What published totals of `[targets]` are called here, by key and language.
    first_year, last_year
        Years of the plan.
    parameters
        What replaces the defaults, by analysis and name of the parameter as the country writes it (see `naming`).
    works
        Rows that replace those of the electricity analysis's table of works (`network_works.toml`), by table and name.
    projects
        Real projects that the unit costs are held against; none where none are known.
    """

    code: str
    title: str
    languages: tuple[str, ...] = Field(min_length=1, strict=False)
    crs_hint: str = ""
    crs_zones: dict[str, str] = Field(default_factory=dict)
    water_standard: dict[str, str] = Field(default_factory=dict)
    household_size: float = Field(gt=1, lt=20)
    household_size_source: str
    country_codes: tuple[str, ...] = Field(default=(), strict=False)
    money: Money
    administration: Administration
    voltage: Voltage
    school_levels: tuple[SchoolLevel, ...] = Field(default=(), strict=False)
    indicators: dict[str, dict[str, str]] = Field(default_factory=dict)
    first_year: int = Field(ge=2000, le=2100)
    last_year: int = Field(ge=2000, le=2100)
    parameters: dict[str, dict[str, Assumption]] = Field(default_factory=dict)
    works: dict[str, dict[str, dict[str, Any]]] = Field(default_factory=dict)
    projects: tuple[BuiltProject, ...] = Field(default=(), strict=False)


@lru_cache(maxsize=1)
def profile_names() -> tuple[str, ...]:
    """Give the profiles that come with infragap, in alphabetical order."""
    folder = files("infragap.profiles")
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def read_profile(name: str = DEFAULT, *, folder: Path | None = None) -> Profile:
    """Read a profile.

    Parameters
    ----------
    name
        Name of a profile that comes along ('vn'), or the path of a TOML file.
    folder
        Folder that a relative path starts from: that of catalog.toml.

    Returns
    -------
    Profile
        A planner's own file that still has the code of the profile that it was copied from has the name of its file as
        code.

    Raises
    ------
    ProfileError
        There is no such profile, or it has faults.

    Examples
    --------
    >>> read_profile("vn").money.suffix
    'mvnd'
    """
    if not name.endswith(".toml"):
        if name not in profile_names():
            raise ProfileError(
                f"there is no profile {name!r}; there are {', '.join(profile_names())}, or write the path of your own "
                f".toml file"
            )
        return _shipped(name)
    path = (folder or Path()) / name
    if not path.is_file():
        raise ProfileError(f"there is no profile file {path}; correct `profile` in catalog.toml")
    return _own(_parsed(path.read_bytes(), str(path)), path)


@lru_cache(maxsize=8)
def _shipped(name: str) -> Profile:
    return _parsed((files("infragap.profiles") / f"{name}.toml").read_bytes(), f"profile {name}")


def name_beside(name: str, folder: Path) -> str:
    """Name a profile as the catalogue of a folder does: the path of a file inside the folder from there, of one
    elsewhere from the root.

    Examples
    --------
    >>> name_beside("mw", Path("mulanje"))
    'mw'
    """
    if not name.endswith(".toml") or (folder / name).is_file():
        return name
    path, inside = Path(name).resolve(), folder.resolve()
    return path.relative_to(inside).as_posix() if path.is_relative_to(inside) else path.as_posix()


def copy_profile(name: str, path: Path) -> None:
    """Write a profile that comes along into a file of the planner's own, with the code of the file's name.

    Raises
    ------
    ProfileError
        There is no such profile, or the file is there already.
    """
    if name not in profile_names():
        raise ProfileError(f"there is no profile {name!r}; there are {', '.join(profile_names())}")
    if path.exists() or path.suffix != ".toml":
        raise ProfileError(f"{path} is there already or is no .toml file: name a new one such as own.toml")
    text = (files("infragap.profiles") / f"{name}.toml").read_text(encoding="utf-8")
    text = text.replace(f'code = "{name}"', f"code = {json.dumps(path.stem, ensure_ascii=False)}", 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _own(profile: Profile, path: Path) -> Profile:
    """Tell a changed copy of a profile that comes along from that one, whose code it often still has: countries are
    told apart by their codes."""
    if profile.code not in profile_names() or profile == _shipped(profile.code):
        return profile
    stem = path.stem if path.stem not in profile_names() else f"{path.stem}-own"
    return profile.model_copy(update={"code": stem})


def _parsed(content: bytes, where: str) -> Profile:
    try:
        return Profile.model_validate(tomllib.loads(content.decode("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{where} is not valid TOML in UTF-8: {error}; correct that line") from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
        raise ProfileError(f"{where} has faults: {faults}") from error
