"""The price of the targets on the prices of 26 November, beside an auditor's own Lagrangian on the same day.

`prices_of_26_november` holds the candidate lines and the costs that the program of that day gave on the embedded pack:
every supply by a line of its own or off the grid, unsafe wires that stay counted as on the grid, and lines free to
cross forest in every cell that a road touches.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.least_cost.choice import PlanChoice, TreeProblem, choose_plan
from infragap.analyses.electricity.least_cost.household_target import choose_within
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.line_components import COMPONENTS
from infragap.analyses.electricity.routing.network import CandidateNetwork

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "prices_of_26_november"
AUDITOR_VILLAGES_MVND, AUDITOR_ALL_MVND = 49_500.0, 127_500.0  # "+49 bn", "about +127 bn", rounded to whole billions
PROVINCE_HOUSEHOLDS = 416_273
P = ElectricityParameters()


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "lines.csv")


@pytest.fixture(scope="module")
def settlements() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "settlements.csv")


def stated(lines: pd.DataFrame, settlements: pd.DataFrame) -> tuple[CandidateNetwork, TreeProblem]:
    """The choice of that day, no target yet."""
    ends = lines[["from_node", "to_node"]].to_numpy(dtype=np.int64)
    n = len(settlements)
    network = CandidateNetwork(
        node_cell=np.arange(ends.max() + 1) - 1,
        terminal=settlements["node"].to_numpy(dtype=np.int64),
        ends=ends,
        components=np.zeros((len(ends), len(COMPONENTS))),
        path=np.zeros(2 * len(ends), dtype=np.int64),
        path_start=np.arange(0, 2 * len(ends) + 1, 2),
    )
    counted = np.where(settlements["has_unsafe_wires"] == 1, 0.0, settlements["households"])
    return network, TreeProblem(
        edge_mvnd=lines["life_cycle_mvnd"].to_numpy(),
        local_mvnd=settlements["grid_local_mvnd"].to_numpy(),
        lv_mvnd=np.full(n, np.inf),
        offgrid_mvnd=settlements["offgrid_mvnd"].to_numpy(),
        households=counted,
        must_grid=np.zeros(n, dtype=bool),
        barred=np.zeros(n, dtype=bool),
    )


def cost_by_hand(plan: PlanChoice, lines: pd.DataFrame, settlements: pd.DataFrame) -> float:
    """Cost of a plan from the tables alone, after seeing that its lines join all that it serves to the grid."""
    built = lines[plan.edges]
    count = int(lines[["from_node", "to_node"]].to_numpy().max()) + 1
    pairs = (built["from_node"].to_numpy(), built["to_node"].to_numpy())
    _, part = connected_components(coo_array((np.ones(len(built)), pairs), shape=(count, count)), directed=False)
    on: BoolArray = plan.on_grid
    assert (part[settlements["node"].to_numpy()[on]] == part[0]).all()
    return float(
        built["life_cycle_mvnd"].sum()
        + settlements["grid_local_mvnd"][on].sum()
        + settlements["offgrid_mvnd"][~on].sum()
    )


def test_the_targets_cost_no_more_than_an_independent_lagrangian_found(
    lines: pd.DataFrame, settlements: pd.DataFrame
) -> None:
    network, problem = stated(lines, settlements)
    is_village = settlements["is_village"].to_numpy() == 1
    with_villages = replace(problem, must_grid=is_village)
    allowed = 0.004 * PROVINCE_HOUSEHOLDS

    free = choose_plan(network, problem, P)
    villages = choose_plan(network, with_villages, P)
    everything = choose_within(network, with_villages, P, allowed_households=allowed)

    least = cost_by_hand(free, lines, settlements)
    assert free.on_grid[is_village].sum() == 3
    for plan, most in ((villages, AUDITOR_VILLAGES_MVND), (everything, AUDITOR_ALL_MVND)):
        cost = cost_by_hand(plan, lines, settlements)
        assert cost - least <= most
        # neither is far from the best: the bound leaves a thousandth of the cost
        assert cost - plan.lower_bound_mvnd <= 1e-3 * cost
        assert plan.on_grid[is_village].all()
    assert problem.households[~everything.on_grid].sum() <= allowed
