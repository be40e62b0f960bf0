"""Where the border boarding schools go: one per border commune, by p-median, beside the fairest and the widest choice.

Candidates are the villages of each border commune where a campus can be built (cell not too steep, a proper road near); where the
site is decided, it is the only one. Each commune gets exactly one school, and a village's pupils go to the school that takes them least
time (or, as a parameter, to their own commune's). The p-median minimises weighted pupil minutes; the p-center the longest way of
any village; maximal coverage the weight of pupils beyond a given time. All three are solved with a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.location import LocationSolution, maximal_coverage, p_center, p_median
from infragap.analyses.solvers.stopping import Stop
from infragap.gis.errors import NoSolutionError


@dataclass(frozen=True, eq=False)
class Placement:
    """Outcome of the three placements.

    Attributes
    ----------
    customer
        (c,) rows of the villages that are served.
    left_out
        Rows of border villages that reach fewer than half of the candidates of their commune, or none that can open together with
        what the others need; they do not take part in the choice.
    median, center, coverage
        Solutions over `customer` and the candidates: least weighted minutes, shortest longest way, least weight beyond a time.
    fairest
        Sites of the p-center, each at the place of its commune where the commune's longest way is shortest.
    minutes
        (c, candidates) what the placement minimises.
    weight
        (c,) weighted pupils.
    """

    customer: IntArray
    left_out: IntArray
    median: LocationSolution
    center: LocationSolution
    fairest: IntArray
    coverage: LocationSolution
    minutes: FloatArray
    weight: FloatArray

    def totals(self, sites: IntArray, coverage_min: float) -> dict[str, float]:
        """Mean minutes per weighted pupil and longest way of those who reach a site, and shares within a time and out of reach [%]."""
        best = self.minutes[:, sites].min(axis=1)
        total = max(self.weight.sum(), 1e-12)
        reached = np.isfinite(best) & (self.weight > 0)
        weight = self.weight[reached]
        return {
            "mean_min": float((best[reached] * weight).sum() / max(weight.sum(), 1e-12)),
            "longest_min": float(best[reached].max(initial=0.0)),
            "within_pct": float(100 * self.weight[best <= coverage_min].sum() / total),
            "out_of_reach_pct": float(100 * (1 - weight.sum() / total)),
        }


def place_border_schools(
    minutes: FloatArray,
    weight: FloatArray,
    candidates: pd.DataFrame,
    village_commune: pd.Series[str],
    *,
    parameters: SchoolsParameters,
) -> Placement:
    """Choose one candidate per school.

    Parameters
    ----------
    minutes
        (villages, candidates) journey that the placement minimises, inf = no way.
    weight
        (villages,) weighted pupils.
    candidates
        Columns school, commune_code.
    village_commune
        (villages,) commune of each village.
    parameters
        `own_commune_only`, `coverage_min`, gap and time limit.

    Raises
    ------
    NoSolutionError
        No village has pupils, or none with pupils can reach the candidates.
    """
    cost = minutes.copy()
    if parameters.own_commune_only:
        cost[village_commune.to_numpy()[:, None] != candidates["commune_code"].to_numpy()] = np.inf
    group = pd.factorize(candidates["school"])[0].astype(np.int64)
    own = village_commune.to_numpy()[:, None] == candidates["commune_code"].to_numpy()
    usable, binding = _well_connected(np.isfinite(cost), own, weight, group)
    if not (weight > 0).any():
        raise NoSolutionError(
            "villages: none in the border communes has pupils of the levels that are weighed (pupils_primary, pupils_lower_secondary), so that no "
            "place of a school is better than another. Fill the pupils of the villages, or leave the schools out."
        )
    if not (binding & (weight > 0)).any():
        raise NoSolutionError(
            "schools: no village can reach the places where a border school may stand. Check the roads."
        )
    cost[:, ~usable] = np.inf
    p = int(group.max()) + 1
    task: dict[str, Any] = {"group": group, "stop": Stop(parameters.gap, parameters.work_limit)}
    customer, median = _servable(cost, weight, np.flatnonzero(binding), p, task)
    chosen, weighted = cost[customer], weight[customer]
    if not (weighted > 0).any():
        raise NoSolutionError(
            "schools: no village with pupils can reach a site of every border school. Check the roads."
        )
    center = p_center(chosen[weighted > 0], p, **task)
    return Placement(
        customer=customer,
        left_out=np.setdiff1d(np.arange(len(cost)), customer),
        median=median,
        center=center,
        fairest=_fair_in_each_commune(center.sites, chosen, weighted, group, own[customer]),
        coverage=maximal_coverage(chosen <= parameters.coverage_min, p, weight=weighted, **task),
        minutes=chosen,
        weight=weighted,
    )


def _well_connected(
    reach: BoolArray, own: BoolArray, weight: FloatArray, group: IntArray
) -> tuple[BoolArray, BoolArray]:
    """Candidates that most pupils of their commune reach, and villages that reach most of those of their commune.

    Every village that takes part in the placement must be served. A single cut-off village would thus draw its commune's school to
    itself; so it is left out, and so are candidates on a piece of road of their own.
    """
    weighed = own * np.maximum(weight, 1e-9)[:, None]
    usable = (reach * weighed).sum(axis=0) >= 0.5 * weighed.sum(axis=0)
    for one in range(int(group.max()) + 1):
        if not usable[group == one].any():
            usable[group == one] = True
    chances = own & usable
    binding = (reach & chances).sum(axis=1) >= 0.5 * chances.sum(axis=1)
    return usable, np.asarray(binding & (reach & usable).any(axis=1))


def _fair_in_each_commune(
    sites: IntArray, minutes: FloatArray, weight: FloatArray, group: IntArray, own: BoolArray
) -> IntArray:
    """Sites of a p-center, each moved within its commune to where the commune's longest way is shortest.

    The p-center itself only cares for the one longest way of all communes. A move that lengthens that one is not made.
    """
    counted = weight > 0
    fair = sites.copy()
    for place, site in enumerate(fair.tolist()):
        others = minutes[:, np.delete(fair, place)].min(axis=1, initial=np.inf)
        rivals = np.flatnonzero(group == group[site])
        best = np.minimum(others[:, None], minutes[:, rivals])[counted]
        mine = own[counted][:, rivals].any(axis=1)
        longest, longest_own = best.max(axis=0, initial=0.0), best[mine].max(axis=0, initial=0.0)
        total = (best * weight[counted][:, None]).sum(axis=0)
        allowed = longest <= longest[rivals == site]
        order = np.lexsort((total, longest_own, ~allowed))
        fair[place] = rivals[order[0]]
    return np.sort(fair)


def _servable(
    cost: FloatArray, weight: FloatArray, customer: IntArray, p: int, task: dict[str, Any]
) -> tuple[IntArray, LocationSolution]:
    """Solve the p-median; villages that one school per commune cannot reach together with all others are left out."""
    while True:
        try:
            return customer, p_median(cost[customer], p, weight=weight[customer], **task)
        except Infeasible as reason:
            if not reason.indices or len(reason.indices) == len(customer):
                raise NoSolutionError(f"schools: {reason}") from reason
            customer = np.delete(customer, reason.indices)
