"""Table of planned schools: border schools where they are placed, then the upper-secondary plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.columns import in_order
from infragap.analyses.schools import columns
from infragap.analyses.schools.codes import Level, SchoolKind, SchoolStatus
from infragap.analyses.schools.pupils.entitlement import cut_off, minority_pupils, pupils_who_may_board
from infragap.analyses.schools.siting.border_ways import BorderSchools
from infragap.analyses.schools.siting.runner_up import second_best
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.tables.cells import pupil_mean, rounded_or_empty, with_place
from infragap.analyses.schools.tables.reasons import border_reason, upper_reason
from infragap.analyses.schools.upper.nearest_school import UpperSecondary


def site_table(study: Study, border: BorderSchools, upper: UpperSecondary) -> gpd.GeoDataFrame:
    """Table of `columns.SITES`: border schools where they are placed, then the upper-secondary plans."""
    schools = study.schools
    rows = [*_border_rows(study, border), *_upper_rows(study, upper)]
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=schools.crs)
    table["commune"] = table["commune_code"].map(study.communes.set_index("commune_code")["name"])
    for column in ("school_id", "name", "kind", "status", "cost_mvnd"):
        table[column] = table["school"].map(schools[column])
    table["rank"] = _ranks(table)
    for language in ("vi", "en"):
        table[f"reason_{language}"] = [
            (border_reason if row["kind"] == SchoolKind.BORDER_BOARDING else upper_reason)(row, language)
            for row in table.to_dict("records")
        ]
    table["modelled_inputs"] = ", ".join(study.modelled)
    table = table.sort_values("rank").reset_index(drop=True)
    return in_order(with_place(table, study.school_provenance[table["school"].to_numpy()]), columns.SITES)


def weighted_quantile(values: FloatArray, weight: FloatArray, share: float) -> float:
    """Smallest value that at least this share of the weight does not exceed; NaN without weight."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order])
    if not len(total) or total[-1] <= 0:
        return float("nan")
    # a share of a sum of whole pupils may miss it by a rounding of floats
    return float(values[order][np.searchsorted(total, share * total[-1] * (1 - 1e-12))])


def _served(
    study: Study,
    members: IntArray,
    minutes: Mapping[str, FloatArray],
    way_km: FloatArray,
    *,
    levels: tuple[str, ...],
    capacity: float,
) -> dict[str, Any]:
    """Pupils and minutes of the villages that a school is for; `minutes` and `way_km` have one value per member."""
    own = study.villages.iloc[members]
    pupils = own[[f"pupils_{level}" for level in levels]].sum(axis=1).to_numpy(float)
    dry, rainy = minutes["motorbike_dry"], minutes["motorbike_rainy"]
    entitled = pupils_who_may_board(own, way_km, cut_off(minutes), levels=levels, parameters=study.parameters).sum()
    reached, some = np.isfinite(rainy), pupils > 0
    return {
        "levels": "+".join(levels),
        "pupils_served": int(pupils.sum()),
        "pupils_minority": round(float(np.nansum(minority_pupils(pupils, own["minority_pct"])))),
        "pupils_may_board": int(entitled),
        "capacity_pupils": capacity,
        "load_pct": rounded_or_empty(100 * entitled / capacity) if capacity > 0 else np.nan,
        "villages_served": len(own),
        "mean_min": pupil_mean(dry, pupils),
        "p90_min": rounded_or_empty(weighted_quantile(dry, pupils, 0.9)),
        "max_min": rounded_or_empty(dry[some].max(initial=0.0) if some.any() else np.nan),
        "mean_rainy_min": pupil_mean(rainy[reached], pupils[reached]),
        "out_of_reach_rainy": int(pupils[~reached].sum()),
    }


