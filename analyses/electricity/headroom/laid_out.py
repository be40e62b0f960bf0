"""A plan on the layers of a relaxation as a plan on the candidate network, where lines of different feeders may meet at
a place without being joined."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, IntArray
from infragap.analyses.electricity.headroom.fitting import LINE, LV, OFF, Fitted
from infragap.analyses.electricity.headroom.layers import Relaxation
from infragap.analyses.electricity.least_cost.accounts import chosen_part_mvnd, true_cost
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.plan import FeederLoading, Plan, make_plan
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.routing.network import CandidateNetwork


@dataclass(frozen=True, eq=False)
class _Numbered:
    """Nodes and lines of the layers that a plan uses, on the candidate network with one more node wherever two sets of
    feeders meet.

    Attributes
    ----------
    network
        Candidate network with these nodes and the lines to them.
    edges
        (edges of it,) chosen ones.
    number
        (nodes of the layers,) node of it; -1 where the plan does not use one.
    """

    network: CandidateNetwork
    edges: BoolArray
    number: IntArray


def _numbered(relaxation: Relaxation, lines: BoolArray) -> _Numbered:
    layers, network = relaxation.layers, relaxation.network
    chosen = np.flatnonzero(lines)
    ends, edge = layers.ends[chosen], layers.edge[chosen]
    real = np.full(layers.nodes, -1, dtype=np.int64)
    # the layers keep the order of the ends
    real[ends.ravel()] = network.ends[edge].ravel()
    used = np.unique(ends[ends > 0])
    count = len(network.node_cell)
    _, first = np.unique(real[used], return_index=True)
    again = np.setdiff1d(np.arange(len(used)), first)
    number = np.full(layers.nodes, -1, dtype=np.int64)
    number[0] = 0
    number[used] = real[used]
    number[used[again]] = count + np.arange(len(again))
    placed = number[ends]
    more = np.flatnonzero((placed >= count).any(axis=1))
    of_plan = np.zeros(len(network.ends) + len(more), dtype=bool)
    of_plan[np.delete(edge, more)] = True
    of_plan[len(network.ends) :] = True
    swapped = placed[more, 0] > placed[more, 1]
    pieces = [network.cells(int(e))[:: -1 if turn else 1] for e, turn in zip(edge[more], swapped, strict=True)]
    start = np.cumsum([len(piece) for piece in pieces], dtype=np.int64) + network.path_start[-1]
    extended = replace(
        network,
        node_cell=np.append(network.node_cell, network.node_cell[real[used[again]]]),
        ends=np.concatenate([network.ends, np.sort(placed[more], axis=1)]),
        components=np.concatenate([network.components, network.components[edge[more]]]),
        path=np.concatenate([network.path, *pieces]),
        path_start=np.concatenate([network.path_start, start]).astype(np.int64),
    )
    return _Numbered(extended, of_plan, number)


def laid_out(study: Study, relaxation: Relaxation, fitted: Fitted, like: Plan, free: Plan) -> Plan:
    """State a plan that keeps its limits.

    Parameters
    ----------
    study
        With the candidate network of the relaxation.
    relaxation, fitted
        The plan on its layers.
    like
        A known plan within limits: for the parameters and the price of households.
    free
        The plan without limits: whom it has on the grid and this one has not waits for room.
    """
    p, numbered = like.parameters, _numbered(relaxation, fitted.lines)
    by_line = (fitted.way == LINE) & (fitted.node > 0)
    terminal = study.network.terminal.copy()
    terminal[by_line] = numbered.number[fitted.node[by_line]]
    network = replace(numbered.network, terminal=terminal)
    study = replace(study, network=network)
    waits = (fitted.way == OFF) & free.outcome.national_grid
    costs = cost_study(study, p, barred=waits, like=like.costs)
    choice = replace(
        like.choice,
        edges=numbered.edges,
        on_grid=fitted.way == LINE,
        on_lv=fitted.way == LV,
        status="headroom",
        clock_struck=False,
        beyond_charges_mvnd=0.0,
    )
    cost = true_cost(choice, costs.problem)
    choice = replace(choice, cost_mvnd=cost, chosen_mvnd=chosen_part_mvnd(choice, costs.problem, network))
    loading = FeederLoading(waits, (), {}, like.loading.rounds)
    return make_plan(study, costs, choice, p, loading)
