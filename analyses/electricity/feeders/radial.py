"""One feeder with its planned branches as a radial network: linear voltage drop, and the lightest conductors that keep
it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.feeders.conductors import CATALOGUE, CHOICES, extra_mvnd_per_km, reactance_ohm_per_km
from infragap.analyses.electricity.feeders.existing_feeder import Feeder
from infragap.analyses.electricity.parameters import ElectricityParameters

REGULATOR_BOOST_PCT = 10.0


@dataclass(frozen=True, eq=False)
class RadialFeeder:
    """One feeder with its planned branches as a radial network; node 0 is the station at nominal voltage.

    Attributes
    ----------
    voltage_kv
        Nominal voltage.
    parent
        (k,) node above; -1 at node 0; every node after the one above it.
    length_km, r_ohm_per_km, x_ohm_per_km, imax_a
        (k,) of the piece to the node above.
    p_mw
        (k,) active load at the node.
    power_factor
        Of all loads.
    """

    voltage_kv: float
    parent: IntArray
    length_km: FloatArray
    r_ohm_per_km: FloatArray
    x_ohm_per_km: FloatArray
    imax_a: FloatArray
    p_mw: FloatArray
    power_factor: float

    def flow_mw(self) -> FloatArray:
        """Load below each piece, (k,)."""
        flow = self.p_mw.astype(np.float64).copy()
        for node in range(len(self.parent) - 1, 0, -1):
            flow[self.parent[node]] += flow[node]
        return flow

    def linear_drop_pct(self) -> FloatArray:
        """Voltage drop from the station to each node without losses: ``Σ (P r + Q x) l / U²`` [%].

        Examples
        --------
        10 km of AC-70 at 35 kV with 1.6 MW at its end and a power factor of 0.9:
        ``100 · (1.6 · 0.422 + 0.7749 · 0.40) · 10 / 35²``.

        >>> feeder = RadialFeeder(
        ...     voltage_kv=35.0,
        ...     parent=np.array([-1, 0]),
        ...     length_km=np.array([0.0, 10.0]),
        ...     r_ohm_per_km=np.array([0.0, 0.422]),
        ...     x_ohm_per_km=np.array([0.0, 0.40]),
        ...     imax_a=np.array([1.0, 290.0]),
        ...     p_mw=np.array([0.0, 1.6]),
        ...     power_factor=0.9,
        ... )
        >>> feeder.linear_drop_pct().round(3).tolist()
        [0.0, 0.804]
        """
        flow = self.flow_mw()
        reactive = flow * np.tan(np.arccos(self.power_factor))
        piece = 100 * (flow * self.r_ohm_per_km + reactive * self.x_ohm_per_km) * self.length_km / self.voltage_kv**2
        drop = np.zeros(len(self.parent))
        for node in range(1, len(self.parent)):
            drop[node] = drop[self.parent[node]] + piece[node]
        return drop


def hang_branches(
    feeder: Feeder,
    *,
    parent: IntArray,
    tap: IntArray,
    length_km: FloatArray,
    conductor: list[str],
    load_mw: FloatArray,
    power_factor: float,
) -> RadialFeeder:
    """Hang planned branches on a feeder.

    Parameters
    ----------
    feeder
        Existing line.
    parent
        (b,) branch above, -1 at a tap.
    tap
        (b,) number of the tap that a branch with parent -1 hangs on; others are ignored.
    length_km, conductor, load_mw
        (b,) of each branch; the load at its lower end.
    power_factor
        Of all loads.
    """
    k = len(feeder.parent)
    above = np.where(parent >= 0, parent + k, feeder.tap_node[np.maximum(tap, 0)])
    new = [CATALOGUE[name] for name in conductor]
    x = reactance_ohm_per_km(feeder.voltage_kv)
    return RadialFeeder(
        voltage_kv=feeder.voltage_kv,
        parent=np.concatenate([feeder.parent, above]).astype(np.int64),
        length_km=np.concatenate([feeder.length_km, length_km]),
        r_ohm_per_km=np.concatenate([feeder.r_ohm_per_km, [c.r_ohm_per_km for c in new]]),
        x_ohm_per_km=np.full(k + len(new), x),
        imax_a=np.concatenate([feeder.imax_a, [c.imax_a for c in new]]),
        p_mw=np.concatenate([feeder.existing_mw, load_mw]),
        power_factor=power_factor,
    )


def choose_conductors(
    feeder: Feeder,
    *,
    parent: IntArray,
    tap: IntArray,
    length_km: FloatArray,
    load_mw: FloatArray,
    power_factor: float,
    limit_pct: float,
) -> list[str]:
    """Lightest conductors that keep the drop at every branch, by the linear sum.

    Notes
    -----
    All branches start with the lightest. As long as a branch is beyond its aim, that piece on the way to the worst one
    is made one size heavier
    which takes most off its drop. The aim is the limit; where the heaviest conductors cannot keep it, what a regulator
    can still lift; where that
    fails too there is none, since heavier wire would be money without effect.
    """
    k = len(feeder.parent)

    def drop_with(names: list[str]) -> tuple[FloatArray, FloatArray]:
        radial = hang_branches(
            feeder,
            parent=parent,
            tap=tap,
            length_km=length_km,
            conductor=names,
            load_mw=load_mw,
            power_factor=power_factor,
        )
        return radial.linear_drop_pct()[k:], radial.flow_mw()[k:]

    least, _ = drop_with([CHOICES[-1]] * len(parent))
    lifted = limit_pct + REGULATOR_BOOST_PCT
    aim = np.where(least <= limit_pct, limit_pct, np.where(least <= lifted, lifted, np.inf))
    size = np.zeros(len(parent), dtype=np.int64)
    while True:
        drop, flow = drop_with([CHOICES[s] for s in size])
        beyond = np.flatnonzero(drop > aim + 1e-12)
        if len(beyond) == 0:
            return [CHOICES[s] for s in size]
        way = _way(parent, int(beyond[np.argmax(drop[beyond] - aim[beyond])]))
        heavier = np.minimum(size[way] + 1, len(CHOICES) - 1)
        now = np.array([CATALOGUE[CHOICES[s]].r_ohm_per_km for s in size[way]])
        then = np.array([CATALOGUE[CHOICES[s]].r_ohm_per_km for s in heavier])
        relief = (now - then) * length_km[way] * flow[way]
        size[way[int(relief.argmax())]] += 1


def _way(parent: IntArray, branch: int) -> IntArray:
    way = [branch]
    while parent[way[-1]] >= 0:
        way.append(int(parent[way[-1]]))
    return np.array(way, dtype=np.int64)


def extra_cost(conductor: list[str], length_km: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Investment in conductors beyond AC-70 [million VND]."""
    return np.array([extra_mvnd_per_km(name, parameters.conductor_mvnd_per_tonne) for name in conductor]) * length_km
