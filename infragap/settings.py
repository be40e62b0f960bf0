"""Where the embedded pack lies, and the parameters of a run: defaults, a TOML file, and single overrides on top."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.parameters import in_country as electricity_in_country
from infragap.analyses.parameters import for_country, prices_outward
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.water.parameters import WaterParameters
from infragap.console.messages import SHOWN_MESSAGES, Message, refused
from infragap.gis.errors import MissingDataError, ParameterError
from infragap.parameters.faults import far_off, faults_of, shares_for_percent
from infragap.parameters.file import read_parameter_file
from infragap.profiles.naming import inward_record, naming_of
from infragap.profiles.profile import DEFAULT, Profile

ANALYSES = ("electricity", "water", "schools")


class Settings(BaseModel):
    """Parameters of one run, one frozen set per analysis.

    Attributes
    ----------
    electricity, water, schools
        The sets.
    meant
        Parameters such as 'water.loss_pct' whose value below 1 % is meant, and not a share written for a percentage; or
        whose value is meant though it is many times the usual one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    electricity: ElectricityParameters = Field(default_factory=ElectricityParameters)
    water: WaterParameters = Field(default_factory=WaterParameters)
    schools: SchoolsParameters = Field(default_factory=SchoolsParameters)
    meant: tuple[str, ...] = ()


def data_folder() -> Path:
    """Folder of the embedded reference pack: inside the installed package, or `data/` of a checkout."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_data", package.parent / "data"):
        if (folder / "catalog.toml").exists() or (folder / "facts").is_dir():
            return folder
    raise refused(MissingDataError, [Message("command.no_embedded_pack")])


def read_settings(
    file: Path | None = None,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    profile: Profile | None = None,
) -> Settings:
    """Read the parameters of a run.

    Parameters
    ----------
    file
        TOML file with the tables [electricity], [water], [schools]; None for the defaults.
    overrides
        Values per analysis that replace those of the file, from the command line.
    profile
        Country whose names the file uses; the program's own names are understood too.

    Raises
    ------
    ParameterError
        Unknown key, wrong kind, value out of bounds, or a share where percent is wanted; all of them are named.
    """
    values = read_parameter_file(file) if file is not None else {}
    return settings_of(values, overrides, profile=profile, file=file)


def settings_of(
    given: Mapping[str, Any],
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    profile: Profile | None = None,
    file: Path | None = None,
) -> Settings:
    """Check the parameters of a run that were read before; see `read_settings`.

    Parameters
    ----------
    given
        Tables by analysis, as in a parameter file.
    overrides, profile
        As for `read_settings`.
    file
        Where they stand, for the messages.
    """
    values = dict(given)
    if profile is not None:
        values = inward_record(values, naming_of(profile))
        values = {
            name: prices_outward(part, profile, back=True) if name in ANALYSES and isinstance(part, dict) else part
            for name, part in values.items()
        }
    for analysis, changes in (overrides or {}).items():
        if isinstance(values.setdefault(analysis, {}), dict):
            values[analysis] = {**values[analysis], **changes}
    try:
        settings = _settings_of(profile).model_validate(values, strict=True)
    except ValidationError as error:
        raise _refused(file, faults_of(error, Settings)) from error
    questions = [
        question
        for name in ANALYSES
        for asked in (shares_for_percent, far_off)
        for question in asked(values.get(name, {}), type(getattr(settings, name)), name)
        if question.values["key"] not in settings.meant
    ]
    if questions:
        raise _refused(file, questions)
    return settings


def _settings_of(profile: Profile | None) -> type[Settings]:
    """Settings whose bounds and usual values are those of a country."""
    if profile is None or profile.code == DEFAULT:
        return Settings
    kinds = (ElectricityParameters, WaterParameters, SchoolsParameters)
    own = {name: type(for_country(kind(), profile)) for name, kind in zip(ANALYSES, kinds, strict=True)}
    fields: dict[str, Any] = {name: (kind, Field(default_factory=kind)) for name, kind in own.items()}
    return create_model("Settings", __base__=Settings, **fields)


def in_country(settings: Settings, profile: Profile) -> Settings:
    """Take a country's numbers where the settings give none."""
    return settings.model_copy(
        update={
            "electricity": electricity_in_country(settings.electricity, profile),
            "water": for_country(settings.water, profile),
            "schools": for_country(settings.schools, profile),
        }
    )


def _refused(file: Path | None, faults: list[Message]) -> ParameterError:
    rest = len(faults) - SHOWN_MESSAGES
    shown = faults[:SHOWN_MESSAGES] + ([Message("command.more", {"count": rest})] if rest > 0 else [])
    head = [Message("command.parameters.file", {"file": file})] if file is not None else []
    return refused(ParameterError, head + shown)
