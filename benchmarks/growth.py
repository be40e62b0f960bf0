"""The electricity plan on packs of growing size: processor time by step, peak memory, gap, and how both grow.

Dense rows (`benchmarks.synthetic`): more settlements on the ground of one province. Rows at the province's density
(`benchmarks.mosaic`): the ground, the grid and its headroom grow with the settlements, as from a province to a country;
their cells are 200 m wide. Beside each, scikit-image searches the same raster from the same lines: the one job in it
that both do. OnSSET plans electrification too, but lays out no lines on a raster, chooses no joint network and proves
no bound, so no figure of it stands for the same job.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks import Row
from benchmarks.measure import peak_memory_mb_so_far, timed_with_cpu
from benchmarks.mosaic import CELL_M, write_mosaic_pack
from benchmarks.synthetic import write_synthetic_pack
from infragap.analyses.electricity.feeders.feeder_list import feeder_findings
from infragap.analyses.electricity.feeders.remedies import find_remedies
from infragap.analyses.electricity.feeders.voltage import check_voltage
from infragap.analyses.electricity.headroom.search import within_headroom
from infragap.analyses.electricity.least_cost.plan import Plan, least_cost
from infragap.analyses.electricity.least_cost.study import prepare
from infragap.analyses.electricity.parameters import ElectricityParameters, in_country
from infragap.analyses.electricity.preconditions import NEEDS
from infragap.analyses.electricity.routing.surface_of_pack import build_surface
from infragap.analyses.electricity.tables.all_tables import build_tables
from infragap.analyses.electricity.tables.lines import lines_table
from infragap.analyses.electricity.uncertainty.assessment import Uncertainty
from infragap.analyses.electricity.uncertainty.locating import value_of_position_mvnd
from infragap.analyses.electricity.uncertainty.monte_carlo import cells_of, one_draw, summarised, what_draws_share
from infragap.analyses.electricity.uncertainty.streams import unproven_streams
from infragap.analyses.electricity.years.schedule import make_schedule
from infragap.analyses.memory import give_back_memory
from infragap.gis.leastcost.distance import cost_distance
from infragap.gis.pack import read_pack
from infragap.gis.stand_ins import with_stand_ins

SIZES, QUICK = (845, 5_000, 20_000), (845, 1_700)
DRAWS = 3
LONGEST_S = 900.0
"""A plan or a search that takes longer is stopped and told as such; the largest take some 300 s on two idle cores."""

T = TypeVar("T")


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
class Measured:
    """Processor seconds by step, in their order, and of one draw; wall time, memory and proof of one plan."""

    steps_s: dict[str, float]
    draw_s: float
    seconds: float
    peak_memory_mb: float
    cost: float
    bound: float
    gap: float
    status: str

    @property
    def processor_s(self) -> float:
        """Processor seconds of all steps, the draws apart."""
        return sum(self.steps_s.values())


class _Steps:
    """Processor seconds of steps that follow each other."""

    def __init__(self) -> None:
        """Begin with none."""
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str, step: Callable[[], T]) -> T:
        _, self.seconds[name], made = timed_with_cpu(step)
        return made


def plan_measured(folder: Path, parameters: ElectricityParameters) -> Measured:
    """Plan a pack in this process, which must be a fresh one, step by step as `plan_electricity` does."""
    step, begun = _Steps(), time.perf_counter()
    pack = step("read", lambda: with_stand_ins(read_pack(folder), NEEDS.replaceable))
    p = in_country(parameters, pack.profile)
    study = step("line routes, sun and streams", lambda: prepare(pack, p))
    free = step("plan without limits", lambda: least_cost(study, p))
    plan = step("within the headroom", lambda: within_headroom(free))
    check = step("voltage", lambda: check_voltage(plan))
    remedies = step("remedies", lambda: find_remedies(plan, check))
    schedule = step("years", lambda: make_schedule(plan))
    uncertainty, draw_s = _uncertainty(plan, step)
    feeders = step("feeders", lambda: feeder_findings(check.feeders, p))
    lines = step("lines", lambda: lines_table(plan, check, remedies, schedule))
    record = step("tables", lambda: build_tables(plan, check, remedies, schedule, uncertainty, feeders, lines)).plan
    return Measured(
        steps_s=step.seconds,
        draw_s=draw_s,
        seconds=time.perf_counter() - begun,
        peak_memory_mb=peak_memory_mb_so_far(),
        cost=record["cost_mvnd"],
        bound=record["lower_bound_mvnd"],
        gap=record["gap"],
        status=record["status"],
    )


def _uncertainty(plan: Plan, step: _Steps) -> tuple[Uncertainty, float]:
    """Draws, positions and streams, and the processor seconds of one draw."""
    give_back_memory()  # as `plan_electricity` does
    known = step("what draws share", lambda: what_draws_share(plan, cells_of(plan)))
    one_draw(known, 0)  # numbers that are looked up once
    _, draws_s, draws = timed_with_cpu(lambda: [one_draw(known, number) for number in range(DRAWS)])
    value, turns = step("positions", lambda: value_of_position_mvnd(plan, known.cells))
    streams = step("streams", lambda: unproven_streams(plan))
    summary = summarised(draws, len(plan.study.settlements))
    return Uncertainty([], None, summary, streams, value, turns), draws_s / DRAWS


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
    """One row for each variant and size, each in a process of its own, and two for how each variant grows."""
    sizes = QUICK if quick else SIZES
    with tempfile.TemporaryDirectory() as folder:
        # whatever is compiled is compiled before the first plan is measured
        _alone(plan_measured, VARIANTS[0].write(Path(folder) / "pack", min(sizes)), VARIANTS[0].parameters)
    for variant in VARIANTS:
        found: dict[int, Measured] = {}
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                pack = variant.write(Path(folder) / "pack", size)
                planned = _alone(plan_measured, pack, variant.parameters)
                searched = _alone(search_measured, pack, variant.parameters)
            if planned is None:
                yield _stopped_row(variant, size)
            else:
                found[size] = planned
                yield _plan_row(variant, size, planned)
            if searched is not None:
                yield _search_row(variant, size, searched)
        if len(found) > 1:
            yield from _growth_rows(variant, found)


def _alone(measured: Callable[[Path, ElectricityParameters], T], *given: Any) -> T | None:
    """Measure in a fresh process, so that its peak of memory is its own; None where that takes longer than it may."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        try:
            return pool.apply_async(measured, given).get(timeout=LONGEST_S)
        except multiprocessing.TimeoutError:
            return None


