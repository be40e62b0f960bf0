"""The key figures of a run, each counted once: pages, index and summary show them under one name and with the same
number.

The name of a figure is `maps.fact.<key>`. Two figures that a reader could take for each other (a mean by motorbike in
the dry season, a mean over the school year) are two keys with two names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.water.result import WaterResult
from infragap.wording.catalogue import Number, in_each_language
from infragap.wording.codes import unit_words

SURE = 0.5
"""Probability below which a settlement on the grid is called unsure."""


@dataclass(frozen=True)
class Quantity:
    """A figure of the run.

    Attributes
    ----------
    key
        Its name in the catalogue is `maps.fact.<key>`.
    value
        In `unit`.
    unit
        Code of the unit, '-' for counts.
    decimals
        Decimals that are shown, everywhere the same.
    """

    key: str
    value: float
    unit: str = "-"
    decimals: int = 0

    @property
    def label(self) -> dict[str, str]:
        """Name in every language."""
        return in_each_language(f"maps.fact.{self.key}")

    @property
    def unit_text(self) -> dict[str, str] | None:
        """Unit in every language; None where there is none."""
        return unit_words(self.unit)

    @property
    def number(self) -> Number:
        """The number as texts hold it."""
        return Number(self.value, self.decimals)


Quantities = Mapping[str, Quantity]


def _by_key(*quantities: Quantity | None) -> dict[str, Quantity]:
    return {quantity.key: quantity for quantity in quantities if quantity is not None}


def electricity_quantities(result: ElectricityResult) -> Quantities:
    """Count what the electricity page, the index and the summary say."""
    frame, lines, plan = result.settlements, result.lines, result.plan
    beyond = lines[lines["voltage_status"] != "ok"]
    remedies = result.tables.get("remedies")
    unsure = None
    if "grid_probability" in frame:
        count = int(((frame["choice"] == "grid") & (frame["grid_probability"] < SURE)).sum())
        unsure = Quantity("grid_unsure", count)
    return _by_key(
        Quantity("settlements", len(frame)),
        Quantity("households", float(frame["households"].sum()), "households"),
        unsure,
        Quantity("lines_beyond_voltage", len(beyond)),
        Quantity("branches_to_remedy", len(remedies)) if remedies is not None else None,
        _bn("life_cycle_cost", plan, "cost_mvnd"),
        _bn("plan_investment", plan, "investment_mvnd"),
    )


def water_quantities(result: WaterResult) -> Quantities:
    """Count what the water page, the index and the summary say."""
    siting, here, sure = result.siting, result.summary, result.siting["uncertainty"]
    too_dear = siting["works_beyond_budgets"] > 0
    return _by_key(
        Quantity("to_standard_now", float(siting["to_standard_now_pct"]), "%", 1),
        Quantity("to_standard_last_year", float(siting["to_standard_last_year_pct"]), "%", 1) if too_dear else None,
        Quantity("to_standard_after", float(siting["to_standard_after_pct"]), "%", 1),
        Quantity("water_target", float(siting["target_pct"]), "%", 1) if siting["target_pct"] is not None else None,
        Quantity("to_standard_after_years", float(siting["to_standard_after_5_years_pct"]), "%", 1),
        Quantity("to_standard_from_schemes", float(here["to_standard_from_schemes_pct"]), "%", 1),
        Quantity("basic", float(here["basic_pct"]), "%", 1),
        Quantity("people_without", float(here["people_without_standard"]), "people"),
        Quantity("works", int(siting["works"])),
        Quantity("works_listed", int(siting["listed"]["in_plan"])),
        Quantity("lines_hold", 100 * float(sure["target_probability"]), "%", 1) if sure is not None else None,
        _bn("works_cost", siting, "cost_mvnd"),
        _bn("target_cost", siting["least_cost_unlimited"], "cost_mvnd")
        if siting["least_cost_unlimited"]["target_met_when_all_built"]
        else None,
    )


def schools_quantities(result: SchoolsResult) -> Quantities:
    """Count what the schools page, the index and the summary say."""
    border = result.sites[result.sites["kind"] == "border_boarding"]
    pupils = float(border["pupils_served"].sum())
    here = result.summary
    counts = ("villages_cut_off_in_rain",)
    minutes = (
        "border_mean_min",
        "border_longest_min",
        "upper_secondary_mean_before_min",
        "upper_secondary_mean_after_min",
    )
    dry = float((border["mean_min"] * border["pupils_served"]).sum() / pupils) if pupils else None
    return _by_key(
        Quantity("border_schools", len(border)),
        Quantity("border_pupils", pupils, "pupils"),
        Quantity("border_pupils_may_board", float(border["pupils_may_board"].sum()), "pupils"),
        Quantity("border_mean_dry_min", dry, "min", 1) if dry is not None else None,
        *(Quantity(key, float(here[key]), "min", 1) for key in minutes if key in here),
        *(Quantity(key, float(here[key])) for key in counts if key in here),
    )


def _bn(key: str, record: Mapping[str, Any], source: str) -> Quantity | None:
    value = record.get(source)
    return Quantity(key, value / 1000, "bn_vnd", 1) if isinstance(value, int | float) else None
