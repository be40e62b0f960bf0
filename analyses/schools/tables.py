"""Result tables of the school analysis: one row per planned school, one per village."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.columns import Column
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.placement import Placement, second_best
from infragap.analyses.schools.pupils import LEVELS, may_board, minority_pupils, pupils_who_may_board
from infragap.analyses.schools.reasons import border_reason, upper_reason
from infragap.analyses.schools.upper import UpperSecondary
from infragap.gis.crs import to_wgs84

BORDER_LEVELS = ("primary", "lower_secondary")
UPPER_LEVELS = ("upper_secondary",)


@dataclass(frozen=True, eq=False)
class BorderWays:
    """Ways of border villages to the school that the placement gives them.

    Attributes
    ----------
    village
        (b,) rows of the villages in border communes.
    school
        (b,) row of the school layer, -1 = out of reach of every candidate.
    minutes
        By 'motorbike_dry', 'motorbike_rainy', 'foot_dry', 'foot_rainy': (b,), inf = out of reach.
    way_km
        (b,) length of the motorbike way in the dry season [km].
    """

    village: IntArray
    school: IntArray
    minutes: dict[str, FloatArray]
    way_km: FloatArray


def village_table(
    villages: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    schools: gpd.GeoDataFrame,
    border: BorderWays,
    upper: UpperSecondary,
    *,
    provenance: ObjectArray,
    parameters: SchoolsParameters,
) -> gpd.GeoDataFrame:
    """Table of `columns.VILLAGES` without its order: every village, its schools, minutes, distance and entitlement."""
    table = villages[
        ["village_id", "name", "commune_code", "population", "minority_pct", "pupils_primary", "pupils_lower_secondary",
         "pupils_upper_secondary", "position_accuracy_m", "geometry"]
    ].copy()  # fmt: skip
    table["commune"] = table["commune_code"].map(communes.set_index("commune_code")["name"])
    table["upper_school_id"] = _named(schools["school_id"], upper.school)
    table["upper_school"] = _named(schools["name"], upper.school)
    for name, values in upper.minutes.items():
        table[f"upper_{name}_min"] = _rounded(values)
    table["upper_before_min"] = _rounded(upper.before_min)
    table["upper_way_km"] = _rounded(upper.way_km, 2)
    upper_cut = cut_off(upper.minutes)
    table["upper_may_board"] = may_board(upper.way_km, upper_cut, level="upper_secondary", parameters=parameters)
    school = np.full(len(table), -1, np.int64)
    school[border.village] = border.school
    table["border_school_id"] = _named(schools["school_id"], school)
    table["border_school"] = _named(schools["name"], school)
    for name, values in border.minutes.items():
        table[f"border_{name}_min"] = _placed(_rounded(values), border.village, len(table))
    table["border_way_km"] = _placed(_rounded(border.way_km, 2), border.village, len(table))
    border_cut = np.zeros(len(table), bool)
    border_cut[border.village] = cut_off(border.minutes)
    for level in BORDER_LEVELS:
        entitled = may_board(border.way_km, cut_off(border.minutes), level=level, parameters=parameters)
        flag = np.zeros(len(table), bool)
        flag[border.village] = entitled & (border.school >= 0)
        table[f"border_may_board_{level}"] = flag
    table["cut_off_in_rain"] = upper_cut | border_cut
    return with_place(table, provenance)


def site_table(
    schools: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    villages: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    placement: Placement,
    border: BorderWays,
    upper: UpperSecondary,
    *,
    provenance: ObjectArray,
    modelled: str,
    parameters: SchoolsParameters,
) -> gpd.GeoDataFrame:
    """Table of `columns.SITES` without its order: border schools where they are placed, then the upper-secondary plans."""
    names = communes.set_index("commune_code")["name"]
    rows = [
        *_border_rows(schools, villages, candidates, placement, border, parameters=parameters),
        *_upper_rows(schools, villages, upper, parameters=parameters),
    ]
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=schools.crs)
    table["commune"] = table["commune_code"].map(names)
    table["cost_mvnd"] = table["school"].map(schools["cost_mvnd"])
    for column in ("school_id", "name", "kind", "status"):
        table[column] = table["school"].map(schools[column])
    table["rank"] = _ranks(table)
    table["reason_vi"] = [
        border_reason(row) if row["kind"] == "border_boarding" else upper_reason(row)
        for row in table.to_dict("records")
    ]
    table["modelled_inputs"] = modelled
    table = table.sort_values("rank").reset_index(drop=True)
    return with_place(table, provenance[table["school"].to_numpy()])


def in_order(table: gpd.GeoDataFrame, columns: tuple[Column, ...]) -> gpd.GeoDataFrame:
    """The columns of a data dictionary in its order, and the geometry."""
    return table[[column.name for column in columns] + ["geometry"]]


def with_place(table: gpd.GeoDataFrame, provenance: ObjectArray) -> gpd.GeoDataFrame:
    """Add longitude, latitude (WGS84, six decimals) and provenance."""
    degrees = to_wgs84(table[["geometry"]]).geometry
    return table.assign(longitude=degrees.x.round(6), latitude=degrees.y.round(6), provenance=provenance)


def weighted_quantile(values: FloatArray, weight: FloatArray, share: float) -> float:
    """Smallest value that at least this share of the weight does not exceed; NaN without weight."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order])
    if not len(total) or total[-1] <= 0:
        return float("nan")
    # a share of a sum of whole pupils may miss it by a rounding of floats
    return float(values[order][np.searchsorted(total, share * total[-1] * (1 - 1e-12))])


