"""Why a settlement does not get one of the other options: a code for each, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.electricity.codes import RuledOut, Supply
from infragap.analyses.electricity.least_cost.outcome import ALL_OPTIONS
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.tables.grounds import if_forest_mvnd
from infragap.wording.catalogue import words


@dataclass(frozen=True)
class OtherOption:
    """One option that is not the choice.

    Attributes
    ----------
    option
        'new_station', 'low_voltage' or an off-grid supply.
    code
        Why not.
    mvnd
        Its life-cycle cost; NaN where it cannot be had.
    """

    option: str
    code: RuledOut
    mvnd: float


def other_options(plan: Plan) -> list[list[OtherOption]]:
    """Give all options of every settlement but its choice, each with its cost or the reason that rules it out."""
    study, costs, outcome = plan.study, plan.costs, plan.outcome
    lasts = {supply: option.lasting(plan.parameters) for supply, option in costs.offgrid.options.items()}
    forest = np.isfinite(if_forest_mvnd(plan))
    stream = np.zeros(len(study.settlements), dtype=bool)
    stream[study.resources.water.nearby.settlement] = True
    found: list[list[OtherOption]] = []
    for k in range(len(study.settlements)):
        if study.settlements.households[k] <= 0:
            found.append([])
            continue
        chosen = ALL_OPTIONS[outcome.choice[k]]
        others = []
        if outcome.on_lv[k] or not outcome.on_grid[k]:
            others.append(_new_station(plan, k, forest=bool(forest[k])))
        if not outcome.on_lv[k]:
            mvnd = float(costs.problem.lv_mvnd[k])
            code = RuledOut.DEARER if np.isfinite(mvnd) else _no_low_voltage(plan, k)
            others.append(OtherOption("low_voltage", code, mvnd if np.isfinite(mvnd) else np.nan))
        for supply, option in costs.offgrid.options.items():
            if supply != chosen:
                mvnd = float(option.life_cycle_mvnd[k])
                others.append(_offgrid(plan, k, supply, mvnd, lasts=bool(lasts[supply][k]), stream=bool(stream[k])))
        found.append(others)
    return found


def _no_low_voltage(plan: Plan, k: int) -> RuledOut:
    """Why no station that stands already supplies a settlement."""
    works = plan.costs.low_voltage
    if plan.study.forbidden[k]:
        return RuledOut.USER
    if plan.loading.barred[k] and np.isfinite(works.life_cycle_mvnd[k]):
        return RuledOut.HEADROOM
    return RuledOut.WEAK_STATION if works.near[k] else RuledOut.NO_STATION


def _new_station(plan: Plan, k: int, *, forest: bool) -> OtherOption:
    mvnd = float(plan.outcome.grid_alone_mvnd[k])
    if plan.study.forbidden[k]:
        return OtherOption("new_station", RuledOut.USER, mvnd)
    if plan.loading.barred[k]:
        return OtherOption("new_station", RuledOut.HEADROOM, mvnd)
    if not np.isfinite(mvnd):
        return OtherOption("new_station", RuledOut.FOREST if forest else RuledOut.NO_ROUTE, np.nan)
    return OtherOption("new_station", RuledOut.DEARER, mvnd)


def _offgrid(plan: Plan, k: int, supply: Supply, mvnd: float, *, lasts: bool, stream: bool) -> OtherOption:
    if not np.isfinite(mvnd):
        on_water = supply in (Supply.HYDRO, Supply.HYBRID)
        unknown = stream and plan.parameters.hydro_allowed and plan.parameters.hydro_evidence != "modelled"
        code = RuledOut.NOT_SURVEYED if unknown else RuledOut.NO_STREAM
        return OtherOption(supply.value, code if on_water else RuledOut.BELOW_FLOOR, np.nan)
    if not lasts:
        return OtherOption(supply.value, RuledOut.BELOW_FLOOR, mvnd)
    if plan.outcome.national_grid[k] and mvnd < plan.outcome.choice_mvnd[k]:
        stays = plan.study.settlements.has_unsafe_wires[k] and not plan.parameters.unsafe_may_leave_grid
        return OtherOption(supply.value, RuledOut.UNSAFE_WIRES if stays else RuledOut.TARGET, mvnd)
    return OtherOption(supply.value, RuledOut.DEARER, mvnd)


def codes_text(others: list[OtherOption]) -> str:
    """Options and codes for machines, such as 'hydro:no_stream; minigrid:dearer'."""
    return "; ".join(f"{other.option}:{other.code.value}" for other in others)


def why_not(others: list[OtherOption], language: str) -> str:
    """Say for each option what it would cost or why it is out."""
    w = words(language)
    parts = []
    for other in others:
        name = w(f"electricity.option.{other.option}")
        text = w(f"electricity.ruled_out.{other.code.value}", cost=w.number(other.mvnd))
        parts.append(f"{name}: {text}")
    return "; ".join(parts) + "." if parts else ""
