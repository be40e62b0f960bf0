"""What a line is made of and what it costs: kilometres by voltage and ground, crossings, forest.

The cost of a line is kept as a sum of components, so that it follows for any set of prices without a new search.
"""

from __future__ import annotations

import numpy as np

from infragap.analyses.arrays import FloatArray
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
)


FOREST_KM = ("production_forest_km", "protection_forest_km", "special_use_forest_km", "natural_forest_km")


COMPONENTS = PRICED + FOREST_KM
"""What a line is made of: first what has a price of its own (`unit_prices`), then kilometres by forest class (natural
forest is also
counted in its class)."""


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
    cable = max(p.road_cable_mvnd_per_km - upper, 0.0) if p.forest_rule == "cable" else 0.0
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
            *(0.0 for _ in FOREST_KM),
        ]
    )


def line_km(components: FloatArray) -> FloatArray:
    """Length of lines from their components [km], (...,)."""
    return np.asarray(components[..., COMPONENTS.index("km_upper")] + components[..., COMPONENTS.index("km_lower")])


def built_for(components: FloatArray, *, upper: bool) -> FloatArray:
    """Components of the same lines if all of them are built for one level, the upper or the lower, (...,
    len(COMPONENTS))."""
    at = {name: k for k, name in enumerate(PRICED)}
    given, other = ("upper", "lower") if upper else ("lower", "upper")
    result = np.array(components, dtype=np.float64)
    for kind in ("km", "rough_km", "forest_km"):
        result[..., at[f"{kind}_{given}"]] += result[..., at[f"{kind}_{other}"]]
        result[..., at[f"{kind}_{other}"]] = 0.0
    return result


def any_forest_km(components: FloatArray) -> FloatArray:
    """Kilometres on forest of any class, (n,): natural forest without a class counts too, and none counts twice."""
    *classes, natural = (components[:, COMPONENTS.index(name)] for name in FOREST_KM)
    return np.asarray(np.fmax(sum(classes), natural))
