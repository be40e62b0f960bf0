"""How sure a site is: draws of positions, speeds, pupils and places, and what staying with the site would cost in each.

In a draw every pupil keeps the way that is fastest at the default speeds, at the drawn place of the village; places are
shared out anew among the chosen sites; then each school asks, for the pupils who were admitted to it, which of its
candidates would have been best. The minutes that the chosen site costs more are its regret.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.draws import draw_generator
from infragap.analyses.parameters import Parameters
from infragap.analyses.schools.codes import Level, LinkKind, Robustness
from infragap.analyses.schools.siting.choice import JointChoice
from infragap.analyses.schools.siting.question import SiteQuestion
from infragap.analyses.solvers.facility.transport import share_demand

ROBUST_SHARE = 0.8
"""A site that wins in so many draws is robust (choice)."""
SURVEY_MIN = 5.0
"""A site whose 95 % regret is above this wants a survey before anything is built (choice)."""

_SPEED_OF = {
    LinkKind.WALK_GROUND: "walk_flat_kmh",
    LinkKind.WALK_ROAD: "walk_flat_kmh",
    LinkKind.RIDE_ASPHALT: "motorbike_asphalt_kmh",
    LinkKind.RIDE_CONCRETE: "motorbike_concrete_kmh",
    LinkKind.RIDE_GRAVEL: "motorbike_gravel_kmh",
    LinkKind.RIDE_EARTH: "motorbike_earth_kmh",
    LinkKind.RIDE_TRACK: "motorbike_track_kmh",
}


@dataclass(frozen=True, eq=False)
class DrawOutcome:
    """What the draws say of the chosen sites.

    Attributes
    ----------
    share_won
        (candidates,) share of the draws in which the candidate is its school's best.
    regret95_min
        (sites,) minutes per admitted pupil that the chosen site costs more than the draw's best, exceeded in one draw
        of twenty.
    robustness
        (sites,) label of each chosen site.
    draws
        How many there were.
    """

    share_won: FloatArray
    regret95_min: FloatArray
    robustness: tuple[Robustness, ...]
    draws: int


def draw_sites(question: SiteQuestion, chosen: JointChoice) -> DrawOutcome | None:
    """Try the chosen sites under the draws; None where no draws are asked for."""
    parameters = question.study.parameters
    if not parameters.draws:
        return None
    won, regret = np.zeros(len(question.candidates)), np.zeros((parameters.draws, len(chosen.sites)))
    rivals = _rivals(question, chosen.sites)
    for draw in range(parameters.draws):
        rng = draw_generator(parameters.draw_seed, draw)
        minutes = _drawn_minutes(question, rng)
        amount = _shared_anew(question, chosen, minutes, rng)
        for column, site in enumerate(chosen.sites.tolist()):
            weighed = amount[:, column] * chosen.customers.weight
            pupils = np.bincount(chosen.customers.village, weighed, minlength=len(question.village))
            member = np.flatnonzero(pupils > 0)
            if not len(member):
                won[site] += 1
                continue
            own = rivals[column]
            mean = pupils[member] @ minutes[np.ix_(member, own)] / pupils.sum()
            best = float(mean.min())
            winner = own[int(np.argmin(np.where(mean <= best + 1e-9, 0, 1)))] if np.isfinite(best) else site
            here = float(mean[own == site][0])
            # of equals the chosen site wins
            winner = site if here <= best + 1e-9 else winner
            won[winner] += 1
            regret[draw, column] = here - best if np.isfinite(here) else 0.0
    regret95 = np.quantile(regret, 0.95, axis=0)
    share = won / parameters.draws
    return DrawOutcome(
        share_won=share,
        regret95_min=regret95,
        robustness=tuple(
            _label(share[site], worst, parameters.near_equal_min)
            for site, worst in zip(chosen.sites.tolist(), regret95.tolist(), strict=True)
        ),
        draws=parameters.draws,
    )


def _label(share_won: float, regret95_min: float, near_equal_min: float) -> Robustness:
    if share_won >= ROBUST_SHARE or regret95_min <= near_equal_min:
        return Robustness.ROBUST
    return Robustness.SURVEY_FIRST if regret95_min > SURVEY_MIN else Robustness.TOSS_UP


def _rivals(question: SiteQuestion, sites: IntArray) -> list[IntArray]:
    """Candidates of the school of each site, the site among them."""
    column = "commune_code" if question.group is None else "school"
    key = question.candidates[column].to_numpy()
    return [np.flatnonzero(key == key[site]) for site in sites.tolist()]


def _drawn_minutes(question: SiteQuestion, rng: np.random.Generator) -> FloatArray:
    """(b, candidates) minutes of the year at drawn places and speeds."""
    parts, parameters = question.position_parts, question.study.parameters
    place = rng.integers(0, len(parts), len(question.village))
    factors = np.ones(len(LinkKind), np.float32)
    drawn: dict[str, float] = {}
    for kind, name in _SPEED_OF.items():
        if name not in drawn:
            low, high = _range(parameters, name)
            usual = float(getattr(parameters, name))
            drawn[name] = usual / rng.triangular(min(low, usual), usual, max(high, usual) + 1e-9)
        factors[kind] = drawn[name]
    minutes = parts[place, np.arange(len(place))] @ factors
    return np.where(np.isfinite(question.minutes), minutes, np.inf)


def _range(parameters: Parameters, name: str) -> tuple[float, float]:
    extra = type(parameters).model_fields[name].json_schema_extra
    assert isinstance(extra, dict)
    return float(extra["low"]), float(extra["high"])  # type: ignore[arg-type]


def _shared_anew(
    question: SiteQuestion, chosen: JointChoice, minutes: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """(customers, sites) pupils admitted under drawn pupils and places."""
    parameters, customers = question.study.parameters, chosen.customers
    home = question.study.villages["commune_code"].to_numpy()[question.village]
    communes, number = np.unique(home, return_inverse=True)
    growth = np.clip(rng.normal(1.0, parameters.demand_spread_pct / 100, len(communes)), 0.3, 3.0)
    room = np.clip(rng.normal(1.0, parameters.capacity_spread_pct / 100, len(chosen.sites)), 0.3, 3.0)
    allowed = question.allowed(chosen.rule)[:, chosen.sites]
    taught = np.stack([question.teaches(level)[chosen.sites] for level in Level])[customers.level]
    cost = np.where(taught, np.where(allowed, minutes[:, chosen.sites], np.inf)[customers.village], np.inf)
    amount, _ = share_demand(
        customers.weight[:, None] * cost,
        np.round(customers.pupils * growth[number[customers.village]]),
        np.floor(question.capacity[chosen.sites] * room),
        customers.weight * parameters.without_place_min,
    )
    return amount[:, :-1]
