from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from infragap.analyses.electricity.codes import Supply
from infragap.analyses.electricity.demand.groups import Groups
from infragap.analyses.electricity.offgrid.compare import OPTIONS, Resources, compare_offgrid
from infragap.analyses.electricity.offgrid.hydro import Reach, Water
from infragap.analyses.electricity.offgrid.joint import JointPlants, joint_plants
from infragap.analyses.electricity.offgrid.neighbours import neighbour_groups, trees_of
from infragap.analyses.electricity.offgrid.sharing import best_groups, charges_mvnd, least_allocation_mvnd
from infragap.analyses.electricity.parameters import ElectricityParameters
from tests.analyses.electricity.offgrid.test_options import (
    ALL_SERVED,
    DAY_YIELD,
    settlements,
    site,
    stream,
)

# home systems so dear that plants are the best supply alone
P = ElectricityParameters(backup_allowed=False, home_tier3_mvnd=200.0, service_floor_tier=2)
NOTHING = Reach(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))


def resources(water: Water | None = None) -> Resources:
    return Resources(DAY_YIELD, ALL_SERVED, water or stream(site(), reach=NOTHING))


def joint(households: list[float], x: list[float], p: ElectricityParameters = P) -> JointPlants:
    places = settlements(households, x=x)
    given = resources()
    return joint_plants(places, given, compare_offgrid(places, given, p), np.ones(len(x), dtype=bool), p)


def test_two_neighbours_share_a_plant_by_hand() -> None:
    # 30 and 20 households, 300 m apart: one operator less, an inverter for 50 households together, 0.36 km of line more
    found = joint([30, 20], [0.0, 300.0])
    assert len(found) == 1
    a = (1 - 1.1**-20) / 0.1

    def peak(n: float) -> float:
        return n * 0.45 / 0.4 * (0.4 + 0.6 / np.sqrt(n))

    inverter = 5 * 1.25 * (1 + 1.1**-10 + 0.05 * a)
    line = 0.36 * 350 * (1 + 0.02 * a - 0.2 * 1.1**-20)
    saved = 30 * a + (peak(30) + peak(20) - peak(50)) * inverter - line
    assert found.alone_mvnd.sum() - found.cost_mvnd[0] == pytest.approx(saved, rel=1e-3)
    assert OPTIONS[found.supply[0]] == Supply.MINIGRID
    # both save the same part of what they would pay alone
    assert found.shares(0) / found.alone_mvnd == pytest.approx([found.cost_mvnd[0] / found.alone_mvnd.sum()] * 2)
    assert best_groups(found, np.array([True, True])).tolist() == [0, 0]
    assert best_groups(found, np.array([True, False])).tolist() == [-1, -1]


def test_neighbours_too_far_for_their_line_stay_alone() -> None:
    assert len(joint([30, 20], [0.0, 1900.0])) == 0
    assert len(joint([30, 20], [0.0, 300.0], P.model_copy(update={"joint_plant_km": 0.0}))) == 0


def test_a_stream_of_one_member_serves_the_group() -> None:
    places = settlements([12, 12], x=[0.0, 250.0])
    given = resources(stream(site(flow=0.25)))
    dark = P.model_copy(update={"pv_mvnd_per_kwp": 200.0})
    found = joint_plants(places, given, compare_offgrid(places, given, dark), np.ones(2, dtype=bool), dark)
    assert OPTIONS[found.supply[0]] == Supply.HYDRO
    # 24 households peak at 24 · 0.45/0.4 · (0.4 + 0.6/√24) = 14.107 kW of 17.658 kW
    assert found.options[Supply.HYDRO].size["plant_kw"][0] == pytest.approx(14.107, rel=1e-4)


def test_groups_hang_together_and_are_found_once() -> None:
    places = settlements([10] * 5, x=[0.0, 1000.0, 2000.0, 9000.0, 9500.0])
    near = P.model_copy(update={"joint_plant_km": 1.2})
    groups = neighbour_groups(places, np.ones(5, dtype=bool), near)
    assert list(groups) == [(0, 1), (0, 1, 2), (1, 2), (3, 4)]


