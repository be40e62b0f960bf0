"""What is amiss on every existing feeder, today and with the plan, and what sets it right: each fault once, with a
remedy and a price of its own that no village pays.

Remedies are tried in the order in which an engineer would: capacitor banks, regulators, heavier wire, the upper level,
a nearer substation. The first that suffices is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.assumptions.builds import reactance_ohm_per_km
from infragap.analyses.electricity.codes import FeederRemedy
from infragap.analyses.electricity.demand.life_cycle import line_factor, station_factor
from infragap.analyses.electricity.feeders.load_flow import load_flow
from infragap.analyses.electricity.feeders.radial import REGULATOR_BOOST_PCT, RadialFeeder
from infragap.analyses.electricity.feeders.voltage import FeederVoltage
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.reuse import content_of, remembered

MOST_REGULATORS = 3
"""So many on one feeder hold each other in check with their time delays; more are no practice (assumption)."""

HEAVIEST = "AC-240"
"""Wire that an existing feeder gets."""

SAFETY = 0.97
"""A remedy found by linear sums must come within this part of the limit, so that the load flow agrees."""


@dataclass(frozen=True, eq=False)
class FeederFinding:
    """One feeder: what its farthest customers have, and what helps.

    Attributes
    ----------
    voltage
        Its load flow.
    remedy
        `FeederRemedy`; empty where the drop is within its share.
    count
        Number of banks or regulators, kilometres of wire.
    mvnd
        Life-cycle cost; NaN where only a nearer substation helps, which has no price here.
    """

    voltage: FeederVoltage
    remedy: FeederRemedy
    count: float
    mvnd: float

    @property
    def drop_today_pct(self) -> float:
        """Largest drop without the plan."""
        return float(np.max(self.voltage.today_pct))

    @property
    def drop_after_pct(self) -> float:
        """Largest drop with the plan, the planned lines apart."""
        return float(np.max(self.voltage.after_pct))


def feeder_findings(feeders: list[FeederVoltage], parameters: ElectricityParameters) -> list[FeederFinding]:
    """Judge every feeder with the plan on it, and find what helps where it is beyond `mv_drop_limit_pct`."""
    found = []
    for each in feeders:
        worst = float(np.max(np.nan_to_num(each.after_pct, nan=np.inf), initial=0.0))
        if worst <= parameters.mv_drop_limit_pct:
            found.append(FeederFinding(each, FeederRemedy.NONE, 0.0, 0.0))
            continue
        radial = _as_solved(each, parameters)
        content = content_of(*(getattr(radial, field.name) for field in fields(radial)))
        step = f"remedy of {each.extended.feeder.name}"
        # priced apart, so that other prices need no other load flow
        remedy, count = remembered(step, partial(_remedy, radial), parameters, (content,))
        found.append(FeederFinding(each, remedy, count, life_cycle_mvnd(remedy, count, parameters)))
    return found


def _remedy(radial: RadialFeeder, parameters: ElectricityParameters) -> tuple[FeederRemedy, float]:
    """The first remedy that suffices, and its count."""
    for remedy, attempt in ATTEMPTS.items():
        count = attempt(radial, parameters)
        if count is not None:
            return remedy, count
    return FeederRemedy.NEARER_SUBSTATION, 0.0


def life_cycle_mvnd(remedy: FeederRemedy, count: float, parameters: ElectricityParameters) -> float:
    """Life-cycle cost of a remedy by its number or its kilometres; NaN for a nearer substation.

    Examples
    --------
    >>> life_cycle_mvnd(FeederRemedy.NEARER_SUBSTATION, 0.0, ElectricityParameters())
    nan
    """
    p = parameters
    match remedy:
        case FeederRemedy.CAPACITORS:
            return count * p.works.capacitor_mvnd * station_factor(p)
        case FeederRemedy.REGULATORS:
            return count * p.regulator_mvnd * station_factor(p)
        case FeederRemedy.HEAVIER_WIRE:
            return count * p.reconductor_mvnd_per_km * line_factor(p)
        case FeederRemedy.UPPER_LEVEL:
            return count * p.raise_level_mvnd_per_km * line_factor(p)
        case _:
            return float("nan")


def _as_solved(feeder: FeederVoltage, parameters: ElectricityParameters) -> RadialFeeder:
    """The feeder with all its load; the load of planned trees stands at their taps."""
    extended, radial = feeder.extended, feeder.extended.today(parameters)
    load = radial.p_mw + extended.settlement_mw
    np.add.at(load, extended.feeder.tap_node[extended.tap_of_branch], extended.load_mw)
    return replace(radial, p_mw=load)


def capacitors(radial: RadialFeeder, parameters: ElectricityParameters) -> float | None:
    """Number of the fewest fixed banks that hold the share, each where the drop is largest; None
    where the reactive load at night allows no more.

    Examples
    --------
    A bank of 300 kvar 30 km away at the upper level lifts ``100 · 0.3 · 0.40 · 30 / 35² = 0.29 %``.

    >>> feeder = RadialFeeder(
    ...     voltage_kv=35.0,
    ...     parent=np.array([-1, 0]),
    ...     length_km=np.array([0.0, 30.0]),
    ...     r_ohm_per_km=np.array([0.0, 0.301]),
    ...     x_ohm_per_km=np.array([0.4, 0.40]),
    ...     imax_a=np.array([1.0, 350.0]),
    ...     p_mw=np.array([0.0, 5.6]),
    ...     power_factor=0.9,
    ... )
    >>> capacitors(feeder, ElectricityParameters())
    2.0
    """
    p, bank_mvar = parameters, parameters.works.capacitor_kvar / 1000
    most = int(p.light_load_share * float(radial.q_mvar().sum()) / bank_mvar + 1e-9)
    banks = np.zeros(len(radial.parent))
    for count in range(most + 1):
        drop = replace(radial, capacitor_mvar=banks * bank_mvar).linear_drop_pct()
        if drop.max() <= SAFETY * p.mv_drop_limit_pct and _solved_within(radial, banks * bank_mvar, p):
            return float(count)
        banks[int(drop.argmax())] += 1
    return None


def _solved_within(radial: RadialFeeder, capacitor_mvar: FloatArray, parameters: ElectricityParameters) -> bool:
    ((drop, _),) = load_flow([replace(radial, capacitor_mvar=capacitor_mvar)])
    return bool(np.max(np.nan_to_num(drop, nan=np.inf)) <= parameters.mv_drop_limit_pct)


def regulators(radial: RadialFeeder, parameters: ElectricityParameters) -> float | None:
    """Number of the regulators that hold the share.

    Notes
    -----
    Each stands on the way to the worst node where the drop comes to the share, within a piece if need be, and lifts all
    behind it to the voltage of the busbar, by `REGULATOR_BOOST_PCT` at most.
    """
    p, aim = parameters, SAFETY * parameters.mv_drop_limit_pct
    ((drop, _),) = load_flow([radial])
    drop = drop.copy()
    for count in range(1, MOST_REGULATORS + 1):
        if not np.isfinite(drop).all():
            return None
        way = _way(radial.parent, int(drop.argmax()))
        first = [node for node in way if drop[node] > aim][-1]
        drop[_behind(radial.parent, first)] -= min(REGULATOR_BOOST_PCT, aim)
        if drop.max() <= p.mv_drop_limit_pct:
            return float(count)
    return None


def heavier_wire(radial: RadialFeeder, parameters: ElectricityParameters) -> float | None:
    """Kilometres of heavier wire on the pieces where a kilometre takes most off the worst drop."""
    p, wire = parameters, parameters.works.conductors[HEAVIEST]
    r, done = radial.r_ohm_per_km.copy(), np.zeros(len(radial.parent), dtype=bool)
    flow = radial.flow_mw()
    while True:
        now = replace(radial, r_ohm_per_km=r)
        drop = now.linear_drop_pct()
        if drop.max() <= SAFETY * p.mv_drop_limit_pct:
            km = float(radial.length_km[done].sum())
            solved = load_flow([now])[0][0]
            within = np.max(np.nan_to_num(solved, nan=np.inf)) <= p.mv_drop_limit_pct
            return km if within else None
        way = [node for node in _way(radial.parent, int(drop.argmax())) if not done[node] and node > 0]
        relief = [flow[node] * max(r[node] - wire.r_ohm_per_km, 0.0) for node in way]
        if not way or max(relief) <= 0:
            return None
        node = way[int(np.argmax(relief))]
        r[node], done[node] = wire.r_ohm_per_km, True


def upper_level(radial: RadialFeeder, parameters: ElectricityParameters) -> float | None:
    """Kilometres of line to raise a feeder of the lower level to the upper one."""
    p = parameters
    if p.levels.is_upper(radial.voltage_kv):
        return None
    x = np.full(len(radial.parent), reactance_ohm_per_km(p.levels.upper_kv))
    ((drop, _),) = load_flow([replace(radial, voltage_kv=p.levels.upper_kv, x_ohm_per_km=x)])
    if not np.max(np.nan_to_num(drop, nan=np.inf)) <= p.mv_drop_limit_pct:
        return None
    return float(radial.length_km.sum())


ATTEMPTS: dict[FeederRemedy, Callable[[RadialFeeder, ElectricityParameters], float | None]] = {
    FeederRemedy.CAPACITORS: capacitors,
    FeederRemedy.REGULATORS: regulators,
    FeederRemedy.HEAVIER_WIRE: heavier_wire,
    FeederRemedy.UPPER_LEVEL: upper_level,
}
"""In the order in which they are tried."""


def _way(parent: IntArray, node: int) -> list[int]:
    """Nodes from one up to the station."""
    way = [node]
    while parent[way[-1]] >= 0:
        way.append(int(parent[way[-1]]))
    return way


def _behind(parent: IntArray, place: int) -> BoolArray:
    """Whether each node is one or lies behind it."""
    behind = np.zeros(len(parent), dtype=bool)
    behind[place] = True
    for node in range(1, len(parent)):
        behind[node] |= behind[parent[node]]
    return behind
