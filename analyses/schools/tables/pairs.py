"""Tables of pairs: minutes between villages and candidates, who is admitted where, who finds no place, what other
places would mean."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.columns import in_order
from infragap.analyses.schools import columns
from infragap.analyses.schools.codes import Level, WithoutPlace
from infragap.analyses.schools.tables.cells import rounded_or_empty
from infragap.analyses.schools.tables.findings import Findings


def od_table(findings: Findings) -> pd.DataFrame:
    """Table of `columns.OD`: all pairs of villages and candidates, each mode and season."""
    question, study = findings.siting.question, findings.study
    candidates = question.candidates
    school = candidates["school"].to_numpy(np.int64)
    where = np.where(school >= 0, study.schools["school_id"].to_numpy(object)[school], candidates["commune_code"])
    villages = study.villages["village_id"].to_numpy(object)[question.village]
    shape = len(villages), len(candidates)
    parts = []
    for (mode, season), table in question.pairs.items():
        parts.append(
            pd.DataFrame(
                {
                    "village": np.repeat(villages, shape[1]),
                    "candidate": np.tile(candidates["candidate"].to_numpy(object), shape[0]),
                    "school": np.tile(where, shape[0]),
                    "mode": str(mode),
                    "season": str(season),
                    "to_min": rounded_or_empty(table.to_min.ravel(), 2),
                    "back_min": rounded_or_empty(table.back_min.ravel(), 2),
                }
            )
        )
    return in_order(pd.concat(parts, ignore_index=True), columns.OD)


def assignment_table(findings: Findings) -> pd.DataFrame:
    """Table of `columns.ASSIGNMENT`: pupils admitted, by village, school and level."""
    siting, study = findings.siting, findings.study
    customers, question, names = siting.chosen.customers, siting.question, findings.site_names()
    rows, columns_of = np.nonzero(siting.chosen.amount > 0)
    village = question.village[customers.village[rows]]
    site = siting.chosen.sites[columns_of]
    admitted = siting.chosen.amount[rows, columns_of]
    home = study.villages["commune_code"].to_numpy(object)
    table = pd.DataFrame(
        {
            "village": study.villages["village_id"].to_numpy(object)[village],
            "village_name": study.villages["name"].to_numpy(object)[village],
            "commune_code": home[village],
            "school": [names[number][0] for number in columns_of],
            "level": [str(list(Level)[number]) for number in customers.level[rows]],
            "pupils": admitted,
            "entitled": np.where(customers.entitled[rows], admitted, 0.0),
            "boarders": np.where(siting.chosen.boards[rows, columns_of], admitted, 0.0),
            "minutes": question.minutes[customers.village[rows], site].round(4),
            "weight": admitted * customers.weight[rows],
            "crosses_commune": home[village] != question.candidates["commune_code"].to_numpy(object)[site],
        }
    )
    keys = ["village", "village_name", "commune_code", "school", "level", "minutes", "crosses_commune"]
    together = table.groupby(keys, as_index=False, sort=True)[["pupils", "entitled", "boarders", "weight"]].sum()
    whole = ["pupils", "entitled", "boarders"]
    together[whole] = together[whole].round().astype(int)
    return in_order(together.assign(weight=together["weight"].round(6)), columns.ASSIGNMENT)


def without_place_table(findings: Findings) -> pd.DataFrame:
    """Table of `columns.WITHOUT_PLACE`: entitled pupils without a place."""
    siting, study = findings.siting, findings.study
    customers, question = siting.chosen.customers, siting.question
    left = np.flatnonzero((siting.chosen.without > 0) & customers.entitled)
    village = question.village[customers.village[left]]
    sites = siting.chosen.sites
    allowed = question.allowed(siting.chosen.rule)[:, sites][customers.village[left]]
    taught = np.stack([question.teaches(level)[sites] for level in Level])[customers.level[left]]
    reached = np.isfinite(question.minutes[:, sites])[customers.village[left]]
    reason = np.where(
        (allowed & taught & reached).any(axis=1),
        WithoutPlace.PLACES_SHORT,
        np.where((allowed & taught).any(axis=1), WithoutPlace.OUT_OF_REACH, WithoutPlace.NO_SCHOOL_TAKES),
    )
    table = pd.DataFrame(
        {
            "village": study.villages["village_id"].to_numpy(object)[village],
            "village_name": study.villages["name"].to_numpy(object)[village],
            "commune_code": study.villages["commune_code"].to_numpy(object)[village],
            "level": [str(list(Level)[number]) for number in customers.level[left]],
            "pupils": siting.chosen.without[left].round().astype(int),
            "reason": reason.astype(object),
            "way_km": rounded_or_empty(siting.chosen.way.km[customers.village[left]], 2),
            "weight": (siting.chosen.without[left] * customers.weight[left]).round(6),
        }
    )
    return in_order(table.sort_values(["village", "level"]).reset_index(drop=True), columns.WITHOUT_PLACE)


def alternatives_table(findings: Findings) -> pd.DataFrame:
    """Table of `columns.ALTERNATIVES`: each school's site first, then its other places, the best first."""
    question, study = findings.siting.question, findings.study
    candidates, parts = question.candidates, []
    names = study.villages["name"].to_numpy(object)
    for card, (school_id, name) in zip(findings.siting.cards, findings.site_names(), strict=True):
        places = np.concatenate([[card.site], card.rival]).astype(np.int64)
        rows = candidates.iloc[places]
        worst = card.worst_village
        draws = findings.siting.draws
        parts.append(
            pd.DataFrame(
                {
                    "school": school_id,
                    "school_name": name,
                    "candidate": rows["candidate"].to_numpy(object),
                    "place": rows["label"].to_numpy(object),
                    "is_chosen": places == card.site,
                    "is_decided": rows["is_decided"].to_numpy(bool),
                    "is_free_best": places == card.free_site,
                    "near_equal": np.concatenate([[True], card.near_equal]),
                    "year_min": rounded_or_empty(card.mean_min),
                    "extra_min": rounded_or_empty(card.mean_min - card.mean_min[0]),
                    "mean_rainy_min": rounded_or_empty(card.rainy_min),
                    "year_max_min": rounded_or_empty(card.worst_min),
                    "worst_village": np.where(worst >= 0, names[question.village[worst]], ""),
                    "cut_off_pupils": card.cut_off_pupils.round().astype(int),
                    "share_won": np.nan if draws is None else draws.share_won[places].round(3),
                    "site_slope_pct": rounded_or_empty(rows["slope_pct"]),
                    "site_ground_ha": rounded_or_empty(rows["ground_ha"]),
                    "site_road_km": rounded_or_empty(rows["road_km"], 2),
                    "limits_kept": rows["limits_kept"].to_numpy(bool),
                }
            )
        )
    return in_order(pd.concat(parts, ignore_index=True), columns.ALTERNATIVES)
