"""A country of 100,000 settlements, simulated by its supply areas: how well workers of a local Dask cluster share it.

An area is the embedded province with 845 settlements of a seed of its own, so the density is that of a real country:
118 of them hold 100,000. Each is a plan for itself, as `infragap run-many` makes it, files included. One worker plans
some of them, two workers plan all, in clusters of their own; the efficiency is what two workers do per second by twice
what one does. Before that each worker has made one plan, so that no kernel is compiled while it is timed.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import infragap
from benchmarks import Row
from benchmarks.measure import peak_memory_mb_so_far
from benchmarks.synthetic import write_synthetic_pack
from infragap.scale.clusters import cluster
from infragap.scale.unit_work import Outcome

PROVINCE, ALL, SOME = 845, 118, 24
QUICK = 4
SCENARIO = {"base": {"electricity": {"draws": 20, "scenarios": False}}}
ONLY = ("electricity",)
MEMORY_MB = 4_000


def planned(packs: list[Path], first: list[Path], out: Path, workers: int) -> tuple[float, float, float]:
    """Plan on a cluster; wall seconds, peak memory of the largest worker [MB], and mean wall seconds of a plan."""
    seconds: list[float] = []

    def told(outcome: Outcome, number: int, count: int) -> None:
        if outcome.error is not None:
            raise outcome.error
        seconds.append(outcome.seconds)

    with cluster(None, workers, MEMORY_MB) as executor:
        assert executor is not None
        infragap.plan(first[:workers], SCENARIO, executor, out=out / "first", only=ONLY)
        begun = time.perf_counter()
        infragap.plan(packs, SCENARIO, executor, out=out / "all", only=ONLY, told=told)
        taken = time.perf_counter() - begun
        peaks = executor._client.run(peak_memory_mb_so_far)  # type: ignore[attr-defined] # noqa: SLF001 - Dask's own
    return taken, max(peaks.values()), sum(seconds) / len(seconds)


def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]:
    """One row for each number of workers."""
    count = {1: QUICK, 2: QUICK} if quick else {1: SOME, 2: ALL}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        packs = [write_synthetic_pack(folder / f"area{k:03d}", PROVINCE, seed=k) for k in range(max(count.values()))]
        first = [write_synthetic_pack(folder / f"first{k}", PROVINCE, seed=1_000 + k) for k in range(2)]
        one_s = None
        for workers, areas in count.items():
            taken, memory, each = planned(packs[:areas], first, folder / f"out{workers}", workers)
            one_s = one_s or taken / areas
            efficiency = one_s / (workers * taken / areas)
            yield Row(
                routine="run-many on local Dask",
                instance=f"{areas} supply areas of {PROVINCE}, {workers} worker{'s' if workers > 1 else ''}",
                size=areas * PROVINCE,
                seconds=taken,
                peak_memory_mb=memory,
                efficiency=efficiency,
                note=f"efficiency {100 * efficiency:.0f} %; {taken / areas:.1f} s an area, {each:.1f} s a plan on its "
                "worker; memory of the largest worker",
            )
