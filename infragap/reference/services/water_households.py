"""Household water works of the reference pack, calibrated so that the published rates come out: 33.2 % to standard, 98
% basic."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.today import coverage_today, shared_again
from infragap.reference.inputs import Base, Facts
from infragap.reference.shares import largest_remainder

TO_STANDARD_PCT = 33.2
BASIC_PCT = 98.0
LEAST_BASIC_PCT = 80.0
ROUNDS = 26


def build_water_households(
    base: Base, facts: Facts, villages: gpd.GeoDataFrame, schemes: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Build the table of household works.

    Parameters
    ----------
    base, facts
        Communes (with poverty rates), old communes, relief; works of the former provinces.
    villages, schemes
        Layers of the pack in the measuring CRS.

    Returns
    -------
    DataFrame
        One row per commune, columns of `infragap.gis.schema.WaterHouseholds`. Shares fall with the poverty rate
        (assumption) and are scaled so that, with the default parameters of the water analysis, the rural people reach
        the published rates. They are shares of all households, fixed
        here: what the schemes do later changes no well. Limestone communes are those that the facts name.
    """
    communes = base.communes
    poverty = communes["poverty_rate_pct"].fillna(communes["poverty_rate_pct"].median()).to_numpy() / 100.0
    table = pd.DataFrame(
        {
            "commune_code": communes["commune_code"],
            "household_works": _works(base, facts),
            "own_source_to_standard_pct": 0.0,
            "basic_pct": 100.0,
        }
    )
    parameters = WaterParameters()
    rural = villages["commune_code"].isin(communes["commune_code"][base.is_rural()]).to_numpy()
    population = villages["population"].to_numpy(dtype=float)
    total = population[rural].sum()
    survey = coverage_today(villages, schemes, table, base.elevation, parameters)

    def rates(own_pct: NDArray[np.float64], basic_pct: NDArray[np.float64]) -> tuple[float, float]:
        filled = table.assign(own_source_to_standard_pct=own_pct, basic_pct=basic_pct)
        people = shared_again(survey, villages, schemes, filled).people
        return (
            100 * float(people["people_to_standard"].to_numpy()[rural].sum()) / total,
            100 * (1 - float(people["people_none"].to_numpy()[rural].sum()) / total),
        )

    everyone = np.full(len(communes), 100.0)

    def own_at(scale: float) -> NDArray[np.float64]:
        return np.asarray(np.round(np.clip(100 * scale * (1 - poverty), 0, 100), 3))

    own = own_at(_solve(lambda scale: rates(own_at(scale), everyone)[0] - TO_STANDARD_PCT))

    def basic_at(scale: float) -> NDArray[np.float64]:
        return np.asarray(np.round(np.clip(100 - 100 * scale * poverty, LEAST_BASIC_PCT, 100), 3))

    basic = basic_at(_solve(lambda scale: BASIC_PCT - rates(own, basic_at(scale))[1]))
    return table.assign(
        own_source_to_standard_pct=own,
        basic_pct=basic,
        is_karst=communes["name"].str.contains(base.words.find["karst_commune"]),
        provenance="modelled",
        source=base.words.note["household_works"],
    )


def _works(base: Base, facts: Facts) -> NDArray[np.int64]:
    """Split the published numbers of works by the rural people of each former province."""
    province = base.legacy.drop_duplicates("commune_code").set_index("commune_code")["province"]
    of = base.communes["commune_code"].map(province).to_numpy()
    rural = np.where(base.is_rural(), base.communes["population"], 0)
    works = np.zeros(len(base.communes), dtype=np.int64)
    for name, total in zip(facts.household_works["former_province"], facts.household_works["works"], strict=True):
        here = of == name
        works[here] = largest_remainder(total, rural[here])
    return works


def _solve(rising: Callable[[float], float]) -> float:
    """Scale in [0, 1] at which a rising function crosses zero, by bisection; 1 where it never does."""
    low, high = 0.0, 1.0
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return high
