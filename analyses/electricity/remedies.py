"""What helps planned trees that do not keep the voltage, and what each way costs: regulator, 35 kV, another tap, own supply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.electricity.decision import Decision
from infragap.analyses.electricity.feeders import REGULATOR_BOOST_PCT
from infragap.analyses.electricity.headroom import Limit, Loading, Room
from infragap.analyses.electricity.moves import Move, find_moves
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.ranking import branch_feeder
from infragap.analyses.electricity.settlements import design_load_kw, line_factor, station_factor
from infragap.analyses.electricity.study import Priced, Study
from infragap.analyses.electricity.upstream import Feeder
from infragap.analyses.electricity.voltage import Check
from infragap.wording.catalogue import number_vi

if TYPE_CHECKING:
    from infragap.gis.pack import Pack

WAYS = ("regulator", "step_up", "other_tap", "offgrid")
WAY_VI = {
    "regulator": "lắp máy điều chỉnh điện áp trước chỗ sụt áp",
    "step_up": "kéo đường dây mới ở 35 kV qua máy biến áp tăng áp tại điểm đấu nối",
    "offgrid": "chuyển sang nguồn ngoài lưới",
    "": "cần nguồn 110 kV gần hơn",
}


@dataclass(frozen=True, eq=False)
class Remedies:
    """What helps, and what it costs.

    Attributes
    ----------
    text_vi
        (branches,) the way taken, on each branch that fails; empty elsewhere.
    mvnd
        (branches,) its life-cycle cost beyond the plan, on the uppermost branch of the tree; NaN where nothing that has a price helps.
    table
        One row per tree that fails: its uppermost branch (`root`) and the columns of `columns.REMEDIES` that are no names of it.
    """

    text_vi: ObjectArray
    mvnd: FloatArray
    table: pd.DataFrame


def find_remedies(
    pack: Pack,
    study: Study,
    priced: Priced,
    decision: Decision,
    check: Check,
    parameters: ElectricityParameters,
    *,
    known_limits: list[Limit],
    loading: Loading,
    other_taps: bool = True,
) -> Remedies:
    """Price every way that suffices for every tree that fails, and take the cheapest.

    Parameters
    ----------
    pack, study, priced, decision, check, parameters
        The plan and its voltage.
    known_limits, loading
        What feeders and stations can carry, and what the plan adds to it.
    other_taps
        Whether to look for other taps, which takes longest.

    Notes
    -----
    All costs are life-cycle costs beyond the plan. A tree fails as its worst branch does. Where one regulator on a feeder costs less than the
    remedies of the trees behind it that it lifts enough, it is taken for all of them and stands once, on the first.
    """
    branches, p = decision.branches, parameters
    top, row = branches.tap(), branch_feeder(branches, study)
    failing = check.status != "ok"
    roots = np.unique(top[failing])
    row_of_root = {int(root): int(row[root]) for root in roots}
    moves = find_moves(pack, study, decision, p, ok=~failing, row_of_root=row_of_root) if other_taps else {}
    room = Room(known_limits, dict(loading.added_kw))
    load_kw = branches.below(design_load_kw(study.places.households, p))
    leaving = branches.below(
        np.where(priced.question.required, np.inf, np.maximum(priced.offgrid.best_mvnd - decision.choice_mvnd, 0.0))
    )
    texts, costs = np.full(len(branches), "", dtype=object), np.zeros(len(branches))
    worst = np.zeros(len(branches))
    rows = []
    for root in roots.tolist():
        tree = np.flatnonzero(top == root)
        bad = tree[failing[tree]]
        here, load = int(row[root]), float(load_kw[root])
        worst[root] = _worst_pct(check, bad)
        move = next((m for m in moves.get(root, []) if room.fits(m.row, instead_of=here, load_kw=load)), None)
        lifted = regulator_lifts(worst[root], check.drop_pct[_meeting(bad, branches.parent)], p)
        ways = {
            "regulator": p.regulator_mvnd * station_factor(p) if lifted else np.inf,
            "step_up": step_up_mvnd(
                worst[root],
                float(check.tap_drop_pct[root]),
                voltage_kv=float(pack.grid_lines["voltage_kv"].iloc[here]),
                length_km=float(branches.length_km[tree].sum()),
                parameters=p,
            ),
            "other_tap": move.investment_mvnd * line_factor(p) if move is not None else np.inf,
            "offgrid": float(leaving[root]),
        }
        taken = min(WAYS, key=lambda way: ways[way])
        taken = taken if np.isfinite(ways[taken]) else ""
        if taken == "other_tap" and move is not None:
            room.take(move.row, instead_of=here, load_kw=load)
        other_tap = _move_vi(pack, move) if move is not None else ""
        texts[bad] = other_tap if taken == "other_tap" else WAY_VI[taken]
        costs[root] = ways.get(taken, np.nan)
        rows.append(
            {"root": root, "voltage_drop_pct": float(check.drop_pct[bad].max()), "tap_drop_pct": check.tap_drop_pct[root]}
            | {f"{way}_mvnd": cost if np.isfinite(cost) else np.nan for way, cost in ways.items()}
            | {"other_tap": other_tap, "cheapest_alone": taken}
        )  # fmt: skip
    _share_regulators(texts, costs, check, top, worst, p)
    table = pd.DataFrame(rows, columns=["root", "voltage_drop_pct", "tap_drop_pct", *[f"{way}_mvnd" for way in WAYS], "other_tap", "cheapest_alone"])  # fmt: skip
    return Remedies(text_vi=texts, mvnd=costs, table=table.assign(remedy_vi=texts[roots], remedy_mvnd=costs[roots]))


def _worst_pct(check: Check, bad: IntArray) -> float:
    """Largest drop of the branches that fail; inf where one has no solution or is overloaded, which no voltage helps."""
    hopeless = np.isnan(check.drop_pct[bad]) | (check.loading_pct[bad] > 100)
    return float(np.where(hopeless, np.inf, check.drop_pct[bad]).max())


def _meeting(bad: IntArray, parent: IntArray) -> int:
    """Lowest branch behind which all the named branches lie, itself perhaps one of them."""
    ways = []
    for branch in bad.tolist():
        way = [branch]
        while parent[way[-1]] >= 0:
            way.append(int(parent[way[-1]]))
        ways.append(set(way))
    return int(max(set.intersection(*ways)))  # every branch comes after the one above it


def regulator_lifts(
    worst_drop_pct: ArrayLike, place_drop_pct: ArrayLike, parameters: ElectricityParameters
) -> BoolArray:
    """Whether a regulator lifts enough.

    Parameters
    ----------
    worst_drop_pct
        Largest drop behind it.
    place_drop_pct
        Drop where it stands.
    parameters
        The limit, which holds upwards too.

    Notes
    -----
    It lifts by `REGULATOR_BOOST_PCT` at most, and not above the upper limit where it stands.
    """
    limit = parameters.mv_drop_limit_pct
    boost = np.minimum(REGULATOR_BOOST_PCT, limit + np.asarray(place_drop_pct, dtype=np.float64))
    return np.asarray(np.asarray(worst_drop_pct, dtype=np.float64) - boost <= limit)


def step_up_mvnd(
    worst_drop_pct: float,
    tap_drop_pct: float,
    *,
    voltage_kv: float,
    length_km: float,
    parameters: ElectricityParameters,
) -> float:
    """Life-cycle cost of building a tree for 35 kV behind a transformer at the tap on a 22 kV feeder; inf where that does not suffice.

    Notes
    -----
    The drop along the new lines falls by ``(U / 35)²``; that of the existing feeder stays as it is.
    """
    p = parameters
    after_pct = tap_drop_pct + (worst_drop_pct - tap_drop_pct) * (voltage_kv / 35) ** 2
    if voltage_kv > 30 or not after_pct <= p.mv_drop_limit_pct:
        return np.inf
    dearer_per_km = max(p.mv35_line_mvnd_per_km - p.mv22_line_mvnd_per_km, 0.0)
    return p.step_up_mvnd * station_factor(p) + dearer_per_km * length_km * line_factor(p)


def _move_vi(pack: Pack, move: Move) -> str:
    line = pack.grid_lines.iloc[move.row]
    feeder = str(line["feeder"]) if pd.notna(line["feeder"]) else f"đường dây {line['voltage_kv']:g} kV"
    text = f"đấu nối sang {feeder} tại {line['line_id']}, kéo mới {number_vi(move.length_km, decimals=1)} km"
    return text if move.load_known else f"{text} (phụ tải của lộ này chưa công bố)"


def _share_regulators(
    texts: ObjectArray,
    costs: FloatArray,
    check: Check,
    top: IntArray,
    worst_pct: FloatArray,
    parameters: ElectricityParameters,
) -> None:
    """Take one regulator on a feeder for several of its trees, as long as some place saves more than it costs."""
    price = parameters.regulator_mvnd * station_factor(parameters)
    for hanging, node_drop_pct in check.feeders:
        roots = hanging.branch[hanging.parent < 0]
        km = _from_station_km(hanging.feeder)
        behind = _behind(hanging.feeder.parent)[:, hanging.feeder.tap_node[: len(roots)]]
        waiting = worst_pct[roots] > 0
        while waiting.any():
            lifted = behind & waiting & regulator_lifts(worst_pct[roots], node_drop_pct[:, np.newaxis], parameters)
            lifted[0] = False  # not in the station itself
            saved = np.where(lifted, np.nan_to_num(costs[roots], nan=np.inf), 0.0).sum(axis=1)
            # of places that serve the same trees the farthest: what lies before it needs no lift
            place = int(np.lexsort((km, saved))[-1])
            if not saved[place] > price:
                break
            helped = roots[lifted[place]]
            text = f"lắp một máy điều chỉnh điện áp chung trên lộ, cách trạm {number_vi(km[place])} km"
            texts[np.isin(top, helped) & (check.status != "ok")] = text
            costs[helped] = 0.0
            costs[helped[0]] = price
            waiting = waiting & ~lifted[place]


def _behind(parent: IntArray) -> BoolArray:
    """Whether node j is node i or lies behind it, (nodes, nodes)."""
    behind = np.eye(len(parent), dtype=bool)
    for node in range(len(parent) - 1, 0, -1):
        behind[parent[node]] |= behind[node]
    return behind


def _from_station_km(feeder: Feeder) -> FloatArray:
    """Length of the way from the station to each node, (nodes,)."""
    distance_km = feeder.length_km.copy()
    for node in range(1, len(distance_km)):
        distance_km[node] += distance_km[feeder.parent[node]]
    return distance_km
