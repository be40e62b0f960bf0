"""Own lines to feeders with headroom, for settlements whose nearest feeder or substation is full."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from infragap.analyses.arrays import BoolArray, IntArray
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.headroom.layers import TINY, tap_rows
from infragap.analyses.electricity.headroom.limits import HeadroomLedger, added_load_kw, limits_with
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.line_cost import line_life_cycle
from infragap.analyses.electricity.least_cost.plan import Plan, make_plan
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.least_cost.taps import feeder_of
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.cost_surface import routing_cost
from infragap.analyses.electricity.routing.network import CandidateNetwork
from infragap.analyses.electricity.routing.ways_to_lines import Connection, WaysToLines
from infragap.analyses.solvers.steiner import primal_tree
from infragap.gis.arrays import each_once

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
            ways = self._ground.within(cells, LONGEST_MVND / line_factor(p))
            mvnd = line_life_cycle(np.array([way.components for way in ways]), p) if ways else np.empty(0)
            priced = zip(mvnd.tolist(), ways, strict=True)
            self._found[settlement] = sorted(priced, key=lambda each: (each[0], each[1].row))
        return self._found[settlement]

    @cached_property
    def _ground(self) -> WaysToLines:
        surface, p = self.study.surface, self.parameters
        return WaysToLines(surface, routing_cost(surface, p))


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
    Those that must choose first, then those with most benefit. Lines are not shared here; `with_joint_lines` does that
    afterwards.
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
    return make_plan(study, cost_study(study, p, barred=left.barred, like=plan.costs), choice, p, left)


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


def with_joint_lines(plan: Plan) -> Plan:
    """Lay the lines of each feeder anew for those that it feeds, so that who came to it by a line of its own shares the
    way with the others.

    Notes
    -----
    Who hangs on which feeder stays, so no limit is touched. A tree may only tap its own feeder and keeps off the nodes
    of the others; it is taken where it costs less.
    """
    number = {key: k for k, key in enumerate(sorted(set(plan.study.grid.keys.tolist())))}
    of_row = np.array([number[key] for key in plan.study.grid.keys.tolist()], dtype=np.int64)
    on_tree = plan.branches.branch_of >= 0
    feeder = np.where(on_tree, of_row[feeder_of(plan.study, plan.outcome)], -1)
    tap_row = tap_rows(plan.study)
    tap = np.where(tap_row >= 0, of_row[tap_row], -1)
    trees = _Trees.of(plan)
    edges = plan.choice.edges.copy()
    for key in each_once(feeder[on_tree]).tolist():
        edges = _laid_anew(plan, edges, trees, members=feeder == key, foreign_tap=(tap >= 0) & (tap != key))
    saved = float(plan.costs.problem.edge_mvnd[plan.choice.edges].sum() - plan.costs.problem.edge_mvnd[edges].sum())
    if saved <= 1e-6:
        return plan
    choice = replace(
        plan.choice,
        edges=edges,
        cost_mvnd=plan.choice.cost_mvnd - saved,
        chosen_mvnd=plan.choice.chosen_mvnd - saved,
    )
    return make_plan(plan.study, plan.costs, choice, plan.parameters, plan.loading)


@dataclass(frozen=True, eq=False)
class _Trees:
    """What the search for a feeder's tree needs of all others: lengths of the candidate lines apart from those to the
    grid, (nodes, nodes), and the tree of the plan that each node belongs to, (nodes,)."""

    mvnd: csr_array
    part: IntArray

    @classmethod
    def of(cls, plan: Plan) -> _Trees:
        network, price = plan.study.network, plan.costs.problem.edge_mvnd
        count, inner = len(network.node_cell), np.asarray((network.ends > 0).all(axis=1))

        def joined(edges: BoolArray) -> csr_array:
            # of parallel lines any may count: the longest first, so that the shortest is written last
            order = np.flatnonzero(edges)[np.argsort(-price[edges], kind="stable")]
            length = dict(zip(map(tuple, network.ends[order].tolist()), price[order].tolist(), strict=True))
            row, col = np.array(list(length), dtype=np.int64).reshape(-1, 2).T
            mvnd = np.maximum(list(length.values()), TINY)
            return coo_array((mvnd, (row, col)), shape=(count, count)).tocsr()

        mvnd = joined(inner)
        # both ways, or each search would turn it round anew
        part = connected_components(joined(inner & plan.choice.edges), directed=False)[1]
        return cls((mvnd + mvnd.T).tocsr(), part.astype(np.int64))


def _laid_anew(plan: Plan, edges: BoolArray, trees: _Trees, *, members: BoolArray, foreign_tap: BoolArray) -> BoolArray:
    """Chosen edges with the tree of one feeder's members laid anew, where that costs less."""
    network, price = plan.study.network, plan.costs.problem.edge_mvnd
    nodes = each_once(network.terminal[members])
    tail, tip = network.ends.T
    of_members = np.zeros(len(trees.part), dtype=bool)
    of_members[trees.part[nodes]] = True
    wanted = of_members[trees.part]
    wanted[0] = False
    mine = edges & plan.choice.edges & (wanted[tail] | wanted[tip])
    now = float(price[mine].sum())
    others = edges & ~mine
    taken = np.zeros(len(network.node_cell), dtype=bool)
    taken[tail[others]] = taken[tip[others]] = True
    # whatever lies farther from all members is in no tree that costs less
    reach = dijkstra(trees.mvnd, indices=nodes, min_only=True, limit=now * (1 + 1e-9))
    usable = np.isfinite(reach) & ~taken
    usable[0] = True
    kept = np.flatnonzero(usable[tail] & usable[tip] & ~foreign_tap)
    place = np.cumsum(usable) - 1
    tree = primal_tree(place[network.ends[kept]], price[kept], np.zeros(int(usable.sum())), 0, required=place[nodes])
    other = others.copy()
    other[kept[tree.edges]] = True
    return other if float(price[kept[tree.edges]].sum()) < now - 1e-6 else edges
