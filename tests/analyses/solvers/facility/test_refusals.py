"""What is refused as infeasible, whom it names, and the least change that it offers."""

import numpy as np
import pytest

from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.location import Budget, Capacity, maximal_coverage, p_center, p_median


def test_out_of_reach_names_the_customers() -> None:
    cost = [[1, 2], [np.inf, np.inf], [3, np.inf]]
    with pytest.raises(Infeasible) as told:
        p_median(cost, 1)
    assert told.value.indices == (1,)


@pytest.mark.parametrize("solve", [p_median, p_center])
def test_too_few_sites_names_the_p_that_suffices(solve) -> None:  # type: ignore[no-untyped-def]
    """Each site reaches only its own customer: 4 sites for 4 customers."""
    cost = np.where(np.eye(4, dtype=bool), 1.0, np.inf)
    with pytest.raises(Infeasible) as told:
        solve(cost, 2)
    assert "p = 4 suffices" in told.value.relaxation
    assert len(told.value.indices) == 2


def test_small_capacity_names_the_factor() -> None:
    """Demand 3 x 4 = 12 on 2 sites of 5: one site must carry 8 = 5 x 1.6, though 12 / 10 is only 1.2."""
    with pytest.raises(Infeasible) as told:
        p_median(np.ones((3, 3)), 2, capacity=Capacity([5, 5, 5], [4, 4, 4]))
    assert "Capacity x1.6 suffices" in told.value.relaxation
    assert "p = 3" in told.value.relaxation


def test_fragmented_capacity_is_found_infeasible() -> None:
    """3 customers of 4 fit 2 sites of 7 in sum (12 <= 14) but one site must carry 8 = 7 x 1.143."""
    with pytest.raises(Infeasible) as told:
        p_median(np.ones((3, 2)), 2, capacity=Capacity([7, 7], [4, 4, 4]))
    assert "Capacity x1.143 suffices" in told.value.relaxation


def test_customer_larger_than_any_site_is_named() -> None:
    with pytest.raises(Infeasible) as told:
        p_median(np.ones((2, 2)), 1, capacity=Capacity([10, 10], [1, 15]))
    assert told.value.indices == (1,)
    assert "x1.5" in told.value.relaxation


def test_contradictions_of_fixed_and_group() -> None:
    cost = np.ones((3, 4))
    with pytest.raises(Infeasible, match="share a group"):
        p_median(cost, 2, fixed=[0, 1], group=[0, 0, 1, 1])
    with pytest.raises(Infeasible, match="p = 2 suffices"):
        p_median(cost, 1, group=[0, 0, 1, 1])
    with pytest.raises(Infeasible, match="p = 2 is possible"):
        p_median(cost, 3, group=[0, 0, 1, 1])
    with pytest.raises(Infeasible, match="budget of 7 suffices"):
        maximal_coverage(cost > 0, 2, fixed=[0], budget=Budget([7, 1, 1, 1], 5))
