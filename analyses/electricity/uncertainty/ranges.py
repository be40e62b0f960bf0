"""The ranges of the uncertain parameters, and draws from them."""

from __future__ import annotations

import numpy as np

from infragap.analyses.electricity.parameters import ElectricityParameters, uncertain

NOT_A_COST = frozenset(
    {
        "tariff_vnd_per_kwh",
        "household_size",
        "forest_delay_months",
        "minigrid_mvnd_per_kwp",
        "home_tier2_mvnd",
        "pico_unit_mvnd",
        "pvout_kwh_per_kwp",
        "worst_month_factor",
        "price_escalation_pct",
        "benchmark_mvnd_per_household",
        "screening_mv_m_per_household",
        "mv_drop_limit_pct",
        "existing_drop_pct",
        "conductor_mvnd_per_tonne",
        "regulator_mvnd",
        "step_up_mvnd",
    }
)
"""Ranges that do not enter the comparison: checks, reports, and what the solar layer overrides."""


def ranges(parameters: ElectricityParameters) -> dict[str, tuple[float, float, float]]:
    """Low, present and high value of everything uncertain that enters the comparison; a value set outside its range widens it."""
    found = {}
    for name, (low, _, high) in uncertain(type(parameters)).items():
        if name not in NOT_A_COST:
            value = float(getattr(parameters, name))
            found[name] = (min(low, value), value, max(high, value))
    return found


def drawn_parameters(parameters: ElectricityParameters, rng: np.random.Generator) -> ElectricityParameters:
    """Draw every uncertain parameter once from a triangle over its range with the peak at its present value."""
    drawn = {
        name: float(rng.triangular(low, mode, high)) if high > low else mode
        for name, (low, mode, high) in ranges(parameters).items()
    }
    first = drawn["household_kwh_per_month_year1"]
    drawn["household_kwh_per_month_year10"] = max(first, drawn["household_kwh_per_month_year10"])
    return parameters.model_copy(update=drawn)
