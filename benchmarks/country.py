"""A country of 100,000 settlements, simulated by its supply areas: how well workers of a local Dask cluster share it.

    python -m benchmarks.country [--areas 118] [--part 24] [--draws 5] [--folder DIR]

An area is a province with 845 settlements of a seed of its own on cells of 200 m, so the density is that of a real
country: 118 of them hold 99,710. Each is planned as `infragap run-many` plans an area: checks, plan within the
headroom, load flow, years, a few draws, tables and GeoParquet; no maps, which nobody looks at by the hundred. Not in
it: splitting a country, and the second bound of each area with its border open (`benchmarks.split` runs both).

Two workers plan all areas. One worker plans the first `--part` of them, and its time for all is extrapolated from these
and said as such. Efficiency is t1 / (2 * t2), seconds of wall time an area. Before the clock runs each worker has made
one plan, so that nothing is compiled while it is timed. Why not fewer and larger areas: at one density most of the
time goes with the ground, and a worker would need as many times the memory.

A stopped run goes on: packs, results and times stay in the folder, by version of the program. What was under way when
it stopped is made again; the clock of each session runs until the last area that it has finished.
"""

import argparse
import json
import math
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Executor, as_completed
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks import FOLDER, Row
from benchmarks.measure import peak_memory_mb_so_far
from benchmarks.mosaic import CELL_M, PROVINCE, write_mosaic_pack
from infragap.scale.clusters import cluster
from infragap.scale.program import program
from infragap.scale.unit_work import do_unit
from infragap.scale.units import Unit

ALL, PART, QUICK, DRAWS = 118, 24, 4, 5
MEMORY_MB = 4_000
ONLY = ("electricity",)


@dataclass(frozen=True)
class Asked:
    """Folder of packs, results and times; draws of a plan."""

    folder: Path
    draws: int = DRAWS

    @property
    def packs(self) -> Path:
        """Folder of the packs, which differ with the width of their cells."""
        return self.folder / f"packs-{CELL_M:.0f}"

    def unit(self, name: str) -> Unit:
        """Plan of one area."""
        values = {"electricity": {"draws": self.draws, "scenarios": False, "routing_cell_m": CELL_M}}
        return Unit(name, "base", self.packs / name, values, ONLY, for_people=False)

    def out(self, workers: int) -> Path:
        """Results of so many workers, by this version."""
        return self.folder / f"{program()[:12]}-{workers}-{self.draws}"


@dataclass(frozen=True)
class Done:
    """One area as it was planned.

    Attributes
    ----------
    area
        Its name.
    session
        Of which run of this command.
    at_s
        Wall seconds of the session until it was done.
    seconds
        Wall seconds on its worker.
    peak_memory_mb
        Of the worker until then.
    """

    area: str
    session: str
    at_s: float
    seconds: float
    peak_memory_mb: float


def written(asked: Asked, names: list[str], executor: Executor) -> None:
    """Write the packs that are not there, on the workers."""
    missing = [name for name in names if not (asked.packs / name / "catalog.toml").is_file()]
    for future in as_completed([executor.submit(write_pack, asked.packs / name) for name in missing]):
        future.result()


def write_pack(folder: Path) -> None:
    """Write the pack of an area, whose number is its seed; whole or not at all."""
    with tempfile.TemporaryDirectory(dir=_made(folder.parent)) as name:
        write_mosaic_pack(Path(name) / "pack", PROVINCE, seed=int(folder.name[1:]))
        (Path(name) / "pack").rename(folder)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def plan_area(unit: Unit, out: Path) -> tuple[float, float]:
    """Plan an area on a worker: wall seconds, and peak memory of the worker until now [MB]."""
    outcome = do_unit(unit, out)
    if outcome.error is not None:
        raise outcome.error
    return outcome.seconds, peak_memory_mb_so_far()


