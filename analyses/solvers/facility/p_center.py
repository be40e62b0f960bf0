"""Where p sites go so that the worst-served customer is served best, with proof.

Bisection over the radii that occur: sites within a radius are sought by interchange on the customers missed, and where
that fails a set cover on a growing sample of customers proves that the radius is too small.
"""

import numpy as np
from scipy import sparse

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.facility.interchange import greedy_sites, interchange, shaken_search
from infragap.analyses.solvers.facility.set_cover import cover_start
from infragap.analyses.solvers.facility.site_choice import FIXED, SiteChoice
from infragap.analyses.solvers.facility.solution import NEAR_BEST, Found
from infragap.analyses.solvers.mixed_integer import Program, minimise
from infragap.analyses.solvers.stopping import Interrupted, Meter

SHAKES = 20
# Customers added to the sample at a time, and how often, before the set cover takes all that matter; where a site
# serves a larger share of the customers than DENSE the whole set cover is hopeless and the sample goes on growing
SAMPLE_STEP, SAMPLE_ROUNDS, DENSE = 8, 8, 0.08


def solve_p_center(cost: FloatArray, choice: SiteChoice, meter: Meter) -> Found:
    """Minimise the largest of the customers' nearest costs.

    Parameters
    ----------
    cost
        (customers, sites) weighted, inf = out of reach.
    choice
        Which sets may open.
    meter
        Work and time that it may take.

    Raises
    ------
    Infeasible
        No allowed set reaches every customer.
    """
    allowed = choice.block >= 0
    finite = np.isfinite(cost)
    floor = float(cost[:, allowed].min(axis=1).max())
    radii = np.unique(cost[:, allowed])
    radii = radii[(radii >= floor) & np.isfinite(radii)]
    sites = _search(~finite, choice, _greedy(~finite, choice))
    if (~finite[:, sites]).all(axis=1).any():
        sites = cover_start(finite, choice, meter)
    sample: list[int] = []
    low, high = -1, int(np.searchsorted(radii, _radius(cost, sites)))
    while high - low > 1 and not meter.is_over:
        middle = (low + high) // 2
        try:
            found = _within(cost <= radii[middle], choice, sites, sample, meter)
        except Interrupted:
            break
        if found is None:
            low = middle
        else:
            sites = found
            high = int(np.searchsorted(radii, _radius(cost, sites)))
    sites = _nearer_on_average(cost, choice, sites)
    nearest = np.argmin(cost[:, sites], axis=1)
    return Found(
        sites=sites,
        assignment=sites[nearest],
        cost=_radius(cost, sites),
        lower_bound=float(radii[low + 1]),
        others=tuple(_exchanges(cost, choice, sites)),
    )


def _radius(cost: FloatArray, sites: IntArray) -> float:
    return float(cost[:, sites].min(axis=1).max())


def _missed(outside: BoolArray) -> FloatArray:
    return np.ascontiguousarray(outside.T.astype(np.float64))


def _greedy(outside: BoolArray, choice: SiteChoice) -> IntArray:
    return np.asarray(greedy_sites(_missed(outside), choice), dtype=np.int64)


def _search(outside: BoolArray, choice: SiteChoice, start: IntArray) -> IntArray:
    """Interchange on the number of customers outside the radius."""
    missed = _missed(outside)
    chosen = start.copy()
    total = float(interchange(missed, choice.block, chosen))
    if total > 0:
        shaken_search(missed, choice.block, chosen, total, SHAKES, 1)
    return np.sort(chosen)


def _within(inside: BoolArray, choice: SiteChoice, start: IntArray, sample: list[int], meter: Meter) -> IntArray | None:
    """Find sites that have every customer inside the radius; None is a proof that there are none.

    `sample` grows by the customers that turned out to matter and serves the next radius too.
    """
    for first in (start, _greedy(~inside, choice)):
        sites = _search(~inside, choice, first)
        if not _uncovered(inside, sites).size:
            return sites
    free = np.flatnonzero(~inside[:, choice.block == FIXED].any(axis=1))
    sample.extend(_apart(inside, np.setdiff1d(free, sample)))
    rounds = 0
    while rounds < SAMPLE_ROUNDS or inside.mean() > DENSE:
        rounds += 1
        cover = _cover(inside[np.intersect1d(free, sample)], choice, meter)
        if cover is None:
            return None
        sites = _search(~inside, choice, cover)
        for tried in (cover, sites):
            if not _uncovered(inside, tried).size:
                return tried
        sample.extend(_apart(inside, _uncovered(inside, cover)))
    return _cover(_hardest(inside[free]), choice, meter)


