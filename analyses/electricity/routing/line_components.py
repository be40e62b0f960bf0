"""What a line is made of and what it costs: kilometres by voltage and ground, crossings, forest.

The cost of a line is kept as a sum of components, so that it follows for any set of prices without a new search.
"""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.costs import annuity_factor
from infragap.analyses.electricity.parameters import ElectricityParameters

PRICED = (
    "km_upper",
    "rough_km_upper",
    "km_lower",
    "rough_km_lower",
    "crossings",
    "forest_km_upper",
    "forest_km_lower",
    "standing_km_upper",
    "standing_km_lower",
)


FOREST_KM = ("production_forest_km", "protection_forest_km", "special_use_forest_km", "natural_forest_km")


COMPONENTS = PRICED + FOREST_KM
"""What a line is made of: first what has a price of its own (`unit_prices`), then kilometres by forest class (natural
forest is also
counted in its class). Kilometres along lines that stand but were never switched on (`standing`) count in no
other."""


def _planting_per_km(parameters: ElectricityParameters) -> float:
    hectares_per_km = parameters.right_of_way_m * 1000 / 10_000
    return parameters.replacement_planting_mvnd_per_ha * hectares_per_km


def unit_prices(parameters: ElectricityParameters) -> FloatArray:
    """Investment per unit of each of `COMPONENTS` [million VND], (len(COMPONENTS),).

    Notes
    -----
    Forest components cost something under the rule 'price' only: a mark-up on the line and the replacement planting of
    the corridor.
    """
    p = parameters
    mark_up = p.forest_cost_factor - 1 if p.forest_rule == "price" else 0.0
    planting = _planting_per_km(p) if p.forest_rule == "price" else 0.0
    return np.array(
        [
            p.mv35_line_mvnd_per_km,
            p.mv35_line_mvnd_per_km * (p.terrain_factor - 1),
            p.mv22_line_mvnd_per_km,
            p.mv22_line_mvnd_per_km * (p.terrain_factor - 1),
            p.river_crossing_mvnd,
            p.mv35_line_mvnd_per_km * mark_up + planting,
            p.mv22_line_mvnd_per_km * mark_up + planting,
            p.energise_line_mvnd_per_km,
            p.energise_line_mvnd_per_km,
            *(0.0 for _ in FOREST_KM),
        ]
    )


def upkeep_prices(parameters: ElectricityParameters) -> FloatArray:
    """Present worth of the upkeep, per unit of each of `COMPONENTS`, that the investment leaves out [million VND].

    A line that was only switched on is kept up like any other of its length on easy ground.
    """
    p = parameters
    years = annuity_factor(discount_rate=p.discount_rate, years=p.horizon_years)
    result = np.zeros(len(COMPONENTS))
    result[COMPONENTS.index("standing_km_upper")] = p.grid_om_pct / 100 * years * p.mv35_line_mvnd_per_km
    result[COMPONENTS.index("standing_km_lower")] = p.grid_om_pct / 100 * years * p.mv22_line_mvnd_per_km
    return result


def line_km(components: FloatArray) -> FloatArray:
    """Length of lines from their components, standing ones included [km], (...,)."""
    new = components[..., COMPONENTS.index("km_upper")] + components[..., COMPONENTS.index("km_lower")]
    return np.asarray(new + standing_km(components))


def standing_km(components: FloatArray) -> FloatArray:
    """Length of what stands already and is only switched on, from the components of lines [km], (...,)."""
    upper, lower = (components[..., COMPONENTS.index(f"standing_km_{level}")] for level in ("upper", "lower"))
    return np.asarray(upper + lower)


def built_for(components: FloatArray, *, upper: bool) -> FloatArray:
    """Components of the same lines if all of them are built for one level, the upper or the lower, (...,
    len(COMPONENTS)); what stands already for the other level is built anew."""
    at = {name: k for k, name in enumerate(PRICED)}
    given, other = ("upper", "lower") if upper else ("lower", "upper")
    result = np.array(components, dtype=np.float64)
    for kind in ("km", "rough_km", "forest_km"):
        result[..., at[f"{kind}_{given}"]] += result[..., at[f"{kind}_{other}"]]
        result[..., at[f"{kind}_{other}"]] = 0.0
    result[..., at[f"km_{given}"]] += result[..., at[f"standing_km_{other}"]]
    result[..., at[f"standing_km_{other}"]] = 0.0
    return result


def any_forest_km(components: FloatArray) -> FloatArray:
    """Kilometres on forest of any class, (n,): natural forest without a class counts too, and none counts twice."""
    *classes, natural = (components[:, COMPONENTS.index(name)] for name in FOREST_KM)
    return np.asarray(np.fmax(sum(classes), natural))