def planned(asked: Asked, workers: int, names: list[str]) -> list[Done]:
    """Plan the areas that an earlier session has not, and tell each as it is done; all of them in the end."""
    note = asked.out(workers) / "times.jsonl"
    found = [Done(**json.loads(line)) for line in note.read_text().splitlines()] if note.is_file() else []
    left = [name for name in names if name not in {done.area for done in found}]
    if not left:
        return found
    session = uuid.uuid4().hex
    with cluster(None, workers, MEMORY_MB) as executor:
        assert executor is not None
        written(asked, [*left, "F0"], executor)
        _warmed(asked, executor._client)  # type: ignore[attr-defined] # noqa: SLF001 - Dask's own
        print(f"{datetime.now():%H:%M:%S} {len(left)} of {len(names)} areas to plan, {workers} worker(s)", flush=True)
        begun = time.perf_counter()
        waiting = {executor.submit(plan_area, asked.unit(name), asked.out(workers)): name for name in left}
        for future in as_completed(waiting):
            seconds, memory = future.result()
            done = Done(waiting[future], session, time.perf_counter() - begun, seconds, memory)
            found.append(done)
            with note.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(done)) + "\n")
            here = sum(each.session == session for each in found)
            print(
                f"{datetime.now():%H:%M:%S} {len(found)}/{len(names)} {done.area}: {seconds:.1f} s on its worker, "
                f"{done.at_s / here:.1f} s an area so far, {memory:,.0f} MB",
                flush=True,
            )
    return found


def _warmed(asked: Asked, client: Any) -> None:
    """Let each worker make one plan that does not count."""
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        workers = list(client.scheduler_info(n_workers=-1)["workers"])
        unit = asked.unit("F0")
        first = [
            client.submit(plan_area, unit, Path(name) / str(number), workers=[worker], pure=False)
            for number, worker in enumerate(workers)
        ]
        client.gather(first)


def wall_s(found: list[Done]) -> float:
    """Wall seconds of all sessions, each until its last area."""
    return sum(max(done.at_s for done in found if done.session == one) for one in {done.session for done in found})


def measured(asked: Asked, areas: int, part: int) -> Iterator[Row]:
    """One row for one worker, which plans a part, and one for two, which plan all; efficiency in the second."""
    names = [f"A{number:03d}" for number in range(1, areas + 1)]
    one_s = math.nan
    for workers, some in ((1, names[:part]), (2, names)):
        found = planned(asked, workers, some)
        taken = wall_s(found)
        area_s = taken / len(found)
        each = sum(done.seconds for done in found) / len(found)
        said = f"{area_s:.1f} s an area, {each:.1f} s a plan on its worker, {asked.draws} draws, no maps; "
        if workers == 1:
            one_s = area_s
            said += f"all {areas} areas would take {areas * area_s:,.0f} s, extrapolated from {len(found)}; "
        efficiency = one_s / (workers * area_s)
        yield Row(
            routine="plans of supply areas on local Dask",
            instance=f"{len(found)} areas of {PROVINCE}, {workers} worker{'s' if workers > 1 else ''}",
            size=len(found) * PROVINCE,
            seconds=taken,
            peak_memory_mb=max(done.peak_memory_mb for done in found),
            efficiency=efficiency if workers > 1 else None,
            note=(f"efficiency t1/(2 t2) = {100 * efficiency:.0f} %; " if workers > 1 else "")
            + said
            + f"memory of the largest worker; {datetime.now():%Y-%m-%d}",
        )


def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]:
    """One row for each number of workers."""
    folder = _made(Path(tempfile.gettempdir()) / "infragap-country")
    yield from measured(Asked(folder), *((QUICK, QUICK // 2) if quick else (ALL, PART)))


def main() -> None:
    """Measure with other numbers."""
    from benchmarks.__main__ import tabulate, write

    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.country", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--areas", type=int, default=ALL, help="areas that two workers plan")
    parser.add_argument("--part", type=int, default=PART, help="areas that one worker plans")
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "infragap-country")
    given = parser.parse_args()
    started, rows = datetime.now().astimezone(), []
    for row in measured(Asked(_made(given.folder.absolute()), given.draws), given.areas, min(given.part, given.areas)):
        rows.append(row)
        print(row.note, flush=True)
    from rich.console import Console

    Console(width=220).print(tabulate(rows, f"{started:%Y-%m-%d}"))
    print(write(rows, FOLDER / "results", started, quick=given.areas < ALL))


if __name__ == "__main__":
    main()
