"""One plan as work for any worker: it takes a unit and a folder, writes the result, and tells what became of it."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from infragap.analyses.draws import Maker, draws_made_by
from infragap.console.messages import Message, refused
from infragap.gis.errors import InfragapError, NoSolutionError, ParameterError
from infragap.gis.pack import read_pack
from infragap.process_wide import as_a_worker
from infragap.run import run
from infragap.scale.borders import in_area, known_bound, write_open_bound
from infragap.scale.keys import key_of, stands, write_note
from infragap.scale.program import program
from infragap.scale.units import Unit
from infragap.settings import settings_of

State = Literal["done", "kept", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of a unit.

    Attributes
    ----------
    unit
        What was asked for.
    state
        'done', 'kept' (a result of the same inputs was there) or 'failed'.
    folder
        Folder of the result.
    key
        Hash of the inputs; None where they could not be read.
    seconds
        Wall time of the last attempt.
    error
        Why it failed; None where it did not.
    """

    unit: Unit
    state: State
    folder: Path
    key: str | None = None
    seconds: float = 0.0
    error: InfragapError | None = None


def joined_folder(out: Path, unit: Unit) -> Path:
    """Folder of the result of a pack under a scenario, all its areas together."""
    return out / "results" / unit.pack / unit.scenario


def result_folder(out: Path, unit: Unit) -> Path:
    """Folder of a unit's own result."""
    if unit.area is None:
        return joined_folder(out, unit)
    return unit.area.folder / "results" / unit.scenario


def border_file(unit: Unit) -> Path:
    """File with what an area would cost with an open border."""
    assert unit.area is not None
    return unit.area.folder / "border" / f"{unit.scenario}.json"


def _note(out: Path, unit: Unit) -> Path:
    part = [unit.area.name] if unit.area else []
    return Path(out, "keys", unit.pack, *part, f"{unit.scenario}.json")


def do_unit(unit: Unit, out: Path, maker: Maker | None = None, asked_by: str | None = None) -> Outcome:
    """Plan one unit and write its result, unless a result of the same inputs stands there; draws are made here, or as
    a maker does. A worker that has another program than the process that asks refuses.

    What the user can repair comes back as an outcome; any other error is raised, because another attempt may do better.
    """
    started = time.perf_counter()
    folder, note = result_folder(out, unit), _note(out, unit)
    key = None
    try:
        if asked_by not in (None, program()):
            raise refused(ParameterError, [Message("command.many.other_program", {"workers": socket.gethostname()})])
        with as_a_worker():
            profile = read_pack(unit.folder).profile
            settings = in_area(settings_of(unit.values, profile=profile), unit)
            key = key_of(unit.folder, profile, settings, unit.only) + ("" if unit.for_people else " for programs")
            if stands(folder, note, key) and (unit.area is None or known_bound(border_file(unit), key)):
                return Outcome(unit, "kept", folder, key, time.perf_counter() - started)
            note.unlink(missing_ok=True)
            if unit.area is not None:
                write_open_bound(unit.area, settings, border_file(unit), key)
            with draws_made_by(maker):
                run(
                    unit.folder,
                    folder,
                    settings,
                    only=unit.only,
                    in_one_process=True,
                    is_part=unit.area is not None,
                    for_people=unit.for_people,
                )
            write_note(folder, note, key)
    except InfragapError as error:
        return Outcome(unit, "failed", folder, key, time.perf_counter() - started, error)
    return Outcome(unit, "done", folder, key, time.perf_counter() - started)


def failed(unit: Unit, out: Path, error: BaseException) -> Outcome:
    """Outcome of a unit that was refused, or whose attempts all ended in an error that was not foreseen, such as a
    killed worker."""
    if isinstance(error, InfragapError):
        return Outcome(unit, "failed", result_folder(out, unit), error=error)
    reason = f"{type(error).__name__}: {error}".replace("\n", " ")
    told = refused(NoSolutionError, [Message("command.many.broken", {"reason": reason})])
    return Outcome(unit, "failed", result_folder(out, unit), error=told)
