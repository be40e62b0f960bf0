import pytest

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.uncertainty.backtest import (
    PROJECTS,
    backtest_median,
    backtest_table,
    escalated_mvnd,
    predicted_mvnd,
)


def test_muong_khuong_by_hand() -> None:
    # 35 km · 1,200 + 42 km · 350 + 17 stations of 132 kVA · 800 + 774 households · 6 = 42,000 + 14,700 + 13,600 + 4,644
    project = next(p for p in PROJECTS if p.name.startswith("Mường Khương"))
    assert predicted_mvnd(project, ElectricityParameters()) == pytest.approx(74_944)
    # 65,000 · 1.035^10 = 65,000 · 1.410599
    assert escalated_mvnd(project, ElectricityParameters()) == pytest.approx(91_688.9, abs=0.1)


def test_the_median_lies_within_ten_percent() -> None:
    assert 0.9 <= backtest_median(ElectricityParameters()) <= 1.1


def test_missed_projects_are_named_with_a_reason() -> None:
    table = backtest_table(ElectricityParameters())
    missed = table[~table["within_30_pct"]]
    assert len(missed) > 0
    assert missed["note_vi"].str.contains("dự báo (?:cao|thấp) hơn").all()
    assert missed["project"].str.startswith(("Sơn La NPC", "Lai Châu Lều", "Cao Bằng", "Thanh Hóa")).all()
    assert (table["source"] != "").all()


def test_the_line_price_that_fits_by_hand() -> None:
    # Lều Chải: 6,700 · 1.035^10 = 9,451.0; without the line 6.68 · 350 + 3 · 450 + 194 · 6 = 4,852; (9,451.0 - 4,852) /
    # 6.8 km = 676.3
    table = backtest_table(ElectricityParameters()).set_index("project")
    assert table.loc["Lai Châu Lều Chải", "implied_mv_mvnd_per_km"] == pytest.approx(676.3, abs=0.1)
    assert "676 triệu đồng (khoảng 800–1.750)" in table.loc["Lai Châu Lều Chải", "note_vi"]
