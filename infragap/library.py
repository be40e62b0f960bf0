"""What `import infragap` offers beside packs: check, plan and compare from a program or a notebook."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from threading import Event
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import pandas as pd

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import Planned, Progress, assessed, planned, unassessed
from infragap.analyses.electricity.plan import plan_electricity as _plan_electricity
from infragap.analyses.electricity.preconditions import NEEDS
from infragap.analyses.electricity.result import ElectricityResult, followed
from infragap.analyses.parameters import Parameters
from infragap.analyses.reuse import Memory, remembering
from infragap.analyses.schools.needs import given
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.plan import plan_schools as _plan_schools
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.together import both
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.plan import plan_water as _plan_water
from infragap.analyses.water.result import WaterResult
from infragap.comparing import electricity as comparing
from infragap.console.messages import Message, refused
from infragap.gis.errors import ParameterError
from infragap.gis.pack import Pack, read_pack
from infragap.gis.stand_ins import with_stand_ins
from infragap.maps.exports.outward import outward_frame
from infragap.process_wide import UNCOLLECTED
from infragap.profiles.of_result import profile_of_result
from infragap.readiness.judging import judge, judge_folder, require_ready
from infragap.scale.draw_chunks import DrawsOn as DrawsOn
from infragap.scale.many import Many, Told, plan_many
from infragap.scale.units import InAreas as InAreas
from infragap.settings import ANALYSES, read_settings
from infragap.wording.country import speaking_for

Chosen = TypeVar("Chosen", bound=Parameters)
Result = TypeVar("Result", ElectricityResult, WaterResult, SchoolsResult)

FINDING_COLUMNS = ("code", "severity", "layer", "rows", "count", "of", "sentence", "repair")


def check(pack: Pack | Path | str, *, ready_for: Collection[str] = (), language: str = "en") -> pd.DataFrame:
    """Check a pack: faults, notices, and what it lacks for some analyses.

    Parameters
    ----------
    pack
        A pack, or the folder of one; a folder that cannot be opened gives its faults too.
    ready_for
        Analyses that it must be ready for: 'electricity', 'water', 'schools'.
    language
        Of sentence and repair.

    Returns
    -------
    DataFrame
        One row per finding, faults first, columns `FINDING_COLUMNS`; empty where there is nothing to say.
    """
    judged = judge(pack, ready_for) if isinstance(pack, Pack) else judge_folder(Path(pack), ready_for)
    lacking = [finding for found in judged.lacking.values() for finding in found]
    rows = [finding.as_json(language) for finding in (*lacking, *judged.findings)]
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS)).sort_values("severity", kind="stable", ignore_index=True)


def plan_electricity(
    pack: Pack | Path | str, parameters: ElectricityParameters | None = None, /, **changes: Any
) -> ElectricityResult:
    """Plan the electricity supply of every settlement of a pack.

    Parameters
    ----------
    pack
        A pack, or the folder of one.
    parameters
        All assumptions; None for those of the pack's country.
    **changes
        Single parameters on top, such as ``discount_rate_pct=8.0`` (see `infragap params`).

    Returns
    -------
    ElectricityResult
        `settlements`, `lines`, `years` and further frames, money and voltages in the names of columns as the country
        writes them; those with geometry have `.explore()`, which wants the extra: ``pip install infragap[explore]``.

    Raises
    ------
    LayerError, MissingDataError
        The pack has faults, or lacks something.
    ParameterError
        A parameter is unknown or out of its bounds.
    """
    opened = with_stand_ins(_sound(pack, "electricity"), NEEDS.replaceable)
    return _planned(_Origin(opened, _changed(parameters or ElectricityParameters(), changes), Memory()))


def replan(
    result: ElectricityResult,
    *,
    moved: Mapping[str, tuple[float, float]] | None = None,
    progress: Progress | None = None,
    **changes: Any,
) -> ElectricityResult:
    """Plan electricity again after a change, taking over from an earlier plan what the change does not touch.

    Parameters
    ----------
    result
        Of `plan_electricity` or of this function, in this process.
    moved
        New places of settlements, (longitude, latitude) by settlement_id, WGS84.
    progress
        Receives the name of each step, in English: those of the answer, and those of draws and scenarios when they are
        made.
    **changes
        Single parameters on top of those of the earlier plan, such as ``forced_grid=("V08",)``.

    Returns
    -------
    ElectricityResult
        The same as of a plan made from the beginning. Where draws or scenarios are asked for, as they are by default,
        cost, bound, lines, years and `summary` are there at once; `settlements`, `grid_extension`, `targets`
        and `tables`, which hold probabilities and scenarios, are made when one of them is first looked at (or the
        result is pickled), and take as long as in a plan from the beginning. `at_once` is the whole result without
        draws and scenarios: its `settlements` hold choice, cost and rank of every settlement.

    Raises
    ------
    ParameterError
        The result was not planned in this process; or as for `plan_electricity`.
    LayerError
        A settlement does not exist, or the pack has faults with it at its new place.

    Notes
    -----
    Taken over where nothing that they read has changed: the surface for routing, own ways, candidate network and the
    places where lines may meet; the simulated year of sun and streams, and the falls; the courses of the feeders, the
    load flow where all carry the same, and what helps each that carries the same load; where settlements may lie. The
    choice, the scenarios and all draws are made anew. What a step reads is found by watching it
    (`infragap.analyses.reuse`). A new price of lines means new ways, since another ratio to the price of crossings or
    taps may turn each of them.

    Examples
    --------
    >>> again = replan(first, forced_grid=("V08",))  # doctest: +SKIP
    >>> again.plan["cost_mvnd"], again.at_once.settlements["choice"]  # there at once  # doctest: +SKIP
    >>> again.settlements["grid_probability"]  # makes draws and scenarios  # doctest: +SKIP
    """
    origin = _ORIGINS.get(result)
    if origin is None:
        raise refused(ParameterError, [Message("command.replan.unknown")])
    pack = origin.pack.with_moved("settlements", moved) if moved else origin.pack
    again = _Origin(pack, _changed(origin.parameters, changes), Memory(dict(origin.memory.steps)))
    with UNCOLLECTED:
        return (_checked_beside if moved else _followed)(again, progress or _nobody)


def plan_water(pack: Pack | Path | str, parameters: WaterParameters | None = None, /, **changes: Any) -> WaterResult:
    """Find who lacks water to standard, and which works bring it at least cost.

    Parameters and errors are as for `plan_electricity`.

    Returns
    -------
    WaterResult
        `villages`, `works`, `schemes`, `communes` and further frames.
    """
    opened = _sound(pack, "water")
    with speaking_for(opened.profile):
        return _in_country(_plan_water(opened, _changed(parameters or WaterParameters(), changes)))


def plan_schools(
    pack: Pack | Path | str, parameters: SchoolsParameters | None = None, /, **changes: Any
) -> SchoolsResult:
    """Place boarding schools, share out their places, and tell every village's way to school.

    Parameters and errors are as for `plan_electricity`.

    Returns
    -------
    SchoolsResult
        `sites`, `villages` and further frames.
    """
    chosen = _changed(parameters or SchoolsParameters(), changes)
    opened = _sound(pack, "schools", chosen.sites)
    with speaking_for(opened.profile):
        return _in_country(_plan_schools(opened, chosen))


def plan(
    packs: Sequence[Pack | InAreas | Path | str],
    scenarios: Mapping[str, Mapping[str, Any]] | Path | str | None = None,
    executor: Executor | DrawsOn | None = None,
    *,
    out: Path | str,
    only: Sequence[str] = ANALYSES,
    retries: int = 1,
    merged: bool = False,
    told: Told | None = None,
) -> Many:
    """Plan many packs under many scenarios, each pair for itself, on any executor.

    Parameters
    ----------
    packs
        Packs, folders of packs, or files with ``pack = "folder"`` and parameters of that pack. `InAreas(pack, 5000)`
        plans a pack that is too large for one plan by supply areas of so many settlements (electricity alone), each a
        plan for itself on any worker; their results are joined to one, with one ranking.
    scenarios
        Parameters by scenario and analysis, such as ``{"dear": {"electricity": {"discount_rate_pct": 12.0}}}``, or a
        TOML file with the tables ``[dear.electricity]``; None for one scenario, 'base', that changes nothing.
    executor
        The workers: any `concurrent.futures.Executor`, of processes or of threads, or Dask's ``client.get_executor()``;
        None for this process. `DrawsOn(executor)` plans here and has the draws of electricity made there, in chunks:
        for a few large packs. The results are the same. Workers must see `packs` and `out` under the same paths.
    out
        Folder for all results: `results/<pack>/<scenario>` as `infragap run` writes it, layers as partitioned
        GeoParquet in `geoparquet`, what became of each in `many.json`. What stands there of the same inputs is kept,
        so that a stopped run goes on.
    only
        Analyses to run.
    retries
        Further attempts where a worker breaks; what the user can repair is not tried again.
    merged
        Whether to write each table of all results into one CSV file below `tables`.
    told
        Receives each outcome as it comes, its number and the number of all.

    Returns
    -------
    Many
        `outcomes`, `failed`, `table(name)` and `layer(name)`. A pack that fails does not stop the others.

    Raises
    ------
    ParameterError
        A file of scenarios or of a pack cannot be used, or names clash.
    """
    return plan_many(packs, scenarios, executor, out=out, only=only, retries=retries, merged=merged, told=told)


def compare(first: Path | str, second: Path | str, *, language: str = "en") -> comparing.Comparison:
    """Compare the electricity results of two output folders: what changed choice, cost and rank, and why.

    Raises
    ------
    MissingDataError
        A folder is not a complete result, or holds no electricity plan.
    """
    with speaking_for(profile_of_result(Path(first))):
        return comparing.compare(Path(first), Path(second), language)


@dataclasses.dataclass(frozen=True, eq=False)
class _Origin:
    """What a plan was made from, and the steps that another one may take over."""

    pack: Pack
    parameters: ElectricityParameters
    memory: Memory


_ORIGINS: WeakKeyDictionary[ElectricityResult, _Origin] = WeakKeyDictionary()


def _nobody(part: str) -> None:
    """Tell nobody which part is under way."""


def _planned(origin: _Origin, progress: Progress = _nobody) -> ElectricityResult:
    with speaking_for(origin.pack.profile), remembering(origin.memory):
        result = _in_country(_plan_electricity(origin.pack, origin.parameters, progress=progress))
    _ORIGINS[result] = origin
    return result


def _followed(origin: _Origin, progress: Progress) -> ElectricityResult:
    """Give the answer; draws and scenarios follow when they are asked for."""
    p = origin.parameters
    if not p.draws and not p.scenarios:
        return _planned(origin, progress)

    def tables_of(what: Planned) -> ElectricityResult:
        with speaking_for(origin.pack.profile), remembering(origin.memory):
            return _in_country(assessed(what, progress))

    with speaking_for(origin.pack.profile), remembering(origin.memory):
        decided = planned(origin.pack, p, progress)
    at_once = tables_of(unassessed(decided))
    result = followed(at_once, lambda: tables_of(decided))
    _ORIGINS[result] = origin
    brief = p.model_copy(update={"draws": 0, "scenarios": False})
    _ORIGINS[at_once] = dataclasses.replace(origin, parameters=brief)
    return result


class _FaultyError(Exception):
    """The pack that is planned with has turned out faulty."""


def _checked_beside(origin: _Origin, progress: Progress) -> ElectricityResult:
    """Plan while the pack is checked: a fault is told in place of whatever comes of planning with it, which it ends at
    the next step."""
    faulty = Event()

    def check() -> None:
        try:
            require_ready(origin.pack, ("electricity",), given(None))
        except Exception:
            faulty.set()
            raise

    def told(part: str) -> None:
        if faulty.is_set():
            raise _FaultyError
        progress(part)

    def attempt() -> ElectricityResult | Exception:
        try:
            return _followed(origin, told)
        except Exception as error:
            return error

    made, _ = both(attempt, check)
    if isinstance(made, Exception):
        raise made
    return made


def _in_country(result: Result) -> Result:
    """Give a result whose frames have the names of the country of `speaking_for`."""
    changed: dict[str, Any] = {}
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if isinstance(value, pd.DataFrame):
            changed[field.name] = outward_frame(value)
        elif isinstance(value, dict) and value and all(isinstance(part, pd.DataFrame) for part in value.values()):
            changed[field.name] = {name: outward_frame(part) for name, part in value.items()}
    return dataclasses.replace(result, **changed)


def _sound(pack: Pack | Path | str, analysis: str, sites: int | None = None) -> Pack:
    opened = pack if isinstance(pack, Pack) else read_pack(pack)
    require_ready(opened, (analysis,), given(sites))
    return opened


def _changed(parameters: Chosen, changes: dict[str, Any]) -> Chosen:
    """Parameters with single changes, refused as those of a file are."""
    if not changes:
        return parameters
    said = parameters.model_dump(exclude_unset=True) | changes
    checked: Chosen = getattr(read_settings(None, {parameters.analysis: said}), parameters.analysis)
    return checked
