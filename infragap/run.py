"""The run as a list of steps: read the pack, plan each question, write the results, note what was done."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import platform
import resource
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from infragap.analyses.electricity.plan import plan_electricity
from infragap.analyses.results import Results
from infragap.analyses.schools.plan import plan_schools
from infragap.analyses.water.plan import plan_water
from infragap.gis.errors import NoSolutionError, ParameterError
from infragap.gis.pack import Pack, read_pack
from infragap.maps.write import write_results
from infragap.output import MARKER, atomic_folder, check_output
from infragap.settings import ANALYSES, Settings

VERSIONS_OF = (
    "infragap", "numpy", "scipy", "numba", "pandas", "geopandas", "shapely", "pyproj", "rasterio", "pyogrio",
    "highspy", "pandapower", "pvlib", "pyflwdir", "osmnx", "folium",
)  # fmt: skip


PLANNERS: Mapping[str, Callable[..., Any]] = {
    "electricity": plan_electricity,
    "water": plan_water,
    "schools": plan_schools,
}


class Progress(Protocol):
    """How a run tells what it does: a block per step, a word per part of a step."""

    def step(self, title: str) -> AbstractContextManager[Callable[[str], None]]:
        """Open a step; the block receives a function that names the part under way."""


class Silent:
    """Progress that nobody watches."""

    def step(self, title: str) -> AbstractContextManager[Callable[[str], None]]:
        """Open a step that reports nothing."""
        return nullcontext(lambda part: None)


@dataclass
class Timings:
    """Seconds per step, in the order of the steps."""

    seconds: dict[str, float] = field(default_factory=dict)

    def measure(self, progress: Progress, title: str, work: Callable[[Callable[[str], None]], Any]) -> Any:
        """Run `work` as one step and note how long it took."""
        start = time.perf_counter()
        with progress.step(title) as part:
            value = work(part)
        self.seconds[title] = round(time.perf_counter() - start, 3)
        return value


def run(
    data: Path,
    out: Path,
    settings: Settings,
    *,
    only: Collection[str] = ANALYSES,
    progress: Progress | None = None,
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
    unknown = sorted(set(only) - set(ANALYSES))
    if unknown or not only:
        raise ParameterError(f"--only {','.join(unknown) or '(nothing)'}: choose from {', '.join(ANALYSES)}.")
    check_output(out, data)
    progress = progress or Silent()
    timings = Timings()
    started = time.perf_counter()

    pack: Pack = timings.measure(progress, "read and check the data pack", lambda part: _read_checked(data))
    results = _plan(pack, settings, only, progress, timings)
    record = _record(pack, settings, results)
    with atomic_folder(out) as folder:
        timings.measure(
            progress,
            "maps and tables",
            lambda part: write_results(
                folder,
                pack,
                results.electricity,
                results.water,
                results.schools,
                parameters={name: getattr(settings, name) for name in only},
                progress=part,
            ),
        )
        record["timings"] = {
            "steps_s": timings.seconds,
            "total_s": round(time.perf_counter() - started, 3),
            "peak_memory_mb": _peak_memory_mb(),
        }
        record["files"] = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        (folder / MARKER).write_text(
            json.dumps(record, ensure_ascii=False, indent=1, default=_plain) + "\n", encoding="utf-8"
        )
    return record


def _plan(pack: Pack, settings: Settings, only: Collection[str], progress: Progress, timings: Timings) -> Results:
    """Plan the questions; where there are several, electricity here and the others beside it on the second core."""
    beside = [name for name in ANALYSES if name in only and name != "electricity"]
    if "electricity" not in only or not beside:
        return Results(**{name: _measured(name, pack, settings, progress, timings) for name in only})
    # a fresh process, not a fork: the libraries below hold threads and locks that a fork would copy half-way
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        others = pool.submit(_plan_beside, pack.folder, settings, beside)
        results = {"electricity": _measured("electricity", pack, settings, progress, timings)}
        try:
            planned = timings.measure(progress, "wait for " + " and ".join(beside), lambda part: others.result())
        except BrokenProcessPool as error:
            raise NoSolutionError(
                f"{' and '.join(beside)}: the process that plans them was ended from outside, perhaps for lack of memory. Close other programs, "
                "or run the analyses one by one with --only."
            ) from error
    for name, (result, seconds) in planned.items():
        results[name] = result
        timings.seconds[name] = seconds
    return Results(**results)


def _measured(name: str, pack: Pack, settings: Settings, progress: Progress, timings: Timings) -> Any:
    return timings.measure(progress, name, lambda part: PLANNERS[name](pack, getattr(settings, name), progress=part))


def _plan_beside(folder: Path, settings: Settings, names: Sequence[str]) -> dict[str, tuple[Any, float]]:
    """Plan some questions in a process of their own; the pack is read again because rasters are quicker read than sent."""
    pack, planned = read_pack(folder), {}
    for name in names:
        start = time.perf_counter()
        result = PLANNERS[name](pack, getattr(settings, name))
        planned[name] = (result, round(time.perf_counter() - start, 3))
    return planned


def _read_checked(data: Path) -> Pack:
    """Read the pack, or fail once with all its faults."""
    pack = read_pack(data)
    pack.require_sound()
    return pack


def _record(pack: Pack, settings: Settings, results: Results) -> dict[str, Any]:
    """Everything of `run.json` but the timings: the same for the same input."""
    record: dict[str, Any] = {
        "program": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in VERSIONS_OF},
        },
        "pack": {
            "title": pack.catalog.pack.title,
            "province": pack.catalog.pack.province,
            "crs_measure": pack.crs_measure,
            "catalog_sha256": hashlib.sha256((pack.folder / "catalog.toml").read_bytes()).hexdigest(),
            "targets": pack.catalog.targets,
            "layers": [
                entry.model_dump(include={"name", "file", "sha256", "rows", "provenance", "method"}, exclude_none=True)
                for entry in pack.catalog.layer
            ],
        },
        "parameters": settings.model_dump(mode="json"),
    }
    if results.electricity is not None:
        record["electricity"] = {"plan": results.electricity.plan, "summary": results.electricity.summary}
    if results.water is not None:
        record["water"] = {"siting": results.water.siting, "summary": results.water.summary}
    if results.schools is not None:
        record["schools"] = {
            "placement": results.schools.placement,
            "assignment": results.schools.assignment_record,
            "upper_secondary": results.schools.upper_record,
            "summary": results.schools.summary,
        }
    return record


def _peak_memory_mb() -> int:
    """Peak of this process and of the largest one beside it, as if they fell together."""
    kilobytes = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(kilobytes / 1024)


def _plain(value: Any) -> Any:
    """Numbers of array libraries as plain ones."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"run.json cannot hold a {type(value).__name__}")
