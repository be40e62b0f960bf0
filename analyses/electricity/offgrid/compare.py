"""Which off-grid option is best for each settlement at the service that the grid would give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.codes import Supply
from infragap.analyses.electricity.demand.local_works import distribution_mvnd
from infragap.analyses.electricity.demand.settlements import Settlements
from infragap.analyses.electricity.offgrid.hydro import Reach, Water, farthest_intake_m, hydro, sites_within_reach
from infragap.analyses.electricity.offgrid.minigrid import minigrid
from infragap.analyses.electricity.offgrid.option import Option, monthly_yield
from infragap.analyses.electricity.offgrid.sites import Drainage, Sites, read_sites
from infragap.analyses.electricity.offgrid.solar_home import solar_home
from infragap.analyses.electricity.offgrid.water_year import WaterYear, daily_flow
from infragap.analyses.electricity.offgrid.weather import Unserved, hourly_yield, simulate_plants
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.reuse import content_of, remembered, remembered_alone

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


OPTIONS = (Supply.MINIGRID, Supply.HYBRID, Supply.HYDRO, Supply.SOLAR_HOME)


@dataclass(frozen=True, eq=False)
class Resources:
    """What nature gives: sun by commune and water by settlement.

    Attributes
    ----------
    day_yield
        (communes, 12) yield of panels [kWh/kWp/day] before `solar_yield_factor`.
    unserved
        What solar plants of each size leave unserved in an hourly year.
    water
        Sites on streams, which settlement could use which, and the year of sun and flow.
    """

    day_yield: FloatArray
    unserved: Unserved
    water: Water

    def around(self, settlements: Settlements, parameters: ElectricityParameters) -> Resources:
        """Give each site to the settlement that lies nearest; sites whose evidence does not count are left out."""
        reach = sites_within_reach(settlements, self.water.sites, parameters)
        return replace(self, water=replace(self.water, reach=reach))


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
    """Sun and water from the layers solar, elevation, runoff and hydro_sites."""
    neutral = parameters.model_copy(update={"solar_yield_factor": 1.0})
    day_yield = monthly_yield(pack.solar, pack.communes, neutral)
    hourly = hourly_yield(pack.solar, pack.communes, day_yield, seed=parameters.random_seed)
    month_mm = np.nanmean(pack.runoff.floats(), axis=(1, 2))
    year = remembered(
        "water year",
        lambda p: WaterYear(
            sun=hourly,
            flow=daily_flow(np.nan_to_num(month_mm), seed=p.random_seed),
            storage_efficiency=p.storage_efficiency,
        ),
        parameters,
        (content_of(hourly.days, hourly.shape, month_mm),),
    )
    sites, nearby = _sites_around(pack, settlements, parameters)
    return Resources(
        day_yield=day_yield,
        unserved=remembered(
            "plants",
            lambda _: simulate_plants(hourly.everywhere()),
            parameters,
            (content_of(hourly.days, hourly.shape),),
        ),
        water=Water(sites, reach=sites_within_reach(settlements, sites, parameters), nearby=nearby, year=year),
    )


def _sites_around(pack: Pack, settlements: Settlements, parameters: ElectricityParameters) -> tuple[Sites, Reach]:
    """Sites that count or that somebody could use, and who."""
    known_sites = pack.hydro_sites if pack.has("hydro_sites") else None
    rasters = (pack.elevation, pack.runoff)
    homes = np.column_stack([settlements.x, settlements.y])

    def on_streams(p: ElectricityParameters) -> Sites:
        drainage = remembered_alone("drainage", lambda: Drainage.of(*rasters), rasters)
        return read_sites(drainage, known_sites, p, near=_looked_at(homes, p))

    sites = remembered("sites", on_streams, parameters, (*rasters, known_sites, content_of(homes)))
    nearby = sites_within_reach(settlements, sites, parameters, counts=np.ones(len(sites), dtype=bool))
    # what neither counts nor is anybody's is not looked at again
    kept = sites.allowed(parameters)
    kept[nearby.site] = True
    number = np.cumsum(kept) - 1
    return sites.chosen(kept), replace(nearby, site=number[nearby.site])


def _looked_at(
    homes: FloatArray, parameters: ElectricityParameters
) -> Callable[[FloatArray, FloatArray], BoolArray] | None:
    """Which intakes somebody could use where the settlements, (n, 2), are mapped; None for all, where draws that move
    them count modelled ones too."""
    if parameters.hydro_evidence == "modelled":
        return None
    tree, bound_m = cKDTree(homes), farthest_intake_m(parameters)

    def near(x: FloatArray, y: FloatArray) -> BoolArray:
        found = tree.query(np.column_stack([x, y]), distance_upper_bound=bound_m, workers=-1)
        return np.asarray(np.isfinite(found[0]))

    return near


def shared_options(
    settlements: Settlements, resources: Resources, parameters: ElectricityParameters, *, local_mvnd: FloatArray
) -> dict[Supply, Option]:
    """Price the plants that several households share, in the order of `OPTIONS`.

    Parameters
    ----------
    settlements, resources, parameters
        Who asks, what nature gives, prices and demand.
    local_mvnd
        (n,) investment in local lines and services.
    """
    p = parameters
    day_yield = resources.day_yield * p.solar_yield_factor
    on_water, on_both = hydro(settlements, resources.water, p, local_mvnd=local_mvnd)
    return {
        Supply.MINIGRID: minigrid(settlements, resources.unserved, day_yield, p, local_mvnd=local_mvnd),
        Supply.HYBRID: on_both,
        Supply.HYDRO: on_water,
    }


def compare_offgrid(
    settlements: Settlements,
    resources: Resources,
    parameters: ElectricityParameters,
    *,
    local_mvnd: FloatArray | None = None,
) -> OffGrid:
    """Price all options and choose the cheapest that reaches the service floor; of equal ones the first of `OPTIONS`.

    Parameters
    ----------
    settlements, resources, parameters
        Who asks, what nature gives, prices and demand.
    local_mvnd
        (n,) investment in local lines and services; worked out where nothing is said.
    """
    p = parameters
    local = distribution_mvnd(settlements, p) if local_mvnd is None else local_mvnd
    options = shared_options(settlements, resources, p, local_mvnd=local)
    day_yield = resources.day_yield * p.solar_yield_factor
    options[Supply.SOLAR_HOME] = solar_home(settlements, resources.unserved, day_yield, p)
    cost = np.column_stack(
        [np.where(options[name].lasting(parameters), options[name].life_cycle_mvnd, np.inf) for name in OPTIONS]
    )
    best = cost.argmin(axis=1)
    best_mvnd = cost[np.arange(len(cost)), best]
    return OffGrid(options=options, best=np.where(np.isfinite(best_mvnd), best, -1), best_mvnd=best_mvnd)
