"""Whether the unit costs reproduce real projects: predicted over actual cost of projects whose scope is published."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from infragap.analyses.electricity.parameters import ElectricityParameters, uncertain
from infragap.profiles.profile import DEFAULT
from infragap.wording.catalogue import Words, words

PRICE_YEAR = 2026


WITHIN = 0.30
"""A project counts as reproduced within this: single villages are not known better (norms A1)."""


BACKTEST_COUNTRY = DEFAULT
"""Country of the projects: prices of another one are not held against them."""


@dataclass(frozen=True)
class Project:
    """One built or budgeted project (norms A1).

    Attributes
    ----------
    name
        Place.
    year
        Year of its prices.
    mv_km, lv_km
        Lines.
    stations, kva
        Transformer stations and their total size; `kva` None where it is not published.
    households
        Connected; None where it is not published.
    cost_mvnd
        Cost in prices of its year.
    kv
        Voltage of its line.
    source
        Publication.
    fitted
        Whether it was among the ten projects that the unit costs were fitted to.
    key
        What sets it apart stands in the catalogue of words under `electricity.project.<key>.note`; empty where nothing
        does.
    """

    name: str
    year: int
    mv_km: float
    lv_km: float
    stations: int
    kva: float | None
    households: float | None
    cost_mvnd: float
    kv: float
    source: str
    fitted: bool
    key: str = ""


PROJECTS = (
    Project("Sơn La NPC 2012-15, 557 villages", 2014, 540, 875, 218, None, 30000, 557_821, 35,
    "en.vietnamplus.vn 36616", True, "sonla_557"),
    Project("Sơn La Nà Bó - Mường Bằng", 2020, 11.5, 34.7, 10, None, 1116, 26_000, 35, "nangluongsachvietnam.vn 6702",
    True),
    Project("Sơn La Chiềng Bôm", 2016, 35.5, 84.5, 6, None, 2950, 69_500, 35, "bnews.vn 7372", True),
    Project("Mường Khương, 14 villages", 2016, 35, 42, 17, 2250, 774, 65_000, 35, "en.evn.com.vn 66-163-21", True),
    Project("Lai Châu Lều Chải", 2016, 6.8, 6.68, 3, 156.5, 194, 6_700, 35, "evn.com.vn 6-13-18683", True, "leuchai"),
    Project("Lai Châu plan, 134 villages", 2012, 240, 340, 140, None, 8000, 430_000, 35, "thiennhien.net 2012-08-28",
    True),
    Project("Điện Biên Đông, 2 stations", 2023, 3.2, 1.5, 2, 100, 82, 5_200, 35, "en.evn.com.vn 66-163-3783", True),
    Project("Sa Pa Lếch Mông", 2025, 1.3, 1.8, 1, 250, 56, 3_000, 35, "tracuuquyhoach.com 51329630", True),
    Project("Bảo Yên Cao Lan", 2026, 0.664, 1.0, 1, None, 22, 2_400, 35, "evn.com.vn 60-3557-506933", True, "caolan"),
    Project("Quảng Trị Rào Con", 2025, 6.463, 2.282, 1, 250, 62, 11_000, 22, "ja.laodong.vn 1630238", True, "raocon"),
    Project("Cao Bằng Sơn Lập", 2017, 6.74, 9.38, 3, 300, None, 23_830, 35, "en.vietnamplus.vn 105446", False,
    "sonlap"),
    Project("Thanh Hóa Nà Đang, line only", 2016, 12, 0, 0, 0, 0, 21_000, 35, "baotintuc.vn 2023-03-03", False,
    "nadang"),
)  # fmt: skip


def line_mvnd_per_km(project: Project, parameters: ElectricityParameters) -> float:
    """Price of a project's medium-voltage line."""
    upper = parameters.levels.is_upper(project.kv)
    return parameters.mv35_line_mvnd_per_km if upper else parameters.mv22_line_mvnd_per_km


def predicted_mvnd(project: Project, parameters: ElectricityParameters) -> float:
    """Cost of a project's scope at our unit costs, in prices of 2026 and on easy ground [million VND].

    Notes
    -----
    Stations without a published size count at the middle size (75-100 kVA). The terrain factor and river crossings stay
    out: the ten budgets that the unit costs
    were fitted to contain their terrain already.
    """
    p = parameters
    station = p.transformer_100_mvnd
    if project.kva is not None and project.stations > 0:
        size = project.kva / project.stations
        station = (
            p.transformer_50_mvnd
            if size <= 50 * 1.2
            else p.transformer_100_mvnd
            if size <= 100 * 1.2
            else p.transformer_250_mvnd
        )
    households = project.households or 0.0
    return (
        project.mv_km * line_mvnd_per_km(project, p)
        + project.lv_km * p.lv_line_mvnd_per_km
        + project.stations * station
        + households * p.service_mvnd_per_household
    )


def escalated_mvnd(project: Project, parameters: ElectricityParameters) -> float:
    """Actual cost brought to prices of 2026 [million VND]."""
    return float(project.cost_mvnd * (1 + parameters.price_escalation_pct / 100) ** (PRICE_YEAR - project.year))


def backtest_table(parameters: ElectricityParameters) -> pd.DataFrame:
    """Predicted and actual cost of every project, and why a far-off one is missed.

    Notes
    -----
    ``implied = (actual - all but the line) / km`` is the price of medium-voltage line at which the project would come
    out exactly.
    """
    rows = []
    for project in PROJECTS:
        predicted, actual = predicted_mvnd(project, parameters), escalated_mvnd(project, parameters)
        line = project.mv_km * line_mvnd_per_km(project, parameters)
        implied = (actual - (predicted - line)) / project.mv_km
        ratio = predicted / actual
        hit = abs(ratio - 1) <= WITHIN
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


def _note(project: Project, ratio: float, implied_mvnd_per_km: float, w: Words) -> str:
    """Say what sets a project apart and, where it is missed, by how much and what its line would have to cost."""
    apart = w(f"electricity.project.{project.key}.note") if project.key else ""
    if abs(ratio - 1) <= WITHIN:
        return apart
    missed = "too_high" if ratio > 1 else "too_low"
    off = w(f"electricity.backtest.{missed}", percent=w.number(100 * abs(ratio - 1)))
    low, _, high = uncertain()["mv35_line_mvnd_per_km"]
    price = {"price": implied_mvnd_per_km, "low": low, "high": high}
    fits = w("electricity.backtest.fits", **{name: w.number(value) for name, value in price.items()})
    return "; ".join(part for part in (off, apart, fits) if part)


def backtest_median(parameters: ElectricityParameters) -> float:
    """Median of predicted divided by actual over the ten projects of the fit."""
    table = backtest_table(parameters)
    return float(np.median(table.loc[table["in_fit"], "predicted_to_actual"]))
