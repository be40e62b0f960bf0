"""Whether feeders and stations can carry the new load, and who waits where they cannot."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.demand.load import design_load_kw
from infragap.analyses.electricity.least_cost.choice import Choice, choose, start_from
from infragap.analyses.electricity.least_cost.outcome import Decision, take_apart
from infragap.analyses.electricity.least_cost.study import Priced, Study, price
from infragap.analyses.electricity.least_cost.taps import feeder_of
from infragap.analyses.electricity.parameters import ElectricityParameters

MAX_ROUNDS = 30


MVA_TO_KW_AT_UNITY = 1000.0


@dataclass(frozen=True, eq=False)
class Limit:
    """What one feeder or station has left.

    Attributes
    ----------
    name
        'feeder …' or 'station …'.
    lines
        Rows of `grid_lines` that hang on it.
    headroom_kw
        Load that may be added.
    """

    name: str
    lines: frozenset[int]
    headroom_kw: float


@dataclass(frozen=True, eq=False)
class Loading:
    """Result of keeping the limits.

    Attributes
    ----------
    barred
        (n,) settlements kept off the grid because nothing is left for them.
    overloaded
        Names of limits that stay exceeded because their settlements must get the grid.
    added_kw
        New load on each limit, by name.
    rounds
        Solutions that it took.
    """

    barred: BoolArray
    overloaded: tuple[str, ...]
    added_kw: dict[str, float]
    rounds: int


@dataclass
class Room:
    """What feeders and stations have left for load that comes to them.

    Attributes
    ----------
    limits
        Known headroom.
    added_kw
        What the plan, and each move taken, adds to it, by name.
    """

    limits: list[Limit]
    added_kw: dict[str, float] = field(default_factory=dict)

    def fits(self, row: int, *, load_kw: float, instead_of: int = -1) -> bool:
        """Whether a load may come to a line of `grid_lines`, perhaps from another."""
        return all(
            self.added_kw.get(limit.name, 0.0) + load_kw <= limit.headroom_kw + 1e-6
            for limit in self._new(row, instead_of)
        )

    def take(self, row: int, *, load_kw: float, instead_of: int = -1) -> None:
        """Note that it has come."""
        for limit in self._new(row, instead_of):
            self.added_kw[limit.name] = self.added_kw.get(limit.name, 0.0) + load_kw

    def _new(self, row: int, instead_of: int) -> list[Limit]:
        return [limit for limit in self.limits if row in limit.lines and instead_of not in limit.lines]


def limits(
    grid_lines: gpd.GeoDataFrame, substations: gpd.GeoDataFrame, parameters: ElectricityParameters
) -> list[Limit]:
    """Headroom of every feeder with a published load and loading, and of every station with capacity and load.

    Notes
    -----
    A feeder's capacity is its peak load by its published loading. What is not published does not limit.
    """
    p = parameters
    found = []
    rows = grid_lines.reset_index(drop=True)
    for (station, feeder), group in rows.groupby(["substation_id", "feeder"], dropna=True, sort=True):
        load_mw, loading = group["feeder_load_mw"].max(), group["feeder_loading_pct"].max()
        if pd.notna(load_mw) and pd.notna(loading) and loading > 0:
            capacity_kw = load_mw * 1000 / (loading / 100)
            left = capacity_kw * p.loading_limit_pct / 100 - load_mw * 1000
            found.append(Limit(f"feeder {station} {feeder}", frozenset(group.index), max(float(left), 0.0)))
    by_id = substations.drop_duplicates("substation_id").set_index("substation_id")
    for station, group in rows.groupby("substation_id", dropna=True, sort=True):
        if station not in by_id.index:
            continue
        capacity, load = by_id.loc[station, "capacity_mva"], by_id.loc[station, "load_mva"]
        if pd.notna(capacity) and pd.notna(load):
            left = (float(capacity) * p.loading_limit_pct / 100 - float(load)) * MVA_TO_KW_AT_UNITY * p.power_factor
            found.append(Limit(f"station {station}", frozenset(group.index), max(left, 0.0)))
    return found


def keep_headroom(
    study: Study,
    priced: Priced,
    choice: Choice,
    parameters: ElectricityParameters,
    *,
    grid_lines: gpd.GeoDataFrame,
    known_limits: list[Limit],
) -> tuple[Priced, Choice, Loading]:
    """Solve again without those settlements for which a feeder or station has nothing left, until all limits hold.

    Notes
    -----
    Where the load below the taps of a feeder (or station) is above its headroom, the settlements with least benefit per kW after their share of the
    lines wait, as many as needed; then the plan is solved again. The lower bound stays that of the plan without limits, which no plan with
    limits undercuts; where the gap to it is above the one asked for, the status is 'headroom'. Settlements that must get the grid never
    wait: their feeder is reported as overloaded.
    """
    p = parameters
    load_kw = design_load_kw(study.places.households, p)
    barred = np.zeros(len(study.places), dtype=bool)
    bound, rounds = choice.lower_bound_mvnd, 1
    while True:
        decision = take_apart(study, priced, choice, p)
        hangs_on = feeder_of(study, decision, grid_lines)
        added = _added(known_limits, decision, hangs_on, load_kw)
        over = [limit for limit in known_limits if added[limit.name] > limit.headroom_kw + 1e-6]
        waiting = _waiting(over, decision, hangs_on, load_kw, priced, study.places.id_rank)
        if not waiting.any() or rounds >= MAX_ROUNDS:
            break
        barred |= waiting
        priced = price(study, p, barred=barred)
        choice = choose(study.network, priced.question, p, start=start_from(study.network, choice))
        rounds += 1
    if barred.any():
        choice = against(choice, bound, p)
    names = tuple(limit.name for limit in over)
    return priced, choice, Loading(barred=barred, overloaded=names, added_kw=added, rounds=rounds)


def against(choice: Choice, bound_mvnd: float, parameters: ElectricityParameters) -> Choice:
    """State a plan with limits against the bound without them."""
    away = max(choice.cost_mvnd - bound_mvnd, 0.0)
    # where limits leave nothing of the choice, all that lies above the bound is their doing
    by_choice = away / max(choice.chosen_mvnd, away) if away > 0 else 0.0
    status = (
        choice.status if choice.status == "time_limit" else "gap" if by_choice <= parameters.plan_gap else "headroom"
    )
    return replace(
        choice,
        lower_bound_mvnd=min(bound_mvnd, choice.cost_mvnd),
        gap=away / choice.cost_mvnd if choice.cost_mvnd > 0 else 0.0,
        gap_of_choice=by_choice,
        status=status,
    )


def headroom_record(loading: Loading) -> dict[str, object]:
    """What the limits did, for run.json."""
    return {
        "headroom_waiting_settlements": int(loading.barred.sum()),
        "headroom_overloaded": list(loading.overloaded),
        "headroom_rounds": loading.rounds,
        "headroom_added_kw": {name: round(load, 3) for name, load in sorted(loading.added_kw.items()) if load > 0},
    }


def _added(known_limits: list[Limit], decision: Decision, hangs_on: IntArray, load_kw: FloatArray) -> dict[str, float]:
    return {
        limit.name: float(load_kw[decision.on_grid & np.isin(hangs_on, list(limit.lines))].sum())
        for limit in known_limits
    }


def _waiting(
    over: list[Limit],
    decision: Decision,
    hangs_on: IntArray,
    load_kw: FloatArray,
    priced: Priced,
    id_rank: IntArray,
) -> BoolArray:
    """Settlements with least benefit per kW that must wait so that each exceeded limit holds."""
    waiting = np.zeros(len(load_kw), dtype=bool)
    left = priced.offgrid.best_mvnd - decision.choice_mvnd
    # rounded, so that equal settlements are equal to the last digit
    value = np.where(load_kw > 0, np.round(left / np.maximum(load_kw, 1e-9), 6), np.inf)
    for limit in over:
        served = np.flatnonzero(decision.on_grid & np.isin(hangs_on, list(limit.lines)) & ~waiting)
        excess = float(load_kw[served].sum()) - limit.headroom_kw
        movable = served[~priced.question.required[served]]
        for place in movable[np.lexsort((id_rank[movable], value[movable]))]:
            if excess <= 1e-6:
                break
            waiting[place] = True
            excess -= float(load_kw[place])
    return waiting
