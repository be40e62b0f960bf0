"""Households, people, pupils and minorities of the villages: modelled, with the commune's totals met exactly."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from infragap.reference.shares import largest_remainder

SIZE_SPREAD = 0.4
"""Standard deviation of the logarithm of village sizes within a commune (assumption)."""

LEAST_HOUSEHOLDS = 15
"""Least households of a modelled village (assumption)."""

TYPICAL_UNELECTRIFIED_HOUSEHOLDS = 100
"""Households of an unelectrified village of which nothing is known: 5,789 households in 58 villages of the last project
(norms A1)."""

PRIMARY_PCT = (8.4, 2.2)
LOWER_SECONDARY_PCT = (6.0, 1.2)
UPPER_SECONDARY_PCT = (3.2, -0.5)
"""Pupils in percent of the people: share in a village without minorities, and what a village of minorities only has
more.

Assumption: five cohorts of about 1.9 % of the people each at primary level, four of 1.7 % at lower secondary, three of
1.6 % at upper secondary of which about 60 % attend; more children and less attendance in minority villages.
"""


def households_by_village(
    frame: pd.DataFrame, communes: gpd.GeoDataFrame, unelectrified: gpd.GeoDataFrame, *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Households of each village; sums equal the communes'.

    Parameters
    ----------
    frame
        Villages with row (of the commune), known_households, scheme_persons, settlement_id.
    communes
        With households and population.
    unelectrified
        The 18, with households where known.

    Notes
    -----
    Of the 18, those not known take the persons of their documented water scheme over the commune's household size, and
    where there is none, about 100 households. The others share what is left by log-normal sizes.
    """
    known = frame["known_households"].to_numpy(dtype=np.float64).copy()
    sizes = rng.lognormal(0.0, SIZE_SPREAD, size=len(frame))
    household_size = (communes["population"] / communes["households"]).to_numpy()[frame["row"]]
    listed = unelectrified.set_index("settlement_id")["households"].astype(float)
    for place in np.flatnonzero(frame["settlement_id"] != ""):
        published = listed[frame["settlement_id"].iloc[place]]
        estimate = frame["scheme_persons"].iloc[place] / household_size[place]
        if np.isnan(estimate):
            estimate = TYPICAL_UNELECTRIFIED_HOUSEHOLDS * sizes[place] ** 0.5
        known[place] = published if np.isfinite(published) else np.clip(np.round(estimate), 30, 150)
    result = np.zeros(len(frame), dtype=np.int64)
    for row, places in _by_commune(frame):
        total = int(communes["households"].iloc[row])
        fixed = known[places]
        open_places = places[np.isnan(fixed)]
        result[places] = np.nan_to_num(fixed).astype(np.int64)
        left = total - int(result[places].sum())
        if len(open_places):
            least = min(LEAST_HOUSEHOLDS, left // (2 * len(open_places)))
            result[open_places] = largest_remainder(left, sizes[open_places], minimum=least)
        elif left:
            raise ValueError(f"commune row {row}: {left} households belong to no village")
    return result


def people_by_village(
    frame: pd.DataFrame, communes: gpd.GeoDataFrame, unelectrified: gpd.GeoDataFrame, *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """People of each village: by households, with household sizes that vary by a twelfth; sums equal the communes'."""
    weight = frame["households"].to_numpy() * rng.lognormal(0.0, 0.08, size=len(frame))
    published = (
        frame["settlement_id"].map(unelectrified.set_index("settlement_id")["population"].astype(float)).to_numpy()
    )
    result = np.zeros(len(frame), dtype=np.int64)
    for row, places in _by_commune(frame):
        fixed = published[places]
        result[places] = np.nan_to_num(fixed).astype(np.int64)
        open_places = places[np.isnan(fixed)]
        left = int(communes["population"].iloc[row]) - int(result[places].sum())
        result[open_places] = largest_remainder(
            left, weight[open_places], minimum=frame["households"].to_numpy()[open_places]
        )
    return result


def pupils_and_minorities(frame: pd.DataFrame, communes: gpd.GeoDataFrame, *, rng: np.random.Generator) -> pd.DataFrame:
    """Minority share [%] around the commune's, its mean over the people kept, and pupils by level.

    Returns
    -------
    DataFrame
        minority_pct, pupils_primary, pupils_lower_secondary, pupils_upper_secondary; index of `frame`.
    """
    people = frame["population"].to_numpy(dtype=np.float64)
    commune_share = communes["minority_pct"].to_numpy(dtype=np.float64)[frame["row"]] / 100
    share = _shifted_shares(
        np.clip(commune_share, 0.001, 0.999), people, frame["row"].to_numpy(), rng.normal(0.0, 0.9, size=len(frame))
    )
    share = np.where(np.isnan(commune_share), np.nan, share)
    known = np.nan_to_num(share, nan=0.6)  # the province's share where the commune's is unknown
    result = pd.DataFrame({"minority_pct": np.round(100 * share, 1)}, index=frame.index)
    for level, (base_pct, more_pct) in {
        "pupils_primary": PRIMARY_PCT,
        "pupils_lower_secondary": LOWER_SECONDARY_PCT,
        "pupils_upper_secondary": UPPER_SECONDARY_PCT,
    }.items():
        expected = people * (base_pct + more_pct * known) / 100
        # rounded up or down by chance, so that small villages do not lose their pupils in sum
        result[level] = np.floor(expected + rng.uniform(size=len(frame))).astype(np.int64)
    return result


def _shifted_shares(
    target: NDArray[np.float64], people: NDArray[np.float64], row: NDArray[np.int64], noise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Shares logistic(shift + noise) whose mean over each commune's people is its target, by bisection on the shift."""
    count = int(row.max()) + 1
    low, high = np.full(count, -15.0), np.full(count, 15.0)
    for _ in range(50):
        middle = (low + high) / 2
        share = 1 / (1 + np.exp(-(middle[row] + noise)))
        above = np.bincount(row, people * (share - target), count) > 0
        high, low = np.where(above, middle, high), np.where(above, low, middle)
    return np.asarray(1 / (1 + np.exp(-(((low + high) / 2)[row] + noise))))


def _by_commune(frame: pd.DataFrame) -> list[tuple[int, NDArray[np.int64]]]:
    """Commune row and places of its villages, in order of the communes."""
    row = frame["row"].to_numpy()
    return [(int(value), np.flatnonzero(row == value)) for value in np.unique(row)]
