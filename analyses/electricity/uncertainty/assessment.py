"""How sure the plan is, in one thing: scenarios, sensitivity and draws, as far as the parameters ask for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from infragap.analyses.electricity.feeders.remedies import Remedies
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.uncertainty.monte_carlo import DrawSummary, draw_plans
from infragap.analyses.electricity.uncertainty.scenarios import Scenario, compare_scenarios, voltage_kept
from infragap.analyses.electricity.uncertainty.sensitivity import sensitivity


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
    """

    scenarios: list[Scenario]
    sensitivity: pd.DataFrame | None
    draws: DrawSummary | None


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
    return Uncertainty(scenarios=scenarios, sensitivity=table, draws=draws)
