"""One feeder with its planned branches as a radial network, and the linear voltage drop along it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.assumptions.builds import Build, line_type, reactance_ohm_per_km
from infragap.analyses.electricity.feeders.existing_feeder import Feeder
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.compiled import compiled

REGULATOR_BOOST_PCT = 10.0


@dataclass(frozen=True, eq=False)
class RadialFeeder:
    """One feeder with its planned branches as a radial network; node 0 is the station's busbar.

    Lines of fewer than three wires stand in it by the balanced line that drops as much and is as near its current
    limit: the trees of a feeder are taken to be spread over its phases (assumption).

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
    busbar_pu
        Voltage of the busbar by nominal.
    capacitor_mvar
        (k,) reactive power of capacitor banks at the node; None for none.
    """

    voltage_kv: float
    parent: IntArray
    length_km: FloatArray
    r_ohm_per_km: FloatArray
    x_ohm_per_km: FloatArray
    imax_a: FloatArray
    p_mw: FloatArray
    power_factor: float
    busbar_pu: float = 1.0
    capacitor_mvar: FloatArray | None = None

    def q_mvar(self) -> FloatArray:
        """Reactive load of each node less its capacitors, (k,)."""
        load = self.p_mw * np.tan(np.arccos(self.power_factor))
        return np.asarray(load if self.capacitor_mvar is None else load - self.capacitor_mvar)

    def flow_mw(self) -> FloatArray:
        """Load below each piece, (k,)."""
        return self._below(self.p_mw)

    def _below(self, value: FloatArray) -> FloatArray:
        return _gathered(self.parent, value.astype(np.float64))

    def linear_drop_pct(self) -> FloatArray:
        """Voltage drop from the busbar to each node without losses: ``Σ (P r + Q x) l / U²`` [% of nominal].

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
        flow, reactive = self.flow_mw(), self._below(self.q_mvar())
        piece = 100 * (flow * self.r_ohm_per_km + reactive * self.x_ohm_per_km) * self.length_km / self.voltage_kv**2
        piece = piece / self.busbar_pu
        return _along(self.parent, piece)


@compiled
def _gathered(parent: IntArray, value: FloatArray) -> FloatArray:  # pragma: no cover - compiled
    """Sum over each node and all behind it, (k,)."""
    total = value.copy()
    for node in range(len(parent) - 1, 0, -1):
        total[parent[node]] += total[node]
    return total


@compiled
def _along(parent: IntArray, value: FloatArray) -> FloatArray:  # pragma: no cover - compiled
    """Sum over the nodes from the busbar, which counts 0, to each node, (k,)."""
    total = np.zeros(len(parent))
    for node in range(1, len(parent)):
        total[node] = total[parent[node]] + value[node]
    return total


def hang_branches(
    feeder: Feeder,
    *,
    parent: IntArray,
    tap: IntArray,
    length_km: FloatArray,
    build: tuple[Build, ...],
    load_mw: FloatArray,
    parameters: ElectricityParameters,
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
    length_km, build, load_mw
        (b,) of each branch; the load at its lower end.
    parameters
        Table of works, power factor and busbar.
    """
    p, k = parameters, len(feeder.parent)
    above = np.where(parent >= 0, parent + k, feeder.tap_node[np.maximum(tap, 0)])
    upper = p.levels.is_upper(feeder.voltage_kv)
    of_wires = {wires: line_type(p, wires=wires, upper=upper) for wires in {each.wires for each in build}}
    types = [of_wires[each.wires] for each in build]
    wires = [p.works.conductors[each.conductor] for each in build]
    drop = np.array([kind.drop_factor for kind in types])
    x = reactance_ohm_per_km(feeder.voltage_kv)
    r_new = np.array([wire.r_ohm_per_km for wire in wires]) * drop
    i_new = np.array([wire.imax_a / kind.current_factor for wire, kind in zip(wires, types, strict=True)])
    return RadialFeeder(
        voltage_kv=feeder.voltage_kv,
        parent=np.concatenate([feeder.parent, above]).astype(np.int64),
        length_km=np.concatenate([feeder.length_km, length_km]),
        r_ohm_per_km=np.concatenate([feeder.r_ohm_per_km, r_new]),
        x_ohm_per_km=np.concatenate([np.full(k, x), x * drop]),
        imax_a=np.concatenate([feeder.imax_a, i_new]),
        p_mw=np.concatenate([feeder.existing_mw, load_mw]),
        power_factor=p.power_factor,
        busbar_pu=p.busbar_pu,
    )
