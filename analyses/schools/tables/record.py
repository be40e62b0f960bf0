"""Numbers of the school question for the record of a run and for the overview."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from infragap.analyses.schools.codes import Intake, Level, Mode, SchoolKind, SchoolStatus, Season
from infragap.analyses.schools.siting.choice import JointChoice
from infragap.analyses.schools.siting.today import communes_by_centre, communes_by_model
from infragap.analyses.schools.tables.findings import Findings
from infragap.analyses.schools.upper.new_schools import NewSchools
from infragap.analyses.schools.upper.places import noted_rows
from infragap.analyses.solvers.facility.shared_p_median import SharedSolution


def placement_record(findings: Findings) -> dict[str, Any]:
    """What `run.json` keeps of the placement."""
    siting, parameters = findings.siting, findings.parameters
    solution, rivals = siting.chosen.solution, siting.rivals
    numbers: dict[str, Any] = {
        "objective": "weighted pupil minutes of those who have a place (mean of the way there and back over the school "
        "year), and weight times "
        "without_place_min of those who have none",
        "aim": str(parameters.objective),
        "mode": str(parameters.placement_mode),
        "season": str(parameters.season),
        "intake_rule": str(siting.chosen.rule),
        "cost": solution.cost,
        "lower_bound": solution.lower_bound,
        "gap": solution.gap,
        "status": solution.status,
        "candidates": len(siting.question.candidates),
        "villages": len(siting.question.village),
        "near_best_alternatives": len(solution.alternatives),
        "sites": siting.question.candidates["candidate"].iloc[siting.chosen.sites].tolist(),
    }
    for name, sites, proof in (
        ("least_total", siting.chosen.sites, solution),
        ("fairest", rivals.fairest, rivals.center),
        ("widest", rivals.coverage.sites, rivals.coverage),
    ):
        totals = rivals.totals(sites, parameters.coverage_min)
        numbers[name] = {**totals, "gap": proof.gap, "status": proof.status}
    return numbers


def assignment_record(findings: Findings) -> dict[str, Any]:
    """What `run.json` keeps of who gets a place, under the rule asked for and under the others."""
    siting, parameters = findings.siting, findings.parameters
    solution, question = siting.chosen.solution, siting.question
    boarders, day = (round(siting.admitted(boards=boards).sum()) for boards in (True, False))
    capacity = float(question.capacity[siting.chosen.sites].sum())
    own, chosen = siting.by_rule[Intake.OWN], siting.chosen
    return {
        "intake_rule": str(chosen.rule),
        "cost": solution.cost,
        "lower_bound": solution.lower_bound,
        "gap": solution.gap,
        "status": solution.status,
        "without_place_min": parameters.without_place_min,
        "weights": {
            "primary": parameters.weight_primary,
            "lower_secondary": parameters.weight_lower_secondary,
            "day_pupil": parameters.weight_day_pupil,
            "priority": str(parameters.priority),
        },
        "places": round(capacity),
        "places_assumed": bool((~question.capacity_known[chosen.sites]).any()),
        "boarders": boarders,
        "day_pupils": day,
        "spare_places": round(capacity - boarders - day),
        "levels": {str(level): _level(findings, level) for level in question.levels},
        "by_rule": {str(rule): _rule(choice, findings) for rule, choice in siting.by_rule.items()},
        "own_commune_rule_costs_places": {
            str(level): chosen.placed(level, entitled=True) - own.placed(level, entitled=True)
            for level in question.levels
        },
        "intake_lines_to_move": _crossings(findings),
    }


def _level(findings: Findings, level: Level) -> dict[str, int]:
    study, choice = findings.study, findings.siting.chosen
    homes = study.villages["commune_code"].iloc[findings.siting.question.village]
    entitled, placed = choice.total(level, entitled=True), choice.placed(level, entitled=True)
    admitted = placed + choice.placed(level, entitled=False)
    return {
        "pupils": entitled + choice.total(level, entitled=False),
        "entitled": entitled,
        "entitled_with_place": placed,
        "without_place": entitled - placed,
        "boarders": choice.boarders(level),
        "day_pupils": admitted - choice.boarders(level),
        "communes": int(homes.nunique()),
        "communes_by_centre": int(communes_by_centre(study, level)["commune_code"].isin(homes).sum()),
        "communes_by_modelled_schools": int(communes_by_model(study, level)["commune_code"].isin(homes).sum()),
    }


def _rule(choice: JointChoice, findings: Findings) -> dict[str, Any]:
    levels = findings.siting.question.levels
    return {
        "cost": choice.solution.cost,
        "lower_bound": choice.solution.lower_bound,
        "gap": choice.solution.gap,
        "status": choice.solution.status,
        "entitled_with_place": {str(level): choice.placed(level, entitled=True) for level in levels},
        "boarders": {str(level): choice.boarders(level) for level in levels},
        "sites": findings.siting.question.candidates["candidate"].iloc[choice.sites].tolist(),
    }


def _crossings(findings: Findings) -> list[dict[str, Any]]:
    """Pupils admitted to another commune's school, by home commune and school: where the intake line should move."""
    siting, study = findings.siting, findings.study
    home = study.villages["commune_code"].to_numpy()[siting.question.village]
    site_home = siting.question.candidates["commune_code"].to_numpy()[siting.chosen.sites]
    pupils, names, rows = siting.admitted(), findings.site_names(), []
    for code in np.unique(home):
        for column, other in enumerate(site_home):
            moved = pupils[home == code, column]
            if other != code and moved.sum() > 0:
                rows.append(
                    {
                        "commune_code": str(code),
                        "school": names[column][0],
                        "pupils": round(moved.sum()),
                        "villages": int((moved > 0).sum()),
                    }
                )
    return rows


