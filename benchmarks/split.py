"""One pack of a country, split into supply areas and planned: the whole way of `infragap run-many --area-settlements`.

    python -m benchmarks.split [--settlements 20280] [--area-settlements 5000] [--workers 2] [--draws 5] [--folder DIR]

The pack is provinces side by side (`benchmarks.mosaic`): 24 of them hold 20,280 settlements on 19 million cells of
200 m. Two rows: splitting alone, of the same country on 75 million cells of 100 m, in a process of its own whose peak
memory is told; and the command from the beginning to the joined result, on cells of 200 m. A stopped run goes on, but
the time that is told is then that of the last session.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks import FOLDER, Row
from benchmarks.measure import peak_memory_mb, timed
from benchmarks.mosaic import PROVINCE, write_mosaic_pack
from infragap.scale.area_units import by_areas
from infragap.scale.units import InAreas, units_of

SETTLEMENTS, AREA, QUICK = 24 * PROVINCE, 5_000, 4 * PROVINCE
FINE_M, COARSE_M = 100.0, 200.0
MEMORY_MB = 6_000


@dataclass(frozen=True)
class Asked:
    """What is planned, and where packs and results lie."""

    folder: Path
    settlements: int = SETTLEMENTS
    area_settlements: int = AREA
    workers: int = 2
    draws: int = 5

    def pack(self, cell_m: float) -> Path:
        """The pack on cells of this width, written unless it is there."""
        folder = self.folder / f"country-{self.settlements}-{cell_m:.0f}"
        if not (folder / "catalog.toml").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            write_mosaic_pack(folder, self.settlements, cell_m=cell_m)
        return folder


def split(pack: Path, most: int, out: Path) -> None:
    """Split a pack, as the command does before anything is planned."""
    by_areas(units_of([InAreas(pack, most)], None, ("electricity",)), out)


def split_row(asked: Asked) -> Row:
    """Splitting alone, on the finer cells."""
    pack = asked.pack(FINE_M)
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        seconds, peak = timed(lambda: peak_memory_mb(split, pack, asked.area_settlements, Path(name)))
        areas = sorted(folder.name for folder in (Path(name) / "areas" / pack.name).iterdir() if folder.is_dir())
    return Row(
        routine="splitting a country",
        instance=f"{asked.settlements // PROVINCE} provinces, cells of {FINE_M:.0f} m",
        size=asked.settlements,
        seconds=seconds,
        peak_memory_mb=peak,
        note=f"{len(areas)} areas of up to {asked.area_settlements}, in one process; {datetime.now():%Y-%m-%d}",
    )


def command_row(asked: Asked) -> Row:
    """The command from the pack to the joined result."""
    pack, out = asked.pack(COARSE_M), asked.folder / f"out-{asked.settlements}-{asked.area_settlements}"
    scenarios = asked.folder / "scenarios.toml"
    scenarios.write_text(
        f"[base.electricity]\ndraws = {asked.draws}\nscenarios = false\nrouting_cell_m = {COARSE_M}\n",
        encoding="utf-8",
    )
    line = [
        *(sys.executable, "-m", "infragap", "--language", "en", "run-many", str(pack), "--only", "electricity"),
        *("--area-settlements", str(asked.area_settlements), "--workers", str(asked.workers)),
        *("--memory-mb", str(MEMORY_MB), "--scenarios", str(scenarios), "--merged", "--out", str(out)),
    ]
    print(f"{datetime.now():%H:%M:%S}", *line[1:], flush=True)
    paths = os.pathsep.join(filter(None, [str(FOLDER.parent), os.environ.get("PYTHONPATH")]))
    seconds, done = timed(lambda: subprocess.run(line, check=False, env=os.environ | {"PYTHONPATH": paths}))
    largest_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    return Row(
        routine="run-many --area-settlements",
        instance=f"{asked.settlements // PROVINCE} provinces, cells of {COARSE_M:.0f} m, {asked.workers} workers",
        size=asked.settlements,
        seconds=seconds,
        peak_memory_mb=largest_mb,
        status="joined" if done.returncode == 0 else "failed",
        note=f"areas of up to {asked.area_settlements}, {asked.draws} draws, splitting, open borders and joining "
        f"included; memory of the largest process; {datetime.now():%Y-%m-%d}",
    )


def measured(asked: Asked) -> Iterator[Row]:
    """Both rows."""
    asked.folder.mkdir(parents=True, exist_ok=True)
    yield split_row(asked)
    yield command_row(asked)


def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]:
    """Both rows, of a country or of four provinces."""
    folder = Path(tempfile.gettempdir()) / "infragap-split"
    yield from measured(Asked(folder, QUICK, PROVINCE) if quick else Asked(folder))


def main() -> None:
    """Measure with other numbers."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.split", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--settlements", type=int, default=SETTLEMENTS)
    parser.add_argument("--area-settlements", type=int, default=AREA)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "infragap-split")
    given = parser.parse_args()
    asked = Asked(given.folder.absolute(), given.settlements, given.area_settlements, given.workers, given.draws)
    for row in measured(asked):
        print(
            f"{row.routine}, {row.instance}: {row.seconds:.1f} s, {row.peak_memory_mb:,.0f} MB, {row.note}", flush=True
        )


if __name__ == "__main__":
    main()
