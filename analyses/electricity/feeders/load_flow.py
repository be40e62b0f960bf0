"""Voltage and loading of feeders by an AC load flow."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import pandapower as pp
import pandas as pd
from numpy.typing import NDArray
from pandapower.powerflow import LoadflowNotConverged

from infragap.analyses.arrays import FloatArray, IntArray
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
def _example() -> pp.pandapowerNet:
    """Two buses with a line and a load, whose tables larger networks are made like: pandapower's own functions take
    longer to make a network than to solve it."""
    net = pp.create_empty_network(add_stdtypes=False)
    pp.create_buses(net, 2, vn_kv=1.0)
    pp.create_ext_grid(net, 0)
    wire = {"r_ohm_per_km": 1.0, "x_ohm_per_km": 1.0, "c_nf_per_km": 0.0, "max_i_ka": 1.0}
    pp.create_lines_from_parameters(net, from_buses=[0], to_buses=[1], length_km=1.0, **wire)
    pp.create_loads(net, buses=[1], p_mw=1.0, q_mvar=1.0)
    return net


def _like_first(table: pd.DataFrame, count: int, **columns: NDArray[Any] | list[float]) -> pd.DataFrame:
    """Rows like the first one of a table, apart from some columns, numbered from 0."""
    made = table.take(np.zeros(count, dtype=np.int64))
    made.index = pd.RangeIndex(count)
    return made.assign(**{name: np.asarray(each, dtype=table[name].to_numpy().dtype) for name, each in columns.items()})


def _network(feeders: list[RadialFeeder], starts: IntArray) -> pp.pandapowerNet:
    """All feeders as one network; the bus of node k of a feeder is its start plus k."""
    example = _example()
    net = pp.pandapowerNet(
        {
            name: part.copy(deep=False) if isinstance(part, pd.DataFrame) else deepcopy(part)
            for name, part in example.items()
        }
    )
    pieces = [(first, radial) for first, radial in zip(starts, feeders, strict=True)]
    voltage_kv = np.concatenate([np.full(len(radial.parent), radial.voltage_kv) for radial in feeders])
    net["bus"] = _like_first(example["bus"], len(voltage_kv), vn_kv=voltage_kv)
    net["ext_grid"] = _like_first(
        example["ext_grid"], len(feeders), bus=starts, vm_pu=[radial.busbar_pu for radial in feeders]
    )
    net["line"] = _like_first(
        example["line"],
        len(voltage_kv) - len(feeders),
        from_bus=np.concatenate([first + radial.parent[1:] for first, radial in pieces]),
        to_bus=np.concatenate([first + np.arange(1, len(radial.parent)) for first, radial in pieces]),
        length_km=np.maximum(np.concatenate([radial.length_km[1:] for radial in feeders]), 1e-4),
        r_ohm_per_km=np.concatenate([radial.r_ohm_per_km[1:] for radial in feeders]),
        x_ohm_per_km=np.concatenate([radial.x_ohm_per_km[1:] for radial in feeders]),
        max_i_ka=np.concatenate([radial.imax_a[1:] for radial in feeders]) / 1000,
    )
    net["load"] = _like_first(
        example["load"],
        len(voltage_kv),
        bus=np.arange(len(voltage_kv)),
        p_mw=np.concatenate([radial.p_mw for radial in feeders]),
        q_mvar=np.concatenate([radial.q_mvar() for radial in feeders]),
    )
    return net


def _solve_together(feeders: list[RadialFeeder]) -> list[tuple[FloatArray, FloatArray]]:
    starts = np.cumsum([0] + [len(radial.parent) for radial in feeders])[:-1]
    net = _network(feeders, starts)
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