@pytest.mark.parametrize("seed", range(4))
def test_groups_are_all_that_hang_together_counted_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = replace(settlements([10] * 9), x=rng.uniform(0, 3000, 9), y=rng.uniform(0, 3000, 9))
    places = replace(places, id_rank=rng.permutation(9))
    can = rng.random(9) < 0.9
    p = P.model_copy(update={"joint_plant_km": 1.3})
    rows = sorted(np.flatnonzero(can).tolist(), key=lambda k: places.id_rank[k])

    def metres(a: int, b: int) -> float:
        return float(np.hypot(places.x[a] - places.x[b], places.y[a] - places.y[b]))

    near = {a: sorted((b for b in rows if b != a), key=lambda b: metres(a, b))[:4] for a in rows}
    joined = {frozenset((a, b)) for a in rows for b in near[a] if metres(a, b) <= 1300}

    def hangs_together(group: tuple[int, ...]) -> bool:
        seen = {group[0]}
        for _ in group:
            seen |= {b for b in group if any(frozenset((a, b)) in joined for a in seen)}
        return len(seen) == len(group)

    wanted = {group for size in (2, 3, 4) for group in combinations(rows, size) if hangs_together(group)}
    found = list(neighbour_groups(places, can, p))
    assert len(found) == len(set(found))
    assert set(found) == wanted
    ranks = [tuple(rows.index(k) for k in group) for group in found]
    assert ranks == sorted(ranks)


def test_the_tree_of_a_group_is_the_shortest() -> None:
    rng = np.random.default_rng(4)
    places = replace(settlements([10] * 4), x=rng.uniform(0, 1000, 4), y=rng.uniform(0, 1000, 4))
    points = np.column_stack([places.x, places.y])
    edges = list(combinations(range(4), 2))

    def connected(tree: tuple[tuple[int, int], ...]) -> bool:
        seen = {0}
        for _ in range(4):
            seen |= {b for a, b in tree if a in seen} | {a for a, b in tree if b in seen}
        return len(seen) == 4

    lengths = {edge: float(np.hypot(*(points[edge[0]] - points[edge[1]]))) for edge in edges}
    least = min(sum(lengths[e] for e in tree) for tree in combinations(edges, 3) if connected(tree))
    groups = Groups(np.array([[0, 1, 2, 3], [1, 3, -1, -1]]))
    found = trees_of(places, groups, np.array([2, 3]), np.array([1.0, 2.0, 4.0, 8.0]))
    assert found.total_km == pytest.approx([least / 1000 * 1.2, lengths[1, 3] / 1000 * 1.2])
    assert found.km.sum(axis=1) == pytest.approx(found.total_km)
    # no stretch leads to the plant, which carries all; whoever hangs on nobody's stretch but its own carries itself
    assert found.km[0, 2] == found.km[1, 1] == 0
    assert found.carried[0, 2] == 15
    assert found.carried[1].tolist() == [2, 10, 0, 0]
    assert any(found.carried[0, k] == 2**k for k in range(4))


@pytest.mark.parametrize("seed", range(6))
def test_best_groups_and_charges_against_all_choices(seed: int) -> None:
    """A chain of five: every partition into groups is counted out; charges never exceed what any group costs."""
    rng = np.random.default_rng(seed)
    found = joint(rng.integers(8, 40, 5).tolist(), np.cumsum(rng.uniform(100, 700, 5)).tolist())
    if not len(found):
        return
    groups = [frozenset(found.rows(g).tolist()) for g in range(len(found))]
    off = rng.random(5) < 0.8
    best = 0.0
    for count in range(3):
        for chosen in combinations(range(len(groups)), count):
            members = [k for g in chosen for k in groups[g]]
            if len(members) == len(set(members)) and all(off[k] for k in members):
                saved = sum(found.alone_mvnd[list(groups[g])].sum() - found.cost_mvnd[g] for g in chosen)
                best = max(best, saved)
    group_of = best_groups(found, off)
    taken = {int(g) for g in group_of if g >= 0}
    saved = sum(found.alone_mvnd[found.rows(g)].sum() - found.cost_mvnd[g] for g in taken)
    assert saved == pytest.approx(best, abs=1e-6)
    charged = least_allocation_mvnd(found)
    assert (charged <= found.alone_mvnd + 1e-9).all()
    for g in range(len(found)):
        assert charged[found.rows(g)].sum() <= found.cost_mvnd[g] * (1 + 1e-9)
        assert (found.shares(g) <= found.alone_mvnd[found.rows(g)] + 1e-9).all()


