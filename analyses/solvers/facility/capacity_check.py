"""Why p sites cannot carry the demand, and the least change that lets them."""

import numpy as np
from scipy import sparse

from infragap.analyses.arrays import FloatArray
from infragap.analyses.solvers.facility.site_choice import FIXED, FREE, SiteChoice
from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.mixed_integer import Program, minimise
from infragap.analyses.solvers.stopping import Meter, Stop

# Search for the least factor on the capacities: so much work beside what the caller allows
EXPLAIN = Stop(gap=1e-4, work_limit=10.0, time_limit_s=300.0)


def refuse_small_capacity(cost: FloatArray, demand: FloatArray, capacity: FloatArray, choice: SiteChoice) -> None:
    """Raise where even the largest capacities that may open together are less than the whole demand.

    Raises
    ------
    Infeasible
        Names the factor on the capacities and, where free sites are left, the p whose capacities add up.
    """
    total = float(demand.sum())
    largest = _largest_capacity(capacity, choice)
    if largest >= total * (1 - 1e-12):
        return
    free = -np.sort(-capacity[choice.block == FREE])
    more = largest + np.cumsum(free[choice.need[FREE] :])
    enough = np.flatnonzero(more >= total)
    with_p = f" Or at least p = {choice.p + int(enough[0]) + 1}." if len(enough) else ""
    raise Infeasible(
        f"The {choice.p} largest sites that may open together carry {largest:g}, the demand is {total:g}.",
        relaxation=_least_factor(cost, demand, capacity, choice) + with_p,
    )


def refuse_large_customers(cost: FloatArray, demand: FloatArray, capacity: FloatArray) -> None:
    """Raise where a customer alone is larger than every site within its reach (served wholly by one site).

    Raises
    ------
    Infeasible
        Names the customers and the factor on the capacities.
    """
    within = np.where(np.isfinite(cost), capacity[None, :], -np.inf).max(axis=1)
    lost = np.flatnonzero(demand > within * (1 + 1e-12))
    if len(lost):
        ratio = float((demand[lost] / np.maximum(within[lost], 1e-300)).max())
        factor = f"Capacity x{_rounded_up(ratio)}" if ratio < 1e12 else "Capacity above 0"
        raise Infeasible(
            f"{len(lost)} customers have more demand than any site within their reach can carry.",
            indices=tuple(int(i) for i in lost),
            relaxation=f"{factor} or dividing them is needed.",
        )


def refuse_proven(cost: FloatArray, demand: FloatArray, capacity: FloatArray, choice: SiteChoice) -> None:
    """Raise for an instance that is proven infeasible, with the least factor on the capacities.

    Raises
    ------
    Infeasible
        Always.
    """
    raise Infeasible(
        f"No choice of {choice.p} sites carries every customer wholly within the capacities.",
        relaxation=_least_factor(cost, demand, capacity, choice),
    )


def _least_factor(cost: FloatArray, demand: FloatArray, capacity: FloatArray, choice: SiteChoice) -> str:
    """Name the least common factor on the capacities with which p sites serve everyone wholly."""
    customer, site = np.nonzero(np.isfinite(cost) & (choice.block >= 0))
    n_customers, n_sites = cost.shape
    n_pairs = len(customer)
    at, ones = np.arange(n_pairs), np.ones(n_pairs)
    capacity = np.minimum(capacity, demand.sum())
    load = sparse.csr_array((demand[customer], (site, at)), shape=(n_sites, n_pairs))
    once = sparse.csr_array((ones, (customer, at)), shape=(n_customers, n_pairs))
    opened = sparse.csr_array((-ones, (at, site)), shape=(n_pairs, n_sites))
    blocks = sparse.csr_array(
        (choice.block == np.arange(len(choice.need))[:, None]).astype(np.float64), dtype=np.float64
    )
    need = choice.need.astype(np.float64)
    # the last variable is what the factor exceeds 1 by; closed sites carry nothing because of `opened`
    rows = sparse.block_array(
        [
            [None, once, None],
            [None, load, sparse.csr_array(-capacity[:, None])],
            [opened, sparse.csr_array(sparse.eye_array(n_pairs)), None],
            [blocks, None, None],
        ]
    )
    outcome = minimise(
        Program(
            objective=np.append(np.zeros(n_sites + n_pairs), 1.0),
            lower=np.concatenate([(choice.block == FIXED).astype(np.float64), np.zeros(n_pairs + 1)]),
            upper=np.concatenate([(choice.block >= 0).astype(np.float64), ones, [np.inf]]),
            integer=np.arange(n_sites + n_pairs + 1) < n_sites + n_pairs,
            rows=sparse.csr_array(rows),
            row_lower=np.concatenate([np.ones(n_customers), np.full(n_sites + n_pairs, -np.inf), need]),
            row_upper=np.concatenate([np.ones(n_customers), capacity, np.zeros(n_pairs), need]),
        ),
        Meter(EXPLAIN),
        gap=EXPLAIN.gap,
    )
    if outcome.values is None:
        return "Raise p or the capacities."
    factor = _rounded_up(1.0 + outcome.value)
    least = "" if outcome.value - outcome.bound <= 0.005 else f" (less than x{1 + outcome.bound:.3g} does not)"
    return f"Capacity x{factor} suffices{least}."


def _largest_capacity(capacity: FloatArray, choice: SiteChoice) -> float:
    total = 0.0
    for b, need in enumerate(choice.need):
        total += float(-np.sort(-capacity[choice.block == b])[:need].sum())
    return total


def _rounded_up(factor: float) -> str:
    """Three decimals, never below the factor itself."""
    return f"{np.ceil(factor * 1000 - 1e-6) / 1000:g}"
