"""What the tables tell of a scenario: figures small enough to come from another process, where its plan stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.uncertainty.scenarios import Scenario
from infragap.analyses.electricity.years.rates import rates_by_year
from infragap.analyses.electricity.years.schedule import make_schedule


@dataclass(frozen=True, eq=False)
class ScenarioFigures:
    """Figures of one scenario.

    Attributes
    ----------
    name
        As of the scenario.
    row
        Its row of the table of scenarios, by column; what it costs beyond the plan of the run is not yet there.
    national_grid
        (n,) who is on the national grid.
    choice_mvnd
        (n,) life-cycle cost of the supply of each settlement.
    """

    name: str
    row: dict[str, Any]
    national_grid: BoolArray
    choice_mvnd: FloatArray

    @property
    def cost_mvnd(self) -> float:
        """Cost of its plan."""
        return float(self.row["cost_mvnd"])


def figures_of(scenario: Scenario) -> ScenarioFigures:
    """Take the figures of a scenario out of its plan and its years."""
    record, plan, outcome = scenario.record, scenario.plan, scenario.plan.outcome
    settlements, grid = plan.study.settlements, outcome.national_grid
    rates = rates_by_year(plan, make_schedule(plan))
    row = {
        "scenario": scenario.name,
        "cost_mvnd": record["cost_mvnd"],
        "investment_mvnd": record["investment_mvnd"],
        "grid_settlements": int(grid.sum()),
        "grid_households": int(settlements.households[grid].sum()),
        "villages_on_grid": int((grid & settlements.is_village).sum()),
        "national_grid_pct": float(rates.national_grid_pct[-1]),
        "safe_supply_pct": float(rates.safe_supply_pct[-1]),
        "line_km": float(outcome.branches.length_km.sum()),
        "lower_bound_mvnd": record["lower_bound_mvnd"],
        "status": record["status"],
    }
    return ScenarioFigures(scenario.name, row, grid, outcome.choice_mvnd)
