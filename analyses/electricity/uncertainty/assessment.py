"""How sure the plan is, in one thing: scenarios, sensitivity and draws, as far as the parameters ask for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from infragap.analyses.arrays import FloatArray
from infragap.analyses.electricity.feeders.remedies import Remedies
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.uncertainty.locating import value_of_position_mvnd
from infragap.analyses.electricity.uncertainty.monte_carlo import DrawSummary, draw_plans
from infragap.analyses.electricity.uncertainty.positions import least_line_distance_m, position_cells
from infragap.analyses.electricity.uncertainty.scenarios import Scenario, compare_scenarios, voltage_kept
from infragap.analyses.electricity.uncertainty.sensitivity import sensitivity
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
    scenarios, table, draws = [], None, None
    if p.scenarios:
        progress("scenarios")
        scenarios = [*compare_scenarios(plan), voltage_kept(plan, remedies)]
        table = sensitivity(plan)
    if p.draws:
        progress(f"uncertainty, {p.draws} draws")
        draws = draw_plans(plan)
    cells = position_cells(plan.study, least_line_m=least_line_distance_m(plan.study.inputs.settlements, p))
    value, turns = value_of_position_mvnd(plan, cells)
    return Uncertainty(
        scenarios=scenarios,
        sensitivity=table,
        draws=draws,
        streams=unproven_streams(plan),
        position_value_mvnd=value,
        position_turns=turns,
    )
