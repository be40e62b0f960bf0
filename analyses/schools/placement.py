"""Where the border boarding schools go: one per border commune, by p-median, beside the fairest and the widest choice.

Candidates are the villages of each border commune where a campus can be built (cell not too steep, a proper road near); where the
site is decided, it is the only one. Each commune gets exactly one school, and a village's pupils go to the school that takes them least
time (or, as a parameter, to their own commune's). The p-median minimises weighted pupil minutes; the p-center the longest way of
any village; maximal coverage the weight of pupils beyond a given time. All three are solved with a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.location import LocationSolution, maximal_coverage, p_center, p_median
from infragap.analyses.solvers.stopping import Stop
from infragap.gis.errors import MissingDataError, NoSolutionError
from infragap.gis.raster import Raster, sample
from infragap.gis.terrain import slope_pct


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


def border_candidates(
    villages: gpd.GeoDataFrame,
    schools: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    elevation: Raster,
    *,
    parameters: SchoolsParameters,
) -> gpd.GeoDataFrame:
    """Places where each planned border school may stand.

    Parameters
    ----------
    villages, schools, roads
        Layers of the pack.
    elevation
        Heights [m]; the slope of its cells is compared with `site_slope_max_pct`.
    parameters
        Limits of slope and road distance. Where no village of a commune keeps both, all its villages are candidates.

    Returns
    -------
    GeoDataFrame
        One row per candidate: school (row in `schools`), village (row in `villages`, -1 at a decided site), commune_code, slope_pct,
        road_km, is_decided, limits_kept, and the point.

    Raises
    ------
    MissingDataError
        The pack has no planned border school, or none of its commune's villages.
    """
    planned = schools[(schools["kind"] == "border_boarding") & (schools["status"] != "existing")]
    if planned.empty:
        raise MissingDataError(
            "schools: no planned school of kind border_boarding. Add them, or leave the schools out."
        )
    parts = []
    for row, school in planned.iterrows():
        if school["site_known"]:
            part = gpd.GeoDataFrame({"village": [-1]}, geometry=[school.geometry], crs=schools.crs)
        else:
            own = villages.index[villages["commune_code"] == school["commune_code"]]
            if own.empty:
                raise MissingDataError(
                    f"villages: none in commune {school['commune_code']}, where {school['name']} is planned."
                )
            part = gpd.GeoDataFrame({"village": own}, geometry=villages.geometry[own].array, crs=villages.crs)
        parts.append(
            part.assign(school=row, commune_code=school["commune_code"], is_decided=bool(school["site_known"]))
        )
    every = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=villages.crs)
    every["slope_pct"] = sample(slope_pct(elevation), every.geometry.x, every.geometry.y, method="nearest")
    proper = roads[~roads["road_class"].isin(("track", "expressway"))]
    every["road_km"] = _distance_km(every, proper)
    steep = every["slope_pct"].fillna(np.inf) > parameters.site_slope_max_pct
    kept = ~steep & (every["road_km"] <= parameters.site_road_max_km)
    every["limits_kept"] = kept
    some_kept = kept.groupby(every["school"]).transform("any")
    return every[kept | every["is_decided"] | ~some_kept].reset_index(drop=True)


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
    task: dict[str, Any] = {"group": group, "stop": Stop(parameters.gap, parameters.time_limit_s)}
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


def second_best(placement: Placement, candidates: pd.DataFrame) -> dict[int, tuple[int, float]]:
    """For each open site the next best candidate of the same school while the other schools stay, and what it adds.

    Returns
    -------
    dict
        Open site → (runner-up candidate, -1 = none; added minutes per weighted pupil that the open site serves, NaN without one).
    """
    sites = placement.median.sites
    result = {}
    for site in sites.tolist():
        others = placement.minutes[:, sites[sites != site]].min(axis=1, initial=np.inf)
        rivals = np.flatnonzero((candidates["school"] == candidates["school"].iloc[site]).to_numpy())
        best = np.minimum(others[:, None], placement.minutes[:, rivals])
        total = np.where(np.isfinite(best).all(axis=0), (placement.weight[:, None] * best).sum(axis=0), np.inf)
        own = total[rivals == site][0]
        total[rivals == site] = np.inf
        served = placement.weight[placement.median.assignment == site].sum()
        runner_up = int(rivals[np.argmin(total)]) if np.isfinite(total).any() else -1
        extra = float((total.min() - own) / served) if runner_up >= 0 and served > 0 else np.nan
        result[site] = runner_up, extra
    return result


def yearly_minutes(dry: FloatArray, rainy: FloatArray, *, rainy_share: float) -> FloatArray:
    """Mean journey over the school year.

    Parameters
    ----------
    dry, rainy
        (villages, sites) minutes of a season, inf = no way.
    rainy_share
        Share of journeys in the rainy season.

    Returns
    -------
    ndarray
        The weighted mean. A village that reaches no site at all in the rainy season travels in the dry one only, so its mean is the dry
        one; for any other village a site that is cut off in the rain stays out of reach.
    """
    cut_off = np.asarray(~np.isfinite(rainy).any(axis=1), bool)
    return np.where(cut_off[:, None], dry, (1 - rainy_share) * dry + rainy_share * rainy)


def _distance_km(points: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> FloatArray:
    """Straight distance to the nearest line [km]; inf without lines."""
    if lines.empty:
        return np.full(len(points), np.inf)
    geometry: ObjectArray = np.asarray(lines.geometry.array, dtype=object)
    place: ObjectArray = np.asarray(points.geometry.array, dtype=object)
    nearest = np.asarray(shapely.STRtree(geometry).nearest(place), np.int64)
    return np.asarray(shapely.distance(place, geometry[nearest]) / 1000)
