"""Values as people read them."""

from infragap.analyses.columns import Column
from infragap.maps.shown import shown


def test_numbers_codes_and_gaps() -> None:
    cost = Column("plan_mvnd", "mvnd", "x", "electricity.ranking")
    assert shown(cost, 12345.6) == {"vi": "12.346 tr.đ", "en": "12,346 million VND"}
    assert shown(cost, float("nan")) == {"vi": "", "en": ""}
    assert shown(Column("choice", "-", "x", "electricity.ranking"), "solar_home")["vi"] == "Điện mặt trời hộ"
    assert shown(Column("year", "-", "x"), 2027.0)["vi"] == "2027"
    assert shown(Column("name", "-", "x"), "Lùng Cúng")["en"] == "Lùng Cúng"
    assert shown(Column("in_plan", "-", "x"), False) == {"vi": "không", "en": "no"}


def test_several_codes_in_one_value_are_read_one_by_one() -> None:
    levels = Column("levels", "-", "x", "schools.sites")
    assert "+" not in shown(levels, "primary+lower_secondary")["vi"]
    # a value that is no code stays as it is, whatever signs it holds
    assert shown(levels, "other+thing")["vi"] == "other+thing"
