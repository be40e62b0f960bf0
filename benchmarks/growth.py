"""The electricity plan on packs of growing size: processor time by step, peak memory, gap.

The packs are those of `benchmarks.synthetic`: more settlements on the same ground, so a large one is a dense one.
"""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks import Row
from benchmarks.measure import peak_memory_mb_so_far
from benchmarks.synthetic import write_synthetic_pack
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.gis.pack import read_pack

SIZES, QUICK = (845, 5_000, 20_000), (845,)
DRAWS = 20


@dataclass(frozen=True)
class Planned:
    """Processor seconds by step, in their order, wall time, memory and proof of one plan."""

    steps_s: dict[str, float]
    seconds: float
    peak_memory_mb: float
    cost: float
    bound: float
    gap: float
    status: str


def plan_measured(folder: Path) -> Planned:
    """Plan a pack in this process, which must be a fresh one."""
    told: list[tuple[str, float]] = []
    begun = time.perf_counter()
    pack = read_pack(folder)
    parameters = ElectricityParameters(draws=DRAWS, scenarios=False)
    told.append(("read", 0.0))
    result = plan_electricity(pack, parameters, progress=lambda name: told.append((name, time.process_time())))
    ends = [at for _, at in told[1:]] + [time.process_time()]
    plan = result.plan
    return Planned(
        steps_s={name: end - at for (name, at), end in zip(told, ends, strict=True)},
        seconds=time.perf_counter() - begun,
        peak_memory_mb=peak_memory_mb_so_far(),
        cost=plan["cost_mvnd"],
        bound=plan["lower_bound_mvnd"],
        gap=plan["gap"],
        status=plan["status"],
    )


def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]:
    """One row for each size, each in a process of its own."""
    for size in QUICK if quick else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            pack = write_synthetic_pack(Path(folder) / "pack", size)
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                found = pool.submit(plan_measured, pack).result()
        yield Row(
            routine="plan_electricity",
            instance=f"synthetic pack, seed 1, {DRAWS} draws, no scenarios",
            size=size,
            seconds=found.seconds,
            peak_memory_mb=found.peak_memory_mb,
            objective=found.cost,
            lower_bound=found.bound,
            gap=found.gap,
            status=found.status,
            note="processor s: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in found.steps_s.items()),
        )
