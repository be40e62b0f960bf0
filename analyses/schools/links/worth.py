"""What each possible bridge or paved stretch is worth: pupils brought near or out of being cut off, hours of a school
year, per money."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import Mode, Season
from infragap.analyses.schools.links.improvements import Works, possible_works
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.year import yearly_minutes
from infragap.gis.lines.network import Ways

_BLOCK = 64
"""Works whose minutes are held at a time."""


@dataclass(frozen=True, eq=False)
class Journey:
    """Pupils on their way to the nearest of some schools.

    Attributes
    ----------
    ways
        By season: ways by motorbike, toward the schools.
    node
        (v,) nodes of the villages.
    pupils
        (v,) who travel.
    trips
        (v,) one-way journeys of one of them in a school year.
    """

    ways: dict[Season, Ways]
    node: IntArray
    pupils: FloatArray
    trips: FloatArray


def journey(study: Study, cells: IntArray, village: IntArray, pupils: FloatArray, boards: BoolArray) -> Journey:
    """Put the pupils of some villages (rows) on the way to the nearest of some schools (cells); boarders go weekly, the
    others daily."""
    parameters = study.parameters
    return Journey(
        ways={season: study.nearest(Mode.MOTORBIKE, season, cells) for season in Season},
        node=study.village_node[village],
        pupils=pupils,
        trips=np.where(boards, parameters.boarder_trips_per_year, parameters.day_trips_per_year),
    )


@dataclass(frozen=True, eq=False)
class LinkWorth:
    """Works by what they are worth, the most hours for the money first.

    Attributes
    ----------
    works
        What could be built.
    pupils_near
        (w,) pupils brought under `coverage_min` (mean of the year).
    pupils_cut_off
        (w,) pupils who are cut off in the rain and no longer would be.
    hours_per_year
        (w,) pupil hours saved in a school year.
    """

    works: list[Works]
    pupils_near: FloatArray
    pupils_cut_off: FloatArray
    hours_per_year: FloatArray

    @property
    def hours_per_bn(self) -> FloatArray:
        """(w,) pupil hours a school year per billion VND."""
        cost = np.array([one.cost_mvnd for one in self.works])
        return np.asarray(self.hours_per_year / np.maximum(cost / 1000, 1e-9))


def worth_of_links(study: Study, journeys: list[Journey]) -> LinkWorth:
    """Build each of the possible works alone and see who gains; those that help nobody are left out."""
    parameters = study.parameters
    nodes = study.travel.graph.nodes
    least = np.min([one.ways[Season.DRY].cost for one in journeys], axis=0) if journeys else np.full(nodes, np.inf)
    works = possible_works(study, least)
    gains = np.zeros((len(works), 3))
    for one in journeys:
        before = _minutes_after(one, [None])[0]
        for first in range(0, len(works), _BLOCK):
            block = works[first : first + _BLOCK]
            for number, after in enumerate(_minutes_after(one, block), first):
                gains[number] += _gains(one, before, after, parameters)
    money = np.array([work.cost_mvnd for work in works])
    useful = np.flatnonzero((gains > 0.5).any(axis=1))
    order = useful[np.lexsort((useful, -gains[useful, 2] / np.maximum(money[useful], 1e-9)))]
    return LinkWorth(
        works=[works[number] for number in order.tolist()],
        pupils_near=gains[order, 0],
        pupils_cut_off=gains[order, 1],
        hours_per_year=gains[order, 2],
    )


def _minutes_after(one: Journey, works: Sequence[Works | None]) -> list[dict[Season, FloatArray]]:
    """Minutes of the villages by season with each of some works built, None = nothing; the seasons beside each
    other."""

    def of_season(season: Season) -> list[FloatArray]:
        ways, node = one.ways[season], one.node
        return [
            ways.after([], [], [], node)
            if work is None
            else ways.after(work.tail, work.head, work.minutes[season], node)
            for work in works
        ]

    with ThreadPoolExecutor(len(Season)) as pool:
        by_season = list(pool.map(of_season, Season))
    return [dict(zip(Season, minutes, strict=True)) for minutes in zip(*by_season, strict=True)]


def _gains(
    one: Journey, before: dict[Season, FloatArray], after: dict[Season, FloatArray], parameters: SchoolsParameters
) -> FloatArray:
    """Pupils brought near, pupils no longer cut off, hours a year."""
    if all(np.array_equal(before[season], after[season]) for season in Season):
        return np.zeros(3)
    year = [
        yearly_minutes(
            minutes[Season.DRY],
            minutes[Season.RAINY],
            rainy_share=parameters.rainy_share,
            longest_rainy_min=2 * parameters.day_limit_min,
        )
        for minutes in (before, after)
    ]
    near = (year[0] > parameters.coverage_min) & (year[1] <= parameters.coverage_min)
    limit = parameters.day_limit_min
    freed = ~(before[Season.RAINY] <= limit) & (after[Season.RAINY] <= limit)
    told = np.isfinite(year[0]) & np.isfinite(year[1])
    saved = np.where(told, np.where(told, year[0], 0.0) - np.where(told, year[1], 0.0), 0.0)
    return np.array([one.pupils[near].sum(), one.pupils[freed].sum(), (saved * one.pupils * one.trips).sum() / 60])
