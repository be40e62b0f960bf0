"""The siting question answered: choice, rules compared, rivals, cards, draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.schools.codes import Intake, Mode, Objective, Season
from infragap.analyses.schools.siting.choice import JointChoice, choose_sites, under_rule
from infragap.analyses.schools.siting.draws import DrawOutcome, draw_sites
from infragap.analyses.schools.siting.question import SiteQuestion, site_question
from infragap.analyses.schools.siting.rivals import Rivals, rival_sites
from infragap.analyses.schools.siting.site_card import SiteCard, site_cards
from infragap.analyses.schools.study import Study
from infragap.gis.lines.network import Ways


@dataclass(frozen=True, eq=False)
class Siting:
    """Answer to the siting question.

    Attributes
    ----------
    question
        Villages, candidates, minutes.
    chosen
        The joint choice.
    by_rule
        The same pupils under each intake rule.
    rivals
        The fairest and the widest sites.
    cards
        A card for each chosen site, in the order of `chosen.sites`.
    draws
        How sure the sites are; None without draws.
    ways
        By mode and season: ways from everywhere to the nearest chosen site; places are numbered as `chosen.sites`.
    """

    question: SiteQuestion
    chosen: JointChoice
    by_rule: dict[Intake, JointChoice]
    rivals: Rivals
    cards: list[SiteCard]
    draws: DrawOutcome | None
    ways: dict[tuple[Mode, Season], Ways]

    @property
    def site_cell(self) -> IntArray:
        """(sites,) cell of each chosen site."""
        return self.question.cell[self.chosen.sites]

    def admitted(self, *, boards: bool | None = None, entitled: bool | None = None) -> FloatArray:
        """(b, sites) pupils admitted, by village; all, or only those who board there or do not, are entitled or not."""
        chosen, pupils = self.chosen, np.zeros((len(self.question.village), len(self.chosen.sites)))
        amount = chosen.amount
        if boards is not None:
            amount = np.where(chosen.boards == boards, amount, 0.0)
        if entitled is not None:
            amount = np.where((chosen.customers.entitled == entitled)[:, None], amount, 0.0)
        np.add.at(pupils, chosen.customers.village, amount)
        return pupils


def place_schools(study: Study, candidates: gpd.GeoDataFrame, step: Callable[[str], None]) -> Siting:
    """Answer the siting question for places as `site_candidates` gives them; errors as in `plan_schools`."""
    question = site_question(study, candidates)
    step("sharing out the places")
    rivals = rival_sites(question)
    given = {Objective.FAIREST: rivals.fairest, Objective.WIDEST: rivals.coverage.sites}
    chosen = choose_sites(question, sites=given.get(study.parameters.objective))
    step("draws")
    return Siting(
        question=question,
        chosen=chosen,
        by_rule={rule: under_rule(question, chosen, rule) for rule in Intake},
        rivals=rivals,
        cards=site_cards(question, chosen),
        draws=draw_sites(question, chosen),
        ways={
            (mode, season): study.nearest(mode, season, question.cell[chosen.sites])
            for mode in Mode
            for season in Season
        },
    )