def upper_record(findings: Findings) -> dict[str, Any]:
    """What `run.json` keeps of upper secondary."""
    upper, study, parameters = findings.upper, findings.study, findings.parameters
    ids = study.schools["school_id"].to_numpy(object)
    there = noted_rows(study, SchoolKind.UPPER_SECONDARY)
    record: dict[str, Any] = {
        "schools_in_layer": there,
        "schools_published": parameters.upper_schools_published,
        "schools_lacking": max(parameters.upper_schools_published - there, 0),
    }
    if upper.raised is not None:
        pupils = np.maximum(upper.raised.pupils, 1e-9)
        record["raised"] = {
            "order": [str(one) for one in ids[upper.raised.school]],
            "marginal_hours": upper.raised.marginal_hours.round(1).tolist(),
            "joint_hours": round(float(upper.raised.joint_hours[-1]), 1),
            "mean_before_min": round(float((np.nan_to_num(upper.raised.before_min) * pupils).sum() / pupils.sum()), 1),
            "mean_after_min": round(float((np.nan_to_num(upper.raised.after_min) * pupils).sum() / pupils.sum()), 1),
            "comparator": "nearest boarding school with upper secondary today",
        }
    if upper.new is not None:
        record["new"] = _new_record(upper.new, parameters.upper_schools_published - there)
    return record


def _new_record(new: NewSchools, lacking: int) -> dict[str, Any]:
    names = new.place["candidate"].to_numpy(object)
    is_new = new.place["is_new"].to_numpy(bool)

    def told(solution: SharedSolution) -> dict[str, Any]:
        return {
            "schools": int(is_new[solution.sites].sum()),
            "cost": solution.cost,
            "lower_bound": solution.lower_bound,
            "gap": solution.gap,
            "status": solution.status,
            "mean_min": round(new.mean_min(solution), 2),
            "without_place": round(float(solution.unserved.sum())),
            "sites": [str(one) for one in names[solution.sites[is_new[solution.sites]]]],
        }

    record: dict[str, Any] = {
        "places_assumed_at_schools": new.assumed_places,
        "schools_lacking_in_layer": max(lacking, 0),
        "curve": [told(solution) for solution in new.curve],
    }
    if new.as_decided is not None:
        record["decided"] = told(new.as_decided)
        record["swaps"] = [
            {"close": str(names[out]), "open": str(names[opened]), "cost_saved": round(saved, 1)}
            for out, opened, saved in new.swaps
        ]
    return record


def summary(findings: Findings, sites: pd.DataFrame, villages: pd.DataFrame) -> dict[str, Any]:
    """Key numbers, those of the overview first."""
    study, siting, upper = findings.study, findings.siting, findings.upper
    placed = sites[sites["candidate"] != ""]
    pupils = villages["pupils_upper_secondary"].to_numpy(float)
    ways = _ways_of_admitted(findings)
    before, after = (nearest.minutes[Mode.MOTORBIKE, Season.DRY] for nearest in (upper.before, upper.after))
    known = np.isfinite(before) & np.isfinite(after)
    share = pupils[known] / max(pupils[known].sum(), 1.0)
    there = noted_rows(study, SchoolKind.UPPER_SECONDARY)
    return {
        "border_schools": len(placed),
        "border_pupils": int(placed["pupils_served"].sum()),
        "border_pupils_may_board": int(placed["pupils_may_board"].sum()),
        "border_boarders": int(placed["boarders"].sum()),
        "border_without_place": int(siting.chosen.without[siting.chosen.customers.entitled].sum().round()),
        "border_places": float(placed["capacity_pupils"].sum()),
        **{f"border_{key}": round(value, 1) for key, value in ways.items()},
        "upper_secondary_mean_before_min": round(float((before[known] * share).sum()), 1),
        "upper_secondary_mean_after_min": round(float((after[known] * share).sum()), 1),
        "upper_secondary_pupils_may_board": int(pupils[villages["upper_may_board"].to_numpy(bool)].sum()),
        "upper_secondary_schools_lacking": max(findings.parameters.upper_schools_published - there, 0),
        "schools_raised": int((sites["status"] == SchoolStatus.UPGRADE).sum()),
        "schools_new_upper_secondary": int((sites["kind"] == SchoolKind.NEW_UPPER_SECONDARY).sum()),
        "villages_cut_off_in_rain": int(villages["cut_off_in_rain"].sum()),
        "villages_out_of_reach": int((~np.isfinite(after)).sum()),
        "villages_without_ground": int((study.village_cell < 0).sum()),
        "road_parts": study.travel.road_links.parts,
        "links_worth_building": 0 if findings.links is None else len(findings.links.works),
    }


def _ways_of_admitted(findings: Findings) -> dict[str, float]:
    """Mean and longest way over the year of the pupils who are admitted, and the share of them within a time [%]."""
    siting = findings.siting
    pupils = siting.admitted()
    some = pupils > 0
    pupils, minutes = pupils[some], siting.question.minutes[:, siting.chosen.sites][some]
    total = max(float(pupils.sum()), 1e-12)
    return {
        "mean_min": float(pupils @ minutes) / total,
        "longest_min": float(minutes.max(initial=0.0)),
        "within_coverage_pct": 100 * float(pupils[minutes <= findings.parameters.coverage_min].sum()) / total,
    }
