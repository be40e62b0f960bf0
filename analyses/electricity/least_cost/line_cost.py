"""What lines cost over their life, from what they are made of."""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.line_components import unit_prices, upkeep_prices


def line_life_cycle(components: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Life-cycle cost of lines from their components [million VND]."""
    built = np.maximum(components @ unit_prices(parameters), 0.0) * line_factor(parameters)
    return np.asarray(built + np.maximum(components @ upkeep_prices(parameters), 0.0))
