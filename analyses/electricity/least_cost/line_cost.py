"""What lines cost over their life, from what they are made of, and how each branch of a plan is built for the load that
it carries."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.assumptions.builds import Build, builds, line_type, reactance_ohm_per_km
from infragap.analyses.electricity.demand.life_cycle import line_factor
from infragap.analyses.electricity.least_cost.branches import Branches
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.line_components import unit_prices, upkeep_prices


def line_life_cycle(components: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Least life-cycle cost of lines from their components, whatever they carry [million VND]."""
    built = np.maximum(components @ unit_prices(parameters), 0.0) * line_factor(parameters)
    return np.asarray(built + standing_upkeep(components, parameters))


def standing_upkeep(components: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Present worth of the upkeep of standing lines that are only switched on [million VND]."""
    return np.maximum(components @ upkeep_prices(parameters), 0.0)


@dataclass(frozen=True, eq=False)
class BranchSizes:
    """How the branches of a plan are built, all (branches,).

    Attributes
    ----------
    build
        Wires and conductor of each.
    upper
        Whether its tap lies on a line of the upper level.
    investment_mvnd, least_mvnd
        Investment as it is built, and what it would be at the least lawful build, which the bound of the plan stands
        on; never the larger.
    """

    build: tuple[Build, ...]
    upper: BoolArray
    investment_mvnd: FloatArray
    least_mvnd: FloatArray


def size_branches(
    branches: Branches,
    load_kw: FloatArray,
    upper: BoolArray,
    parameters: ElectricityParameters,
    *,
    three_phase: BoolArray | None = None,
) -> BranchSizes:
    """Build each branch in the cheapest way that carries its load.

    Parameters
    ----------
    branches
        Planned lines.
    load_kw
        (branches,) load that each carries.
    upper
        (branches,) whether its tap lies on a line of the upper level.
    parameters
        Prices, table of works and limits.
    three_phase
        (branches,) whether machines below each ask for three wires.

    Notes
    -----
    A build suffices where the load is within its type's `most_kw`, its current within the conductor's, and its drop per
    kilometre within ``new_line_drop_limit_pct / L``, L the longest way from the tap through the branch to an end. Along
    any way the pieces then sum to no more than that limit, since no way through a branch is longer than its L. Every
    limit tightens with the load and the cheapest of fewer builds costs no less: a larger load never gets a cheaper
    branch. A tree longer than `recloser_from_km` gets a recloser at its tap.
    """
    p, every = parameters, np.arange(len(branches))
    possible = builds(p)
    budget = p.new_line_drop_limit_pct / np.maximum(longest_way_km(branches), 1e-9)
    fewest = 1 if three_phase is None else np.where(three_phase, 3, 1)
    fits = np.column_stack(
        [
            (build.wires >= fewest)
            & np.where(upper, *(_suffices(build, load_kw, at, budget, p) for at in (True, False)))
            for build in possible
        ]
    )
    # where none suffices, the strongest
    fits[~fits.any(axis=1), -1] = True
    mvnd = np.column_stack([branches.components @ unit_prices(p, build) for build in possible])
    best = np.where(fits, mvnd, np.inf).argmin(axis=1)
    investment = np.maximum(mvnd[every, best], 0.0)
    least = np.minimum(np.maximum(branches.components @ unit_prices(p), 0.0), investment)
    km = branches.gathered(branches.length_km)
    roots = branches.parent < 0
    investment[roots & (km >= p.recloser_from_km)] += p.works.recloser_mvnd
    return BranchSizes(tuple(possible[k] for k in best.tolist()), np.asarray(upper, dtype=bool), investment, least)


def _suffices(
    build: Build, load_kw: FloatArray, upper: bool, budget_pct_per_km: FloatArray, p: ElectricityParameters
) -> BoolArray:
    """Whether a build carries what each branch carries, (branches,)."""
    kind = line_type(p, wires=build.wires, upper=upper)
    kv = p.levels.upper_kv if upper else p.levels.lower_kv
    ampere = load_kw / (p.power_factor * math.sqrt(3) * kv) * kind.current_factor
    strong = (load_kw <= kind.most_kw) & (ampere <= p.works.conductors[build.conductor].imax_a)
    drops = drop_pct_per_km(build, load_kw, upper=upper, parameters=p)
    return np.asarray(strong & (drops <= budget_pct_per_km))


def drop_pct_per_km(build: Build, load_kw: FloatArray, *, upper: bool, parameters: ElectricityParameters) -> FloatArray:
    """Voltage drop of a kilometre of lines by the linear formula ``P (r + x tan φ) / U²`` times the type's factor [%].

    Examples
    --------
    20 villages of 30 kW over two wires of AC-50: ``100 · 0.6 · (0.595 + 0.4 · 0.4843) · 2 / 35²``, 40 km 3.1 %.

    >>> p = ElectricityParameters()
    >>> (40 * drop_pct_per_km(Build(2, "AC-50"), np.array([600.0]), upper=True, parameters=p)).round(3).tolist()
    [3.091]
    """
    p = parameters
    kv = p.levels.upper_kv if upper else p.levels.lower_kv
    impedance = p.works.conductors[build.conductor].r_ohm_per_km
    impedance += reactance_ohm_per_km(kv) * math.tan(math.acos(p.power_factor))
    return 100 * load_kw / 1000 * impedance / kv**2 * line_type(p, wires=build.wires, upper=upper).drop_factor


def longest_way_km(branches: Branches) -> FloatArray:
    """Length of the longest way from the tap through each branch to an end of its tree, (branches,)."""
    below, length_km = np.zeros(len(branches)), branches.length_km
    for branch in range(len(branches) - 1, -1, -1):
        below[branch] += length_km[branch]
        above = branches.parent[branch]
        if above >= 0:
            below[above] = max(below[above], below[branch])
    return np.asarray(branches.along(length_km) - length_km + below)
