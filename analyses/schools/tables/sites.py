"""Table of planned schools: placed schools, then the upper-secondary plans."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.columns import in_order
from infragap.analyses.schools import columns
from infragap.analyses.schools.codes import Level, Mode, SchoolKind, SchoolStatus, Season
from infragap.analyses.schools.pupils.entitlement import minority_pupils
from infragap.analyses.schools.siting.site_card import SiteCard
from infragap.analyses.schools.siting.today import communes_by_centre, communes_by_model
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.tables.cells import pupil_mean, rounded_or_empty, with_place
from infragap.analyses.schools.tables.findings import Findings
from infragap.analyses.schools.tables.reasons import border_reason, upper_reason
from infragap.analyses.schools.tables.villages import weighted_quantile
from infragap.analyses.schools.upper.places import shared_by_places

_LANGUAGES = ("vi", "en")


def site_table(findings: Findings) -> gpd.GeoDataFrame:
    """Table of `columns.SITES`."""
    study = findings.study
    rows = [*_placed_rows(findings), *_upper_rows(findings)]
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=study.schools.crs)
    for column in columns.SITES:
        if column.name not in table:
            table[column.name] = "" if column.name in _TEXTS else np.nan
    for text in _TEXTS:
        table[text] = table[text].fillna("")
    table["commune"] = table["commune_code"].map(study.commune_names)
    table["rank"] = _ranks(table)
    for language in _LANGUAGES:
        table[f"reason_{language}"] = [
            (border_reason if row["is_placed"] else upper_reason)(row, language) for row in table.to_dict("records")
        ]
    table["modelled_inputs"] = ", ".join(study.modelled)
    table = table.sort_values("rank").reset_index(drop=True)
    school = table["school"].to_numpy(np.int64)
    provenance = np.where(school >= 0, study.school_provenance[school], "modelled")
    return in_order(with_place(table, provenance), columns.SITES)


_TEXTS = ("candidate", "village_id", "village", "runner_up", "alternatives", "fairest_village", "coverage_village",
"free_place",
          "robustness", "comparator", "comparator_any")  # fmt: skip


def _placed_rows(findings: Findings) -> list[dict[str, Any]]:
    siting, names = findings.siting, findings.site_names()
    return [_placed_row(findings, column, card, *names[column]) for column, card in enumerate(siting.cards)]


def _placed_row(findings: Findings, column: int, card: SiteCard, school_id: str, name: str) -> dict[str, Any]:
    """Row of a placed school."""
    study, siting = findings.study, findings.siting
    question, candidates = siting.question, siting.question.candidates
    candidate, row = candidates.iloc[card.site], int(findings.site_school[column])
    village, labels = int(candidate["village"]), candidates["label"]
    runner = int(card.rival[0]) if len(card.rival) and np.isfinite(card.extra_min[0]) else -1
    draws, school = siting.draws, study.schools.iloc[row] if row >= 0 else None
    same = candidates["commune_code"].to_numpy() == candidate["commune_code"]
    return {
        "is_placed": True,
        "is_asked": candidate["candidate"] in findings.parameters.fixed_sites,
        **_entitled_by(
            study, candidate["commune_code"], [level for level in question.levels if question.teaches(level)[card.site]]
        ),
        "aim": findings.parameters.objective,
        "school": row,
        "school_id": school_id,
        "name": name,
        "kind": SchoolKind.BORDER_BOARDING if school is None else school["kind"],
        "status": SchoolStatus.PLANNED if school is None else school["status"],
        "commune_code": candidate["commune_code"],
        "candidate": candidate["candidate"],
        "village_id": study.villages["village_id"].iloc[village] if village >= 0 else "",
        "village": candidate["label"],
        "site_known": bool(candidate["is_decided"]),
        "capacity_known": bool(question.capacity_known[card.site]),
        "runner_up": labels[runner] if runner >= 0 else "",
        "runner_up_extra_min": rounded_or_empty(card.extra_min[0]) if runner >= 0 else np.nan,
        "alternatives": "; ".join(labels.iloc[card.rival[card.near_equal]]),
        "near_equal": int(card.near_equal.sum()),
        "fairest_village": _label_in(labels, siting.rivals.fairest, same),
        "coverage_village": _label_in(labels, siting.rivals.coverage.sites, same),
        "worst_village": _village_name(findings, int(card.worst_village[0])),
        "year_min": rounded_or_empty(card.mean_min[0]),
        "year_max_min": rounded_or_empty(card.worst_min[0]),
        **_free(findings, card),
        "share_won": np.nan if draws is None else round(float(draws.share_won[card.site]), 3),
        "regret95_min": np.nan if draws is None else rounded_or_empty(draws.regret95_min[column]),
        "robustness": "" if draws is None else draws.robustness[column],
        "site_slope_pct": rounded_or_empty(float(candidate["slope_pct"])),
        "site_ground_ha": rounded_or_empty(float(candidate["ground_ha"])),
        "site_road_km": rounded_or_empty(float(candidate["road_km"]), 2),
        "cost_mvnd": np.nan if school is None else school["cost_mvnd"],
        "position_accuracy_m": float(candidate["position_accuracy_m"]),
        "geometry": candidate.geometry,
        **_admitted(findings, column, card.site),
    }


def _entitled_by(study: Study, code: str, levels: list[Level]) -> dict[str, bool]:
    """What stands for the day schools of a commune that entitlement is measured to."""
    return {
        "by_centre": any(code in set(communes_by_centre(study, level)["commune_code"]) for level in levels),
        "by_model": any(code in set(communes_by_model(study, level)["commune_code"]) for level in levels),
    }


def _free(findings: Findings, card: SiteCard) -> dict[str, Any]:
    """A decided site against the place that would be best if it were free."""
    if card.free_site < 0:
        return {"free_place": "", "free_year_min": np.nan, "free_year_max_min": np.nan}
    label = findings.siting.question.candidates["label"].iloc[card.free_site]
    place = 0 if card.free_site == card.site else 1 + int(np.flatnonzero(card.rival == card.free_site)[0])
    return {
        "free_place": label,
        "free_year_min": rounded_or_empty(card.mean_min[place]),
        "free_year_max_min": rounded_or_empty(card.worst_min[place]),
    }


def _admitted(findings: Findings, column: int, site: int) -> dict[str, Any]:
    """Pupils of a placed school, and their ways."""
    siting, study = findings.siting, findings.study
    question, customers = siting.question, siting.chosen.customers
    boarders, day = (siting.admitted(boards=boards)[:, column] for boards in (True, False))
    pupils = boarders + day
    rows = study.villages.iloc[question.village]
    dry = question.pairs[Mode.MOTORBIKE, Season.DRY].to_min[:, site]
    rainy = question.pairs[Mode.MOTORBIKE, Season.RAINY].to_min[:, site]
    limit, some = findings.parameters.day_limit_min, pupils > 0
    reached = rainy <= limit
    home = (rows["commune_code"] == question.candidates["commune_code"].iloc[site]).to_numpy()
    entitled_home = customers.entitled & home[customers.village]
    capacity = float(question.capacity[site])
    return {
        "levels": "+".join(level for level in question.levels if question.teaches(level)[site]),
        "pupils_served": round(pupils.sum()),
        "pupils_minority": round(float(np.nansum(minority_pupils(pupils, rows["minority_pct"])))),
        "pupils_may_board": round(customers.pupils[entitled_home].sum()),
        "entitled_with_place": round(siting.admitted(entitled=True)[:, column].sum()),
        "boarders": round(boarders.sum()),
        "day_pupils": round(day.sum()),
        "capacity_pupils": capacity,
        "load_pct": rounded_or_empty(100 * pupils.sum() / capacity) if capacity > 0 else np.nan,
        "without_place": round(siting.chosen.without[entitled_home].sum()),
        "villages_served": int(some.sum()),
        "mean_min": pupil_mean(dry[some], pupils[some]),
        "p90_min": rounded_or_empty(weighted_quantile(dry[some], pupils[some], 0.9)),
        "max_min": rounded_or_empty(dry[some].max()) if some.any() else np.nan,
        "mean_rainy_min": pupil_mean(rainy[some & reached], pupils[some & reached]),
        "out_of_reach_rainy": round(pupils[~reached].sum()),
    }


def _upper_rows(findings: Findings) -> list[dict[str, Any]]:
    """Rows of raised and new upper-secondary schools."""
    study, upper = findings.study, findings.upper
    schools, status = study.schools, study.schools["status"]
    pupils = study.villages["pupils_upper_secondary"].to_numpy(float)
    planned = np.flatnonzero(upper.schools.later & (status != SchoolStatus.EXISTING).to_numpy())
    placed = set(findings.site_school.tolist())
    served = shared_by_places(study, upper.schools, upper.schools.later, upper.after.school, pupils)
    board = shared_by_places(
        study, upper.schools, upper.schools.later, upper.after.school,
        np.where(upper.entitled.may_board(Level.UPPER_SECONDARY), pupils, 0.0),
    )  # fmt: skip
    rows = []
    for school in planned.tolist():
        if school in placed:
            continue
        row = schools.iloc[school]
        capacity = float(upper.schools.capacity[school])
        rows.append(
            {
                "is_placed": False,
                "school": school,
                "school_id": row["school_id"],
                "name": row["name"],
                "kind": row["kind"],
                "status": row["status"],
                "levels": Level.UPPER_SECONDARY,
                "commune_code": row["commune_code"],
                "site_known": bool(row["site_known"]),
                "capacity_pupils": capacity,
                "capacity_known": bool(upper.schools.capacity_known[school]),
                "pupils_served": round(served[school]),
                "pupils_may_board": round(board[school]),
                "load_pct": rounded_or_empty(100 * served[school] / capacity) if capacity > 0 else np.nan,
                "cost_mvnd": row["cost_mvnd"],
                "position_accuracy_m": float(row["position_accuracy_m"]),
                "geometry": row.geometry,
                **_ways_of(findings, np.flatnonzero(upper.after.school == school), pupils),
                **_gain_of(findings, school, pupils),
            }
        )
    return rows


def _ways_of(findings: Findings, member: IntArray, pupils: FloatArray) -> dict[str, Any]:
    """Ways of the villages that a school is the nearest of."""
    minutes, weight = findings.upper.after.minutes, pupils[member]
    dry, rainy = (minutes[Mode.MOTORBIKE, season][member] for season in Season)
    reached, some = rainy <= findings.parameters.day_limit_min, weight > 0
    rows = findings.study.villages.iloc[member]
    return {
        "pupils_minority": round(float(np.nansum(minority_pupils(weight, rows["minority_pct"])))),
        "villages_served": len(member),
        "mean_min": pupil_mean(dry, weight),
        "p90_min": rounded_or_empty(weighted_quantile(dry, weight, 0.9)),
        "max_min": rounded_or_empty(dry[some].max()) if some.any() else np.nan,
        "mean_rainy_min": pupil_mean(rainy[reached], weight[reached]),
        "out_of_reach_rainy": round(weight[~reached].sum()),
    }


def _gain_of(findings: Findings, school: int, pupils: FloatArray) -> dict[str, Any]:
    """What a raised or new school gains: a boarding one against boarding ones, any other against any."""
    raised, names = findings.upper.raised, findings.study.schools["name"]
    if raised is not None and school in raised.school:
        place = int(np.flatnonzero(raised.school == school)[0])
        return {
            "comparator": _name(names, raised.comparator[place]),
            "comparator_any": _name(names, raised.comparator_any[place]),
            "pupils_nearer": round(raised.pupils[place]),
            "before_min": rounded_or_empty(raised.before_min[place]),
            "after_min": rounded_or_empty(raised.after_min[place]),
            "before_any_min": rounded_or_empty(raised.before_any_min[place]),
            "hours_saved": rounded_or_empty(raised.alone_hours[place]),
            "marginal_hours": rounded_or_empty(raised.marginal_hours[place]),
            "joint_hours": rounded_or_empty(raised.joint_hours[place]),
            "order_of_raising": place + 1,
            "places_needed": float(raised.places_needed[place]),
        }
    before, after = findings.upper.before, findings.upper.after
    was, now = before.minutes[Mode.MOTORBIKE, Season.DRY], after.minutes[Mode.MOTORBIKE, Season.DRY]
    mine = (after.school == school) & (was - now >= findings.parameters.notable_saving_min)
    # villages that no school could be reached from before gain one, but no minutes can be told
    told = mine & np.isfinite(was)
    compared = before.school[told & (pupils > 0)]
    return {
        "comparator": _name(names, int(np.bincount(compared).argmax())) if len(compared) else "",
        "pupils_nearer": round(pupils[mine].sum()),
        "before_min": pupil_mean(was[told], pupils[told]),
        "after_min": pupil_mean(now[told], pupils[told]),
        "hours_saved": rounded_or_empty(float(((was[told] - now[told]) * pupils[told]).sum() / 60)),
    }


def _ranks(table: pd.DataFrame) -> pd.Series[int]:
    """Placed schools by the pupils who may board, then the others by hours saved."""
    order = pd.DataFrame(
        {
            "group": ~table["is_placed"].astype(bool),
            "hours": -table["hours_saved"].fillna(0.0),
            "board": -table["pupils_may_board"],
            "school_id": table["school_id"],
        }
    ).sort_values(["group", "hours", "board", "school_id"])
    return pd.Series(np.arange(1, len(order) + 1), index=order.index)


def _label_in(labels: pd.Series[str], sites: IntArray, same: np.ndarray[Any, Any]) -> str:
    """Name of the open sites among some candidates."""
    return "; ".join(labels.iloc[[site for site in sites.tolist() if same[site]]])


def _village_name(findings: Findings, place: int) -> str:
    if place < 0:
        return ""
    return str(findings.study.villages["name"].iloc[findings.siting.question.village[place]])


def _name(names: pd.Series[str], row: int) -> str:
    return str(names.iloc[row]) if row >= 0 else ""
