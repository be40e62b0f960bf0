"""The voltage check of a whole plan: every planned tree on the existing feeder that it hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from analyses.electricity.decision import Decision
from analyses.electricity.feeders import (
    REGULATOR_BOOST_PCT,
    Check,
    Radial,
    assemble,
    basis_of,
    choose_conductors,
    extra_cost,
    judge,
    load_flow,
    remedy,
)
from analyses.electricity.parameters import ElectricityParameters
from analyses.electricity.paths import FloatArray, IntArray
from analyses.electricity.ranking import branch_feeder
from analyses.electricity.settlements import design_load_kw
from analyses.electricity.study import Priced, Study
from analyses.electricity.surface import COMPONENTS
from analyses.electricity.upstream import Feeder, trace_feeder
from gis.raster import xy

if TYPE_CHECKING:
    from gis.pack import Pack


def check_voltage(
    pack: Pack, study: Study, priced: Priced, decision: Decision, parameters: ElectricityParameters
) -> tuple[Check, FloatArray]:
    """Choose conductors, run the load flow and find remedies for every planned branch.

    Returns
    -------
    check
        By branch.
    settlement_drop_pct
        (n,) drop at each grid settlement; NaN off the grid or where the feeder cannot be solved.
    """
    p, branches = parameters, decision.branches
    count, n = len(branches), len(study.places)
    length = branches.components[:, [COMPONENTS.index("km_35"), COMPONENTS.index("km_22")]].sum(axis=1)
    own_load = design_load_kw(study.places.households, p) / 1000
    end_load = np.zeros(count)
    served = branches.branch_of >= 0
    np.add.at(end_load, branches.branch_of[served], own_load[served])
    row = branch_feeder(branches, study)
    on_line = np.flatnonzero(decision.on_grid & ~served)
    groups = _groups(pack.grid_lines, row, study.routes.line[on_line])
    conductor = np.array(["AC-50"] * count, dtype=object)
    basis = np.array([""] * count, dtype=object)
    radials: list[Radial] = []
    members: list[tuple[IntArray, IntArray, Feeder]] = []
    for key, lines, of_branch, of_place in groups:
        mine, here = np.flatnonzero(of_branch), on_line[of_place]
        feeder, tap, parent = _hang(pack, study, decision, p, lines=lines, mine=mine, here=here, key=key)
        # settlements on the line load the feeder at their own tap
        feeder.existing_mw[feeder.tap_node[len(feeder.tap_node) - len(here) :]] += own_load[here]
        given = {
            "parent": parent,
            "tap": tap,
            "length_km": length[mine],
            "load_mw": end_load[mine],
            "power_factor": p.power_factor,
        }
        names = choose_conductors(feeder, **given, limit_pct=p.mv_drop_limit_pct)
        conductor[mine] = names
        basis[mine] = basis_of(feeder)
        radials.append(assemble(feeder, **given, conductor=names))
        members.append((mine, here, feeder))
    drop, loading, tap_drop = np.full(count, np.nan), np.full(count, np.nan), np.full(count, np.nan)
    settlement_drop = np.full(n, np.nan)
    for (mine, here, feeder), (node_drop, node_loading) in zip(members, load_flow(radials), strict=True):
        k = len(feeder.parent)
        drop[mine], loading[mine] = node_drop[k:], node_loading[k:]
        roots = mine[branches.parent[mine] < 0]
        tap_drop[roots] = node_drop[feeder.tap_node[: len(roots)]]
        settlement_drop[here] = node_drop[feeder.tap_node[len(feeder.tap_node) - len(here) :]]
    top = branches.tap()
    tap_drop = tap_drop[top] if count else tap_drop
    settlement_drop[served] = drop[branches.branch_of[served]]
    status = np.array([judge(drop[b], tap_drop[b], loading[b], p) for b in range(count)], dtype=object)
    texts, costs = _remedies(
        priced,
        decision,
        p,
        drop=drop,
        status=status,
        length=length,
        voltage=pack.grid_lines["voltage_kv"].to_numpy()[row],
        of_feeder=[mine for mine, _, _ in members],
    )
    return Check(
        conductor=conductor,
        drop_pct=drop,
        loading_pct=loading,
        status=status,
        remedy_vi=texts,
        remedy_mvnd=costs,
        extra_mvnd=extra_cost(list(conductor), length, p),
        tap_drop_pct=tap_drop,
        basis=basis,
    ), settlement_drop


def _groups(
    grid_lines: gpd.GeoDataFrame, branch_row: IntArray, place_row: IntArray
) -> list[tuple[str, gpd.GeoDataFrame, NDArray[np.bool_], NDArray[np.bool_]]]:
    """Feeders that get new load: key, their pieces, and which branches and settlements on lines hang on them."""
    usable = grid_lines["voltage_kv"].isin((35.0, 22.0)) & (grid_lines["status"] == "existing")
    keys = (
        grid_lines["substation_id"].fillna("").astype(str)
        + " "
        + grid_lines["feeder"].fillna("").astype(str)
        + " "
        + grid_lines["voltage_kv"].astype(str)
    ).to_numpy()
    found = []
    for key in sorted({*keys[branch_row], *keys[place_row]}):
        lines = grid_lines[usable & (keys == key)]
        found.append((key, lines, keys[branch_row] == key, keys[place_row] == key))
    return found


def _hang(
    pack: Pack,
    study: Study,
    decision: Decision,
    parameters: ElectricityParameters,
    *,
    lines: gpd.GeoDataFrame,
    mine: IntArray,
    here: IntArray,
    key: str,
) -> tuple[Feeder, IntArray, IntArray]:
    """Feeder with its taps (trees first, then settlements on the line), the tap of each branch, and parents counted within the feeder."""
    branches = decision.branches
    roots = mine[branches.parent[mine] < 0]
    columns = study.surface.grid.shape[1]
    cells = np.array([branches.cells[root][0] for root in roots] + study.routes.cell[here].tolist(), dtype=np.int64)
    x, y = xy(study.surface.grid, cells // columns, cells % columns)
    station = _station(pack, lines)
    feeder = trace_feeder(
        lines,
        station,
        x,
        y,
        name=key,
        power_factor=parameters.power_factor,
        served_drop_pct=parameters.existing_drop_pct,
    )
    local = np.full(len(branches), -1, dtype=np.int64)
    local[mine] = np.arange(len(mine))
    tap = np.zeros(len(mine), dtype=np.int64)
    tap[local[roots]] = np.arange(len(roots))
    above = branches.parent[mine]
    return feeder, tap, np.where(above >= 0, local[np.maximum(above, 0)], -1)


def _station(pack: Pack, lines: gpd.GeoDataFrame) -> shapely.Point | None:
    ids = lines["substation_id"].dropna()
    known = pack.substations[pack.substations["substation_id"].isin(ids)]
    return known.geometry.iloc[0] if len(known) else None


def _remedies(
    priced: Priced,
    decision: Decision,
    parameters: ElectricityParameters,
    *,
    drop: FloatArray,
    status: NDArray[np.object_],
    length: FloatArray,
    voltage: FloatArray,
    of_feeder: list[IntArray],
) -> tuple[NDArray[np.object_], FloatArray]:
    """Remedy of every tree that fails: the text on all its failing branches, the cost on its uppermost one.

    Where one regulator on a feeder's trunk costs less than the remedies of all its trees together, it is taken for all of them that it lifts enough,
    and stands once, on the first.
    """
    branches, p = decision.branches, parameters
    count = len(branches)
    top = branches.tap()
    texts, costs = np.array([""] * count, dtype=object), np.zeros(count)
    extra = np.maximum(priced.offgrid.best_mvnd - decision.choice_mvnd, 0.0)
    extra = np.where(decision.on_grid, np.where(priced.question.required, np.inf, extra), 0.0)
    extra = branches.below(extra)
    for root in np.flatnonzero(branches.parent < 0):
        tree = np.flatnonzero(top == root)
        failing = tree[status[tree] != "ok"]
        if len(failing) == 0:
            continue
        worst = failing[int(np.nanargmax(np.nan_to_num(drop[failing], nan=1e9)))]
        text, cost = remedy(
            float(np.nan_to_num(drop[worst], nan=1e9)),
            status=str(status[worst]),
            voltage_kv=float(voltage[root]),
            rebuild_mvnd=float(length[tree].sum()) * max(p.mv35_line_mvnd_per_km - p.mv22_line_mvnd_per_km, 0.0),
            offgrid_extra_mvnd=float(extra[root]),
            parameters=p,
        )
        texts[failing] = text
        costs[root] = cost
    for mine in of_feeder:
        lifted = mine[(status[mine] != "ok") & (drop[mine] - REGULATOR_BOOST_PCT <= p.mv_drop_limit_pct)]
        roots = np.unique(top[lifted])
        # a tree with a branch that stays too low keeps its own remedy
        whole = [
            root for root in roots.tolist() if np.isin(mine[(top[mine] == root) & (status[mine] != "ok")], lifted).all()
        ]
        if whole and np.nan_to_num(costs[whole], nan=np.inf).sum() > p.regulator_mvnd:
            texts[lifted[np.isin(top[lifted], whole)]] = "lắp một máy điều chỉnh điện áp chung trên trục của lộ"
            costs[whole] = 0.0
            costs[whole[0]] = p.regulator_mvnd
    return texts, costs
