"""Whether the unit costs reproduce real projects of the country: predicted over actual cost of those in its profile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from infragap.analyses.electricity.assumptions.builds import Build, line_mvnd_per_km, station_sizes
from infragap.analyses.electricity.parameters import ElectricityParameters, uncertain
from infragap.profiles.profile import BuiltProject
from infragap.wording.catalogue import Words, words
from infragap.wording.country import spoken_profile

WITHIN = 0.30
"""A project counts as reproduced within this: single villages are not known better (norms A1)."""


REMOTE_M_PER_HOUSEHOLD = 40.0
"""A project with more medium-voltage line for each household counts as one on difficult ground throughout (assumption):
its prices get the terrain factor."""


SINGLE_PHASE_LV = 0.56
"""Price of two-wire 0.4 kV line (150-240 million VND/km) by that with ABC 4×70 (engineering facts 3)."""


def line_price_mvnd_per_km(project: BuiltProject, parameters: ElectricityParameters) -> float:
    """Price of a kilometre of a project's overhead medium-voltage line."""
    p, upper = parameters, parameters.levels.is_upper(project.kv)
    if not project.single_phase:
        return p.mv35_line_mvnd_per_km if upper else p.mv22_line_mvnd_per_km
    return line_mvnd_per_km(p, upper=upper, build=Build(2, "AC-50"))


def on_ground(project: BuiltProject, parameters: ElectricityParameters) -> float:
    """Multiplier for a project's ground: the terrain factor where it is remote."""
    m_per_household = 1000 * project.mv_km / project.households if project.households else 0.0
    return parameters.terrain_factor if m_per_household > REMOTE_M_PER_HOUSEHOLD else 1.0


def predicted_mvnd(project: BuiltProject, parameters: ElectricityParameters) -> float:
    """Cost of a project's scope at our unit costs, in today's prices [million VND]; NaN without a published scope.

    Notes
    -----
    Stations of a published total take the price between the sizes of the table, others that of 75 kVA (25 kVA where
    single-phase). 0.4 kV lines count with ABC 4×70, single-phase ones with two wires. The cable is that of a road
    through forest; crossings count where they are known.
    """
    p = parameters
    if project.mv_km <= 0:
        return float("nan")
    kind = "single_phase" if project.single_phase else "three_phase"
    sizes = station_sizes(p, kind=kind)
    size = (
        project.kva / project.stations if project.kva and project.stations else 25.0 if project.single_phase else 75.0
    )
    station = float(np.interp(size, [kva for kva, _ in sizes], [price for _, price in sizes]))
    overhead = (project.mv_km - project.cable_km) * line_price_mvnd_per_km(project, p)
    ground = on_ground(project, p)
    return float(
        overhead * ground
        + project.cable_km * p.road_cable_mvnd_per_km
        + project.crossings * p.river_crossing_mvnd
        + project.lv_km * p.lv_line_mvnd_per_km * (SINGLE_PHASE_LV if project.single_phase else 1.0)
        + project.stations * station * ground
        + (project.households or 0.0) * p.service_mvnd_per_household
    )


def escalated_mvnd(project: BuiltProject, parameters: ElectricityParameters) -> float:
    """Actual cost brought to the price year of the country's profile [million VND]."""
    years = spoken_profile().money.price_year - project.year
    return float(project.cost_money_units * (1 + parameters.price_escalation_pct / 100) ** years)


def backtest_table(parameters: ElectricityParameters) -> pd.DataFrame:
    """Predicted and actual cost of every project of the country, and why a far-off one is missed; no rows where its
    profile knows none.

    Notes
    -----
    ``implied = (actual - all but the line) / km`` is the price of medium-voltage line at which the project would come
    out exactly.
    """
    rows = []
    for project in spoken_profile().projects:
        predicted, actual = predicted_mvnd(project, parameters), escalated_mvnd(project, parameters)
        km = project.mv_km - project.cable_km
        ground = on_ground(project, parameters)
        line = km * line_price_mvnd_per_km(project, parameters) * ground
        implied = (actual - (predicted - line)) / (km * ground) if km > 0 else float("nan")
        ratio = predicted / actual
        hit = bool(abs(ratio - 1) <= WITHIN)
        rows.append(
            {
                "project": project.name,
                "year": project.year,
                "predicted_mvnd": predicted,
                "actual_2026_mvnd": actual,
                "predicted_to_actual": ratio,
                "implied_mv_mvnd_per_km": implied,
                "within_30_pct": hit,
                "in_fit": project.fitted,
                "note_vi": _note(project, ratio, implied, words("vi")),
                "note_en": _note(project, ratio, implied, words("en")),
                "source": project.source,
            }
        )
    return pd.DataFrame(rows)


def _note(project: BuiltProject, ratio: float, implied_mvnd_per_km: float, w: Words) -> str:
    """Say what sets a project apart and, where it is missed, by how much and what its line would have to cost."""
    apart = project.note.get(w.language, next(iter(project.note.values()), ""))
    if not abs(ratio - 1) > WITHIN:
        return apart
    missed = "too_high" if ratio > 1 else "too_low"
    off = w(f"electricity.backtest.{missed}", percent=w.number(100 * abs(ratio - 1)))
    low, _, high = uncertain()["mv35_line_mvnd_per_km"]
    price = {"price": implied_mvnd_per_km, "low": low, "high": high}
    fits = w("electricity.backtest.fits", **{name: w.number(value) for name, value in price.items()})
    return "; ".join(part for part in (off, apart, fits) if part)


@dataclass(frozen=True)
class Medians:
    """Medians of predicted over actual, NaN where no project is known, and the numbers of projects that they are of.

    Attributes
    ----------
    fit, fit_count
        Of the projects that the prices were fitted to.
    all, count
        Of all with a published scope.
    """

    fit: float
    fit_count: int
    all: float
    count: int


def medians(projects: pd.DataFrame) -> Medians:
    """Medians of a table of `backtest_table`."""
    if projects.empty:
        return Medians(fit=float("nan"), fit_count=0, all=float("nan"), count=0)
    known = projects[projects["predicted_to_actual"].notna()]
    ratio, of_fit = known["predicted_to_actual"], known.loc[known["in_fit"], "predicted_to_actual"]
    return Medians(fit=float(of_fit.median()), fit_count=len(of_fit), all=float(ratio.median()), count=len(ratio))