def cut_off(minutes: Mapping[str, FloatArray]) -> BoolArray:
    """Villages that have a motorbike way in the dry season and none in the rainy one."""
    return np.isfinite(minutes["motorbike_dry"]) & ~np.isfinite(minutes["motorbike_rainy"])


def _served(
    villages: pd.DataFrame,
    members: IntArray,
    minutes: Mapping[str, FloatArray],
    way_km: FloatArray,
    *,
    levels: tuple[str, ...],
    capacity: float,
    parameters: SchoolsParameters,
) -> dict[str, Any]:
    """Pupils and minutes of the villages that a school is for; `minutes` and `way_km` have one value per member."""
    own = villages.iloc[members]
    pupils = own[[f"pupils_{level}" for level in levels]].sum(axis=1).to_numpy(float)
    dry, rainy = minutes["motorbike_dry"], minutes["motorbike_rainy"]
    entitled = pupils_who_may_board(own, way_km, cut_off(minutes), levels=levels, parameters=parameters).sum()
    reached, some = np.isfinite(rainy), pupils > 0
    return {
        "levels": "+".join(levels),
        "pupils_served": int(pupils.sum()),
        "pupils_minority": round(float(np.nansum(minority_pupils(pupils, own["minority_pct"])))),
        "pupils_may_board": int(entitled),
        "capacity_pupils": capacity,
        "load_pct": _rounded(100 * entitled / capacity) if capacity > 0 else np.nan,
        "villages_served": len(own),
        "mean_min": _mean(dry, pupils),
        "p90_min": _rounded(weighted_quantile(dry, pupils, 0.9)),
        "max_min": _rounded(dry[some].max(initial=0.0) if some.any() else np.nan),
        "mean_rainy_min": _mean(rainy[reached], pupils[reached]),
        "out_of_reach_rainy": int(pupils[~reached].sum()),
    }