def _stopped_row(variant: Variant, size: int) -> Row:
    return Row(
        routine="plan_electricity", instance=variant.name, size=size, seconds=LONGEST_S, status="stopped by the clock"
    )


def _plan_row(variant: Variant, size: int, found: Measured) -> Row:
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in found.steps_s.items())
    return Row(
        routine="plan_electricity",
        instance=f"{variant.name}, seed 1, {DRAWS + 1} draws, no scenarios",
        size=size,
        seconds=found.seconds,
        peak_memory_mb=found.peak_memory_mb,
        objective=found.cost,
        lower_bound=found.bound,
        gap=found.gap,
        status=found.status,
        note=f"processor s {found.processor_s:.1f}: {steps}; one draw {found.draw_s:.2f}",
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


def _growth_rows(variant: Variant, found: dict[int, Measured]) -> Iterator[Row]:
    sizes = list(found)
    last, span = found[sizes[-1]], f"from {sizes[0]} to {sizes[-1]}"
    time_of_all = exponent(sizes, [each.processor_s for each in found.values()])
    memory = exponent(sizes, [each.peak_memory_mb for each in found.values()])
    yield Row(
        routine="growth of plan_electricity",
        instance=variant.name,
        size=sizes[-1],
        seconds=last.processor_s,
        peak_memory_mb=last.peak_memory_mb,
        exponent_of_time=time_of_all,
        exponent_of_memory=memory,
        note=f"processor time like n^{time_of_all:.2f}, memory like n^{memory:.2f}, {span}; by step: "
        + ", ".join(
            f"{name} {exponent(sizes, [max(each.steps_s[name], 0.01) for each in found.values()]):.2f}"
            for name in last.steps_s
        ),
    )
    of_draw = exponent(sizes, [each.draw_s for each in found.values()])
    yield Row(
        routine="growth of one draw",
        instance=variant.name,
        size=sizes[-1],
        seconds=last.draw_s,
        exponent_of_time=of_draw,
        note=f"processor time like n^{of_draw:.2f}, {span}",
    )