def _border_rows(study: Study, border: BorderSchools) -> list[dict[str, Any]]:
    schools, villages, ways = study.schools, study.villages, border.ways
    candidates, placement = border.candidates, border.placement
    labels = candidates["village"].map(villages["name"]).fillna("")
    next_best = second_best(placement, candidates)
    rows = []
    for site in placement.median.sites.tolist():
        candidate = candidates.iloc[site]
        school, village = int(candidate["school"]), int(candidate["village"])
        member = ways.school == school
        same = (candidates["school"] == school).to_numpy()
        runner_up, extra_min = next_best[site]
        others = {one for sites in placement.median.alternatives for one in sites.tolist() if same[one]} - {site}
        accuracy = (
            villages["position_accuracy_m"].iloc[village] if village >= 0 else schools["position_accuracy_m"][school]
        )
        rows.append(
            {
                "school": school,
                "commune_code": candidate["commune_code"],
                "village_id": villages["village_id"].iloc[village] if village >= 0 else "",
                "village": labels.iloc[site],
                "site_known": bool(candidate["is_decided"]),
                "runner_up": labels.iloc[runner_up] if runner_up >= 0 else "",
                "runner_up_extra_min": rounded_or_empty(extra_min),
                "alternatives": "; ".join(sorted(labels.iloc[sorted(others)])),
                "fairest_village": _label_in(labels, placement.fairest, same),
                "coverage_village": _label_in(labels, placement.coverage.sites, same),
                "pupils_nearer": np.nan,
                "before_min": np.nan,
                "after_min": np.nan,
                "hours_saved": np.nan,
                "site_slope_pct": rounded_or_empty(float(candidate["slope_pct"])),
                "site_road_km": rounded_or_empty(float(candidate["road_km"]), 2),
                "position_accuracy_m": float(accuracy),
                "geometry": candidate.geometry,
                **_served(
                    study,
                    ways.village[member],
                    {name: values[member] for name, values in ways.minutes.items()},
                    ways.way_km[member],
                    levels=tuple(level for level in Level if schools[f"has_{level}"][school]),
                    capacity=float(schools["capacity_pupils"][school]),
                ),
            }
        )
    return rows


def _upper_rows(study: Study, upper: UpperSecondary) -> list[dict[str, Any]]:
    schools, villages = study.schools, study.villages
    pupils = villages["pupils_upper_secondary"].to_numpy(float)
    dry = upper.minutes["motorbike_dry"]
    planned = schools["has_upper_secondary"] & (schools["status"] != SchoolStatus.EXISTING)
    rows = []
    for school in schools.index[planned].tolist():
        member = np.flatnonzero(upper.school == school)
        # villages that no school could be reached from before gain one, but no minutes can be told
        nearer = member[upper.before_min[member] - dry[member] >= study.parameters.notable_saving_min]
        told = nearer[np.isfinite(upper.before_min[nearer])]
        saved = ((upper.before_min[told] - dry[told]) * pupils[told]).sum() / 60
        rows.append(
            {
                "school": school,
                "commune_code": schools["commune_code"][school],
                "village_id": "",
                "village": "",
                "site_known": bool(schools["site_known"][school]),
                "runner_up": "",
                "runner_up_extra_min": np.nan,
                "alternatives": "",
                "fairest_village": "",
                "coverage_village": "",
                "pupils_nearer": int(pupils[nearer].sum()),
                "before_min": pupil_mean(upper.before_min[told], pupils[told]),
                "after_min": pupil_mean(dry[told], pupils[told]),
                "hours_saved": rounded_or_empty(float(saved)),
                "site_slope_pct": np.nan,
                "site_road_km": np.nan,
                "position_accuracy_m": float(schools["position_accuracy_m"][school]),
                "geometry": schools.geometry[school],
                **_served(
                    study,
                    member,
                    {name: values[member] for name, values in upper.minutes.items()},
                    upper.way_km[member],
                    levels=(Level.UPPER_SECONDARY,),
                    capacity=float(schools["capacity_pupils"][school]),
                ),
            }
        )
    return rows


def _ranks(table: pd.DataFrame) -> pd.Series[int]:
    order = pd.DataFrame(
        {
            "group": table["kind"] != SchoolKind.BORDER_BOARDING,
            "hours": -table["hours_saved"].fillna(0.0),
            "board": -table["pupils_may_board"],
            "school_id": table["school_id"],
        }
    ).sort_values(["group", "hours", "board", "school_id"])
    return pd.Series(np.arange(1, len(order) + 1), index=order.index)


def _label_in(labels: pd.Series[str], sites: IntArray, same: BoolArray) -> str:
    """Name of the open site among the candidates of one school."""
    return "; ".join(labels.iloc[[site for site in sites.tolist() if same[site]]])
