"""The run as a list of steps: read the pack, plan each question, write the results, note what was done."""

from __future__ import annotations

import hashlib
import json
import platform
import resource
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from analyses.electricity.plan import plan_electricity
from analyses.electricity.result import ElectricityResult
from analyses.schools.plan import SchoolsResult, plan_schools
from analyses.water.plan import WaterResult, plan_water
from gis.errors import LayerError, ParameterError
from gis.pack import Pack, read_pack
from infragap.output import MARKER, atomic_folder, check_output
from infragap.settings import ANALYSES, Settings
from maps.write import write_results

VERSIONS_OF = (
    "infragap", "numpy", "scipy", "numba", "pandas", "geopandas", "shapely", "pyproj", "rasterio", "pyogrio",
    "highspy", "pandapower", "pvlib", "pyflwdir", "osmnx", "folium",
)  # fmt: skip


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


@dataclass(frozen=True)
class Results:
    """What the three analyses found; None where the run left one out."""

    electricity: ElectricityResult | None
    water: WaterResult | None
    schools: SchoolsResult | None


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
    results = Results(
        electricity=timings.measure(
            progress, "electricity", lambda part: plan_electricity(pack, settings.electricity, progress=part)
        )
        if "electricity" in only
        else None,
        water=timings.measure(progress, "water", lambda part: plan_water(pack, settings.water, progress=part))
        if "water" in only
        else None,
        schools=timings.measure(progress, "schools", lambda part: plan_schools(pack, settings.schools, progress=part))
        if "schools" in only
        else None,
    )
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
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
        (folder / MARKER).write_text(
            json.dumps(record, ensure_ascii=False, indent=1, default=_plain) + "\n", encoding="utf-8"
        )
    return record


def _read_checked(data: Path) -> Pack:
    """Read the pack, or fail once with all its faults."""
    pack = read_pack(data)
    faults = pack.faults()
    if faults:
        raise LayerError("\n".join(faults))
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
        record["schools"] = {"placement": results.schools.placement, "summary": results.schools.summary}
    return record


def _plain(value: Any) -> Any:
    """Numbers of array libraries as plain ones."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"run.json cannot hold a {type(value).__name__}")
