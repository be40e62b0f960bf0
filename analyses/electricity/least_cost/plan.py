"""The least-cost plan of a study: solved, its network enriched where that helps, its accounts settled."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.least_cost.branches import Branches
from infragap.analyses.electricity.least_cost.choice import PlanChoice
from infragap.analyses.electricity.least_cost.costs import Costs, cost_study
from infragap.analyses.electricity.least_cost.household_target import choose_within
from infragap.analyses.electricity.least_cost.outcome import Outcome, settle_accounts
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.least_cost.targets import binding, households_left
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.candidates import enriched_network

WORTHWHILE = 1e-5
"""A junction round that saves less of the plan's cost than this is the last."""


@dataclass(frozen=True, eq=False)
class FeederLoading:
    """What the plan adds to feeders and substations.

    Attributes
    ----------
    barred
        (n,) settlements kept off the grid because nothing is left for them.
    overloaded
        Names of limits that stay exceeded because their settlements must be on the grid.
    added_kw
        New load on each limit, by name.
    rounds
        Solutions that it took.
    reinforced
        Names of limits that are raised at a price.
    reinforcement_mvnd
        Investment in that.
    price_mvnd_per_kw
        Price of a kW of headroom that the bound was proven with, by name.
    """

    barred: BoolArray
    overloaded: tuple[str, ...]
    added_kw: dict[str, float]
    rounds: int
    reinforced: tuple[str, ...] = ()
    reinforcement_mvnd: float = 0.0
    price_mvnd_per_kw: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Plan:
    """One plan: what it was made from, at which prices, what was chosen and what follows.

    Attributes
    ----------
    study
        What it was made from, with its last network.
    parameters
        Prices and rules.
    costs
        Of works, options and lines.
    choice
        Lines and settlements on the grid, and the proof.
    outcome
        What it means for each settlement and line.
    loading
        What it adds to feeders and substations; nothing where no limit was looked at.
    """

    study: Study
    parameters: ElectricityParameters
    costs: Costs
    choice: PlanChoice
    outcome: Outcome
    loading: FeederLoading

    @property
    def branches(self) -> Branches:
        """The planned lines."""
        return self.outcome.branches


def make_plan(
    study: Study,
    costs: Costs,
    choice: PlanChoice,
    parameters: ElectricityParameters,
    loading: FeederLoading | None = None,
) -> Plan:
    """Settle the accounts of a choice."""
    no_loading = FeederLoading(np.zeros(len(study.settlements), dtype=bool), (), {}, 1)
    return Plan(
        study=study,
        parameters=parameters,
        costs=costs,
        choice=choice,
        outcome=settle_accounts(study, costs, choice, parameters),
        loading=loading or no_loading,
    )


def least_cost(study: Study, parameters: ElectricityParameters) -> Plan:
    """Choose the plan, enrich the network around it and choose again, until that brings nothing or `junction_rounds`
    times."""
    allowed = households_left(study, binding(study, parameters))
    costs = cost_study(study, parameters)
    choice = choose_within(study.network, costs.problem, parameters, allowed_households=allowed)
    for _ in range(parameters.junction_rounds):
        if not choice.edges.any():
            break
        study, start = with_junctions(study, choice, parameters)
        costs = cost_study(study, parameters)
        before = choice
        choice = choose_within(study.network, costs.problem, parameters, allowed_households=allowed, start=start)
        if choice.cost_mvnd > before.cost_mvnd * (1 - WORTHWHILE):
            break
    return make_plan(study, costs, choice, parameters)


def with_junctions(study: Study, choice: PlanChoice, parameters: ElectricityParameters) -> tuple[Study, BoolArray]:
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
