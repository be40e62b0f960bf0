import numpy as np
import pytest

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.uncertainty.backtest import (
    backtest_table,
    escalated_mvnd,
    medians,
    predicted_mvnd,
)
from infragap.profiles.profile import read_profile
from infragap.wording.country import speaking_for


def test_muong_khuong_by_hand() -> None:
    # 45 m of line a household: difficult ground, 1.25. 35 km · 1,200 · 1.25 + 42 km · 350 + 17 stations of 132.35 kVA,
    # 530 + 7.35 / 35 · 55 = 541.55, · 1.25 + 774 households · 6 = 52,500 + 14,700 + 11,508.0 + 4,644
    project = next(p for p in read_profile().projects if p.name == "Mường Khương, 14 villages")
    assert predicted_mvnd(project, ElectricityParameters()) == pytest.approx(83_352.0, abs=0.5)
    # 65,000 · 1.035^10 = 65,000 · 1.410599
    assert escalated_mvnd(project, ElectricityParameters()) == pytest.approx(91_688.9, abs=0.1)


def test_single_phase_and_cable_projects_by_hand() -> None:
    # Sóc Trăng 2: 141.6 km · (1,050 · 0.7 - 12.15) + 440.6 km · 350 · 0.56 + 215 · 165 + 16,784 · 6
    projects = {project.name: project for project in read_profile().projects}
    p = ElectricityParameters()
    assert predicted_mvnd(projects["Sóc Trăng, phase 2"], p) == pytest.approx(
        141.6 * 722.85 + 440.6 * 196 + 215 * 165 + 16_784 * 6
    )
    # 32 km overhead and 20 km of cable; 74 m a household; six stations of 75 kVA
    expected = 32 * 1050 * 1.25 + 20 * 3300 + 11 * 350 + 6 * 460 * 1.25 + 700 * 6
    assert predicted_mvnd(projects["Quảng Bình, Tân Trạch and Thượng Trạch"], p) == pytest.approx(expected)


def test_the_median_lies_within_ten_percent_and_the_spread_is_smaller_than_before() -> None:
    table = backtest_table(ElectricityParameters())
    found = medians(table)
    assert 0.9 <= found.all <= 1.1
    assert 0.9 <= found.fit <= 1.1
    assert (found.fit_count, found.count) == (10, 19)
    ten = table.loc[table["in_fit"], "predicted_to_actual"]
    assert len(ten) == 10
    assert found.fit == pytest.approx(ten.median())
    # with one price for a station of 31.5 and of 50 kVA and no terrain: 0.77 to 1.50, 24 % in the logarithm
    assert np.std(np.log(ten)) < 0.20
    assert ten.max() - ten.min() < 1.50 - 0.77
    others = table[~table["in_fit"] & (table["year"] > 0)].iloc[-8:]["predicted_to_actual"].dropna()
    assert 0.9 <= others.median() <= 1.1


def test_missed_projects_are_named_with_a_reason() -> None:
    table = backtest_table(ElectricityParameters())
    missed = table[~table["within_30_pct"] & table["predicted_mvnd"].notna()]
    assert len(missed) > 0
    assert missed["note_vi"].str.contains("dự báo (?:cao|thấp) hơn").all()
    starts = ("Sơn La NPC", "Lai Châu Lều", "Cao Bằng", "Thanh Hóa", "Sóc Trăng, phase 1", "Điện Biên KOICA")
    assert missed["project"].str.startswith(starts).all()
    assert (table["source"] != "").all()
    # without a published scope nothing is predicted, and that is said
    (unknown,) = table[table["predicted_mvnd"].isna()].to_dict("records")
    assert unknown["project"].startswith("Yên Bái")
    assert unknown["note_vi"] != ""


def test_the_line_price_that_fits_by_hand() -> None:
    # Lều Chải: 6,700 · 1.035^10 = 9,451.0; without the line 6.68 · 350 + 3 · 423.47 (52.2 kVA) + 194 · 6 = 4,772.4;
    # (9,451.0 - 4,772.4) / 6.8 km = 688.0
    table = backtest_table(ElectricityParameters()).set_index("project")
    assert table.loc["Lai Châu Lều Chải", "implied_mv_mvnd_per_km"] == pytest.approx(688.0, abs=0.1)
    assert "688 triệu đồng (khoảng 800–1.750)" in table.loc["Lai Châu Lều Chải", "note_vi"]


@pytest.mark.slow
def test_another_country_has_its_own_projects_or_none() -> None:
    with speaking_for(read_profile("mw")):
        none = backtest_table(ElectricityParameters())
        assert none.empty
        assert np.isnan(medians(none).all)
    ours = read_profile()
    theirs = ours.model_copy(update={"code": "xx", "projects": ours.projects[3:4]})
    with speaking_for(theirs):
        assert backtest_table(ElectricityParameters())["project"].tolist() == ["Mường Khương, 14 villages"]
