"""What other aims would choose: the fairest sites (shortest longest way) and the widest (most pupils within a time),
beside the least total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import Level
from infragap.analyses.schools.siting.question import SiteQuestion
from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.location import LocationSolution, maximal_coverage, p_center
from infragap.analyses.solvers.stopping import Stop
from infragap.gis.errors import NoSolutionError


@dataclass(frozen=True, eq=False)
class Rivals:
    """Sites of other aims, places left aside.

    Attributes
    ----------
    served
        (b,) villages that take part: those with pupils that reach sites which can open together.
    minutes
        (b, candidates) minutes of the year to where pupils may go, inf = nowhere.
    weight
        (b,) weighted pupils.
    center, coverage
        Solutions; `fairest` are the center's sites, each moved within its commune to where the commune's longest way is
        shortest.
    """

    served: BoolArray
    minutes: FloatArray
    weight: FloatArray
    center: LocationSolution
    fairest: IntArray
    coverage: LocationSolution

    def totals(self, sites: IntArray, coverage_min: float) -> dict[str, float]:
        """Mean minutes per weighted pupil and longest way of those who reach a site, and shares within a time and out
        of reach [%]."""
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


def rival_sites(question: SiteQuestion) -> Rivals:
    """Find the fairest and the widest sites under the intake rule.

    Raises
    ------
    NoSolutionError
        No village with pupils reaches a place where a school may stand.
    """
    parameters = question.study.parameters
    minutes = np.where(question.allowed(parameters.intake_rule), question.minutes, np.inf)
    weight = village_weight(question)
    task: dict[str, Any] = {
        "fixed": np.flatnonzero(question.choice().block == 0),
        "group": question.group,
        "stop": Stop(parameters.gap, parameters.work_limit),
    }
    p = question.choice().p
    served = np.flatnonzero((weight > 0) & _bound_to_reach(question, minutes))
    while True:
        if not len(served):
            raise NoSolutionError("schools: no village can reach the places where a school may stand. Check the roads.")
        try:
            center = p_center(minutes[served], p, **task)
            break
        except Infeasible as reason:
            if not reason.indices:
                raise NoSolutionError(f"schools: {reason}") from reason
            served = np.delete(served, reason.indices)
    coverage = maximal_coverage(minutes[served] <= parameters.coverage_min, p, weight=weight[served], **task)
    taking_part = np.zeros(len(weight), bool)
    taking_part[served] = True
    return Rivals(
        served=taking_part,
        minutes=minutes,
        weight=weight,
        center=center,
        fairest=_fair_in_each_commune(question, center.sites, minutes[served], weight[served], served),
        coverage=coverage,
    )


def village_weight(question: SiteQuestion) -> FloatArray:
    """(b,) weighted pupils of each village, entitled to board or not."""
    parameters, rows = question.study.parameters, question.study.villages.iloc[question.village]
    weights = {Level.PRIMARY: parameters.weight_primary}
    total = np.zeros(len(rows))
    for level in question.levels:
        total += weights.get(level, parameters.weight_lower_secondary) * rows[f"pupils_{level}"].to_numpy(float)
    return total


def _bound_to_reach(question: SiteQuestion, minutes: FloatArray) -> BoolArray:
    """Villages that reach most of the candidates that they may go to: a single cut-off village must not draw a school
    to itself."""
    may = question.allowed(question.study.parameters.intake_rule)
    return np.asarray((np.isfinite(minutes) & may).sum(axis=1) >= 0.5 * np.maximum(may.sum(axis=1), 1))


def _fair_in_each_commune(
    question: SiteQuestion, sites: IntArray, minutes: FloatArray, weight: FloatArray, served: IntArray
) -> IntArray:
    """Sites of a p-center, each moved within its commune to where the commune's longest way is shortest.

    The p-center itself only cares for the one longest way of all communes. A move that lengthens that one is not made.
    """
    home = question.study.villages["commune_code"].to_numpy()[question.village[served]]
    site_home, block = question.candidates["commune_code"].to_numpy(), question.choice().block
    fair = sites.copy()
    for place, site in enumerate(fair.tolist()):
        if block[site] == 0:
            continue
        others = minutes[:, np.delete(fair, place)].min(axis=1, initial=np.inf)
        rivals = np.flatnonzero((site_home == site_home[site]) & (block == block[site]))
        best = np.minimum(others[:, None], minutes[:, rivals])
        mine = home == site_home[site]
        longest, longest_own = best.max(axis=0, initial=0.0), best[mine].max(axis=0, initial=0.0)
        allowed = longest <= longest[rivals == site]
        order = np.lexsort((rivals, (best * weight[:, None]).sum(axis=0), longest_own, ~allowed))
        fair[place] = rivals[order[0]]
    return np.sort(fair)
