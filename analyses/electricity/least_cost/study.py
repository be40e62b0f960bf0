"""What a plan is made from: existing grid, surface, routes, candidate network, settlements and resources of one
pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.electricity.demand.other_loads import read_other_loads
from infragap.analyses.electricity.demand.settlements import Settlements, read_settlements
from infragap.analyses.electricity.low_voltage.works import Stations, read_stations
from infragap.analyses.electricity.offgrid.compare import Resources, read_resources
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.candidates import begun_search, candidate_network
from infragap.analyses.electricity.routing.cost_surface import LineSurface
from infragap.analyses.electricity.routing.existing_grid import ExistingGrid, existing_grid
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.analyses.electricity.routing.routes import Routes, on_line_cells, settlement_cells, with_lawful_routes
from infragap.analyses.electricity.routing.surface_of_pack import build_surface
from infragap.analyses.memory import give_back_memory
from infragap.analyses.reuse import content_of, remembered
from infragap.analyses.together import both, in_turn
from infragap.gis.catalog import Catalog
from infragap.gis.errors import NoSolutionError, ParameterError

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


MOST_CELLS_BESIDE = 10_000_000
"""On larger rasters streams and lines are looked for one after the other: together they would take a gigabyte more."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """What weights and tables need of the layers.

    Attributes
    ----------
    settlements, communes
        The layers, rows numbered from 0; settlements in the order of all arrays over them.
    catalog
        What each layer rests on.
    """

    settlements: gpd.GeoDataFrame
    communes: gpd.GeoDataFrame
    catalog: Catalog

    @property
    def identifiers(self) -> ObjectArray:
        """(n,) settlement_id."""
        return np.asarray(self.settlements["settlement_id"].astype(str).to_numpy(), dtype=object)

    @property
    def targets(self) -> Mapping[str, Any]:
        """Targets of the catalogue."""
        return self.catalog.targets


@dataclass(frozen=True, eq=False)
class Study:
    """Everything that does not depend on prices alone.

    Attributes
    ----------
    inputs
        Of the layers, for weights and tables.
    grid
        The grid as it stands today.
    surface, routes, network
        Where lines could run.
    settlements, resources
        The settlements, and sun and water around them.
    stations
        Distribution stations that stand already.
    forced, forbidden
        (n,) settlements that the user wants on or off the grid.
    without_standing
        The lines of a like study without those that stand but were never switched on; None where no such line can be
        used.
    """

    inputs: Inputs
    grid: ExistingGrid
    surface: LineSurface
    routes: Routes
    network: CandidateNetwork
    settlements: Settlements
    resources: Resources
    stations: Stations
    forced: BoolArray
    forbidden: BoolArray
    without_standing: Layout | None = None


@dataclass(frozen=True, eq=False)
class Layout:
    """Where lines could run: surface, own ways and candidate network."""

    surface: LineSurface
    routes: Routes
    network: CandidateNetwork


def lay_out(surface: LineSurface, cell: IntArray, parameters: ElectricityParameters) -> Layout:
    """Find own ways and candidate network on a surface."""
    (walled, routes), begun = both(
        lambda: with_lawful_routes(surface, cell, parameters), lambda: begun_search(surface, cell, parameters)
    )
    return Layout(walled, routes, candidate_network(walled, routes, parameters, begun=begun))


def prepare(pack: Pack, parameters: ElectricityParameters) -> Study:
    """Build surface, routes and candidate network, and read sun and water; nothing after it sees the pack.

    Raises
    ------
    ParameterError
        A named settlement does not exist.
    NoSolutionError
        One that must get the grid cannot be reached.
    """
    surface = remembered("surface", lambda p: build_surface(pack, p), parameters, (pack,))
    layer = pack.settlements.reset_index(drop=True)
    grid_layers = (pack.grid_lines, pack.substations)
    grid = remembered("grid", lambda p: existing_grid(*grid_layers, p), parameters, grid_layers)
    cell = settlement_cells(surface, layer.geometry.x.to_numpy(), layer.geometry.y.to_numpy())
    cell = on_line_cells(surface, cell, layer, grid.lines)
    known = np.maximum(cell, 0)
    settlements = read_settlements(
        layer,
        pack.communes,
        roughness=surface.roughness.ravel()[known].astype(np.float64),
        at_lower_kv=surface.at_lower_kv.ravel()[known],
    )
    beside = both if surface.passable.size <= MOST_CELLS_BESIDE else in_turn
    if beside is in_turn:
        give_back_memory()
    where = (surface, content_of(cell))

    def layouts() -> tuple[Layout, Layout | None]:
        with_all = partial(remembered, "layout", lambda p: lay_out(surface, cell, p), parameters, where)
        if not surface.has_standing:
            return with_all(), None
        name = "layout without standing lines"
        plain = surface.alike(standing_line=np.broadcast_to(np.int32(-1), surface.passable.shape))
        return beside(with_all, lambda: remembered(name, lambda p: lay_out(plain, cell, p), parameters, where))

    read = partial(read_resources, pack, settlements, parameters)
    if beside is both:
        (layout, without), resources = both(layouts, read)
    else:
        resources, (layout, without) = in_turn(read, layouts)
    routes = layout.routes
    settlements = replace(
        settlements,
        other=read_other_loads(layer, parameters),
        outage_hours=_outage_hours(grid.lines, routes.line),
    )
    # the same object for the same pack: steps that depend on them are taken over by that
    inputs = remembered(
        "inputs",
        lambda _: Inputs(settlements=layer, communes=pack.communes.reset_index(drop=True), catalog=pack.catalog),
        parameters,
        (pack,),
    )
    forced = _named(inputs.identifiers, parameters.forced_grid, "forced_grid")
    cut_off = inputs.identifiers[forced & ~routes.reachable]
    if len(cut_off):
        raise NoSolutionError(
            f"forced_grid: no line can reach {', '.join(cut_off)} under forest_rule = '{parameters.forest_rule}'. "
            "Take them from the list, or set forest_rule = 'price'."
        )
    return Study(
        inputs=inputs,
        grid=grid,
        surface=layout.surface,
        routes=routes,
        network=layout.network,
        settlements=settlements,
        resources=resources,
        stations=read_stations(pack.stations if pack.has("stations") else None),
        forced=forced,
        forbidden=_named(inputs.identifiers, parameters.forbidden_grid, "forbidden_grid"),
        without_standing=without,
    )


def _outage_hours(lines: gpd.GeoDataFrame, nearest: IntArray) -> FloatArray | None:
    """Hours a year in which the feeder that each settlement would hang on is down, (n,); NaN where it is not known."""
    if "outage_hours_per_year" not in lines:
        return None
    hours = lines["outage_hours_per_year"].to_numpy(dtype=np.float64)
    return np.where(nearest >= 0, hours[np.maximum(nearest, 0)], np.nan)


def _named(ids: ObjectArray, wanted: tuple[str, ...], parameter: str) -> BoolArray:
    unknown = sorted(set(wanted) - set(ids))
    if unknown:
        raise ParameterError(
            f"{parameter}: {', '.join(unknown)} not in the layer settlements. Use settlement_id as in its table."
        )
    return np.isin(ids, wanted)
