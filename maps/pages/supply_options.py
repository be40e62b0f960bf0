"""What could supply a settlement, side by side on its card: cost, size, service, or what rules it out."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.parameters import Parameters
from infragap.maps import colours
from infragap.maps.pages.page import Field, Option, Options, Text
from infragap.wording.catalogue import Number, in_each_language, languages, words
from infragap.wording.codes import code_words, unit_words

SIZES = {
    "grid": ("transformer_kva", "kVA"),
    "minigrid": ("minigrid_pv_kwp", "kWp"),
    "hydro": ("hydro_plant_kw", "kW"),
    "hybrid": ("hybrid_plant_kw", "kW"),
    "solar_home": ("solar_home_kits_per_household", "kits"),
}
"""Column and unit of each option's size."""
SURE = 0.5
"""Probability of the choice below which its marker is hollow."""


def options() -> Options:
    """Describe the comparison: investment, life-cycle cost, the same per household, size, energy not served."""
    kinds = ("investment", "life_cycle", "per_household", "size", "unserved")
    money = unit_words("mvnd") or {}
    return Options(
        "choice",
        tuple(in_each_language(f"maps.option.{kind}") for kind in kinds),
        tuple(
            Option(code, code_words("choice", code), _values(code), _ruled_out_field(code)) for code in colours.CHOICES
        ),
        {code: words(code)("maps.option.caption", unit=unit) for code, unit in money.items()},
    )


def _values(code: str) -> tuple[Field | None, ...]:
    size, unit = SIZES[code]
    nothing: Text = in_each_language("maps.option.size")
    return (
        Field(f"{code}_card_investment_mvnd", nothing, digits=0),
        Field(f"{code}_card_mvnd", nothing, digits=0),
        Field(f"{code}_card_mvnd_per_household", nothing, digits=1),
        Field(size, nothing, unit_words(unit), 0),
        None if code == "grid" else Field(f"{code}_unserved_pct", nothing, unit_words("%"), 1),
    )


def _ruled_out_field(code: str) -> Field:
    by_language = {language: f"{code}_ruled_out_{language}" for language in languages()}
    return Field(f"{code}_ruled_out", in_each_language("maps.option.size"), columns=by_language)


def prepared(
    settlements: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, parameters: Parameters | None
) -> gpd.GeoDataFrame:
    """Add what only the page shows: poverty of the commune, the options side by side, how sure the choice is, where its
    plant stands."""
    frame = settlements.copy()
    poverty = communes.drop_duplicates("commune_code").set_index("commune_code")["poverty_rate_pct"]
    on_grid = frame["choice"] == "grid"
    added: dict[str, Any] = {
        "poverty_rate_pct": frame["commune_code"].map(poverty).astype(float),
        "choice_probability_pct": _choice_probability_pct(frame),
        "plant_longitude": frame["hydro_longitude"].where(frame["choice"].isin(("hydro", "hybrid"))),
        "plant_latitude": frame["hydro_latitude"].where(frame["choice"].isin(("hydro", "hybrid"))),
    }
    added["unsure"] = added["choice_probability_pct"] < 100 * SURE
    households = frame["households"].where(frame["households"] > 0)
    for code in colours.CHOICES:
        own, investment = ("grid_alone", "grid_alone_investment") if code == "grid" else (code, f"{code}_investment")
        cost, first = frame[f"{own}_mvnd"], frame[f"{investment}_mvnd"]
        if code == "grid":
            cost, first = cost.mask(on_grid, frame["plan_mvnd"]), first.mask(on_grid, frame["plan_investment_mvnd"])
        added |= {
            f"{code}_card_mvnd": cost,
            f"{code}_card_investment_mvnd": first,
            f"{code}_card_mvnd_per_household": cost / households,
        }
        for language in languages():
            added[f"{code}_ruled_out_{language}"] = _ruled_out(frame, code, cost, parameters, language)
    return frame.assign(**added)


def _choice_probability_pct(frame: pd.DataFrame) -> pd.Series[float]:
    """Share of the draws [%] that keep the choice between grid and own supply; missing without draws."""
    if "grid_probability" not in frame:
        return pd.Series(np.nan, index=frame.index)
    grid = frame["grid_probability"].astype(float)
    return 100 * grid.where(frame["choice"] == "grid", 1 - grid)


def _ruled_out(
    frame: pd.DataFrame, code: str, cost: pd.Series[float], parameters: Parameters | None, language: str
) -> list[str]:
    """Words of what rules an option out at each settlement; empty where nothing does."""
    say, floor = words(language), getattr(parameters, "service_floor_tier", 0)
    tiers = frame.get(f"{code}_tier", pd.Series(np.nan, index=frame.index))
    found = []
    for value, tier in zip(cost, tiers, strict=True):
        if pd.isna(value):
            found.append(say(f"maps.option.none.{code}"))
        elif pd.notna(tier) and tier < floor:
            found.append(say("maps.option.below_floor", tier=Number(tier), floor=Number(floor)))
        else:
            found.append("")
    return found
