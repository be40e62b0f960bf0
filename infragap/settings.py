"""Where the embedded pack lies, and the parameters of a run: defaults, a TOML file, and single overrides on top."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.water.parameters import WaterParameters
from infragap.gis.errors import MissingDataError, ParameterError

ANALYSES = ("electricity", "water", "schools")


class Settings(BaseModel):
    """Parameters of one run, one frozen set per analysis."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    electricity: ElectricityParameters = Field(default_factory=ElectricityParameters)
    water: WaterParameters = Field(default_factory=WaterParameters)
    schools: SchoolsParameters = Field(default_factory=SchoolsParameters)


def data_folder() -> Path:
    """Folder of the embedded reference pack: inside the installed package, or `data/` of a checkout."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_data", package.parent / "data"):
        if (folder / "catalog.toml").exists() or (folder / "facts").is_dir():
            return folder
    raise MissingDataError(
        "The embedded data pack is not there. Install infragap from its checkout again, or name a pack with --data."
    )


def read_settings(file: Path | None = None, overrides: Mapping[str, Mapping[str, Any]] | None = None) -> Settings:
    """Read the parameters of a run.

    Parameters
    ----------
    file
        TOML file with the tables [electricity], [water], [schools]; None for the defaults.
    overrides
        Values per analysis that replace those of the file, from the command line.

    Raises
    ------
    ParameterError
        Unknown key, wrong type or value out of bounds; the message lists all of them with the nearest known name.
    """
    values: dict[str, Any] = _read_toml(file) if file is not None else {}
    for analysis, changes in (overrides or {}).items():
        if changes:
            given = values.get(analysis, {})
            if not isinstance(given, dict):
                raise ParameterError(f"{file}: {analysis} is no table. Write its parameters below a line [{analysis}].")
            values[analysis] = {**given, **changes}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        where = f"{file}: " if file is not None else ""
        raise ParameterError(where + "; ".join(_explain(error))) from error


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ParameterError(f"{file}: no such parameter file. Check the path given to --params.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ParameterError(f"{file}: not a readable TOML file in UTF-8 ({error}). Repair or drop it.") from error


def _explain(error: ValidationError) -> list[str]:
    """One sentence per fault; an unknown key comes with the nearest name that exists."""
    sentences = []
    for fault in error.errors():
        path = [str(part) for part in fault["loc"]]
        key = ".".join(path)
        if fault["type"] == "extra_forbidden":
            known = _names(path[:-1])
            near = difflib.get_close_matches(path[-1], known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"
            sentences.append(f"unknown parameter {key}, {hint}")
        else:
            message = fault["msg"].removeprefix("Value error, ")
            sentences.append(f"{key} = {fault['input']!r}: {message[0].lower()}{message[1:]}")
    return sentences


def _names(path: list[str]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in path:
        inner = model.model_fields[part].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)
