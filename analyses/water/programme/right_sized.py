"""The plan once more with every pipe sized for what it carries in it: works so sized join the candidates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.water.lines.design import narrower_is_wanted
from infragap.analyses.water.service.today import Gap
from infragap.analyses.water.siting.choice import Choice, Plan
from infragap.analyses.water.siting.model import Model
from infragap.analyses.water.study import Study
from infragap.analyses.water.works.candidate import Candidate, Candidates
from infragap.analyses.water.works.candidates import as_tables
from infragap.analyses.water.works.fitted import fitted_to
from infragap.analyses.water.works.maker import Maker, owners


def right_sized(
    study: Study, candidates: Candidates, model: Model, choice: Choice, gap: Gap, maker: Maker
) -> tuple[Candidates, Plan]:
    """Add the works of a plan with pipes for what they really carry, and put them in the place of those chosen.

    Parameters
    ----------
    study, gap
        Villages, and whom they lack water for.
    candidates, model, choice
        What the plan was chosen from, and the plan.
    maker
        Sizes and prices.

    Returns
    -------
    tuple
        All candidates, the new ones among them by identifier, and the same plan over them.

    Notes
    -----
    A work so sized is one more candidate of its site. So the bound of every question asked afterwards covers it, and
    the tables hold all that the choice was made from.
    """
    size = candidates.links["people_per_household"].to_numpy()
    first = np.searchsorted(model.candidate, np.arange(model.candidates + 1))
    works: list[Candidate] = list(candidates.works)
    use: dict[str, tuple[FloatArray, BoolArray]] = {}
    for row in np.flatnonzero(choice.open):
        work, part = candidates.works[row], slice(first[row], first[row + 1])
        households = choice.households[part]
        fitted = fitted_to(work, households, households * size[part], maker)
        if fitted is None:
            use[work.candidate_id] = households, choice.laid(model)[part]
            continue
        works.append(fitted)
        served = np.array([link.households_max for link in fitted.links])
        use[fitted.candidate_id] = served, np.ones(len(served), dtype=bool)
    works.sort(key=lambda work: work.candidate_id)
    return replace(as_tables(works, study, gap), dry=candidates.dry), _plan(works, use)


def not_to_be_sized(candidates: Candidates, model: Model, choice: Choice, maker: Maker) -> BoolArray:
    """Works of a plan whose pipes cannot be sized for what they carry in it, (candidates,): the head that there is
    allows no pipes narrow enough for so little water."""
    size = candidates.links["people_per_household"].to_numpy()
    first = np.searchsorted(model.candidate, np.arange(model.candidates + 1))
    laid, found = choice.laid(model) | (model.pipe < 0), np.zeros(model.candidates, dtype=bool)
    for row in np.flatnonzero(choice.open):
        work, part = candidates.works[row], slice(first[row], first[row + 1])
        people = choice.households[part] * size[part]
        if fitted_to(work, choice.households[part], people, maker) is not None:
            continue
        owner, _ = owners(work.line)
        sections = laid[part][np.maximum(owner, 0)] & (owner >= 0)
        found[row] = narrower_is_wanted(work.line, people / maker.people_per_household, sections, maker.rules)
    return found


def _plan(works: list[Candidate], use: dict[str, tuple[FloatArray, BoolArray]]) -> Plan:
    """The plan over a new list of candidates."""
    none = np.zeros(0), np.zeros(0, dtype=bool)
    parts = [use.get(w.candidate_id, (np.zeros(len(w.links)), np.zeros(len(w.links), dtype=bool))) for w in works]
    return Plan(
        open=np.array([w.candidate_id in use for w in works], dtype=bool),
        households=np.concatenate([none[0], *(part[0] for part in parts)]),
        laid=np.concatenate([none[1], *(part[1] for part in parts)]),
    )
