"""Why a settlement gets what it gets, in one sentence that names cost, runner-up and reason, in every language of the
catalogue."""

from __future__ import annotations

import math
from dataclasses import dataclass

from infragap.analyses.electricity.codes import GridRule, Supply, Works
from infragap.wording.catalogue import Words, words

NO_LINE_PAYS_KM = 0.05
"""A break-even length below this reads 0.0 km: not even the works on the spot pay."""

WELL_PLACED_M = 1000.0
"""Up to this radius of its position the reason does not mention the position."""


STANDING_TOLD_KM = 0.05
"""A shorter stretch of a line that was never switched on reads 0.0 km."""


KEPT_BY_FUND = (Supply.SOLAR_HOME, Supply.MINIGRID, Supply.HYBRID, Supply.HYDRO)
"""Supplies that last only as long as somebody repairs them."""


@dataclass(frozen=True)
class Grounds:
    """What the reason of one settlement rests on.

    Attributes
    ----------
    households
        Number of households.
    choice, runner_up
        Supplies; `runner_up` None where there is no other.
    cost_mvnd, runner_up_mvnd
        Their life-cycle costs.
    mv_km, break_even_km
        Length of an own line, NaN without a route, and the length that would pay.
    shares_line
        The line is shared with others.
    on_line
        The settlement lies on an existing line.
    forest_blocks, if_forest_mvnd
        Only forest stands in the way of a line, and what the grid would cost through it.
    must, must_not
        Why the grid is a must or ruled out.
    works
        What is built.
    from_station
        It is supplied over low voltage from a station that stands already.
    station_km
        Straight distance to the station that stands already; NaN where there is none within reach.
    target_price_mvnd
        What the national grid costs beyond the best supply without it.
    standing_km
        Of its line, in the plan or by itself, what stands already and was never switched on.
    has_home_system
        Donated home systems are there.
    lasting
        The choice reaches the service floor.
    cheaper_interim, interim_mvnd
        A supply that undercuts the choice or its runner-up but is below the floor, and its life-cycle cost; None where
        there is none.
    survey_saves_mvnd
        What a stream that nobody has surveyed would save if it proves; 0 for nothing.
    shares_plant
        Its plant is shared with neighbours.
    stream_modelled
        The relief that streams are read from is modelled.
    position_accuracy_m
        Radius that holds the true position.
    grid_probability
        Part of the draws that connect it; None without draws.
    """

    households: int
    choice: Supply
    cost_mvnd: float
    runner_up: Supply | None
    runner_up_mvnd: float
    mv_km: float
    break_even_km: float
    shares_line: bool
    on_line: bool
    forest_blocks: bool
    if_forest_mvnd: float
    must: GridRule
    must_not: GridRule
    works: Works
    from_station: bool
    station_km: float
    target_price_mvnd: float
    standing_km: float
    has_home_system: bool
    lasting: bool
    cheaper_interim: Supply | None
    interim_mvnd: float
    survey_saves_mvnd: float
    shares_plant: bool
    stream_modelled: bool
    position_accuracy_m: float
    grid_probability: float | None


def reason(grounds: Grounds, language: str) -> str:
    """Compose the sentence in one language."""
    w = words(language)
    if grounds.households <= 0:
        return w("electricity.reason.no_households")
    clauses = [_why(grounds, w), *_reservations(grounds, w), *_position(grounds, w)]
    return f"{', '.join(_costs(grounds, w))}; {'; '.join(clauses)}."


def supply_name(supply: Supply, w: Words) -> str:
    """Name of a supply within a sentence."""
    return w(f"electricity.supply.{supply.value}")


def _costs(g: Grounds, w: Words) -> list[str]:
    per_household = w.number(g.cost_mvnd / g.households, decimals=1)
    choice = supply_name(g.choice, w)
    parts = [w("electricity.reason.choice", supply=choice, cost=w.number(g.cost_mvnd), per_household=per_household)]
    if g.runner_up is not None and math.isfinite(g.runner_up_mvnd):
        relation = "cheaper" if g.cost_mvnd <= g.runner_up_mvnd else "dearer"
        difference = w.number(abs(g.runner_up_mvnd - g.cost_mvnd))
        other = supply_name(g.runner_up, w)
        parts.append(w(f"electricity.reason.{relation}", supply=other, difference=difference))
    return parts


