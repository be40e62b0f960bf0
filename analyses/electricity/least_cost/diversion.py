"""Own lines to feeders with room, for settlements that wait because the nearest feeder or station is full."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.least_cost.choice import Choice
from infragap.analyses.electricity.least_cost.headroom import Limit, Loading, Room, against
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.least_cost.study import Priced, Study, price
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.network import Network
from infragap.analyses.electricity.routing.ways_to_lines import Way, ways_to_other_lines


def divert(
    study: Study,
    priced: Priced,
    choice: Choice,
    parameters: ElectricityParameters,
    *,
    known_limits: list[Limit],
    loading: Loading,
) -> tuple[Study, Priced, Choice, Loading]:
    """Give waiting settlements a line of their own to the cheapest existing line with room, where that beats their own supply.

    Parameters
    ----------
    study, priced, choice, parameters
        The plan without them.
    known_limits, loading
        What feeders and stations can carry, what the plan adds to it, and who waits.

    Returns
    -------
    study, priced, choice, loading
        With those lines in network and plan, and those settlements no longer waiting.

    Notes
    -----
    Those with most benefit choose first. Lines are not shared among the diverted, nor with the plan: a shared one might cost less.
    """
    p = parameters
    room = Room(known_limits, dict(loading.added_kw))
    ways = _ways(study, priced, choice, p, waiting=loading.barred, room=room)
    if not ways:
        return study, priced, choice, loading
    diverted = np.zeros(len(loading.barred), dtype=bool)
    diverted[list(ways)] = True
    study = replace(study, network=_with_ways(study.network, ways))
    left = replace(loading, barred=loading.barred & ~diverted, added_kw=room.added_kw)
    lines_mvnd = float(sum(line_life_cycle(way.components, p) for way in ways.values()))
    saved_mvnd = float((priced.offgrid.best_mvnd - priced.works.total_life_cycle_mvnd)[diverted].sum())
    choice = replace(
        choice,
        edges=np.append(choice.edges, np.ones(len(ways), dtype=bool)),
        on_grid=choice.on_grid | diverted,
        cost_mvnd=choice.cost_mvnd + lines_mvnd - saved_mvnd,
        chosen_mvnd=choice.chosen_mvnd + lines_mvnd,
    )
    return study, price(study, p, barred=left.barred), against(choice, choice.lower_bound_mvnd, p), left


def _ways(
    study: Study, priced: Priced, choice: Choice, parameters: ElectricityParameters, *, waiting: BoolArray, room: Room
) -> dict[int, Way]:
    """Settlement → way to the cheapest line with room, where there is one; what is diverted is taken from the room."""
    p, surface = parameters, study.surface
    cost = surface.cost(p, forest_rule=p.forest_rule)
    load_kw = design_load_kw(study.places.households, p)
    gain = np.where(waiting, priced.offgrid.best_mvnd - priced.works.total_life_cycle_mvnd, 0.0)
    used = set(study.network.ends[choice.edges].ravel().tolist())
    ways: dict[int, Way] = {}
    for place in np.lexsort((study.places.id_rank, -gain)).tolist():
        node = int(study.network.terminal[place])
        # a place that the plan's lines pass already would be fed twice
        if not gain[place] > 0 or node <= 0 or node in used:
            continue
        cells = study.routes.cell[place : place + 1]
        found = ways_to_other_lines(surface, cost, cells, limit_mvnd=float(gain[place]) / line_factor(p))
        for mvnd, way in sorted(
            ((float(line_life_cycle(w.components, p)), w) for w in found), key=lambda each: each[0]
        ):
            if mvnd < gain[place] and room.fits(way.row, load_kw=float(load_kw[place])):
                room.take(way.row, load_kw=float(load_kw[place]))
                ways[place] = way
                used.add(node)
                break
    return ways


def _with_ways(network: Network, ways: dict[int, Way]) -> Network:
    """Network with one more edge from the grid to each of some settlements."""
    nodes = network.terminal[list(ways)]
    pieces = [way.cells for way in ways.values()]
    ends = np.cumsum([len(piece) for piece in pieces]) + network.path_start[-1]
    return replace(
        network,
        ends=np.concatenate([network.ends, np.column_stack([np.zeros(len(nodes), dtype=np.int64), nodes])]),
        components=np.concatenate([network.components, [way.components for way in ways.values()]]),
        path=np.concatenate([network.path, *pieces]),
        path_start=np.concatenate([network.path_start, ends]).astype(np.int64),
    )
