"""Whether the unit costs reproduce real projects: predicted over actual cost of projects whose scope is published."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from infragap.analyses.electricity.assumptions.builds import Build, line_mvnd_per_km, station_sizes
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
    """One built or budgeted project (norms A1, engineering facts 1b).

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
    single_phase
        Whether its lines and stations are single-phase.
    cable_km
        Part of `mv_km` that lies in a road as a cable.
    crossings
        Major rivers that are known to be crossed.
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
    single_phase: bool = False
    cable_km: float = 0.0
    crossings: int = 0


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
    Project("Bảo Yên Cao Lan", 2026, 0.664, 1.0, 1, None, 22, 2_400, 35, "evn.com.vn 60-3557-506933", True, "caolan",
    crossings=1),
    Project("Quảng Trị Rào Con", 2025, 6.463, 2.282, 1, 250, 62, 11_000, 22, "ja.laodong.vn 1630238", True, "raocon"),
    Project("Cao Bằng Sơn Lập", 2017, 6.74, 9.38, 3, 300, None, 23_830, 35, "en.vietnamplus.vn 105446", False,
    "sonlap"),
    Project("Thanh Hóa Nà Đang, line only", 2016, 12, 0, 0, 0, 0, 21_000, 35, "baotintuc.vn 2023-03-03", False,
    "nadang"),
    Project("Bảo Yên Xuân Hòa", 2019, 3.8, 4.5, 3, 380, 200, 8_100, 35, "petrotimes.vn 548066", False),
    Project("Mường Khương, other statement", 2016, 38.2, 37, 17, 2320, 822, 70_000, 35, "icon.com.vn 60-626-137865",
    False),
    Project("Lai Châu NPC to 2015", 2013, 1378, 1120, 682, None, 37430, 1_412_200, 35, "dantocmiennui.vn 2904", False,
    "laichau_npc"),
    Project("Sóc Trăng, phase 1", 2012, 478, 1146, 823, 18095, 45408, 450_000, 22, "cand.com.vn 465111", False,
    "soctrang", single_phase=True),
    Project("Sóc Trăng, phase 2", 2014, 141.6, 440.6, 215, None, 16784, 212_000, 22, "baomoi.com 15287740", False,
    "soctrang", single_phase=True),
    Project("Yên Bái to 2024, 105 villages", 2024, 0, 0, 0, None, 11272, 402_300, 35, "baolaocai.vn post408799", False,
    "yenbai"),
    Project("Điện Biên KOICA, 71 villages", 2025, 172.0, 128.6, 67, 3550, 2944, 557_750, 35,
    "en.baodienbienphu.com.vn", False, "koica"),
    Project("Quảng Bình, Tân Trạch and Thượng Trạch", 2022, 52, 11, 6, 450, 700, 110_000, 22,
    "etime.danviet.vn 2022-06-30", False, "quangbinh", cable_km=20),
)  # fmt: skip


REMOTE_M_PER_HOUSEHOLD = 40.0
"""A project with more medium-voltage line for each household counts as one on difficult ground throughout (assumption):
its prices get the terrain factor."""


SINGLE_PHASE_LV = 0.56
"""Price of two-wire 0.4 kV line (150-240 million VND/km) by that with ABC 4×70 (engineering facts 3)."""


def line_price_mvnd_per_km(project: Project, parameters: ElectricityParameters) -> float:
    """Price of a kilometre of a project's overhead medium-voltage line."""
    p, upper = parameters, parameters.levels.is_upper(project.kv)
    if not project.single_phase:
        return p.mv35_line_mvnd_per_km if upper else p.mv22_line_mvnd_per_km
    return line_mvnd_per_km(p, upper=upper, build=Build(2, "AC-50"))


def on_ground(project: Project, parameters: ElectricityParameters) -> float:
    """Multiplier for a project's ground: the terrain factor where it is remote."""
    m_per_household = 1000 * project.mv_km / project.households if project.households else 0.0
    return parameters.terrain_factor if m_per_household > REMOTE_M_PER_HOUSEHOLD else 1.0


def predicted_mvnd(project: Project, parameters: ElectricityParameters) -> float:
    """Cost of a project's scope at our unit costs, in prices of 2026 [million VND]; NaN without a published scope.

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


def _note(project: Project, ratio: float, implied_mvnd_per_km: float, w: Words) -> str:
    """Say what sets a project apart and, where it is missed, by how much and what its line would have to cost."""
    apart = w(f"electricity.project.{project.key}.note") if project.key else ""
    if not abs(ratio - 1) > WITHIN:
        return apart
    missed = "too_high" if ratio > 1 else "too_low"
    off = w(f"electricity.backtest.{missed}", percent=w.number(100 * abs(ratio - 1)))
    low, _, high = uncertain()["mv35_line_mvnd_per_km"]
    price = {"price": implied_mvnd_per_km, "low": low, "high": high}
    fits = w("electricity.backtest.fits", **{name: w.number(value) for name, value in price.items()})
    return "; ".join(part for part in (off, apart, fits) if part)


def backtest_median(parameters: ElectricityParameters) -> float:
    """Median of predicted divided by actual over all projects with a published scope."""
    return float(backtest_table(parameters)["predicted_to_actual"].median())