def _border_rows(
    schools: gpd.GeoDataFrame,
    villages: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    placement: Placement,
    border: BorderWays,
    *,
    parameters: SchoolsParameters,
) -> list[dict[str, Any]]:
    labels = candidates["village"].map(villages["name"]).fillna("")
    next_best = second_best(placement, candidates)
    rows = []
    for site in placement.median.sites.tolist():
        candidate = candidates.iloc[site]
        school, village = int(candidate["school"]), int(candidate["village"])
        member = border.school == school
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
                "runner_up_extra_min": _rounded(extra_min),
                "alternatives": "; ".join(sorted(labels.iloc[sorted(others)])),
                "fairest_village": _label_in(labels, placement.fairest, same),
                "coverage_village": _label_in(labels, placement.coverage.sites, same),
                "pupils_nearer": np.nan,
                "before_min": np.nan,
                "after_min": np.nan,
                "hours_saved": np.nan,
                "site_slope_pct": _rounded(float(candidate["slope_pct"])),
                "site_road_km": _rounded(float(candidate["road_km"]), 2),
                "position_accuracy_m": float(accuracy),
                "geometry": candidate.geometry,
                **_served(
                    villages,
                    border.village[member],
                    {name: values[member] for name, values in border.minutes.items()},
                    border.way_km[member],
                    levels=tuple(level for level in LEVELS if schools[f"has_{level}"][school]),
                    capacity=float(schools["capacity_pupils"][school]),
                    parameters=parameters,
                ),
            }
        )
    return rows


def _upper_rows(
    schools: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, upper: UpperSecondary, *, parameters: SchoolsParameters
) -> list[dict[str, Any]]:
    pupils = villages["pupils_upper_secondary"].to_numpy(float)
    dry = upper.minutes["motorbike_dry"]
    planned = schools["has_upper_secondary"] & (schools["status"] != "existing")
    rows = []
    for school in schools.index[planned].tolist():
        member = np.flatnonzero(upper.school == school)
        # villages that no school could be reached from before gain one, but no minutes can be told
        nearer = member[upper.before_min[member] - dry[member] >= parameters.notable_saving_min]
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
                "before_min": _mean(upper.before_min[told], pupils[told]),
                "after_min": _mean(dry[told], pupils[told]),
                "hours_saved": _rounded(float(saved)),
                "site_slope_pct": np.nan,
                "site_road_km": np.nan,
                "position_accuracy_m": float(schools["position_accuracy_m"][school]),
                "geometry": schools.geometry[school],
                **_served(
                    villages,
                    member,
                    {name: values[member] for name, values in upper.minutes.items()},
                    upper.way_km[member],
                    levels=UPPER_LEVELS,
                    capacity=float(schools["capacity_pupils"][school]),
                    parameters=parameters,
                ),
            }
        )
    return rows


def _ranks(table: pd.DataFrame) -> pd.Series[int]:
    order = pd.DataFrame(
        {
            "group": table["kind"] != "border_boarding",
            "hours": -table["hours_saved"].fillna(0.0),
            "board": -table["pupils_may_board"],
            "school_id": table["school_id"],
        }
    ).sort_values(["group", "hours", "board", "school_id"])
    return pd.Series(np.arange(1, len(order) + 1), index=order.index)


def _label_in(labels: pd.Series[str], sites: IntArray, same: BoolArray) -> str:
    """Name of the open site among the candidates of one school."""
    return "; ".join(labels.iloc[[site for site in sites.tolist() if same[site]]])


def _named(names: pd.Series[str], rows: IntArray) -> ObjectArray:
    """Names at rows, '' at -1."""
    result = np.full(len(rows), "", dtype=object)
    result[rows >= 0] = names.to_numpy()[rows[rows >= 0]]
    return result


def _placed(values: FloatArray, rows: IntArray, length: int) -> FloatArray:
    result = np.full(length, np.nan)
    result[rows] = values
    return result


def _mean(minutes: FloatArray, pupils: FloatArray) -> float:
    return float(np.round((minutes * pupils).sum() / pupils.sum(), 1)) if pupils.sum() > 0 else float("nan")


def _rounded(values: Any, decimals: int = 1) -> Any:
    """Rounded, and empty (NaN) where out of reach: a table has no infinity."""
    rounded = np.round(np.asarray(values, np.float64), decimals)
    result = np.where(np.isfinite(rounded), rounded, np.nan)
    return result if result.ndim else float(result)
