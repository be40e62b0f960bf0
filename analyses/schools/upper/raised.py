"""Boarding schools raised to upper secondary: boarding compared with boarding, alone and together, and the order of
raising."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.schools.codes import Mode, SchoolStatus, Season
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.ways import at_nodes
from infragap.analyses.schools.upper.places import UpperSchools, minority_upper_pupils, nearest_school


@dataclass(frozen=True, eq=False)
class Raised:
    """Schools to be raised, in the order of raising.

    Attributes
    ----------
    school
        (r,) rows of the layer of schools.
    comparator
        (r,) row of the boarding upper-secondary school of today that most of its pupils would go to without it, -1 =
        none.
    comparator_any
        (r,) the same among schools of any kind.
    pupils
        (r,) minority upper-secondary pupils of the villages that it is then the nearest boarding school of.
    before_min, after_min
        (r,) their mean way to the nearest boarding upper-secondary school today and then (motorbike, dry season).
    before_any_min
        (r,) their mean way to the nearest upper-secondary school of any kind today.
    alone_hours, marginal_hours, joint_hours
        (r,) pupil hours saved one way: raised alone; raised after those before it; all up to it together.
    places_needed
        (r,) boarding places for its share of the target.
    nearest_boarding_min
        (villages,) to the nearest boarding upper-secondary school, today and with all raised.
    """

    school: IntArray
    comparator: IntArray
    comparator_any: IntArray
    pupils: FloatArray
    before_min: FloatArray
    after_min: FloatArray
    before_any_min: FloatArray
    alone_hours: FloatArray
    marginal_hours: FloatArray
    joint_hours: FloatArray
    places_needed: FloatArray
    nearest_boarding_min: tuple[FloatArray, FloatArray]


def raised_schools(study: Study, schools: UpperSchools) -> Raised | None:
    """Compare the raised schools with the boarding schools of today; None where the pack raises none or has no boarding
    one to compare with."""
    status = study.schools["status"]
    raised = np.flatnonzero(schools.later & schools.boarding & (status == SchoolStatus.UPGRADE).to_numpy())
    boarding, any_kind = schools.today & schools.boarding, schools.today
    if not len(raised) or not boarding.any():
        return None
    weight = minority_upper_pupils(study)
    today, of_any = nearest_school(study, boarding), nearest_school(study, any_kind)
    before = today.minutes[Mode.MOTORBIKE, Season.DRY]
    before_any = of_any.minutes[Mode.MOTORBIKE, Season.DRY]
    to_raised = np.stack([_minutes_to(study, row) for row in raised.tolist()], axis=1)
    order, marginal = _order(before, to_raised, weight)
    after = np.minimum(before, to_raised.min(axis=1))
    nearer = np.where(to_raised.min(axis=1) < before, np.argmin(to_raised, axis=1), -1)
    rows, told = [], np.isfinite(before) & np.isfinite(before_any)
    for number in order.tolist():
        mine = (nearer == number) & (weight > 0)
        compared = mine & told
        rows.append(
            {
                "comparator": _most(today.school[compared], weight[compared]),
                "comparator_any": _most(of_any.school[compared], weight[compared]),
                "pupils": float(weight[mine].sum()),
                "before": _mean(before[compared], weight[compared]),
                "after": _mean(after[compared], weight[compared]),
                "before_any": _mean(before_any[compared], weight[compared]),
                "alone": _saved_hours(before, np.minimum(before, to_raised[:, number]), weight),
            }
        )
    column = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    return Raised(
        school=raised[order],
        comparator=column["comparator"].astype(np.int64),
        comparator_any=column["comparator_any"].astype(np.int64),
        pupils=column["pupils"],
        before_min=column["before"],
        after_min=column["after"],
        before_any_min=column["before_any"],
        alone_hours=column["alone"],
        marginal_hours=marginal,
        joint_hours=np.cumsum(marginal),
        places_needed=np.ceil(column["pupils"] * study.parameters.ethnic_boarding_target_pct / 100),
        nearest_boarding_min=(before, after),
    )


def _minutes_to(study: Study, school: int) -> FloatArray:
    ways = study.nearest(Mode.MOTORBIKE, Season.DRY, study.school_cell[[school]])
    return at_nodes(ways.cost, study.village_node, missing=np.inf)


def _order(before: FloatArray, to_raised: FloatArray, weight: FloatArray) -> tuple[IntArray, FloatArray]:
    """Raise next what saves most beside those raised already; of equals the first row."""
    left, order, marginal = list(range(to_raised.shape[1])), [], []
    now = before
    while left:
        saved = [_saved_hours(now, np.minimum(now, to_raised[:, number]), weight) for number in left]
        best = int(np.argmax(saved))
        order.append(left.pop(best))
        marginal.append(saved[best])
        now = np.minimum(now, to_raised[:, order[-1]])
    return np.array(order, np.int64), np.array(marginal)


def _saved_hours(before: FloatArray, after: FloatArray, weight: FloatArray) -> float:
    told = np.isfinite(before) & np.isfinite(after)
    return float(((before[told] - after[told]) * weight[told]).sum() / 60)


def _mean(minutes: FloatArray, weight: FloatArray) -> float:
    return float((minutes * weight).sum() / weight.sum()) if weight.sum() > 0 else float("nan")


def _most(school: IntArray, weight: FloatArray) -> int:
    """School that most of the weight goes to, -1 = none."""
    if not len(school):
        return -1
    rows, number = np.unique(school, return_inverse=True)
    return int(rows[np.argmax(np.bincount(number, weight))])
