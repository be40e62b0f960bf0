"""Own lines to feeders with headroom, for settlements whose nearest feeder or substation is full."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.headroom import HeadroomLedger, added_load_kw, limits_with
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.least_cost.plan import Plan, make_plan
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.analyses.electricity.routing.ways_to_lines import Connection, connections_to_lines

LONGEST_MVND = 12_000.0
"""No own line dearer than this is looked for: some 10 km, about what lifting a limit costs."""


@dataclass
class OwnLines:
    """Ways of single settlements to every existing line around, searched once each.

    Attributes
    ----------
    study, parameters
        Ground and prices.
    """

    study: Study
    parameters: ElectricityParameters
    _found: dict[int, list[tuple[float, Connection]]] = field(default_factory=dict)

    def of(self, settlement: int) -> list[tuple[float, Connection]]:
        """Life-cycle cost [million VND] and course of each, the cheapest first."""
        if settlement not in self._found:
            p, study = self.parameters, self.study
            cells = study.routes.cell[settlement : settlement + 1]
            ways = connections_to_lines(study.surface, self._cost, cells, limit_mvnd=LONGEST_MVND / line_factor(p))
            priced = [(float(line_life_cycle(way.components, p)), way) for way in ways]
            self._found[settlement] = sorted(priced, key=lambda each: (each[0], each[1].row))
        return self._found[settlement]

    @cached_property
    def _cost(self) -> NDArray[np.float32]:
        return self.study.surface.cost(self.parameters, forest_rule=self.parameters.forest_rule)


def reconnect(plan: Plan, lines: OwnLines, *, must: BoolArray) -> Plan:
    """Give settlements without room a line of their own to the cheapest existing line with headroom.

    Parameters
    ----------
    plan
        Plan in which those without room are barred.
    lines
        Their ways.
    must
        (n,) who must be on the national grid, at whatever cost; others only where that beats their own supply.

    Notes
    -----
    Those that must choose first, then those with most benefit. Lines are not shared among the reconnected, nor with the
    plan: a shared one might cost less.
    """
    study, p, loading = plan.study, plan.parameters, plan.loading
    ledger = HeadroomLedger(limits_with(plan, frozenset(loading.reinforced)), dict(loading.added_kw))
    connections = _connections(plan, lines, ledger, must)
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
    return make_plan(study, cost_study(study, p, barred=left.barred), choice, p, left)


def _connections(plan: Plan, lines: OwnLines, ledger: HeadroomLedger, must: BoolArray) -> dict[int, Connection]:
    """Settlement → connection to the cheapest line with headroom, where there is one; what is reconnected is taken from
    the ledger."""
    study = plan.study
    load_kw = added_load_kw(study.settlements, plan.parameters)
    gain = plan.costs.gain_mvnd + plan.choice.household_price_mvnd * study.settlements.households
    gain = np.where(must, np.inf, np.where(np.isfinite(gain), gain, 0.0))
    gain = np.where(plan.loading.barred, gain, 0.0)
    used = set(study.network.ends[plan.choice.edges].ravel().tolist())
    chosen: dict[int, Connection] = {}
    for settlement in np.lexsort((study.settlements.id_rank, -gain)).tolist():
        node = int(study.network.terminal[settlement])
        # a settlement that the plan's lines pass already would be fed twice
        if not gain[settlement] > 0 or node <= 0 or node in used:
            continue
        load = float(load_kw[settlement])
        for mvnd, connection in lines.of(settlement):
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
