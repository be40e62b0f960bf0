"""The run as a list of steps: read the pack, plan each question, write the results, note what was done."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from infragap.analyses.draws import draws_made_by
from infragap.analyses.results import Results
from infragap.analyses.schools.needs import given
from infragap.beside import Beside
from infragap.closing import append_to_summaries
from infragap.console.messages import Message
from infragap.gis.findings import Finding
from infragap.gis.pack import Pack, read_pack
from infragap.gis.stand_ins import with_stand_ins
from infragap.maps.write import write_results
from infragap.output import check_output, claimed
from infragap.readiness.judging import NEEDS, chosen_analyses, notices_of, require_ready
from infragap.record import record_of, write_record
from infragap.second_process import SecondProcess
from infragap.servers.pull import keep_snapshots
from infragap.settings import ANALYSES, Settings, in_country
from infragap.wording.country import speaking_for

LEAST_RESULT_BYTES, RESULT_TO_PACK = 64_000_000, 4
"""Space held for the results: the embedded pack of 10 MB gives 32 MB of them."""

PLANNERS: Mapping[str, tuple[str, str]] = {
    "electricity": ("infragap.analyses.electricity.plan", "plan_electricity"),
    "water": ("infragap.analyses.water.plan", "plan_water"),
    "schools": ("infragap.analyses.schools.plan", "plan_schools"),
}
"""Module and name of each planner: loaded when it is asked for, because the load flow of electricity alone takes a
second."""

WRITER = write_results.__module__


class Progress(Protocol):
    """How a run tells what it does: a block for each step, a word for each part of a step."""

    def begin(self, steps: Sequence[str]) -> None:
        """Take the steps that are to come."""

    def step(self, name: str) -> AbstractContextManager[Callable[[str], None]]:
        """Open a step; the block receives a function that names the part under way."""

    def say(self, message: Message) -> None:
        """Tell something that the user must know."""


class SilentProgress:
    """Progress that nobody watches."""

    def begin(self, steps: Sequence[str]) -> None:
        """Take steps for nobody."""

    def step(self, name: str) -> AbstractContextManager[Callable[[str], None]]:
        """Open a step that reports nothing."""
        return nullcontext(lambda part: None)

    def say(self, message: Message) -> None:
        """Tell nobody."""


@dataclass
class Timings:
    """Seconds per step, in the order of the steps."""

    seconds: dict[str, float] = field(default_factory=dict)

    def measure(self, progress: Progress, name: str, work: Callable[[Callable[[str], None]], Any]) -> Any:
        """Run `work` as one step and note how long it took."""
        start = time.perf_counter()
        with progress.step(name) as part:
            value = work(part)
        self.seconds[name] = round(time.perf_counter() - start, 3)
        return value


def run(
    data: Path,
    out: Path,
    settings: Settings,
    *,
    only: Collection[str] = ANALYSES,
    progress: Progress | None = None,
    in_one_process: bool = False,
    is_part: bool = False,
    for_people: bool = True,
) -> dict[str, Any]:
    """Plan on a data pack and write all results.

    Parameters
    ----------
    data
        Folder of the pack (holds `catalog.toml`).
    out
        Output folder; replaced as a whole when the run is complete.
    settings
        Parameters of the three analyses.
    only
        Analyses to run, of `ANALYSES`.
    progress
        Receiver of steps; silent by default.
    in_one_process
        Whether to plan the questions one after the other, for workers that must not start processes of their own.
    is_part
        Whether the pack is a part of one that has been checked as a whole.
    for_people
        Whether to write maps, sheets and workbooks beside tables and GeoParquet.

    Returns
    -------
    dict
        The content of `run.json`.

    Raises
    ------
    LayerError, MissingDataError
        The pack has faults; all of them are named.
    ParameterError
        A parameter, an analysis name or the output folder cannot be used.
    """
    only = chosen_analyses(",".join(only), "--only")
    check_output(out, data)
    progress = progress or SilentProgress()
    timings = Timings()
    started = time.perf_counter()
    steps = list(only) if in_one_process else _planned_steps(only)
    progress.begin(["read", *steps, "write"])
    pack = read_pack(data)
    pack = with_stand_ins(pack, [name for analysis in only for name in NEEDS[analysis].replaceable])
    with (
        speaking_for(pack.profile),
        claimed(out, reserve_bytes=_room_for_results(pack, out)) as claim,
        nullcontext() if in_one_process else SecondProcess(claim.work) as second,
    ):
        look = notices_of if is_part else require_ready

        def read() -> list[Finding]:
            found: list[Finding] = timings.measure(
                progress, "read", lambda part: look(pack, only, given(settings.schools.sites))
            )
            return found

        if second is None:
            notices, results = read(), _plan_in_turn(pack, settings, only, progress, timings)
        else:
            notices, results = _plan(second, read, pack, settings, only, progress, timings)
        used = in_country(settings, pack.profile)
        record = record_of(pack, used, results, notices)
        with claim.result(progress.say) as folder:
            timings.measure(
                progress,
                "write",
                lambda part: write_results(
                    folder,
                    pack,
                    results,
                    parameters={name: getattr(used, name) for name in only},
                    progress=part,
                    maker=second,
                    for_people=for_people,
                ),
            )
            if second is not None:
                # what it took counts for the peak of memory from its end on
                second.end()
            keep_snapshots(pack, folder)
            append_to_summaries(folder, notices, record["stopped_by_time"])
            record["timings"] = {
                "steps_s": timings.seconds,
                "total_s": round(time.perf_counter() - started, 3),
                "peak_memory_mb": _peak_memory_mb(),
            }
            write_record(record, folder)
    return record


def _room_for_results(pack: Pack, out: Path) -> int:
    """Space that the results may take [bytes]: by the size of the pack and of an earlier result, with something to
    spare."""
    layers = [pack.folder / entry.file for entry in pack.catalog.layer]
    earlier = [path for path in out.rglob("*") if path.is_file()] if out.is_dir() else []
    return max(LEAST_RESULT_BYTES, RESULT_TO_PACK * _size_bytes(layers), round(1.25 * _size_bytes(earlier)))


def _size_bytes(files: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in files if path.is_file())


def _plan(
    second: SecondProcess,
    read: Callable[[], list[Finding]],
    pack: Pack,
    settings: Settings,
    only: Collection[str],
    progress: Progress,
    timings: Timings,
) -> tuple[list[Finding], Results]:
    """Plan the questions; where there are several, electricity here and the others beside it on the second core, and
    where it is alone, some of its draws and scenarios there."""
    if "wait" not in _planned_steps(only):
        notices = read()
        second.load(*(PLANNERS[name][0] for name in only), WRITER)
        with draws_made_by(second):
            return notices, _plan_in_turn(pack, settings, only, progress, timings)
    others = [name for name in only if name != "electricity"]
    # begun before the pack is checked: what is refused has been planned in vain, and nobody waits for it
    with Beside(_plan_beside, pack.folder, settings, others) as beside:
        notices = read()
        results = {"electricity": _measured("electricity", pack, settings, progress, timings)}
        second.load(WRITER)
        planned = timings.measure(progress, "wait", beside.result)
    for name, (result, seconds) in planned.items():
        results[name] = result
        timings.seconds[name] = seconds
    return notices, Results(**results)


def _plan_in_turn(
    pack: Pack, settings: Settings, only: Collection[str], progress: Progress, timings: Timings
) -> Results:
    return Results(**{name: _measured(name, pack, settings, progress, timings) for name in only})


def _planned_steps(only: Collection[str]) -> list[str]:
    return ["electricity", "wait"] if "electricity" in only and len(only) > 1 else list(only)


def _planner(name: str) -> Callable[..., Any]:
    module, function = PLANNERS[name]
    planner: Callable[..., Any] = getattr(import_module(module), function)
    return planner


def _measured(name: str, pack: Pack, settings: Settings, progress: Progress, timings: Timings) -> Any:
    return timings.measure(progress, name, lambda part: _planner(name)(pack, getattr(settings, name), progress=part))


def _plan_beside(
    tell: Callable[[str], None], folder: Path, settings: Settings, names: Sequence[str]
) -> dict[str, tuple[Any, float]]:
    """Plan some questions in a process of their own; the pack is read again because rasters are quicker read than
    sent."""
    pack, planned = read_pack(folder), {}
    with speaking_for(pack.profile):
        for name in names:
            start = time.perf_counter()
            result = _planner(name)(pack, getattr(settings, name), progress=tell)
            planned[name] = (result, round(time.perf_counter() - start, 3))
    return planned


def _peak_memory_mb() -> int:
    """Peak of this process and of the largest one beside it, as if they fell together."""
    kilobytes = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(kilobytes / 1024)