def _why(g: Grounds, w: Words) -> str:
    if g.choice == Supply.GRID:
        way = _grid_way(g, w)
        if g.must == GridRule.FREE:
            return way
        rule = w(f"electricity.reason.must.{g.must.value}", price=w.number(g.target_price_mvnd))
        return rule if g.must in (GridRule.USER, GridRule.LONE) else f"{way}; {rule}"
    if g.must_not != GridRule.FREE:
        return w(f"electricity.reason.must_not.{g.must_not.value}")
    if g.forest_blocks:
        if not math.isfinite(g.if_forest_mvnd):
            return w("electricity.reason.forest")
        return w("electricity.reason.forest_if_allowed", cost=w.number(g.if_forest_mvnd))
    return _too_far(g, w) if math.isfinite(g.mv_km) else w("electricity.reason.no_route")


def _grid_way(g: Grounds, w: Words) -> str:
    if g.from_station:
        return w(f"electricity.reason.works.{g.works.value}", km=w.number(g.station_km, decimals=1))
    return w("electricity.reason.on_line") if g.on_line else _own_line(g, w)


def _too_far(g: Grounds, w: Words) -> str:
    # a difference of metres must not read 'needs 1.0 km but pays only below 1.0 km'
    decimals = 2 if abs(g.mv_km - g.break_even_km) < 0.1 else 1
    km = w.number(g.mv_km, decimals=decimals)
    if not math.isfinite(g.break_even_km):
        return w("electricity.reason.needs_km", km=km)
    if g.break_even_km < NO_LINE_PAYS_KM:
        return w("electricity.reason.needs_km_in_vain", km=km)
    return w("electricity.reason.needs_km_limit", km=km, limit=w.number(g.break_even_km, decimals=decimals))


def _own_line(g: Grounds, w: Words) -> str:
    shared = ".shared" if g.shares_line else ""
    km = w.number(g.mv_km, decimals=1)
    if not math.isfinite(g.break_even_km) or g.break_even_km < NO_LINE_PAYS_KM:
        return w(f"electricity.reason.own_line{shared}", km=km)
    within = "within" if g.mv_km <= g.break_even_km else "beyond"
    return w(f"electricity.reason.own_line.{within}{shared}", km=km, limit=w.number(g.break_even_km, decimals=1))


def _reservations(g: Grounds, w: Words) -> list[str]:
    found = []
    if g.standing_km >= STANDING_TOLD_KM and not g.from_station:
        found.append(w("electricity.reason.standing", km=w.number(g.standing_km, decimals=1)))
    if g.choice in (Supply.HYDRO, Supply.HYBRID):
        found.append(w("electricity.reason.survey_modelled" if g.stream_modelled else "electricity.reason.survey"))
    if g.shares_plant:
        found.append(w("electricity.reason.joint_plant"))
    if g.survey_saves_mvnd > 0:
        found.append(w("electricity.reason.survey_saves", saving=w.number(g.survey_saves_mvnd)))
    if g.choice in KEPT_BY_FUND:
        found.append(w(f"electricity.reason.fund.{g.choice.value}"))
    if g.has_home_system:
        found.append(w("electricity.reason.donated"))
    if g.cheaper_interim is not None:
        name, cost = supply_name(g.cheaper_interim, w), w.number(g.interim_mvnd)
        found.append(w("electricity.reason.below_floor", supply=name, cost=cost))
    if not g.lasting:
        found.append(w("electricity.reason.interim"))
    return found


def _position(g: Grounds, w: Words) -> list[str]:
    """How roughly the position is known, and what that does to the choice."""
    if not g.position_accuracy_m > WELL_PLACED_M:
        return []
    km = w.number(g.position_accuracy_m / 1000, decimals=1)
    if g.grid_probability is None:
        return [w("electricity.reason.position", km=km)]
    contrary = (g.choice == Supply.GRID) != (g.grid_probability >= 0.5)
    key = "electricity.reason.position_contrary" if contrary else "electricity.reason.position_probability"
    return [w(key, km=km, probability=w.number(100 * g.grid_probability))]
