"""What a line is made of and what it costs: kilometres by voltage and ground, crossings, forest.

The cost of a line is kept as a sum of components, so that it follows for any set of prices without a new search.
"""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.costs import annuity_factor, life_cycle_factor
from infragap.analyses.electricity.assumptions.builds import Build, line_mvnd_per_km
from infragap.analyses.electricity.parameters import ElectricityParameters

PRICED = (
    "km_upper",
    "rough_km_upper",
    "km_lower",
    "rough_km_lower",
    "crossings",
    "forest_km_upper",
    "forest_km_lower",
    "forest_road_km",
    "taps",
    "standing_km_upper",
    "standing_km_lower",
)


FOREST_KM = ("production_forest_km", "protection_forest_km", "special_use_forest_km", "natural_forest_km")


COMPONENTS = PRICED + FOREST_KM
"""What a line is made of: first what has a price of its own (`unit_prices`), then kilometres by forest class (natural
forest is also
counted in its class). Kilometres along lines that stand but were never switched on (`standing`) count in no
other."""


TAPS = COMPONENTS.index("taps")


def _planting_per_km(parameters: ElectricityParameters) -> float:
    hectares_per_km = parameters.right_of_way_m * 1000 / 10_000
    return parameters.replacement_planting_mvnd_per_ha * hectares_per_km


def unit_prices(parameters: ElectricityParameters, build: Build | None = None) -> FloatArray:
    """Investment per unit of each of `COMPONENTS` [million VND], (len(COMPONENTS),).

    Parameters
    ----------
    parameters
        Prices.
    build
        How the line is built; None for the least that is lawful, below which no line costs.

    Notes
    -----
    Forest components cost something under the rule 'price' only: a mark-up on the line and the replacement planting of
    the corridor. Under the rule 'cable' a road through forest takes a cable instead of the overhead line.
    """
    p = parameters
    upper = line_mvnd_per_km(p, upper=True, build=build)
    lower = line_mvnd_per_km(p, upper=False, build=build)
    # the price is that of the lower level; at the upper one a cable costs as much more as the line (assumption)
    cable = max(p.road_cable_mvnd_per_km - lower, 0.0) if p.forest_rule == "cable" else 0.0
    mark_up = p.forest_cost_factor - 1 if p.forest_rule == "price" else 0.0
    planting = _planting_per_km(p) if p.forest_rule == "price" else 0.0
    return np.array(
        [
            upper,
            upper * (p.terrain_factor - 1),
            lower,
            lower * (p.terrain_factor - 1),
            p.river_crossing_mvnd,
            upper * mark_up + planting,
            lower * mark_up + planting,
            cable,
            p.works.cut_out_mvnd,
            p.energise_line_mvnd_per_km,
            p.energise_line_mvnd_per_km,
            *(0.0 for _ in FOREST_KM),
        ]
    )


def upkeep_prices(parameters: ElectricityParameters) -> FloatArray:
    """Present worth of the upkeep, per unit of each of `COMPONENTS`, that the investment leaves out [million VND].

    A line that was only switched on is kept up like the lightest lawful one of its length on easy ground.
    """
    p = parameters
    years = annuity_factor(discount_rate=p.discount_rate, years=p.horizon_years)
    result = np.zeros(len(COMPONENTS))
    result[COMPONENTS.index("standing_km_upper")] = p.grid_om_pct / 100 * years * line_mvnd_per_km(p, upper=True)
    result[COMPONENTS.index("standing_km_lower")] = p.grid_om_pct / 100 * years * line_mvnd_per_km(p, upper=False)
    return result


def standing_mvnd_per_km(parameters: ElectricityParameters, *, upper: bool) -> float:
    """Price of a kilometre of standing line as a search has to weigh it against the investment in new ones: switching
    on, and its upkeep by the life-cycle cost per unit of investment in lines [million VND/km]."""
    p = parameters
    per_unit = life_cycle_factor(
        life_years=p.line_life_years,
        om_pct=p.grid_om_pct,
        horizon_years=p.horizon_years,
        discount_rate=p.discount_rate,
    )
    upkeep = upkeep_prices(p)[COMPONENTS.index("standing_km_upper" if upper else "standing_km_lower")]
    return float(p.energise_line_mvnd_per_km + upkeep / per_unit)


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
