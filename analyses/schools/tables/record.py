"""Numbers of the school question for the record of a run and for the overview."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from infragap.analyses.schools.codes import SchoolKind, SchoolStatus
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.siting.border_ways import BorderSchools
from infragap.analyses.schools.siting.placement import Placement
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.upper.nearest_school import UpperSecondary


def placement_record(placement: Placement, parameters: SchoolsParameters) -> dict[str, Any]:
    """What `run.json` keeps of the placement."""
    numbers: dict[str, Any] = {
        "objective": "weighted pupil minutes, mean of the way there and back over the school year",
        "mode": parameters.placement_mode,
        "cost": placement.median.cost,
        "lower_bound": placement.median.lower_bound,
        "gap": placement.median.gap,
        "status": placement.median.status,
        "candidates": int(placement.minutes.shape[1]),
        "villages": len(placement.customer),
        "near_best_alternatives": len(placement.median.alternatives),
    }
    for name, solution, sites in (
        ("least_total", placement.median, placement.median.sites),
        ("fairest", placement.center, placement.fairest),
        ("widest", placement.coverage, placement.coverage.sites),
    ):
        numbers[name] = {
            **placement.totals(sites, parameters.coverage_min),
            "gap": solution.gap,
            "status": solution.status,
        }
    return numbers


def summary(
    study: Study, borders: BorderSchools, upper: UpperSecondary, sites: pd.DataFrame, villages: pd.DataFrame
) -> dict[str, Any]:
    """Key numbers, those of the overview first."""
    border = sites[sites["kind"] == SchoolKind.BORDER_BOARDING]
    pupils = villages["pupils_upper_secondary"].to_numpy(float)
    placement, roads = borders.placement, study.travel.roads
    totals = placement.totals(placement.median.sites, study.parameters.coverage_min)
    before, after = upper.before_min, upper.minutes["motorbike_dry"]
    known = np.isfinite(before) & np.isfinite(after)
    share = pupils[known] / max(pupils[known].sum(), 1.0)
    return {
        "border_schools": len(border),
        "border_pupils": int(border["pupils_served"].sum()),
        "border_pupils_may_board": int(border["pupils_may_board"].sum()),
        "border_places": float(border["capacity_pupils"].sum()),
        "border_mean_min": round(totals["mean_min"], 1),
        "border_longest_min": round(totals["longest_min"], 1),
        "border_within_coverage_pct": round(totals["within_pct"], 1),
        "upper_secondary_mean_before_min": round(float((before[known] * share).sum()), 1),
        "upper_secondary_mean_after_min": round(float((after[known] * share).sum()), 1),
        "upper_secondary_pupils_may_board": int(pupils[villages["upper_may_board"].to_numpy(bool)].sum()),
        "schools_raised": int((sites["status"] == SchoolStatus.UPGRADE).sum()),
        "schools_new_upper_secondary": int((sites["kind"] == SchoolKind.NEW_UPPER_SECONDARY).sum()),
        "villages_cut_off_in_rain": int(villages["cut_off_in_rain"].sum()),
        "villages_out_of_reach": int((~np.isfinite(after)).sum()),
        "villages_without_ground": int((study.village_cell < 0).sum()),
        "border_villages_left_out_of_placement": len(placement.left_out),
        "road_parts": len(roads.component_km),
        "road_join_report": roads.report,
    }
