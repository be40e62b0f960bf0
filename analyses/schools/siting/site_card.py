"""Why a site: what every other place of its commune would mean for the same pupils."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.schools.codes import Mode, Season
from infragap.analyses.schools.siting.choice import JointChoice, shared_task, solve
from infragap.analyses.schools.siting.question import SiteQuestion


@dataclass(frozen=True, eq=False)
class SiteCard:
    """An open site against the other candidates that its school could stand at; all of the pupils who are admitted to
    it.

    Attributes
    ----------
    site
        Candidate that opens.
    rival
        (r,) other candidates of the same school, the best first.
    mean_min, rainy_min, worst_min
        (1 + r,) mean of the year's way of its pupils by their weight, mean one-way minutes in the rainy season, longest
        way of the year; the open site first.
    worst_village
        (1 + r,) place of that village in the question's list, -1 = none.
    cut_off_pupils
        (1 + r,) pupils who cannot come and go in a day of the rainy season.
    near_equal
        (r,) within `near_equal_min` of the open site, and nobody is cut off who is not already.
    free_site
        Candidate that would open if a decided site were free; -1 where the site is not decided.
    """

    site: int
    rival: IntArray
    mean_min: FloatArray
    rainy_min: FloatArray
    worst_min: FloatArray
    worst_village: IntArray
    cut_off_pupils: FloatArray
    near_equal: BoolArray
    free_site: int

    @property
    def extra_min(self) -> FloatArray:
        """(r,) minutes that each rival adds to the mean way."""
        return np.asarray(self.mean_min[1:] - self.mean_min[0])


def site_cards(question: SiteQuestion, chosen: JointChoice) -> list[SiteCard]:
    """Write a card for every open site."""
    cards = []
    pupils = np.zeros((len(question.village), len(chosen.sites)))
    np.add.at(pupils, chosen.customers.village, chosen.amount * chosen.customers.weight[:, None])
    heads = np.zeros_like(pupils)
    np.add.at(heads, chosen.customers.village, chosen.amount)
    for column, site in enumerate(chosen.sites.tolist()):
        cards.append(_card(question, chosen, site, pupils[:, column], heads[:, column]))
    return cards


def _card(question: SiteQuestion, chosen: JointChoice, site: int, pupils: FloatArray, heads: FloatArray) -> SiteCard:
    candidates, parameters = question.candidates, question.study.parameters
    school = candidates["school"].to_numpy()
    same = (school == school[site]) if question.group is not None else _same_commune(question, site)
    rival = np.flatnonzero(same & (np.arange(len(school)) != site))
    places = np.concatenate([[site], rival]).astype(np.int64)
    member = np.flatnonzero(pupils > 0)
    weight, minutes = pupils[member], question.minutes[np.ix_(member, places)]
    if not len(member):
        # nobody is admitted: the pupils of its commune stand for those it could have
        member = np.flatnonzero(question.allowed(parameters.intake_rule)[:, site])
        pupils = heads = np.ones(len(pupils))
        weight, minutes = np.ones(len(member)), question.minutes[np.ix_(member, places)]
    rainy = question.pairs[Mode.MOTORBIKE, Season.RAINY].to_min[np.ix_(member, places)]
    dry = question.pairs[Mode.MOTORBIKE, Season.DRY].to_min[np.ix_(member, places)]
    lost = (dry <= parameters.day_limit_min) & ~(rainy <= parameters.day_limit_min)
    mean, worst = _mean(minutes, weight), minutes.max(axis=0, initial=0.0)
    cut = (lost * heads[member][:, None]).sum(axis=0)
    order = np.concatenate([[0], 1 + np.lexsort((rival, mean[1:]))]).astype(np.int64)
    near = (mean[order[1:]] - mean[0] <= parameters.near_equal_min) & (cut[order[1:]] <= cut[0])
    return SiteCard(
        site=site,
        rival=places[order[1:]],
        mean_min=mean[order],
        rainy_min=_mean(rainy, weight)[order],
        worst_min=worst[order],
        worst_village=member[np.argmax(minutes, axis=0)][order] if len(member) else np.full(len(order), -1),
        cut_off_pupils=cut[order],
        near_equal=np.asarray(near & np.isfinite(mean[order[1:]]), bool),
        free_site=_free_site(question, chosen, site),
    )


def _same_commune(question: SiteQuestion, site: int) -> BoolArray:
    commune = question.candidates["commune_code"].to_numpy()
    return np.asarray(commune == commune[site], bool)


def _free_site(question: SiteQuestion, chosen: JointChoice, site: int) -> int:
    """Where a decided school would stand if it were free, all else as it is."""
    row = question.candidates.iloc[site]
    if not row["is_decided"] or question.group is None:
        return -1
    task = shared_task(question, chosen.customers, chosen.rule)
    solution = solve(question, task, start=chosen.sites, free=int(row["school"]))
    school = question.candidates["school"].to_numpy()[solution.sites]
    return int(solution.sites[school == row["school"]][0])


def _mean(minutes: FloatArray, weight: FloatArray) -> FloatArray:
    """Weighted mean of each column; inf where a pupil has no way."""
    if not len(weight) or weight.sum() <= 0:
        return np.full(minutes.shape[1], np.nan)
    shares = weight / weight.sum()
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(np.isfinite(minutes).all(axis=0), (minutes * shares[:, None]).sum(axis=0), np.inf))
