"""The chosen works: what each does, whom it serves, what it costs, when it is built, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np

from infragap.analyses.columns import in_order
from infragap.analyses.water import columns
from infragap.analyses.water.programme.built import Built
from infragap.analyses.water.programme.lasting import (
    cost_per_person_year_mvnd,
    income_mvnd_per_year,
    om_vnd_per_m3,
    people_after,
)
from infragap.analyses.water.programme.schedule import Schedule
from infragap.analyses.water.study import Study
from infragap.analyses.water.tables.points import with_degrees
from infragap.analyses.water.tables.provenance import work_provenance
from infragap.analyses.water.tables.reasons import with_reasons, work_reason
from infragap.analyses.water.uncertainty.draws import NO_REGRET_PCT, Uncertainty
from infragap.analyses.water.works.maker import Maker
from infragap.wording.catalogue import words

L_S_TO_M3_DAY = 86.4


def work_table(
    study: Study, works: Sequence[Built], schedule: Schedule, uncertainty: Uncertainty, maker: Maker
) -> gpd.GeoDataFrame:
    """One row per work, by rank."""
    rows = [_row(study, work, int(schedule.year[k]), uncertainty, maker) for k, work in enumerate(works)]
    x, y = [w.candidate.x for w in works], [w.candidate.y for w in works]
    table = gpd.GeoDataFrame(
        {name: [row[name] for row in rows] for name in (rows[0] if rows else _EMPTY)},
        geometry=gpd.points_from_xy(x, y),
        crs=study.villages.crs,
    )
    table["provenance"] = work_provenance(study, works)
    table = table.astype({name: kind for name, kind in _EMPTY.items() if kind})
    return in_order(with_degrees(with_reasons(table, work_reason)), columns.WORKS).reset_index(drop=True)


def home_village(work: Built) -> int:
    """Village that the work serves most households of; of equal ones the nearest."""
    return work.candidate.links[int(np.argmax(work.households))].village


def work_name(study: Study, work: Built, language: str) -> str:
    """Name of the scheme, or of the village that a new one serves first."""
    if work.candidate.scheme >= 0:
        return str(study.schemes["name"].iloc[work.candidate.scheme])
    return words(language)("water.new_work_name", village=study.villages["name"].iloc[home_village(work)])


def _row(study: Study, work: Built, year: int, uncertainty: Uncertainty, maker: Maker) -> dict[str, Any]:
    candidate, p = work.candidate, study.parameters
    scheme = study.schemes.iloc[candidate.scheme] if candidate.scheme >= 0 else None
    code = scheme["commune_code"] if scheme is not None else study.villages["commune_code"].iloc[home_village(work)]
    people, households = float(work.people.sum()), float(work.households.sum())
    withdrawal = households * candidate.withdrawal_l_s_per_household
    probability = float(uncertainty.chosen_probability[work.row])
    return {
        "rank": work.rank,
        "work_id": work.work_id,
        "candidate_id": candidate.candidate_id,
        "site": candidate.site,
        "kind": str(candidate.kind),
        "treatment": str(candidate.treatment),
        "name": work_name(study, work, "vi"),
        "scheme_id": None if scheme is None else scheme["scheme_id"],
        "listed": candidate.listed,
        "commune_code": code,
        "commune": study.communes.set_index("commune_code")["name"].get(code),
        "year": float(year) if year else np.nan,
        "households_gained": households,
        "people_gained": people,
        "people_after_5_years": people_after(people, work, p),
        "villages": int((work.households > 0).sum()),
        "capacity_households": candidate.capacity_households,
        "catchment_km2": candidate.source.catchment_km2,
        "dry_flow_l_s": candidate.source.dry_flow_l_s,
        "usable_flow_l_s": candidate.source.usable_l_s,
        "withdrawal_l_s": withdrawal,
        "village_upstream": candidate.source.village_above,
        "sanitary_zone": withdrawal * L_S_TO_M3_DAY > p.sanitary_zone_m3_day,
        "source_elevation_m": candidate.source_m,
        "main_km": _longest_km(work),
        "pipes_km": float(candidate.line.sections.length_m[work.laid].sum()) / 1000,
        "static_head_m": float(candidate.line.sections.static_m[work.laid].max(initial=0.0)),
        "lowest_pressure_m": float(work.flow.tap_m[work.households > 0].min(initial=np.inf)),
        "break_tanks": candidate.line.tanks,
        "pump_m": candidate.pump_m,
        "cost_mvnd": work.cost_mvnd,
        "cost_per_person_mvnd": work.cost_mvnd / people,
        "om_mvnd_per_year": work.om_mvnd_per_year,
        "income_mvnd_per_year": income_mvnd_per_year(work, maker),
        "om_vnd_per_m3": om_vnd_per_m3(work, maker),
        "cost_per_person_year_mvnd": cost_per_person_year_mvnd(work, p),
        "chosen_probability": probability,
        "no_regret": bool(probability >= NO_REGRET_PCT / 100),
        "in_plan_2026_2030": scheme is not None and bool(scheme["in_plan_2026_2030"]),
    }


_EMPTY: dict[str, Any] = {
    "rank": np.int64, "work_id": None, "candidate_id": None, "site": None, "kind": None, "treatment": None,
    "name": None, "scheme_id": None,
    "listed": bool, "commune_code": None, "commune": None, "year": np.float64, "households_gained": np.float64,
    "people_gained": np.float64,
    "people_after_5_years": np.float64, "villages": np.int64, "capacity_households": np.float64,
    "catchment_km2": np.float64,
    "dry_flow_l_s": np.float64,
    "usable_flow_l_s": np.float64, "withdrawal_l_s": np.float64, "village_upstream": bool, "sanitary_zone": bool,
    "source_elevation_m": np.float64,
    "main_km": np.float64, "pipes_km": np.float64, "static_head_m": np.float64, "lowest_pressure_m": np.float64,
    "break_tanks": np.int64,
    "pump_m": np.float64, "cost_mvnd": np.float64, "cost_per_person_mvnd": np.float64, "om_mvnd_per_year": np.float64,
    "income_mvnd_per_year": np.float64, "om_vnd_per_m3": np.float64,
    "cost_per_person_year_mvnd": np.float64, "chosen_probability": np.float64,
    "no_regret": bool,
    "in_plan_2026_2030": bool,
}  # fmt: skip
"""Columns and types of a table without rows."""


def _longest_km(work: Built) -> float:
    """Longest way of water to a served village."""
    tree = work.candidate.line.tree
    along = np.zeros(len(tree.z))
    for k in range(1, len(along)):
        along[k] = along[tree.parent[k]] + tree.length_m[k]
    served = along[tree.node][work.households > 0]
    return float(served.max(initial=0.0)) / 1000
