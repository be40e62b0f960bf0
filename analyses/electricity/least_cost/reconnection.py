"""Own lines to feeders with headroom, for settlements that wait because the nearest feeder or substation is full."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.headroom import (
    HeadroomLedger,
    added_load_kw,
    keep_headroom,
    restate_bound,
)
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.least_cost.plan import Plan, make_plan
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.analyses.electricity.routing.ways_to_lines import Connection, connections_to_lines


def reconnect(plan: Plan) -> Plan:
    """Give waiting settlements a line of their own to the cheapest existing line with headroom, where that beats their
    own supply.

    Notes
    -----
    Those with most benefit choose first. Lines are not shared among the reconnected, nor with the plan: a shared one
    might cost less.
    """
    study, p, loading = plan.study, plan.parameters, plan.loading
    ledger = HeadroomLedger(study.grid.limits, dict(loading.added_kw))
    connections = _connections(plan, ledger)
    if not connections:
        return plan
    reconnected = np.zeros(len(loading.barred), dtype=bool)
    reconnected[list(connections)] = True
    study = replace(study, network=_with_connections(study.network, connections))
    left = replace(loading, barred=loading.barred & ~reconnected, added_kw=ledger.added_kw)
    lines_mvnd = float(sum(line_life_cycle(connection.components, p) for connection in connections.values()))
    saved_mvnd = float(plan.costs.gain_mvnd[reconnected].sum())
    choice = replace(
        plan.choice,
        edges=np.append(plan.choice.edges, np.ones(len(connections), dtype=bool)),
        on_grid=plan.choice.on_grid | reconnected,
        on_lv=plan.choice.on_lv & ~reconnected,
        cost_mvnd=plan.choice.cost_mvnd + lines_mvnd - saved_mvnd,
        chosen_mvnd=plan.choice.chosen_mvnd + lines_mvnd,
    )
    choice = restate_bound(choice, choice.lower_bound_mvnd, p)
    return make_plan(study, cost_study(study, p, barred=left.barred), choice, p, left)


def within_headroom(plan: Plan) -> Plan:
    """Keep the plan within what feeders and substations have left: who finds no room waits, goes to another line, or
    the feeder is reinforced.

    Notes
    -----
    What reinforcing is worth hangs on what else is open to those without room, a line of their own to another feeder
    among it. So both plans are made, with reinforcement and with as little of it as must be, and the cheaper one
    stands.
    """
    reinforced = _rooms_found(plan, reinforce=True)
    if not reinforced.loading.reinforced:
        return reinforced
    spared = _rooms_found(plan, reinforce=False)
    return spared if spared.choice.cost_mvnd < reinforced.choice.cost_mvnd else reinforced


def _rooms_found(plan: Plan, *, reinforce: bool) -> Plan:
    kept = keep_headroom(plan, reinforce=reinforce)
    return reconnect(kept) if kept.loading.barred.any() else kept


def _connections(plan: Plan, ledger: HeadroomLedger) -> dict[int, Connection]:
    """Settlement → connection to the cheapest line with headroom, where there is one; what is reconnected is taken from
    the ledger."""
    study, p = plan.study, plan.parameters
    cost = study.surface.cost(p, forest_rule=p.forest_rule)
    load_kw = added_load_kw(study.settlements, p)
    gain = np.where(plan.loading.barred & np.isfinite(plan.costs.gain_mvnd), plan.costs.gain_mvnd, 0.0)
    used = set(study.network.ends[plan.choice.edges].ravel().tolist())
    chosen: dict[int, Connection] = {}
    for settlement in np.lexsort((study.settlements.id_rank, -gain)).tolist():
        node = int(study.network.terminal[settlement])
        # a settlement that the plan's lines pass already would be fed twice
        if not gain[settlement] > 0 or node <= 0 or node in used:
            continue
        cells = study.routes.cell[settlement : settlement + 1]
        limit_mvnd = float(gain[settlement]) / line_factor(p)
        found = connections_to_lines(study.surface, cost, cells, limit_mvnd=limit_mvnd)
        by_cost = sorted(((float(line_life_cycle(c.components, p)), c) for c in found), key=lambda each: each[0])
        for mvnd, connection in by_cost:
            load = float(load_kw[settlement])
            if mvnd < gain[settlement] and ledger.fits(connection.row, load_kw=load):
                ledger.take(connection.row, load_kw=load)
                chosen[settlement] = connection
                used.add(node)
                break
    return chosen


def _with_connections(network: CandidateNetwork, connections: dict[int, Connection]) -> CandidateNetwork:
    """Network with one more edge from the grid to each of some settlements."""
    nodes = network.terminal[list(connections)]
    pieces = [connection.cells for connection in connections.values()]
    ends = np.cumsum([len(piece) for piece in pieces]) + network.path_start[-1]
    return replace(
        network,
        ends=np.concatenate([network.ends, np.column_stack([np.zeros(len(nodes), dtype=np.int64), nodes])]),
        components=np.concatenate([network.components, [connection.components for connection in connections.values()]]),
        path=np.concatenate([network.path, *pieces]),
        path_start=np.concatenate([network.path_start, ends]).astype(np.int64),
    )
