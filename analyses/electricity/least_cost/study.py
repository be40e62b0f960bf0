"""What a plan is made from: surface, routes, candidate network, local works and off-grid options, for one pack and one set of parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from infragap.analyses.arrays import BoolArray, ObjectArray
from infragap.analyses.electricity.demand.local_works import GridWorks, grid_works
from infragap.analyses.electricity.demand.settlements import Places, read_places
from infragap.analyses.electricity.least_cost.choice import Choice, Question, ask, choose
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.offgrid.compare import OffGrid, Resources, compare_offgrid, read_resources
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.candidates import candidate_network, enriched_network
from infragap.analyses.electricity.routing.cost_surface import LineSurface, build_surface
from infragap.analyses.electricity.routing.network import Network
from infragap.analyses.electricity.routing.routes import Routes, on_line_cells, own_routes, settlement_cells
from infragap.gis.errors import NoSolutionError, ParameterError

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


WORTHWHILE = 1e-5
"""A junction round that saves less of the plan's cost than this is the last."""


@dataclass(frozen=True, eq=False)
class Study:
    """Everything that does not depend on prices alone.

    Attributes
    ----------
    surface, routes, network
        Where lines could run.
    places, resources
        The settlements, and sun and water around them.
    forced, forbidden
        (n,) settlements that the user wants on or off the grid.
    """

    surface: LineSurface
    routes: Routes
    network: Network
    places: Places
    resources: Resources
    forced: BoolArray
    forbidden: BoolArray


@dataclass(frozen=True, eq=False)
class Priced:
    """Costs of a study at one set of prices, and the question that they pose."""

    works: GridWorks
    offgrid: OffGrid
    question: Question


def prepare(pack: Pack, parameters: ElectricityParameters) -> Study:
    """Build surface, routes and candidate network, and read sun and water.

    Raises
    ------
    ParameterError
        A named settlement does not exist.
    NoSolutionError
        One that must get the grid cannot be reached.
    """
    surface = build_surface(pack, parameters)
    settlements = pack.settlements
    cell = settlement_cells(surface, settlements.geometry.x.to_numpy(), settlements.geometry.y.to_numpy())
    cell = on_line_cells(surface, cell, settlements, pack.grid_lines)
    known = np.maximum(cell, 0)
    places = read_places(
        settlements,
        pack.communes,
        roughness=surface.roughness.ravel()[known].astype(np.float64),
        at_22_kv=surface.at_22_kv.ravel()[known],
    )
    routes = own_routes(surface, cell, parameters)
    ids = settlements["settlement_id"].astype(str).to_numpy()
    forced = _named(ids, parameters.forced_grid, "forced_grid")
    cut_off = ids[forced & ~routes.reachable]
    if len(cut_off):
        raise NoSolutionError(
            f"forced_grid: no line can reach {', '.join(cut_off)} under forest_rule = '{parameters.forest_rule}'. Take them from the list, or set "
            "forest_rule = 'price'."
        )
    return Study(
        surface=surface,
        routes=routes,
        network=candidate_network(surface, routes, parameters),
        places=places,
        resources=read_resources(pack, places, parameters),
        forced=forced,
        forbidden=_named(ids, parameters.forbidden_grid, "forbidden_grid"),
    )


def price(study: Study, parameters: ElectricityParameters, *, barred: BoolArray | None = None) -> Priced:
    """Price local works, off-grid options and lines of a study, and state what is to be chosen.

    Parameters
    ----------
    study
        The study.
    parameters
        Prices and switches; they may differ from those that the study was routed with.
    barred
        (n,) further settlements that must not get the grid.
    """
    works = grid_works(study.places, parameters)
    offgrid = compare_offgrid(study.places, study.resources, parameters)
    inhabited = study.places.households > 0
    off_limits = study.forbidden | ~inhabited | (barred if barred is not None else False)
    required = (study.forced | parameters.all_on_grid) & ~off_limits
    question = ask(
        study.network,
        edge_mvnd=line_life_cycle(study.network.components, parameters),
        local_mvnd=works.total_life_cycle_mvnd,
        offgrid_mvnd=np.where(inhabited, offgrid.best_mvnd, 0.0),
        required=required,
        barred=off_limits,
    )
    return Priced(works=works, offgrid=offgrid, question=question)


def with_junctions(study: Study, choice: Choice, parameters: ElectricityParameters) -> tuple[Study, BoolArray]:
    """Enrich the network around a plan.

    Returns
    -------
    study
        With the larger network.
    start
        (nodes,) the known plan on it, to begin the next solution with.
    """
    network = enriched_network(study.surface, study.routes, study.network, choice.edges, parameters)
    cells = [study.network.cells(int(edge)) for edge in np.flatnonzero(choice.edges)]
    start = np.isin(network.node_cell, np.concatenate(cells)) if cells else np.zeros(len(network.node_cell), dtype=bool)
    start[0] = True
    return replace(study, network=network), start


def solve(study: Study, parameters: ElectricityParameters) -> tuple[Study, Priced, Choice]:
    """Choose the plan, enrich the network around it and choose again, until that brings nothing or `junction_rounds` times.

    Returns
    -------
    study, priced, choice
        The study with its last network, its costs, and the plan with the bound on that network.
    """
    priced = price(study, parameters)
    choice = choose(study.network, priced.question, parameters)
    for _ in range(parameters.junction_rounds):
        if not choice.edges.any():
            break
        study, start = with_junctions(study, choice, parameters)
        priced = price(study, parameters)
        before, choice = choice, choose(study.network, priced.question, parameters, start=start)
        if choice.cost_mvnd > before.cost_mvnd * (1 - WORTHWHILE):
            break
    return study, priced, choice


def _named(ids: ObjectArray, wanted: tuple[str, ...], parameter: str) -> BoolArray:
    unknown = sorted(set(wanted) - set(ids))
    if unknown:
        raise ParameterError(
            f"{parameter}: {', '.join(unknown)} not in the layer settlements. Use settlement_id as in its table."
        )
    return np.isin(ids, wanted)
