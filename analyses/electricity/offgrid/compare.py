"""Which off-grid option is best for each settlement at the service that the grid would give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.electricity.codes import Supply
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.offgrid.hydro import Reach, falls_within_reach, hydro
from infragap.analyses.electricity.offgrid.minigrid import minigrid
from infragap.analyses.electricity.offgrid.option import Option, monthly_yield
from infragap.analyses.electricity.offgrid.solar_home import solar_home
from infragap.analyses.electricity.offgrid.weather import Unserved, hourly_yield, simulate_plants
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.gis.hydrology import Falls, dry_season_flow, falls, flow_directions

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


OPTIONS = (Supply.MINIGRID, Supply.HYDRO, Supply.SOLAR_HOME)


@dataclass(frozen=True, eq=False)
class Resources:
    """What nature gives: sun by commune and falls of water by settlement.

    Attributes
    ----------
    day_yield
        (communes, 12) yield of panels [kWh/kWp/day] before `solar_yield_factor`.
    unserved
        What solar plants of each size leave unserved in an hourly year.
    falls, reach
        Usable falls, and which settlement could use which.
    """

    day_yield: FloatArray
    unserved: Unserved
    falls: Falls
    reach: Reach


@dataclass(frozen=True, eq=False)
class OffGrid:
    """All options of all settlements, and the best.

    Attributes
    ----------
    options
        By supply, those of `OPTIONS`.
    best
        (n,) index into `OPTIONS` of the cheapest option that reaches the service floor; -1 where none does.
    best_mvnd
        (n,) its life-cycle cost; inf where none does.
    """

    options: dict[Supply, Option]
    best: IntArray
    best_mvnd: FloatArray


def read_resources(pack: Pack, settlements: Settlements, parameters: ElectricityParameters) -> Resources:
    """Sun and water from the layers solar, elevation and runoff."""
    neutral = parameters.model_copy(update={"solar_yield_factor": 1.0})
    day_yield = monthly_yield(pack.solar, pack.communes, neutral)
    hourly = hourly_yield(pack.solar, pack.communes, day_yield, seed=parameters.random_seed)
    streams = flow_directions(pack.elevation)
    found = falls(
        streams,
        dry_season_flow(streams, pack.runoff),
        canal_km=parameters.hydro_canal_km,
        min_head_m=parameters.hydro_min_head_m,
    )
    return Resources(
        day_yield=day_yield,
        unserved=simulate_plants(hourly),
        falls=found,
        reach=falls_within_reach(settlements, found, parameters),
    )


def compare_offgrid(settlements: Settlements, resources: Resources, parameters: ElectricityParameters) -> OffGrid:
    """Price all options and choose the cheapest that reaches the service floor; of equal ones the first of
    `OPTIONS`."""
    day_yield = resources.day_yield * parameters.solar_yield_factor
    options = {
        Supply.MINIGRID: minigrid(settlements, resources.unserved, day_yield, parameters),
        Supply.HYDRO: hydro(settlements, resources.falls, resources.reach, parameters),
        Supply.SOLAR_HOME: solar_home(settlements, resources.unserved, day_yield, parameters),
    }
    cost = np.column_stack(
        [np.where(options[name].lasting(parameters), options[name].life_cycle_mvnd, np.inf) for name in OPTIONS]
    )
    best = cost.argmin(axis=1)
    best_mvnd = cost[np.arange(len(cost)), best]
    return OffGrid(options=options, best=np.where(np.isfinite(best_mvnd), best, -1), best_mvnd=best_mvnd)
