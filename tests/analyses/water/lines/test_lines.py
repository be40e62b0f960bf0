"""Lines on hand-made profiles: tanks, classes, pressure at taps, loss and size; and the cheapest pipes by trying
all."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infragap.analyses.water.hydraulics.pipe_catalogue import PipePrices, pipe_catalogue
from infragap.analyses.water.lines.design import Line, LineRules, SourceLevel, design_line, flow_in, pipe_options
from infragap.analyses.water.lines.sizing_kernels import Limits
from infragap.analyses.water.lines.tree import PipeTree

# 4.42 people · 80 l · 1.3 / 0.8 / 86,400 s, twice at the peak hour
PEAK_M3_S = 4.42 * 0.080 * 1.3 / 0.8 / 86_400 * 2
CATALOGUE = pipe_catalogue(PipePrices(68_000, 55_000, 900), c=140)
RULES = LineRules(CATALOGUE, pipe_options(CATALOGUE), Limits(0.3, 2.5, 1.5, 0.025, 5.0), 60.0, PEAK_M3_S)


def _straight(z: list[float] | np.ndarray, step_m: float = 100.0) -> PipeTree:
    z = np.asarray(z, dtype=float)
    n = len(z)
    length = np.concatenate([[0.0], np.hypot(step_m, np.diff(z))])
    nodes = np.arange(n)
    return PipeTree(np.zeros(n, int), nodes, z, nodes - 1, length, np.array([0]), np.array([n - 1]))


def _line(z: list[float] | np.ndarray, households: float, **level: float) -> Line | None:
    return design_line(_straight(z), np.array([households]), np.inf, SourceLevel(**level), RULES)


def _check(line: Line, households: np.ndarray) -> None:
    """Pressure at the taps, class of every pipe, grade line above the ground at every end of a section, velocities."""
    flow = flow_in(line, households, RULES)
    assert (flow.tap_m >= 5.0 - 1e-6).all()
    for pipes in (line.sections.wide, line.sections.narrow):
        assert (line.sections.static_m <= CATALOGUE.class_bar[pipes] * 10 + 1e-6).all()
    ends = line.sections.end
    above = flow.head_m[line.sections.start] - flow.loss_m - line.points.z[ends]
    assert (above >= -0.1).all()
    for pipes in (line.sections.wide, line.sections.narrow):
        velocity = line.sections.flow_m3_s * 4 / (np.pi * CATALOGUE.inside_m[pipes] ** 2)
        assert (velocity <= 2.5).all()


def test_a_steep_line_breaks_its_pressure() -> None:
    # 300 m of fall: a tank at 60 m above the tap, and one 160 m (PN16) above that
    line = _line(np.linspace(500, 200, 21), 60)
    assert line is not None
    assert line.tanks == 2
    assert line.valves == 0
    levels = sorted(line.points.level[np.isfinite(line.points.level)])
    assert levels == pytest.approx([260.0, 420.0], abs=1.0)
    _check(line, np.array([60.0]))


def test_a_low_point_beyond_polyethylene_gets_steel_or_none() -> None:
    # from 500 m down to 260 and up to a village at 440: no tank can stand below the village, so 240 m rest on the low
    # pipe
    line = _line([500, 480, 440, 380, 300, 260, 300, 340, 380, 400, 420, 430, 440], 60)
    assert line is not None
    assert line.tanks == 0
    lowest = int(np.argmax(line.sections.static_m))
    assert line.sections.static_m[lowest] == pytest.approx(240.0)
    assert CATALOGUE.material(int(line.sections.wide[lowest])) == "steel"
    # from 500 m over 200 to 440: steel bears 250 m, so a tank at 450 m still feeds the village; one at 460 m it does
    # not
    assert _line([500, 400, 300, 200, 300, 400, 440], 60) is not None
    assert _line([500, 400, 300, 200, 300, 400, 460], 60) is None


def test_a_ridge_above_the_grade_line_is_not_crossed() -> None:
    assert _line([500, 480, 470, 505, 470, 450, 440], 60) is None


@pytest.mark.parametrize("fall_m", [25.0, 40.0, 100.0, 300.0])
def test_loss_never_rises_with_size(fall_m: float) -> None:
    losses = []
    for households in (35, 60, 61, 100, 101, 150, 240, 480):
        line = _line(np.linspace(500, 500 - fall_m, 21), households)
        if (fall_m, households) == (25.0, 35):
            # 0.466 l/s: 0.293 m/s in OD50, and in OD40 the grade line would run under the first hundred metres
            assert line is None
            continue
        assert line is not None
        losses.append(float(line.sections.loss_m.sum()))
    # where the head is short it is spent whatever the size; the steps of the search are a two-hundredth of it
    assert (np.diff(losses) <= fall_m / 200 + 0.1).all()


def test_sixty_households_lose_less_than_ten_metres_a_kilometre_where_head_is_short() -> None:
    line = _line(np.linspace(500, 475, 21), 60)
    assert line is not None
    assert float(line.sections.loss_m.sum()) / 2 < 10.0


def test_a_pump_lifts_no_more_than_needed() -> None:
    line = _line(np.linspace(400, 470, 11), 60, lift_m=120.0, spare_m=10.0)
    assert line is not None
    # tap at 470 m + 5 m + 10 m to spend
    assert line.level_m == pytest.approx(485.0)
    assert _line(np.linspace(400, 470, 11), 60, lift_m=60.0, spare_m=10.0) is None


def _fork(rng: np.random.Generator) -> tuple[PipeTree, np.ndarray]:
    """A trunk and two branches with random falls."""
    trunk = np.linspace(600, 600 - rng.uniform(40, 250), 8)
    left = trunk[-1] - np.cumsum(rng.uniform(-4, 14, 7))
    right = trunk[-1] - np.cumsum(rng.uniform(-4, 30, 5))
    z = np.concatenate([trunk, left, right])
    parent = np.concatenate([np.arange(-1, 7), [7], np.arange(8, 14), [7], np.arange(15, 19)])
    length = np.hypot(100.0, z - z[np.maximum(parent, 0)])
    length[0] = 0.0
    nodes = np.arange(len(z))
    tree = PipeTree(nodes * 0, nodes, z, parent, length, np.array([0, 1]), np.array([14, 19]))
    return tree, rng.integers(15, 200, 2).astype(float)


@given(st.integers(0, 2**20))
def test_forks_keep_every_limit_at_full_and_at_part_flow(seed: int) -> None:
    tree, households = _fork(np.random.default_rng(seed))
    line = design_line(tree, households, np.inf, SourceLevel(), RULES)
    if line is None:
        return
    _check(line, households)
    part = flow_in(line, households * np.array([0.5, 0.0]), RULES)
    assert part.tap_m[0] >= 5.0 - 1e-6


def test_pipes_are_the_cheapest_by_trying_all() -> None:
    """Two sections, one fall: every pair of losses on a fine grid, each bought as two neighbouring sizes."""
    line = _line(np.linspace(500, 470, 17), 120)
    assert line is not None
    sections = line.sections
    assert len(sections.start) == 2
    flow = float(sections.flow_m3_s[0])

    def price(section: int, loss_m: float) -> float:
        length = float(sections.length_m[section])
        pipes = [k for k in range(len(CATALOGUE.od_mm)) if CATALOGUE.is_steel[k] == 0 and CATALOGUE.od_mm[k] >= 32]
        pipes = [k for k in pipes if CATALOGUE.class_bar[k] * 10 >= sections.static_m[section]]
        best = np.inf
        losses = {
            k: 10.67 * flow**1.852 / (CATALOGUE.c[k] ** 1.852 * CATALOGUE.inside_m[k] ** 4.8704) * length for k in pipes
        }
        usable = [k for k in pipes if flow * 4 / np.pi / CATALOGUE.inside_m[k] ** 2 >= 0.3]
        for wide, narrow in itertools.product(usable, usable):
            if losses[wide] <= loss_m <= losses[narrow] and losses[narrow] > losses[wide]:
                share = (loss_m - losses[wide]) / (losses[narrow] - losses[wide])
                cost = length * ((1 - share) * CATALOGUE.mvnd_per_m[wide] + share * CATALOGUE.mvnd_per_m[narrow])
                best = min(best, float(cost))
        return best

    available = 30.0 - 5.0
    trials = [price(0, a) + price(1, available - a) for a in np.arange(1.0, available, 0.25)]
    # the design steps the head in parts of a two-hundredth, and mixes neighbours only
    assert line.pipes_mvnd <= min(trials) * 1.01
