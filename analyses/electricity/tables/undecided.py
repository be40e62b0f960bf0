"""What could turn the choice of a settlement, and the lists of what to look at first: streams to survey, settlements to
locate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.columns import names
from infragap.analyses.electricity.codes import Undecided
from infragap.analyses.electricity.columns import LOCATE_FIRST, STREAMS
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.uncertainty.assessment import Uncertainty

TURNS = 0.2
"""A cause counts where it turns the choice in so much of what is possible."""

SURE = 0.8
"""In so many of the draws a settlement must be supplied as in the plan, from the national grid or on its own, for its
position to matter only where that turns it by itself."""

RELIEF_SPREAD = 0.15
"""How far the cost of a line may differ from one relief to another: on a fetched relief of 460 m
four fifths of the own lines cost 0.90 to 1.07 of what they cost on the embedded one, all 0.82 to 1.23."""


def undecided_because(plan: Plan, uncertainty: Uncertainty) -> list[str]:
    """What could turn each settlement's choice, (n,): codes of `Undecided` joined by '; ', empty where it is stable.

    Notes
    -----
    Position: as `turned_by_position` says. Stream: one that is not surveyed would be cheaper if it proves. Demand:
    draws with more demand than usual and those with less differ by a fifth in its choice. Price: a fifth of the draws
    turn the choice for no other cause. Relief: a line dearer or cheaper by `RELIEF_SPREAD` turns it; not where a
    station that stands supplies it. What must be on the national grid can be turned by its position alone.
    """
    draws, outcome = uncertainty.draws, plan.outcome
    free = ~plan.costs.problem.must_grid & (plan.study.settlements.households > 0)
    nothing = np.zeros(len(free))
    position = turned_by_position(plan, uncertainty)
    stream = uncertainty.streams.saving_mvnd > 0
    demand = (nothing if draws is None else draws.demand_turns) >= TURNS
    turned = (nothing if draws is None else 1 - draws.works_probability) >= TURNS
    relief = _relief_turns(plan) & ~outcome.on_lv
    causes: dict[Undecided, BoolArray] = {
        Undecided.POSITION: position,
        Undecided.STREAM: stream & free,
        Undecided.DEMAND: demand & free,
        Undecided.RELIEF: relief & free,
        Undecided.PRICE: turned & free & ~(position | stream | demand | relief),
    }
    return ["; ".join(cause.value for cause, holds in causes.items() if holds[k]) for k in range(len(free))]


def turned_by_position(plan: Plan, uncertainty: Uncertainty) -> BoolArray:
    """Settlements whose supply their true position could turn, (n,).

    Notes
    -----
    At a fifth of its possible places it would be supplied the other way (grid or own plant), or at a tenth and in less
    than `SURE` of the draws, which move prices and positions together, as in the plan.
    """
    turns, draws = uncertainty.position_turns, uncertainty.draws
    if draws is None:
        return turns >= TURNS
    kept = np.where(plan.outcome.national_grid, draws.grid_probability, 1 - draws.grid_probability)
    return (turns >= TURNS) | ((turns >= TURNS / 2) & (kept < SURE))


def _relief_turns(plan: Plan) -> BoolArray:
    """Settlements whose choice a line of another price turns, (n,)."""
    outcome, problem = plan.outcome, plan.costs.problem
    price = plan.choice.household_price_mvnd * plan.study.settlements.households
    off = problem.offgrid_mvnd + price
    dearer = outcome.share_mvnd * (1 + RELIEF_SPREAD) + problem.local_mvnd
    cheaper = (outcome.grid_alone_mvnd - problem.local_mvnd) * (1 - RELIEF_SPREAD) + problem.local_mvnd
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(outcome.on_grid, dearer > off, cheaper < off) & ~problem.barred)


def streams_table(plan: Plan, uncertainty: Uncertainty) -> pd.DataFrame:
    """Streams worth a survey, the largest saving first."""
    streams = uncertainty.streams
    return _listed(
        plan,
        streams.saving_mvnd,
        {
            "saving_if_proven_mvnd": streams.saving_mvnd,
            "flow_needed_m3_s": streams.flow_needed_m3_s,
            "head_needed_m": streams.head_needed_m,
        },
        names(STREAMS),
    )


def locate_first_table(plan: Plan, uncertainty: Uncertainty) -> pd.DataFrame:
    """Settlements whose position is worth knowing, the largest value first."""
    value = uncertainty.position_value_mvnd
    return _listed(plan, value, {"value_of_information_mvnd": value}, names(LOCATE_FIRST))


def _listed(plan: Plan, by: FloatArray, columns: dict[str, FloatArray], order: list[str]) -> pd.DataFrame:
    """Rows where something is to be gained, most first; of equal ones by identifier."""
    rows = np.lexsort((plan.study.settlements.id_rank, -by))
    rows = rows[by[rows] > 1e-6]
    ids = {"settlement_id": plan.study.inputs.identifiers[rows]}
    return pd.DataFrame(ids | {name: values[rows] for name, values in columns.items()}, columns=order)
