"""How sure the plan is, in one thing: scenarios, sensitivity and draws, as far as the parameters ask for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from infragap.analyses.arrays import FloatArray
from infragap.analyses.draws import begun_draws
from infragap.analyses.electricity.feeders.remedies import Remedies
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.uncertainty.locating import value_of_position_mvnd
from infragap.analyses.electricity.uncertainty.monte_carlo import (
    Draw,
    DrawSummary,
    Known,
    one_draw,
    summarised,
    what_draws_share,
)
from infragap.analyses.electricity.uncertainty.scenarios import Scenario, compare_scenarios, voltage_kept
from infragap.analyses.electricity.uncertainty.sensitivity import (
    Moved,
    Usual,
    one_move,
    sensitivity,
    usual_problem,
)
from infragap.analyses.electricity.uncertainty.streams import UnprovenStreams, unproven_streams


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """What was looked at beside the plan.

    Attributes
    ----------
    scenarios
        Plans under other rules, that of the run first; empty where none were asked for.
    sensitivity
        One parameter at a time; None where it was not asked for.
    draws
        Result of the draws; None without draws.
    streams
        What streams that nobody has surveyed would bring.
    position_value_mvnd, position_turns
        (n,) expected saving of locating each settlement, and part of its possible places where the other supply is
        cheaper.
    """

    scenarios: list[Scenario]
    sensitivity: pd.DataFrame | None
    draws: DrawSummary | None
    streams: UnprovenStreams
    position_value_mvnd: FloatArray
    position_turns: FloatArray


def assess_uncertainty(plan: Plan, remedies: Remedies, progress: Callable[[str], None]) -> Uncertainty:
    """Plan under other rules, at other prices and for other positions.

    Parameters
    ----------
    plan, remedies
        The plan, and what helps its weak feeders.
    progress
        Receives the name of each part.
    """
    p = plan.parameters
    shared = _Shared(what_draws_share(plan), usual_problem(plan) if p.scenarios else None)
    count = p.draws + (len(shared.usual.moves) if shared.usual else 0)
    scenarios, table, draws = [], None, None
    with begun_draws(_draw_or_move, shared, count) as made:
        if p.scenarios:
            progress("scenarios")
            scenarios = [*compare_scenarios(plan), voltage_kept(plan, remedies)]
        if p.draws:
            progress(f"uncertainty, {p.draws} draws")
        pieces = made()
    if shared.usual:
        table = sensitivity(shared.usual, [piece for piece in pieces if isinstance(piece, Moved)])
    if p.draws:
        draws = summarised([piece for piece in pieces if isinstance(piece, Draw)], len(plan.study.settlements))
    value, turns = value_of_position_mvnd(plan, shared.known.cells)
    return Uncertainty(
        scenarios=scenarios,
        sensitivity=table,
        draws=draws,
        streams=unproven_streams(plan),
        position_value_mvnd=value,
        position_turns=turns,
    )


@dataclass(frozen=True, eq=False)
class _Shared:
    """What draws need, and what moved parameters need, where there are any."""

    known: Known
    usual: Usual | None


def _draw_or_move(shared: _Shared, number: int) -> Draw | Moved:
    """One piece of work: the draws come first, then every parameter moved alone."""
    draws = shared.known.plan.parameters.draws
    if shared.usual is None or number < draws:
        return one_draw(shared.known, number)
    return one_move(shared.usual, number - draws)
