"""`python -m benchmarks [--only NAME,NAME] [--quick]`: print a table, write it as JSON; names as in `ROUTINES`."""

import argparse
import dataclasses
import importlib
import json
import math
import os
import platform
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import FOLDER, ROUTINES, Row

VERSIONS_OF = ("numba", "numpy", "scipy", "highspy", "scikit-image")


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return {
        "cores": os.cpu_count(),
        "processor": model,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in VERSIONS_OF},
    }


def shared_folder(given: Path | None) -> Path | None:
    """Folder of published instances: as given, else INFRAGAP_SHARED, else `shared` beside the checkout."""
    folder = given or Path(os.environ.get("INFRAGAP_SHARED", FOLDER.parent.parent / "shared"))
    return folder if folder.is_dir() else None


def number(value: float | None, digits: int = 3) -> str:
    """A number for the table: a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.{digits}g}"


def tabulate(rows: Sequence[Row], title: str) -> Table:
    """All rows as one table."""
    table = Table(title=title, show_lines=False)
    for heading in ("routine", "instance"):
        table.add_column(heading, overflow="fold")
    for heading in ("size", "s", "MB", "objective", "bound", "gap %"):
        table.add_column(heading, justify="right")
    table.add_column("status")
    table.add_column("peer", overflow="fold")
    for heading in ("peer s", "peer objective", "speed-up"):
        table.add_column(heading, justify="right")
    table.add_column("note", overflow="fold")
    for row in rows:
        table.add_row(
            row.routine,
            row.instance,
            f"{row.size:,}",
            number(row.seconds),
            number(row.peak_memory_mb),
            number(row.objective, 8),
            number(row.lower_bound, 8),
            number(None if row.gap is None else 100 * row.gap),
            row.status or "–",
            row.peer or "–",
            number(row.peer_seconds),
            number(row.peer_objective, 8),
            number(row.speed_up),
            row.note,
        )
    return table


def as_json(row: Row) -> dict[str, Any]:
    """The row with None for what JSON cannot hold (inf, NaN)."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in dataclasses.asdict(row).items()
    }


def write(rows: Sequence[Row], folder: Path, started: datetime, quick: bool) -> Path:
    """Write the rows, the machine and the time of the run; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{started:%Y-%m-%dT%H%M%S}.json"
    content = {
        "started": started.isoformat(timespec="seconds"),
        "quick": quick,
        "machine": machine(),
        "rows": [as_json(row) for row in rows],
    }
    path.write_text(
        json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False, default=float) + "\n",
        encoding="utf-8",
    )
    return path


def chosen(text: str) -> list[str]:
    """The routines named, in the order of `ROUTINES`."""
    names = text.split(",")
    unknown = sorted(set(names) - set(ROUTINES))
    if unknown:
        raise argparse.ArgumentTypeError(f"no benchmark {', '.join(unknown)}; there are {', '.join(ROUTINES)}")
    return [name for name in ROUTINES if name in names]


def main() -> None:
    """Run what was asked for; what was measured before an interruption is still written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", type=chosen, default=list(ROUTINES), metavar="A,B", help=f"of {', '.join(ROUTINES)}")
    parser.add_argument("--quick", action="store_true", help="leave the long instances out")
    parser.add_argument("--shared", type=Path, help="folder with the published instances")
    parser.add_argument("--out", type=Path, default=FOLDER / "results", help="folder of the JSON files")
    arguments = parser.parse_args()
    shared = shared_folder(arguments.shared)
    console = Console()
    if not console.is_terminal:
        console = Console(width=220)  # a file or a pipe has no width to keep to
    facts = machine()
    console.print(f"{facts['cores']} cores, {facts['processor']}, Python {facts['python']}")
    console.print(f"published instances: {shared or 'not there'}")
    started = datetime.now().astimezone()
    rows: list[Row] = []
    try:
        for name in arguments.only:
            # imported only when asked for: each brings its peers along
            for row in importlib.import_module(f"benchmarks.{name}").cases(quick=arguments.quick, shared=shared):
                rows.append(row)
                console.print(f"{row.routine} {row.instance}: {row.seconds:.3f} s {row.status or ''}")
    finally:
        if rows:
            console.print(tabulate(rows, f"infragap benchmarks, {started:%Y-%m-%d}, {facts['cores']} cores"))
            console.print(f"written: {write(rows, arguments.out, started, arguments.quick)}")


if __name__ == "__main__":
    main()