def test_charges_are_the_most_that_no_group_undercuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random groups, some of them apart from others: the sum is that of the linear programme ``max Σ y`` itself, as
    another solver finds it, whether all groups are priced together or few at a time."""
    rng = np.random.default_rng(0)
    member = np.zeros((300, 60))
    for group in member:
        # three twenties, so that groups of different ones share nobody
        group[20 * rng.integers(3) + rng.choice(20, rng.integers(2, 5), replace=False)] = 1.0
    alone = rng.uniform(5.0, 20.0, 60)
    found = JointPlants(
        members=sparse.csr_array(member),
        cost_mvnd=(member @ alone) * rng.uniform(0.5, 0.95, 300),
        investment_mvnd=np.zeros(300),
        supply=np.zeros(300, dtype=np.int64),
        options={},
        alone_mvnd=alone,
        id_rank=rng.permutation(60),
        peak_kw=np.zeros(300),
    )
    bounds = [(None, most) for most in alone]
    most = -linprog(-np.ones(60), A_ub=member, b_ub=found.cost_mvnd, bounds=bounds).fun
    monkeypatch.setattr("infragap.analyses.electricity.offgrid.sharing.MANY", 0)
    for together in (1, 120, 1000):
        monkeypatch.setattr("infragap.analyses.electricity.offgrid.sharing.PRICED_TOGETHER", together)
        charged = least_allocation_mvnd(found)
        assert charged.sum() == pytest.approx(most, rel=1e-9)
        assert (member @ charged <= found.cost_mvnd * (1 + 1e-9)).all()
        assert (charged <= alone).all()


def test_charges_for_those_off_the_grid_reach_what_their_plants_cost() -> None:
    """Chains of settlements: the others are charged no less than said, and no group pays more than it costs."""
    rng = np.random.default_rng(5)
    for _ in range(5):
        found = joint(rng.integers(10, 60, 8).astype(float).tolist(), np.cumsum(rng.uniform(300, 900, 8)).tolist())
        least = least_allocation_mvnd(found)
        off = rng.random(8) < 0.6
        charged = charges_mvnd(found, off, least)
        assert (found.members @ charged <= found.cost_mvnd * (1 + 1e-9)).all()
        assert (charged <= found.alone_mvnd * (1 + 1e-9)).all()
        assert (charged[~off] >= least[~off] - 1e-6).all()
        assert charged[off].sum() >= least[off].sum() - 1e-6
        group = best_groups(found, off)
        taken = np.unique(group[group >= 0])
        cost = found.cost_mvnd[taken].sum() + found.alone_mvnd[off & (group < 0)].sum()
        assert charged[off].sum() <= cost * (1 + 1e-9)


def test_a_charge_below_nothing_keeps_the_charges_possible() -> None:
    """A and B, or B and C, share a plant for 1; alone each costs 10. All three cost 11 at least, so A and C are charged
    10 and B, which takes one of them into its group, gets 9 back."""
    nothing = np.zeros(2)
    found = JointPlants(
        members=sparse.csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])),
        cost_mvnd=np.ones(2),
        investment_mvnd=nothing,
        supply=np.zeros(2, dtype=np.int64),
        options={},
        alone_mvnd=np.full(3, 10.0),
        id_rank=np.arange(3),
        peak_kw=nothing,
    )
    least = np.array([10.0, -9.0, 10.0])
    for off in ([False, True, False], [True, True, False], [True, True, True], [False, False, False]):
        charged = charges_mvnd(found, np.array(off), least)
        assert (found.members @ charged <= 1 + 1e-9).all()
        assert (charged[~np.array(off)] >= least[~np.array(off)] - 1e-9).all()
    assert charges_mvnd(found, np.array([True, True, True]), least).sum() == pytest.approx(11)


def test_charges_stay_possible_where_the_solver_finds_no_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    found = joint(rng.integers(10, 60, 8).astype(float).tolist(), np.cumsum(rng.uniform(300, 900, 8)).tolist())
    best = least_allocation_mvnd(found)
    monkeypatch.setattr("infragap.analyses.electricity.offgrid.sharing.row_prices", lambda _: None)
    monkeypatch.setattr("infragap.analyses.electricity.offgrid.sharing.MANY", 0)
    charged = least_allocation_mvnd(found)
    assert (found.members @ charged <= found.cost_mvnd * (1 + 1e-9)).all()
    assert (charged <= found.alone_mvnd).all()
    assert 0 < charged.sum() <= best.sum() * (1 + 1e-9)
    off = np.arange(8) < 4
    assert charges_mvnd(found, off, charged).tolist() == charged.tolist()
