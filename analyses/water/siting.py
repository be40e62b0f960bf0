"""Candidate works (repair or extend a scheme, build a new one at a stream) and the choice of those that bring most people to standard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from infragap.analyses.arrays import FloatArray, IntArray, ObjectArray
from infragap.analyses.solvers.facility.solution import Found, certified
from infragap.analyses.solvers.location import LocationSolution, maximal_coverage
from infragap.analyses.water.coverage import Service, allocate, main_loss_m_per_km
from infragap.analyses.water.hydraulics import break_tanks, day_demand_m3
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.reach import Sources, villages_in_reach
from infragap.gis.hydrology import dry_season_flow, flow_directions
from infragap.gis.raster import Raster, sample, xy

SOURCE_SPACING_M = 600.0
SMALL_HOUSEHOLDS, LARGE_HOUSEHOLDS = 100.0, 200.0
"""Sizes between which the cost per household of a new scheme falls, as in the norms."""


@dataclass(frozen=True)
class Candidates:
    """Works that may be chosen.

    Attributes
    ----------
    table
        kind (repair, extend, new), scheme (row of the existing scheme, -1 for new), capacity_households, x, y, source_elevation_m.
    pairs
        source (row of `table`), village, main_km, head_m.
    """

    table: pd.DataFrame
    pairs: pd.DataFrame


@dataclass(frozen=True)
class Choice:
    """The chosen works: rows of the candidates, households served of each village by each, and the proof."""

    rows: IntArray
    served: pd.DataFrame
    solution: LocationSolution


def existing_candidates(
    schemes: pd.DataFrame, service: Service, pairs: pd.DataFrame, uncovered: FloatArray
) -> Candidates:
    """Works on existing rural schemes: repair or treat those below standard, extend those with spare capacity.

    Parameters
    ----------
    schemes, service, pairs
        The schemes, what they serve, and the villages in their reach.
    uncovered
        (villages,) households without water to standard.
    """
    rural = (schemes["kind"] != "urban_plant").to_numpy()
    below = rural & ~schemes["meets_standard"].to_numpy(dtype=bool)
    spare = np.maximum(service.capacity_households - service.households, 0.0)
    able = np.where(below, service.capacity_households, spare)
    reached = np.bincount(pairs["source"], weights=uncovered[pairs["village"]], minlength=len(schemes))
    rows = np.flatnonzero(rural & (np.minimum(able, reached) >= 1.0))
    table = pd.DataFrame(
        {
            "kind": np.where(below[rows], "repair", "extend"),
            "scheme": rows,
            "capacity_households": able[rows],
            "x": service.sources.x[rows],
            "y": service.sources.y[rows],
            "source_elevation_m": service.sources.head_m[rows],
        }
    )
    number = pd.Series(np.arange(len(rows)), index=rows)
    kept = pairs[pairs["source"].isin(rows) & (uncovered[pairs["village"]] >= 1.0)]
    return Candidates(table, kept.assign(source=number.loc[kept["source"]].to_numpy()).reset_index(drop=True))


def new_candidates(
    village_x: FloatArray,
    village_y: FloatArray,
    uncovered: FloatArray,
    elevation: Raster,
    runoff: Raster,
    *,
    household_size: float,
    parameters: WaterParameters,
) -> Candidates:
    """New gravity schemes at stream cells above uncovered villages, as large as the dry season allows.

    Notes
    -----
    For each village with enough uncovered households the nearest stream cells within reach that lie above it and carry, in the
    driest month, the safety factor times the design flow of the smallest scheme. Cells nearer than 600 m to a kept one are left out.
    """
    p = parameters
    streams = flow_directions(elevation)
    flow = dry_season_flow(streams, runoff)
    per_household = float(
        day_demand_m3(
            household_size,
            l_per_person_day=p.demand_l_per_person_day,
            loss_pct=p.loss_pct,
            peak_day_factor=p.peak_day_factor,
        )
    )
    households = flow * 86_400.0 / p.dry_season_safety / per_household
    rows, cols = np.nonzero((households >= p.new_scheme_min_households) & np.isfinite(streams.grid.values))
    cell_x, cell_y = xy(streams.grid, rows, cols)
    height = streams.grid.values[rows, cols].astype(float)
    able = np.minimum(households[rows, cols].astype(float), p.new_scheme_max_households)
    chosen = _sources_above(
        village_x, village_y, sample(elevation, village_x, village_y), uncovered, cell_x, cell_y, height, able, p
    )
    design = able[chosen]
    sources = Sources(
        x=cell_x[chosen],
        y=cell_y[chosen],
        head_m=height[chosen],
        reach_km=np.full(len(chosen), p.reach_km),
        loss_m_per_km=main_loss_m_per_km(design, household_size, p),
    )
    pairs = villages_in_reach(sources, village_x, village_y, elevation, residual_head_m=p.residual_head_m)
    pairs = pairs[uncovered[pairs["village"]] >= 1.0].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "kind": "new",
            "scheme": -1,
            "capacity_households": design,
            "x": sources.x,
            "y": sources.y,
            "source_elevation_m": sources.head_m,
        }
    )
    return Candidates(table, pairs)


def _sources_above(
    village_x: FloatArray,
    village_y: FloatArray,
    village_h: FloatArray,
    uncovered: FloatArray,
    x: FloatArray,
    y: FloatArray,
    height: FloatArray,
    able: FloatArray,
    p: WaterParameters,
) -> IntArray:
    """Nearest fitting stream cells of each uncovered village, the villages with most people first."""
    radius_m = p.reach_km * 1000.0
    cells = cKDTree(np.column_stack([x, y]))
    taken: list[int] = []
    free = np.ones(len(x), dtype=bool)
    for village in np.lexsort((village_y, village_x, -uncovered)):
        if uncovered[village] < p.new_scheme_min_households:
            break
        near = np.array(
            sorted(cells.query_ball_point([village_x[village], village_y[village]], radius_m)), dtype=np.int64
        )
        rise = height[near] - village_h[village]
        enough = min(float(uncovered[village]), p.new_scheme_max_households, SMALL_HOUSEHOLDS)
        fits = free[near] & (rise >= 2 * p.residual_head_m) & (rise <= 3 * p.pressure_zone_m) & (able[near] >= enough)
        near = near[fits]
        if len(near):
            chosen = int(near[np.argmin(np.hypot(x[near] - village_x[village], y[near] - village_y[village]))])
            taken.append(chosen)
            free[cells.query_ball_point([x[chosen], y[chosen]], SOURCE_SPACING_M)] = False
    return np.array(taken, dtype=np.int64)


def join(first: Candidates, second: Candidates) -> Candidates:
    """Put two lists of candidates together; the second's rows come after the first's."""
    shifted = second.pairs.assign(source=second.pairs["source"] + len(first.table))
    return Candidates(
        pd.concat([first.table, second.table], ignore_index=True), pd.concat([first.pairs, shifted], ignore_index=True)
    )


def works_cost_mvnd(
    kind: ObjectArray,
    households: FloatArray,
    main_km: FloatArray,
    head_m: FloatArray,
    p: WaterParameters,
) -> FloatArray:
    """Cost of works [million VND]: repair by household; new and extended by household (cheaper when larger), main beyond 1 km, tanks."""
    per_household = np.interp(
        households,
        [SMALL_HOUSEHOLDS, LARGE_HOUSEHOLDS],
        [p.small_scheme_mvnd_per_household, p.large_scheme_mvnd_per_household],
    )
    tanks = break_tanks(head_m, zone_m=p.pressure_zone_m) * p.break_tank_mvnd
    built = households * per_household + np.maximum(main_km - 1.0, 0.0) * p.main_mvnd_per_km + tanks
    return np.asarray(np.where(kind == "repair", households * p.repair_mvnd_per_household, built), dtype=np.float64)


def candidate_costs_mvnd(candidates: Candidates, uncovered: FloatArray, p: WaterParameters) -> FloatArray:
    """Cost of each candidate at the size that it would be built for."""
    table, pairs = candidates.table, candidates.pairs
    reached = np.bincount(pairs["source"], weights=uncovered[pairs["village"]], minlength=len(table))
    households = np.minimum(table["capacity_households"].to_numpy(), reached)
    nearest = pairs.groupby("source")["main_km"].min().reindex(range(len(table)), fill_value=0.0).to_numpy()
    head = pairs.groupby("source")["head_m"].max().reindex(range(len(table)), fill_value=0.0).to_numpy()
    return works_cost_mvnd(table["kind"].to_numpy(), households, nearest, head, p)


def choose(
    candidates: Candidates,
    uncovered: FloatArray,
    people: FloatArray,
    *,
    works_max: int | None,
    cost_mvnd: FloatArray,
    budget_mvnd: float | None,
    parameters: WaterParameters,
) -> Choice:
    """Choose the works that bring most people to the standard: capacitated maximal coverage with a proven bound.

    Parameters
    ----------
    candidates
        Works and the villages that each reaches.
    uncovered, people
        (villages,) households and people without water to standard.
    works_max, budget_mvnd
        Most works, most money; None = no limit.
    cost_mvnd
        (candidates,) cost of each.

    Notes
    -----
    Where no candidate can serve anybody, or none may be built, the empty choice is the best one: cost and bound are all people.
    """
    pairs, table = candidates.pairs, candidates.table
    supply = table["capacity_households"].to_numpy(dtype=float)
    useful = supply[pairs["source"]] * uncovered[pairs["village"]] * people[pairs["village"]]
    if works_max == 0 or not (useful > 0).any():
        return _nothing(candidates, people, gap=parameters.gap)
    covers = csr_array(
        (np.ones(len(pairs), dtype=bool), (pairs["village"], pairs["source"])), shape=(len(uncovered), len(table))
    )
    solution = maximal_coverage(
        covers,
        works_max,
        weight=people,
        demand=uncovered,
        capacity=supply,
        site_cost=cost_mvnd,
        budget=budget_mvnd,
        divisible=True,
        gap=parameters.gap,
        time_limit_s=parameters.time_limit_s,
    )
    return Choice(rows=solution.sites, served=_served(candidates, solution.sites, uncovered), solution=solution)


def _nothing(candidates: Candidates, people: FloatArray, *, gap: float) -> Choice:
    """The choice of no work, proven best because none can bring anything."""
    sites, missed = np.zeros(0, dtype=np.int64), float(people.sum())
    found = Found(
        sites=sites,
        assignment=np.full(len(people), -1, dtype=np.int64),
        cost=missed,
        lower_bound=missed,
        share=np.zeros(len(people)),
    )
    return Choice(rows=sites, served=_served(candidates, sites, people), solution=certified(found, gap=gap))


def _served(candidates: Candidates, rows: IntArray, uncovered: FloatArray) -> pd.DataFrame:
    """Households of each village that each chosen work serves."""
    pairs = candidates.pairs[candidates.pairs["source"].isin(rows)].reset_index(drop=True)
    supply = candidates.table["capacity_households"].to_numpy()
    served = allocate(pairs, supply, uncovered)
    return pairs.assign(households=served)[served > 1e-6].reset_index(drop=True)
