"""A set of sites that reaches every customer, or the proof that none does and what would help."""

from typing import Any

import numpy as np
from scipy import sparse

from infragap.analyses.arrays import BoolArray, IntArray
from infragap.analyses.solvers.facility.site_choice import FIXED, FREE, SiteChoice
from infragap.analyses.solvers.infeasible import Infeasible, Undecided
from infragap.analyses.solvers.mixed_integer import Program, minimise
from infragap.analyses.solvers.stopping import Meter


def cover_start(within_reach: BoolArray, choice: SiteChoice, meter: Meter) -> IntArray:
    """Find an allowed set of sites that reaches every customer.

    Parameters
    ----------
    within_reach
        (customers, sites) True where the site can serve the customer.
    choice
        Which sets may open.
    meter
        Work and time that it may take.

    Raises
    ------
    Infeasible
        No allowed set reaches all; names customers left out and the least p that reaches all.
    Undecided
        Neither a set nor a proof within the meter.
    """
    allowed = choice.block >= 0
    patterns, member = np.unique(within_reach & allowed, axis=0, return_inverse=True)
    program = _fewest_extra_sites(patterns, choice)
    outcome = minimise(program, meter)
    n_sites = len(choice.block)
    if outcome.values is None:
        raise _undecided()
    opening, missed, extra = np.split(outcome.values, [n_sites, n_sites + len(patterns)])
    if outcome.value < 0.5:
        return _topped_up(np.flatnonzero(opening > 0.5), choice)
    if outcome.bound < 0.5:
        raise _undecided()
    if missed.sum() > 0.5:
        lost = np.flatnonzero(np.isin(member.ravel(), np.flatnonzero(missed > 0.5)))
        raise Infeasible(
            f"{len(lost)} customers stay out of reach whatever p is, because each group opens only one site.",
            indices=tuple(int(i) for i in lost),
            relaxation="Let their groups open more than one site, or widen the reach.",
        )
    p_needed = choice.p + round(float(extra[0]))
    lost = np.flatnonzero(~within_reach[:, _greedy_cover(within_reach, choice)].any(axis=1))
    words = "suffices" if outcome.bound > outcome.value - 0.5 else "suffices (fewer may)"
    raise Infeasible(
        f"No choice of p = {choice.p} sites reaches every customer; one good choice leaves {len(lost)} out.",
        indices=tuple(int(i) for i in lost),
        relaxation=f"p = {p_needed} {words}.",
    )


def _undecided() -> Undecided:
    return Undecided(
        "No set of sites that reaches every customer was found within the work allowed, nor proven impossible.",
        relaxation="Allow more work, more sites or a wider reach.",
    )


def _fewest_extra_sites(patterns: BoolArray, choice: SiteChoice) -> Program:
    """Variables: opening of each site, pattern missed, sites beyond p; a missed pattern costs more than all sites."""
    n_patterns, n_sites = patterns.shape
    n = n_sites + n_patterns + 1
    allowed = choice.block >= 0
    missed: Any = sparse.csr_array(sparse.eye_array(n_patterns))
    no_extra = sparse.csr_array((n_patterns, 1), dtype=np.float64)
    reach: Any = sparse.hstack([sparse.csr_array(patterns, dtype=np.float64), missed, no_extra])
    blocks = sparse.csr_array(choice.block == np.arange(len(choice.need))[:, None], dtype=np.float64)
    extra = sparse.csr_array(-(np.arange(len(choice.need)) == FREE).astype(np.float64)[:, None])
    counts = sparse.hstack([blocks, sparse.csr_array((len(choice.need), n_patterns), dtype=np.float64), extra])
    need = choice.need.astype(np.float64)
    at_least = np.where(np.arange(len(need)) == FREE, 0.0, need)
    upper = np.concatenate([allowed.astype(np.float64), np.ones(n_patterns), [float((~allowed).size)]])
    return Program(
        objective=np.concatenate([np.zeros(n_sites), np.full(n_patterns, n_sites + 1.0), [1.0]]),
        lower=np.concatenate([(choice.block == FIXED).astype(np.float64), np.zeros(n_patterns + 1)]),
        upper=upper,
        integer=np.ones(n, dtype=np.bool_),
        rows=sparse.csr_array(sparse.vstack([reach, counts])),
        row_lower=np.concatenate([np.ones(n_patterns), at_least]),
        row_upper=np.concatenate([np.full(n_patterns, np.inf), need]),
    )


def _topped_up(sites: IntArray, choice: SiteChoice) -> IntArray:
    """Open further free sites until p are open."""
    spare = np.setdiff1d(np.flatnonzero(choice.block == FREE), sites)
    return np.sort(np.concatenate([sites, spare[: choice.p - len(sites)]]))


def _greedy_cover(within_reach: BoolArray, choice: SiteChoice) -> IntArray:
    """Open sites by how many unreached customers they add."""
    left = choice.need.copy()
    open_to = (choice.block >= 0).copy()
    missing = np.ones(len(within_reach), dtype=np.bool_)
    chosen: list[int] = []
    for _ in range(choice.p):
        gain = np.where(open_to & (left[choice.block] > 0), within_reach[missing].sum(axis=0), -1)
        # fixed sites open in any case
        site = int(np.argmax(gain + (choice.block == FIXED) * len(within_reach) * (gain >= 0)))
        chosen.append(site)
        open_to[site] = False
        left[choice.block[site]] -= 1
        missing &= ~within_reach[:, site]
    return np.array(chosen, dtype=np.int64)
