"""The water question from layers to ranked lists, as a list of steps."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.columns import Column
from infragap.analyses.water import columns
from infragap.analyses.water.coverage import Service, allocate, household_size, scheme_service, village_levels
from infragap.analyses.water.hydraulics import break_tanks
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.provenance import (
    commune_provenance,
    scheme_provenance,
    village_provenance,
    work_provenance,
)
from infragap.analyses.water.ranking import commune_table, main_level, with_rates, work_reason
from infragap.analyses.water.reach import villages_in_reach
from infragap.analyses.water.result import WaterResult
from infragap.analyses.water.siting import (
    Candidates,
    Choice,
    candidate_costs_mvnd,
    choose,
    existing_candidates,
    join,
    new_candidates,
    works_cost_mvnd,
)
from infragap.gis.crs import to_wgs84
from infragap.gis.pack import Pack


@dataclass(frozen=True)
class Today:
    """Who is served today: service of the schemes, villages in their reach, households over each pair, people by level."""

    service: Service
    pairs: pd.DataFrame
    served: FloatArray
    people: pd.DataFrame


def plan_water(
    pack: Pack, parameters: WaterParameters, *, progress: Callable[[str], None] | None = None
) -> WaterResult:
    """Find who lacks water to standard, and which works bring most people to it.

    Parameters
    ----------
    pack
        Villages, communes, water_schemes, water_households, elevation, runoff.
    parameters
        Demand, hydraulics, costs, limits.
    progress
        Receives the name of each part.

    Raises
    ------
    MissingDataError
        A layer is not in the pack.
    """
    tell = progress or (lambda part: None)
    tell("coverage today")
    today = coverage_today(pack.villages, pack.water_schemes, pack.water_households, pack, parameters)
    households = pack.villages["households"].to_numpy(dtype=float)
    population = pack.villages["population"].to_numpy(dtype=float)
    rural = _is_rural(pack)
    lacking = np.where(rural, np.maximum(population - today.people["people_to_standard"].to_numpy(), 0.0), 0.0)
    uncovered = np.divide(lacking * households, population, out=np.zeros(len(households)), where=population > 0)

    tell("candidate works")
    candidates = join(
        existing_candidates(pack.water_schemes, today.service, today.pairs, uncovered),
        new_candidates(
            pack.villages.geometry.x.to_numpy(),
            pack.villages.geometry.y.to_numpy(),
            uncovered,
            pack.elevation,
            pack.runoff,
            household_size=household_size(pack.villages),
            parameters=parameters,
        ),
    )
    cost = candidate_costs_mvnd(candidates, uncovered, parameters)

    tell("choice of works")
    choice = choose(
        candidates,
        uncovered,
        lacking,
        works_max=parameters.works_max,
        cost_mvnd=cost,
        budget_mvnd=parameters.budget_mvnd,
        parameters=parameters,
    )
    works = _works(pack, candidates, choice, lacking, uncovered, parameters)

    tell("tables")
    villages = _villages(pack, today, candidates, choice, works, lacking, uncovered)
    communes = commune_table(villages, pack.communes, works, poverty_weight=parameters.poverty_weight)
    communes["provenance"] = commune_provenance(pack, communes["commune_code"], villages)
    siting = _siting(candidates, choice, works, lacking, uncovered, cost, villages, parameters)
    return WaterResult(
        villages=_shaped(villages, columns.VILLAGES),
        communes=communes[[c.name for c in columns.COMMUNES]],
        works=_shaped(works, columns.WORKS),
        schemes=_shaped(_schemes(pack, today), columns.SCHEMES),
        siting=siting,
        summary=_summary(pack, villages, siting, today),
    )


def coverage_today(
    villages: gpd.GeoDataFrame, schemes: gpd.GeoDataFrame, works: pd.DataFrame, pack: Any, parameters: WaterParameters
) -> Today:
    """Serve villages from the schemes within reach, and split their people by level.

    Parameters
    ----------
    villages, schemes, works
        Layers `villages`, `water_schemes`, `water_households`.
    pack
        Anything with `elevation`.
    """
    households = villages["households"].to_numpy(dtype=float)
    size = household_size(villages)
    service = scheme_service(
        schemes,
        schemes.geometry.x.to_numpy(),
        schemes.geometry.y.to_numpy(),
        pack.elevation,
        household_size=size,
        parameters=parameters,
    )
    pairs = villages_in_reach(
        service.sources,
        villages.geometry.x.to_numpy(),
        villages.geometry.y.to_numpy(),
        pack.elevation,
        residual_head_m=parameters.residual_head_m,
    )
    served = allocate(pairs, service.households, households)
    standard = schemes["meets_standard"].to_numpy(dtype=bool)[pairs["source"]]
    to_standard, piped = np.zeros(len(villages)), np.zeros(len(villages))
    np.add.at(to_standard, pairs["village"], served * standard)
    np.add.at(piped, pairs["village"], served * ~standard)
    return Today(service, pairs, served, village_levels(villages, works, to_standard, piped))


def _is_rural(pack: Pack) -> BoolArray:
    kind = pack.communes.set_index("commune_code")["kind"]
    return np.asarray(pack.villages["commune_code"].map(kind) == "xã")


def _works(
    pack: Pack,
    candidates: Candidates,
    choice: Choice,
    lacking: FloatArray,
    uncovered: FloatArray,
    p: WaterParameters,
) -> gpd.GeoDataFrame:
    """One row per chosen work that serves somebody, most people per million VND first."""
    served = choice.served
    size = np.divide(lacking, uncovered, out=np.zeros(len(lacking)), where=uncovered > 0)
    served = served.assign(people=served["households"] * size[served["village"]])
    grouped = served.groupby("source").agg(
        households_gained=("households", "sum"),
        people_gained=("people", "sum"),
        villages=("village", "nunique"),
        main_km=("main_km", "max"),
        static_head_m=("head_m", "max"),
    )
    first = (
        served.sort_values(["source", "households", "village"], ascending=[True, False, True])
        .drop_duplicates("source")
        .set_index("source")["village"]
    )
    table = candidates.table.loc[grouped.index].join(grouped)
    at = first.loc[grouped.index].to_numpy()
    home = pack.villages.iloc[at]
    existing = table["scheme"].to_numpy() >= 0
    scheme = pack.water_schemes.iloc[np.where(existing, table["scheme"].to_numpy(), 0)]
    nearest = served.groupby("source")["main_km"].min().loc[grouped.index].to_numpy()
    table["cost_mvnd"] = works_cost_mvnd(
        table["kind"].to_numpy(), table["households_gained"].to_numpy(), nearest, table["static_head_m"].to_numpy(), p
    )
    table["cost_per_person_mvnd"] = table["cost_mvnd"] / table["people_gained"]
    table["break_tanks"] = break_tanks(table["static_head_m"], zone_m=p.pressure_zone_m)
    table["name"] = np.where(existing, scheme["name"], "Công trình mới cho " + home["name"].to_numpy())
    table["scheme_id"] = scheme["scheme_id"].where(existing, None).to_numpy()
    table["commune_code"] = np.where(existing, scheme["commune_code"], home["commune_code"])
    table["commune"] = table["commune_code"].map(pack.communes.set_index("commune_code")["name"])
    table["in_plan_2026_2030"] = existing & scheme["in_plan_2026_2030"].to_numpy(dtype=bool)
    table["provenance"] = work_provenance(pack, served, table["scheme"])
    table["source_row"] = grouped.index.to_numpy()
    order = np.lexsort((table["source_row"], table["cost_per_person_mvnd"]))
    table = table.iloc[order].reset_index(drop=True)
    table["rank"] = np.arange(1, len(table) + 1)
    table["work_id"] = [f"N{i:03d}" for i in table["rank"]]
    table["reason_vi"] = [work_reason(row) for row in table.to_dict("records")]
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["x"], table["y"]), crs=pack.crs_measure)


def _villages(
    pack: Pack,
    today: Today,
    candidates: Candidates,
    choice: Choice,
    works: pd.DataFrame,
    lacking: FloatArray,
    uncovered: FloatArray,
) -> gpd.GeoDataFrame:
    table = pack.villages[["village_id", "name", "commune_code", "households", "population", "geometry"]].copy()
    table = table.join(today.people)
    table["provenance"] = village_provenance(pack)
    table["commune"] = table["commune_code"].map(pack.communes.set_index("commune_code")["name"])
    table["is_rural"] = _is_rural(pack)
    table = with_rates(table)
    table["level"] = main_level(today.people)
    main = (
        today.pairs.assign(served=today.served)
        .query("served > 0.5")
        .sort_values("served", kind="stable")
        .drop_duplicates("village", keep="last")
    )
    table["scheme"] = pd.Series(
        pack.water_schemes["name"].to_numpy()[main["source"]], index=main["village"].to_numpy(), dtype=object
    ).reindex(table.index)
    near = pd.concat([today.pairs, candidates.pairs]).groupby("village")["main_km"].min()
    table["nearest_source_km"] = near.reindex(table.index)
    table["people_without_standard"] = lacking
    size = np.divide(lacking, uncovered, out=np.zeros(len(lacking)), where=uncovered > 0)
    gained = choice.served.groupby("village")["households"].sum().reindex(table.index, fill_value=0.0)
    table["people_gained"] = gained.to_numpy() * size
    ids = works.set_index("source_row")["work_id"]
    best = choice.served.sort_values("households", kind="stable").drop_duplicates("village", keep="last")
    table["work_id"] = pd.Series(
        ids.loc[best["source"]].to_numpy(), index=best["village"].to_numpy(), dtype=object
    ).reindex(table.index)
    return table


def _schemes(pack: Pack, today: Today) -> gpd.GeoDataFrame:
    schemes = pack.water_schemes
    served = np.bincount(today.pairs["source"], weights=today.served, minlength=len(schemes))
    in_reach = np.bincount(today.pairs["source"], minlength=len(schemes))
    return schemes.assign(
        commune=schemes["commune_code"].map(pack.communes.set_index("commune_code")["name"]),
        households_registered=schemes["households_served"],
        households_served=served,
        villages_in_reach=in_reach,
        provenance=scheme_provenance(pack),
    )


def _siting(
    candidates: Candidates,
    choice: Choice,
    works: pd.DataFrame,
    lacking: FloatArray,
    uncovered: FloatArray,
    cost: FloatArray,
    villages: pd.DataFrame,
    p: WaterParameters,
) -> dict[str, Any]:
    solution = choice.solution
    rural = villages["is_rural"].to_numpy()
    people = float(villages.loc[rural, "population"].sum())
    standard = people - float(lacking.sum())
    gained = float(works["people_gained"].sum())
    return {
        "objective": "rural people left without water to standard",
        "cost": round(solution.cost, 1),
        "lower_bound": round(solution.lower_bound, 1),
        "candidates": len(candidates.table),
        "works": len(works),
        "people_gained": round(gained, 1),
        "people_gained_upper_bound": round(float(lacking.sum()) - solution.lower_bound, 1),
        "gap": solution.gap,
        "status": solution.status,
        "bound_covers": "the listed candidates at their stated capacities and reach",
        "cost_mvnd": round(float(works["cost_mvnd"].sum()), 1),
        "to_standard_now_pct": _share_pct(standard, people),
        "to_standard_after_pct": _share_pct(standard + gained, people),
        "target_pct": p.target_pct,
        **_target(candidates, lacking, uncovered, cost, people, standard, p),
    }


def _target(
    candidates: Candidates,
    lacking: FloatArray,
    uncovered: FloatArray,
    cost: FloatArray,
    people: float,
    standard: float,
    p: WaterParameters,
) -> dict[str, Any]:
    """What the target would take: candidates in order of people per million VND, until it is met; an estimate without a bound."""
    wanted = people * p.target_pct / 100 - standard
    if wanted <= 0:
        return {"target_works": 0, "target_cost_mvnd": 0.0, "target_reached_pct": _share_pct(standard, people)}
    rest = uncovered.copy()
    size = np.divide(lacking, uncovered, out=np.zeros(len(lacking)), where=uncovered > 0)
    capacity = candidates.table["capacity_households"].to_numpy(dtype=float)
    pairs = candidates.pairs.sort_values(["source", "main_km", "village"])
    starts = np.searchsorted(pairs["source"], np.arange(len(cost) + 1))
    villages = [pairs["village"].to_numpy()[a:b] for a, b in itertools.pairwise(starts)]
    first_gain = np.array([_taken(rest[v], c) @ size[v] for v, c in zip(villages, capacity, strict=True)])
    gained = spent = 0.0
    works = 0
    for i in np.lexsort((np.arange(len(cost)), -first_gain / np.maximum(cost, 1e-9))):
        taken = _taken(rest[villages[i]], capacity[i])
        new_people = float(taken @ size[villages[i]])
        if new_people <= 0:
            continue
        rest[villages[i]] -= taken
        gained, spent, works = gained + new_people, spent + float(cost[i]), works + 1
        if gained >= wanted:
            break
    return {
        "target_works": works,
        "target_cost_mvnd": round(spent, 1),
        "target_reached_pct": _share_pct(standard + gained, people),
    }


def _taken(waiting: FloatArray, capacity: float) -> FloatArray:
    """Households that one work takes of each village, in the order given (nearest first)."""
    before = np.cumsum(waiting) - waiting
    return np.asarray(np.clip(capacity - before, 0.0, waiting))


def _summary(pack: Pack, villages: pd.DataFrame, siting: dict[str, Any], today: Today) -> dict[str, Any]:
    rural = villages[villages["is_rural"]]
    people = float(rural["population"].sum())
    unplaced = float(today.service.households.sum() - today.served.sum())
    return {
        "rural_people": round(people),
        "to_standard_pct": siting["to_standard_now_pct"],
        "basic_pct": _share_pct(people - float(rural["people_none"].sum()), people),
        "people_without_standard": round(
            people - float((rural["people_piped_to_standard"] + rural["people_own_source_to_standard"]).sum())
        ),
        "schemes": len(pack.water_schemes),
        "schemes_not_working": int((pack.water_schemes["functionality"] == "not_working").sum()),
        "households_piped": round(float(today.served.sum())),
        "households_registered_but_no_village_in_reach": round(unplaced),
        "to_standard_after_works_pct": siting["to_standard_after_pct"],
    }


def _share_pct(part: float, people: float) -> float:
    """Percent of the rural people; 0 where there are none, as `rural_people` beside it says."""
    return round(100 * part / people, 2) if people > 0 else 0.0


def _shaped(frame: gpd.GeoDataFrame, wanted: tuple[Column, ...]) -> gpd.GeoDataFrame:
    """Columns of the table in their order, with WGS84 coordinates of the points."""
    degrees = to_wgs84(frame).geometry
    placed = frame.assign(longitude=degrees.x.round(6), latitude=degrees.y.round(6))
    return placed[[*(c.name for c in wanted), "geometry"]].reset_index(drop=True)
