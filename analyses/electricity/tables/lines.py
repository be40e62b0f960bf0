"""The table of planned lines: one row per branch with length, cost, load, forest and the existing line that it hangs
on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.analyses.arrays import IntArray
from infragap.analyses.columns import in_order
from infragap.analyses.electricity.assumptions.builds import line_type
from infragap.analyses.electricity.columns import LINES
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.feeders.remedies import Remedies
from infragap.analyses.electricity.feeders.voltage import Check
from infragap.analyses.electricity.least_cost.outcome import Outcome
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.taps import branch_feeder
from infragap.analyses.electricity.needs import LAYERS
from infragap.analyses.electricity.routing.cost_surface import LineSurface
from infragap.analyses.electricity.routing.line_components import (
    COMPONENTS,
    FOREST_KM,
    any_forest_km,
    standing_km,
)
from infragap.analyses.electricity.tables.remedies import remedy_texts
from infragap.analyses.electricity.years.schedule import Schedule, calendar_year
from infragap.analyses.provenance import provenance_of
from infragap.gis.crs import to_wgs84

if TYPE_CHECKING:
    pass


def branch_ids(count: int) -> list[str]:
    """Identifiers of branches, upstream first."""
    width = max(4, len(str(count)))
    return [f"L{number:0{width}d}" for number in range(1, count + 1)]


def branch_geometry(
    outcome: Outcome, surface: LineSurface, existing: gpd.GeoDataFrame, row: IntArray
) -> list[shapely.LineString]:
    """Course of each branch through cell centres, from its upper to its lower end, in the measuring CRS; at a tap it
    begins on the line.

    Parameters
    ----------
    outcome, surface
        The plan and its raster.
    existing
        Layer `grid_lines`.
    row
        (branches,) line that each hangs on.
    """
    shapes, lines = [], existing.geometry.to_numpy()
    for branch, cells in enumerate(outcome.branches.cells):
        points = surface.course(cells)
        if outcome.branches.parent[branch] < 0:
            line = lines[row[branch]]
            tap = line.interpolate(line.project(shapely.Point(points[0])))
            if tap.distance(shapely.Point(points[0])) > 0:
                points = np.concatenate([[[tap.x, tap.y]], points])
        shapes.append(shapely.LineString(points))
    return shapes


def lines_table(plan: Plan, check: Check, remedies: Remedies, schedule: Schedule) -> gpd.GeoDataFrame:
    """Assemble the table of lines: course, cost, load, forest, year, voltage and what helps."""
    study, outcome, parameters = plan.study, plan.outcome, plan.parameters
    branches, settlements, sizes = outcome.branches, study.inputs.settlements, outcome.sizes
    ids = branch_ids(len(branches))
    households = study.settlements.households
    end = _end_settlement(outcome, study.settlements.id_rank)
    row = branch_feeder(branches, study)
    existing = study.grid.lines
    line_id = existing["line_id"].astype(str).to_numpy()
    ids_of, names_of = (settlements[name].to_numpy() for name in ("settlement_id", "name"))
    components = {name: branches.components[:, k] for k, name in enumerate(COMPONENTS)}
    geometry = gpd.GeoSeries(branch_geometry(outcome, study.surface, existing, row), crs=settlements.crs)
    exposures = study.surface.law.exposures(list(geometry))
    permit = np.array([each.outside_km > 0 for each in exposures], dtype=bool) & (parameters.forest_rule != "ignore")
    ends = gpd.GeoDataFrame(
        geometry=gpd.GeoSeries([line.interpolate(1, normalized=True) for line in geometry], crs=geometry.crs)
    )
    taps = gpd.GeoDataFrame(
        geometry=gpd.GeoSeries([geometry.iloc[top].interpolate(0) for top in branches.tap()], crs=geometry.crs)
    )
    end_wgs84, tap_wgs84 = to_wgs84(ends).geometry, to_wgs84(taps).geometry
    commune = _commune_of(ends, study.inputs.communes)
    below = branches.below(households)
    provenance = provenance_of(study.inputs.catalog, LAYERS, pd.Series(["official"] * len(branches), dtype=object))
    table = {
        "line_id": ids,
        "upstream_line_id": [ids[above] if above >= 0 else "" for above in branches.parent],
        "to_settlement_id": [str(ids_of[k]) if k >= 0 else "" for k in end],
        "to_name": [str(names_of[k]) if k >= 0 else "" for k in end],
        "feeder": existing["feeder"].fillna("").to_numpy()[row],
        "substation_id": existing["substation_id"].fillna("").to_numpy()[row],
        "tap_line_id": existing["line_id"].to_numpy()[row],
        "tap_longitude": tap_wgs84.x.round(6).to_numpy(),
        "tap_latitude": tap_wgs84.y.round(6).to_numpy(),
        "voltage_kv": existing["voltage_kv"].to_numpy()[row],
        "length_km": branches.length_km,
        "not_energised_km": standing_km(branches.components),
        "not_energised_lines": [
            ", ".join(sorted(line_id[study.surface.standing_rows(cells)])) for cells in branches.cells
        ],
        "investment_mvnd": outcome.branch_investment_mvnd,
        "life_cycle_mvnd": outcome.branch_mvnd,
        "settlements_below": branches.below(np.ones(len(households))).astype(np.int64),
        "households_below": below.astype(np.int64),
        "load_kw": branches.below(design_load_kw(study.settlements, parameters)),
        **{name: components[name] for name in FOREST_KM},
        "forest_ha": any_forest_km(branches.components) * parameters.right_of_way_m / 10,
        "forest_exempt_km": [each.road_km + each.clearing_km for each in exposures],
        "forest_road_km": [each.road_km for each in exposures],
        "forest_clearing_km": [each.clearing_km for each in exposures],
        "forest_outside_km": [each.outside_km for each in exposures],
        "forest_permit": permit,
        "forest_delay_months": np.where(permit, parameters.forest_delay_months, 0.0),
        "river_crossing_mvnd": components["crossings"] * parameters.river_crossing_mvnd,
        "year": calendar_year(schedule.branch_year, parameters),
        "line_type": line_types(plan),
        "conductor": [build.conductor for build in sizes.build],
        "conductor_extra_mvnd": sizes.investment_mvnd - sizes.least_mvnd,
        "voltage_drop_pct": check.drop_pct,
        "added_drop_pct": check.added_pct,
        "tap_drop_pct": check.tap_today_pct,
        "loading_pct": check.loading_pct,
        "voltage_status": check.status,
        "voltage_basis": check.basis,
        "remedy_vi": remedy_texts(plan, remedies, "vi"),
        "remedy_en": remedy_texts(plan, remedies, "en"),
        "remedy_mvnd": remedies.mvnd,
        "commune_code": commune["commune_code"].to_numpy(),
        "commune": commune["name"].to_numpy(),
        "provenance": provenance,
        "longitude": end_wgs84.x.round(6).to_numpy(),
        "latitude": end_wgs84.y.round(6).to_numpy(),
    }
    return in_order(gpd.GeoDataFrame(table, geometry=geometry.to_numpy(), crs=geometry.crs), LINES)


def line_types(plan: Plan) -> list[str]:
    """Type of each planned line, by its wires and the level of its tap."""
    p, sizes = plan.parameters, plan.outcome.sizes
    return [
        line_type(p, wires=build.wires, upper=bool(upper)).name
        for build, upper in zip(sizes.build, sizes.upper, strict=True)
    ]


def _end_settlement(outcome: Outcome, id_rank: IntArray) -> IntArray:
    """Settlement at the lower end of each branch (of several on one spot the first identifier), -1 at a fork."""
    end = np.full(len(outcome.branches), -1, dtype=np.int64)
    served = np.flatnonzero(outcome.branches.branch_of >= 0)
    for settlement in served[np.argsort(-id_rank[served])]:
        end[outcome.branches.branch_of[settlement]] = settlement
    return end


def _commune_of(points: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Commune of each point: the one that holds it, otherwise the nearest."""
    if len(points) == 0:
        return pd.DataFrame({"commune_code": pd.Series(dtype=object), "name": pd.Series(dtype=object)})
    index = communes.sindex
    nearest = index.nearest(points.geometry, return_all=False)[1]
    return pd.DataFrame(communes.iloc[nearest][["commune_code", "name"]].reset_index(drop=True))