def _hardest(inside: BoolArray) -> BoolArray:
    """Rows that hold no other row: whoever serves these customers serves all."""
    rows = np.unique(inside, axis=0).astype(np.float32)
    size = rows.sum(axis=1)
    common = rows @ rows.T
    holds_another = ((common == size[None, :]) & (size[None, :] < size[:, None])).any(axis=1)
    return np.asarray(rows[~holds_another] > 0.5)


def _uncovered(inside: BoolArray, sites: IntArray) -> IntArray:
    return np.flatnonzero(~inside[:, sites].any(axis=1))


def _apart(inside: BoolArray, customers: IntArray) -> list[int]:
    """A few of the customers, those with fewest sites first, no two with a site in common."""
    taken = np.zeros(inside.shape[1], dtype=np.bool_)
    chosen: list[int] = []
    for i in customers[np.argsort(inside[customers].sum(axis=1), kind="stable")]:
        if len(chosen) < SAMPLE_STEP and not (inside[i] & taken).any():
            chosen.append(int(i))
            taken |= inside[i]
    return chosen


def _cover(inside: BoolArray, choice: SiteChoice, meter: Meter) -> IntArray | None:
    """Sites, as many per block as needed, that have the listed customers inside; None: there are none.

    Sites of one block that have the same customers inside count as one.
    """
    open_to = np.flatnonzero(choice.block > FIXED)
    marked = np.vstack([choice.block[open_to], inside[:, open_to].astype(np.int64)])
    marked, first = np.unique(marked, axis=1, return_index=True)
    columns = open_to[first]
    blocks = np.arange(len(choice.need))
    counts = marked[0] == blocks[:, None]
    n_rows = len(inside)
    n_columns = len(columns)
    program = Program(
        objective=np.zeros(n_columns),
        lower=np.zeros(n_columns),
        upper=np.ones(n_columns),
        integer=np.ones(n_columns, dtype=np.bool_),
        rows=sparse.csr_array(np.vstack([marked[1:], counts]).astype(np.float64)),
        row_lower=np.concatenate([np.ones(n_rows), np.zeros(len(blocks))]),
        row_upper=np.concatenate([np.full(n_rows, np.inf), choice.need.astype(np.float64)]),
    )
    outcome = minimise(program, meter)
    if outcome.values is None:
        if outcome.bound == np.inf:
            return None
        raise Interrupted
    chosen = columns[outcome.values > 0.5]
    return _completed(np.concatenate([np.flatnonzero(choice.block == FIXED), chosen]), choice)


def _completed(sites: IntArray, choice: SiteChoice) -> IntArray:
    """Open further sites until every block has what it needs."""
    left = choice.need.copy()
    np.subtract.at(left, choice.block[sites], 1)
    spare = np.setdiff1d(np.flatnonzero(choice.block > FIXED), sites)
    more = []
    for j in spare:
        if left[choice.block[j]] > 0:
            left[choice.block[j]] -= 1
            more.append(int(j))
    return np.sort(np.concatenate([sites, np.array(more, dtype=np.int64)]))


def _nearer_on_average(cost: FloatArray, choice: SiteChoice, sites: IntArray) -> IntArray:
    """Among sets with this radius take one that interchange cannot bring nearer on average."""
    radius = _radius(cost, sites)
    inside = cost <= radius
    penalty = 1.0 + radius * len(cost)
    chosen = sites.copy()
    interchange(np.ascontiguousarray(np.where(inside, cost, penalty).T), choice.block, chosen)
    return np.sort(chosen)


def _exchanges(cost: FloatArray, choice: SiteChoice, sites: IntArray) -> list[tuple[float, tuple[int, ...]]]:
    """Exchanges of one site whose radius is at most 1 % larger, two per open site."""
    limit = _radius(cost, sites) * (1 + NEAR_BEST)
    near: list[tuple[float, tuple[int, ...]]] = []
    for r, site in enumerate(sites):
        rest = np.delete(sites, r)
        alone = cost[:, rest].min(axis=1, initial=np.inf) > limit
        entry = np.flatnonzero((choice.block == choice.block[site]) & (choice.block > FIXED))
        entry = np.setdiff1d(entry, sites)
        fit = entry[(cost[np.ix_(alone, entry)] <= limit).all(axis=0)][:2]
        for j in fit:
            swapped = np.append(rest, j)
            near.append((_radius(cost, swapped), tuple(int(k) for k in swapped)))
    return near
