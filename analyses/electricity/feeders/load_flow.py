"""Voltage and loading of feeders by an AC load flow."""

from __future__ import annotations

import copy
from functools import cache

import numpy as np
import pandapower as pp
from pandapower.powerflow import LoadflowNotConverged

from infragap.analyses.arrays import FloatArray
from infragap.analyses.electricity.feeders.radial import RadialFeeder

USUAL_DROP_PCT = 15.0
"""Up to this linear drop a load flow surely has a solution."""


def load_flow(feeders: list[RadialFeeder]) -> list[tuple[FloatArray, FloatArray]]:
    """Voltage drop at every node and loading of every piece by one AC load flow over all feeders (pandapower,
    Newton-Raphson).

    Parameters
    ----------
    feeders
        Radial networks, each with its own busbar.

    Returns
    -------
    list
        For each feeder the drop from its busbar (k,) [% of nominal] and the loading (k,) [%]; NaN where the feeder
        carries more than a load flow can solve.
    """
    results = [(np.full(len(r.parent), np.nan), np.full(len(r.parent), np.nan)) for r in feeders]
    usual = [n for n, radial in enumerate(feeders) if radial.linear_drop_pct().max() <= USUAL_DROP_PCT]
    # feeders near voltage collapse are solved alone: one without a solution must not take the others with it
    for group in [usual, *([n] for n in sorted(set(range(len(feeders))) - set(usual)))]:
        if not group:
            continue
        try:
            solved = _solve_together([feeders[n] for n in group])
        except LoadflowNotConverged:
            continue
        for n, result in zip(group, solved, strict=True):
            results[n] = result
    return results


@cache
def _empty_network() -> pp.pandapowerNet:
    """Network without anything, not even types of wire, to be copied: making one takes fifteen times as long as copying
    it."""
    return pp.create_empty_network(add_stdtypes=False)


def _solve_together(feeders: list[RadialFeeder]) -> list[tuple[FloatArray, FloatArray]]:
    net = copy.deepcopy(_empty_network())
    starts = np.cumsum([0] + [len(radial.parent) for radial in feeders])[:-1]
    pp.create_buses(
        net,
        sum(len(radial.parent) for radial in feeders),
        vn_kv=np.concatenate([np.full(len(radial.parent), radial.voltage_kv) for radial in feeders]),
    )
    pp.create_ext_grid(net, 0)
    # one after the other they would take as long as the flow itself
    net["ext_grid"] = net["ext_grid"].loc[[0] * len(feeders)].reset_index(drop=True)
    net["ext_grid"]["bus"] = starts.astype(net["ext_grid"]["bus"].dtype)
    net["ext_grid"]["vm_pu"] = [radial.busbar_pu for radial in feeders]
    pieces = [(first, radial) for first, radial in zip(starts, feeders, strict=True)]
    pp.create_lines_from_parameters(
        net,
        from_buses=np.concatenate([first + radial.parent[1:] for first, radial in pieces]),
        to_buses=np.concatenate([first + np.arange(1, len(radial.parent)) for first, radial in pieces]),
        length_km=np.maximum(np.concatenate([radial.length_km[1:] for radial in feeders]), 1e-4),
        r_ohm_per_km=np.concatenate([radial.r_ohm_per_km[1:] for radial in feeders]),
        x_ohm_per_km=np.concatenate([radial.x_ohm_per_km[1:] for radial in feeders]),
        c_nf_per_km=0.0,
        max_i_ka=np.concatenate([radial.imax_a[1:] for radial in feeders]) / 1000,
    )
    active = np.concatenate([radial.p_mw for radial in feeders])
    reactive = np.concatenate([radial.q_mvar() for radial in feeders])
    pp.create_loads(net, buses=np.arange(len(active)), p_mw=active, q_mvar=reactive)
    pp.runpp(net, numba=False, init="flat", max_iteration=30, calculate_voltage_angles=False)
    voltage = net.res_bus["vm_pu"].to_numpy()
    loading = net.res_line["loading_percent"].to_numpy()
    results = []
    for position, (first, radial) in enumerate(zip(starts.tolist(), feeders, strict=True)):
        count = len(radial.parent)
        line_first = first - position  # a feeder of k nodes has k - 1 pieces
        drop = 100 * (radial.busbar_pu - voltage[first : first + count])
        results.append((drop, np.concatenate([[0.0], loading[line_first : line_first + count - 1]])))
    return results
