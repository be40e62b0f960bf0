"""What remains of works: upkeep against income, cost per person and year, and who is still served after some years."""

from __future__ import annotations

from infragap.analyses.costs import annuity_factor
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.programme.built import VND_PER_MVND, Built, water_m3_per_year
from infragap.analyses.water.works.maker import Maker
from infragap.wording.country import spoken_profile

YEARS_AFTER = 5
PLANT_LOSS_SHARE = 3.0 / 7.0
"""Schemes with a paid operator fail at 2-4 % a year where others do at 7 % (norms B4, assumption)."""


def loss_per_year(work: Built, p: WaterParameters) -> float:
    """Share of such works that fall out each year."""
    share = p.scheme_loss_pct_per_year / 100
    return share if work.candidate.rural else share * PLANT_LOSS_SHARE


def people_after(people: float, work: Built, p: WaterParameters, *, years: float = YEARS_AFTER) -> float:
    """People still served some years after building: ``people · (1 − loss)^years``."""
    return float(people * (1 - loss_per_year(work, p)) ** years)


def cost_per_person_year_mvnd(work: Built, p: WaterParameters) -> float:
    """Investment spread over the life, and upkeep, per person and year."""
    spread = work.cost_mvnd / annuity_factor(discount_rate=p.discount_rate_pct / 100, years=p.life_years)
    people = float(work.people.sum())
    return (spread + work.om_mvnd_per_year) / people if people > 0 else float("nan")


def income_mvnd_per_year(work: Built, maker: Maker) -> float:
    """What the tariff brings for the water that arrives."""
    return sold_m3_per_year(work, maker) * maker.parameters.tariff_vnd_per_m3 / VND_PER_MVND


def om_vnd_per_m3(work: Built, maker: Maker) -> float:
    """Tariff that covers the upkeep; NaN where no water is sold."""
    sold = sold_m3_per_year(work, maker)
    return work.om_mvnd_per_year * spoken_profile().money.units / sold if sold > 0 else float("nan")


def sold_m3_per_year(work: Built, maker: Maker) -> float:
    """Water that arrives on mean days."""
    return water_m3_per_year(float(work.people.sum()), maker) * (1 - maker.parameters.loss_pct / 100)
