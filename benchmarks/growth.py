"""The electricity plan on packs of growing size: processor time by step, peak memory, gap, and how both grow.

Dense rows (`benchmarks.synthetic`): more settlements on the ground of one province. Rows at the province's density
(`benchmarks.mosaic`): the ground, the grid and its headroom grow with the settlements, as from a province to a country;
their cells are 200 m wide. Beside each, scikit-image searches the same raster from the same lines: the one job in it
that both do. OnSSET plans electrification too, but lays out no lines on a raster, chooses no joint network and proves
no bound, so no figure of it stands for the same job.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks import Row
from benchmarks.measure import peak_memory_mb_so_far, timed_with_cpu
from benchmarks.mosaic import CELL_M, write_mosaic_pack
from benchmarks.synthetic import write_synthetic_pack
from infragap.analyses.electricity.parameters import ElectricityParameters, in_country
from infragap.analyses.electricity.plan import plan_electricity
from infragap.analyses.electricity.routing.surface_of_pack import build_surface
from infragap.gis.leastcost import cost_distance
from infragap.gis.pack import read_pack

SIZES, QUICK = (845, 5_000, 20_000), (845, 1_700)
DRAWS = 20


@dataclass(frozen=True)
class Variant:
    """One way to make a pack larger, and the cells that it is planned on."""

    name: str
    write: Callable[[Path, int], Path]
    cell_m: float

    @property
    def parameters(self) -> ElectricityParameters:
        """Few draws and no scenarios."""
        return ElectricityParameters(draws=DRAWS, scenarios=False, routing_cell_m=self.cell_m)


VARIANTS = (
    Variant("dense: one province", write_synthetic_pack, 100.0),
    Variant("province's density: copies side by side", write_mosaic_pack, CELL_M),
)


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

    @property
    def processor_s(self) -> float:
        """Processor seconds of all steps."""
        return sum(self.steps_s.values())


def plan_measured(folder: Path, parameters: ElectricityParameters) -> Planned:
    """Plan a pack in this process, which must be a fresh one."""
    told: list[tuple[str, float]] = []
    begun = time.perf_counter()
    told.append(("read", time.process_time()))
    pack = read_pack(folder)
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


def search_measured(folder: Path, parameters: ElectricityParameters) -> tuple[int, float, float, float, float]:
    """Cells, processor seconds and mean distance of a search from all existing lines: ours, then scikit-image's."""
    from skimage.graph import MCP_Geometric

    pack = read_pack(folder)
    parameters = in_country(parameters, pack.profile)
    surface = build_surface(pack, parameters)
    cost = surface.cost(parameters, forest_rule="price")
    sources = surface.line_cells
    cost_distance(np.ones((8, 8), np.float32), np.array([[0, 0]]), cut_corners=True, predecessors=True)
    _, ours_s, ours = timed_with_cpu(lambda: cost_distance(cost, sources, cut_corners=True, predecessors=True).distance)
    walls = np.where(np.isfinite(cost), cost, -1)
    _, theirs_s, theirs = timed_with_cpu(lambda: MCP_Geometric(walls).find_costs(sources.tolist())[0])
    both = np.isfinite(ours) & np.isfinite(theirs)
    return cost.size, ours_s, theirs_s, float(ours[both].mean(dtype=float)), float(theirs[both].mean(dtype=float))


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Slope of a straight line through logarithms: 1 where a value grows like the size.

    Examples
    --------
    >>> round(exponent([1, 10, 100], [3.0, 30.0, 300.0]), 6)
    1.0
    """
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]:
    """One row for each variant and size, each in a process of its own, and one for how each variant grows."""
    sizes = QUICK if quick else SIZES
    for variant in VARIANTS:
        found: list[Planned] = []
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                pack = variant.write(Path(folder) / "pack", size)
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                    found.append(pool.submit(plan_measured, pack, variant.parameters).result())
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                    searched = pool.submit(search_measured, pack, variant.parameters).result()
            yield _plan_row(variant, size, found[-1])
            yield _search_row(variant, size, searched)
        yield _growth_row(variant, sizes, found)


def _plan_row(variant: Variant, size: int, found: Planned) -> Row:
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in found.steps_s.items())
    return Row(
        routine="plan_electricity",
        instance=f"{variant.name}, seed 1, {DRAWS} draws, no scenarios",
        size=size,
        seconds=found.seconds,
        peak_memory_mb=found.peak_memory_mb,
        objective=found.cost,
        lower_bound=found.bound,
        gap=found.gap,
        status=found.status,
        note=f"processor s {found.processor_s:.1f}: {steps}",
    )


def _search_row(variant: Variant, size: int, searched: tuple[int, float, float, float, float]) -> Row:
    cells, ours_s, theirs_s, ours, theirs = searched
    return Row(
        routine="cost_distance from all existing lines",
        instance=f"{variant.name}, {size} settlements",
        size=cells,
        seconds=ours_s,
        objective=ours,
        peer="scikit-image MCP_Geometric",
        peer_seconds=theirs_s,
        peer_objective=theirs,
        note="processor s; size in cells; mean way [million VND]",
    )


def _growth_row(variant: Variant, sizes: Sequence[int], found: Sequence[Planned]) -> Row:
    seconds = exponent(sizes, [each.processor_s for each in found])
    memory = exponent(sizes, [each.peak_memory_mb for each in found])
    return Row(
        routine="growth of plan_electricity",
        instance=variant.name,
        size=sizes[-1],
        seconds=found[-1].processor_s,
        peak_memory_mb=found[-1].peak_memory_mb,
        exponent_of_time=seconds,
        exponent_of_memory=memory,
        note=f"processor time like n^{seconds:.2f}, memory like n^{memory:.2f}, from {sizes[0]} to {sizes[-1]}",
    )
