"""The ranges of the uncertain parameters, and draws from them."""

from __future__ import annotations

import numpy as np

from infragap.analyses.electricity.parameters import ElectricityParameters, uncertain


def ranges(parameters: ElectricityParameters) -> dict[str, tuple[float, float, float]]:
    """Low, present and high value of everything uncertain that enters the comparison; a value set outside its range
    widens it."""
    found = {}
    for name, (low, _, high) in uncertain(type(parameters), compared=True).items():
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
