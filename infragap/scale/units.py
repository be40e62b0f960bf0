"""Which plans are to be made: one for each pack under each scenario."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infragap.console.messages import Message, refused
from infragap.gis.errors import ParameterError
from infragap.gis.pack import Pack
from infragap.parameters.file import read_parameter_file
from infragap.scale.area_packs import Area

PACK_KEY = "pack"
"""Key of a pack file that names the folder of the pack; everything else in it is a parameter file."""

CATALOGUE = "catalog.toml"

NAME = re.compile(r"\w[\w.-]*")
"""Names become folders, and parts of them: no separator, no space, nothing hidden."""

AS_IT_IS: Mapping[str, Mapping[str, Any]] = {"base": {}}
"""The scenarios where none are given."""


@dataclass(frozen=True)
class InAreas:
    """A pack that is planned by supply areas (`infragap.scale.areas`), for one that is too large for one plan.

    Attributes
    ----------
    pack
        A pack, its folder, its catalogue, or a file that names it.
    settlements
        So many in an area at most, unless one station alone has more; a pack with no more of them stays whole.
    maps
        Whether each area has maps, sheets and workbooks of its own; they take a third of the time of its plan.
    """

    pack: Pack | Path | str
    settlements: int = 5000
    maps: bool = False


@dataclass(frozen=True)
class Unit:
    """One plan to make.

    Attributes
    ----------
    pack, scenario
        Their names, which become folders.
    folder
        Folder of the pack, absolute: a worker may stand elsewhere.
    values
        Parameters by analysis: those of the pack with those of the scenario on top, not yet checked.
    only
        Analyses to run.
    area
        Supply area of the pack, whose folder it is then; None for the whole pack.
    area_settlements
        Settlements of an area, where the pack is still to be split; 0 where it is not.
    target_households_pct
        Households of an area that must be on the national grid, by its part of the pack's target; None for what the
        parameters say.
    for_people
        Whether maps, sheets and workbooks are written too.
    """

    pack: str
    scenario: str
    folder: Path
    values: Mapping[str, Any]
    only: tuple[str, ...]
    area: Area | None = None
    area_settlements: int = 0
    target_households_pct: float | None = None
    for_people: bool = True

    @property
    def name(self) -> str:
        """Pack, scenario and area in one text."""
        return f"{self.pack}/{self.scenario}" + (f"/{self.area.name}" if self.area else "")


def units_of(
    packs: Sequence[Pack | InAreas | Path | str],
    scenarios: Mapping[str, Mapping[str, Any]] | Path | str | None,
    only: Sequence[str],
) -> list[Unit]:
    """List the plans, scenario by scenario within each pack.

    Parameters
    ----------
    packs
        Packs; or their folders, their catalogues, or files with ``pack = "folder"`` and parameters of that pack;
        each of them may stand in an `InAreas`.
    scenarios
        Parameters by scenario and analysis, or a file with a table ``[scenario.analysis]`` for each; None for one
        scenario, 'base', that changes nothing.
    only
        Analyses to run.

    Raises
    ------
    ParameterError
        A file cannot be read, a name is given twice or cannot be a folder, there is no pack or no scenario, or areas
        are asked for with another analysis than electricity.
    """
    asked = [pack if isinstance(pack, InAreas) else InAreas(pack, 0, maps=True) for pack in packs]
    if any(each.settlements for each in asked) and tuple(only) != ("electricity",):
        raise refused(ParameterError, [Message("command.many.areas_of_electricity")])
    found, chosen = [_pack_of(each.pack) for each in asked], _scenarios_of(scenarios)
    for kind, names in (("pack", [name for name, _, _ in found]), ("scenario", list(chosen))):
        _require_names(kind, names)
    return [
        Unit(
            pack,
            scenario,
            folder,
            _on_top(own, changes),
            tuple(only),
            area_settlements=each.settlements,
            for_people=each.maps,
        )
        for (pack, folder, own), each in zip(found, asked, strict=True)
        for scenario, changes in chosen.items()
    ]


def _pack_of(pack: Pack | Path | str) -> tuple[str, Path, Mapping[str, Any]]:
    """Name, folder and own parameters of a pack."""
    if isinstance(pack, Pack):
        return pack.folder.name, pack.folder.resolve(), {}
    path = Path(pack).absolute()
    if path.suffix != ".toml":
        return path.name, path.resolve(), {}
    if path.name == CATALOGUE:
        return path.parent.name, path.parent.resolve(), {}
    values = read_parameter_file(path)
    folder = values.pop(PACK_KEY, None)
    if not isinstance(folder, str):
        raise refused(ParameterError, [Message("command.many.no_pack", {"file": path})])
    return path.stem, (path.parent / folder).resolve(), values


def _scenarios_of(given: Mapping[str, Mapping[str, Any]] | Path | str | None) -> Mapping[str, Mapping[str, Any]]:
    if given is None:
        return AS_IT_IS
    if isinstance(given, Mapping):
        return given
    values = read_parameter_file(Path(given))
    if strange := [name for name, value in values.items() if not isinstance(value, Mapping)]:
        raise refused(ParameterError, [Message("command.many.no_table", {"file": given, "name": strange[0]})])
    return values


def _require_names(kind: str, names: Sequence[str]) -> None:
    if not names:
        raise refused(ParameterError, [Message(f"command.many.no_{kind}s")])
    for number, name in enumerate(names):
        if not NAME.fullmatch(name):
            raise refused(ParameterError, [Message("command.many.name", {"name": name})])
        # folders of some systems do not tell capitals from small letters
        if name.casefold() in [other.casefold() for other in names[:number]]:
            raise refused(ParameterError, [Message("command.many.twice", {"name": name})])


def _on_top(own: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(own)
    for analysis, change in changes.items():
        below = values.get(analysis)
        if isinstance(below, Mapping) and isinstance(change, Mapping):
            values[analysis] = {**below, **change}
        else:
            values[analysis] = change
    return values
