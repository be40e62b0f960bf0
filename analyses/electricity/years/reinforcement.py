"""When feeders and substations are reinforced: with the first settlement whose load they have no room for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.headroom.limits import FULL_KW, added_load_kw, reinforcement_mvnd
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.least_cost.taps import feeder_of
from infragap.analyses.electricity.years.building_order import BuildingWorks, years_of


@dataclass(frozen=True, eq=False)
class Reinforcement:
    """A feeder or a substation that the plan reinforces.

    Attributes
    ----------
    name
        Of its limit.
    investment_mvnd
        What it costs when it is built.
    room_kw
        Load that may come to it without.
    load_kw
        (n,) load that each settlement brings to it; 0 where it brings none.
    """

    name: str
    investment_mvnd: float
    room_kw: float
    load_kw: FloatArray

    def first_beyond(self, order: IntArray) -> int:
        """Place in an order of settlements of the first whose load finds no room; -1 where all of it does.

        Examples
        --------
        Room for 100 kW; in the order 2, 0, 1 there are 40, 100 and 130 kW:

        >>> load = np.array([60.0, 30.0, 40.0])
        >>> Reinforcement("feeder", 1.0, 100.0, load).first_beyond(np.array([2, 0, 1]))
        2
        """
        beyond = np.cumsum(self.load_kw[order]) > self.room_kw + FULL_KW
        return int(beyond.argmax()) if beyond.any() else -1


def needed_mvnd(reinforcements: tuple[Reinforcement, ...], connected: BoolArray) -> float:
    """Investment in what some settlements, (n,), have no room without.

    Examples
    --------
    >>> feeder = Reinforcement("feeder", 20.0, 50.0, np.array([40.0, 30.0]))
    >>> needed_mvnd((feeder,), np.array([True, False])), needed_mvnd((feeder,), np.array([True, True]))
    (0.0, 20.0)
    """
    return float(
        sum(
            each.investment_mvnd
            for each in reinforcements
            if float(each.load_kw[connected].sum()) > each.room_kw + FULL_KW
        )
    )


def reinforcements_of(plan: Plan) -> tuple[Reinforcement, ...]:
    """All that the plan reinforces, by name."""
    study, p = plan.study, plan.parameters
    hangs_on = feeder_of(study, plan.outcome)
    load_kw = np.where(plan.outcome.national_grid, added_load_kw(study.settlements, p), 0.0)
    return tuple(
        Reinforcement(
            limit.name,
            reinforcement_mvnd(limit, p),
            limit.headroom_kw,
            np.where(np.isin(hangs_on, list(limit.lines)), load_kw, 0.0),
        )
        for limit in sorted(study.grid.limits, key=lambda each: each.name)
        if limit.name in plan.loading.reinforced
    )


@dataclass(frozen=True, eq=False)
class OrderedWorks:
    """Lines, settlements and reinforcements in the order in which they are built.

    Attributes
    ----------
    works
        Lines and settlements, then the reinforcements.
    order
        (works,) the order; each reinforcement stands right before the first settlement that needs it.
    settlement
        (n,) number of each settlement among the works.
    reinforcements
        What is reinforced.
    """

    works: BuildingWorks
    order: IntArray
    settlement: IntArray
    reinforcements: tuple[Reinforcement, ...]

    @classmethod
    def of(
        cls, works: BuildingWorks, order: IntArray, settlement: IntArray, reinforcements: tuple[Reinforcement, ...]
    ) -> OrderedWorks:
        """Put reinforcements into an order of lines and settlements."""
        count = len(order)
        whose = np.full(count, -1, dtype=np.int64)
        whose[settlement] = np.arange(len(settlement))
        places = np.flatnonzero(whose[order] >= 0)
        settlements = whose[order[places]]
        # one that all find room without stands behind all
        at = [np.append(places, count)[each.first_beyond(settlements)] for each in reinforcements]
        more = len(reinforcements)
        none = np.zeros(more, dtype=np.int64)
        extended = BuildingWorks(
            cost_mvnd=np.append(works.cost_mvnd, [each.investment_mvnd for each in reinforcements]),
            benefit=np.append(works.benefit, np.zeros(more)),
            needs=np.append(works.needs, none - 1),
            earliest=np.append(works.earliest, none),
            stage=np.append(works.stage, none),
        )
        inserted = np.insert(order, np.array(at, dtype=np.int64), count + np.arange(more))
        return cls(extended, inserted.astype(np.int64), settlement, reinforcements)

    def years(self, money_mvnd: FloatArray) -> IntArray:
        """Year of each work, (works,), as `building_order.years_of`; of a reinforcement that in which the load of those
        who are connected by then has no room without it.

        Notes
        -----
        That is never before the money for it is there: everybody before it in the order finds room, and works are put
        off only to later years.
        """
        year = years_of(self.order, self.works, money_mvnd)
        connected = year[self.settlement]
        in_turn = np.lexsort((connected, connected < 0))
        first = len(self.works.cost_mvnd) - len(self.reinforcements)
        for k, each in enumerate(self.reinforcements, start=first):
            load_kw = np.where(connected >= 0, each.load_kw, 0.0)
            place = replace(each, load_kw=load_kw).first_beyond(in_turn)
            if each.load_kw.sum() > each.room_kw + FULL_KW:
                year[k] = connected[in_turn[place]] if place >= 0 else -1
        return year
