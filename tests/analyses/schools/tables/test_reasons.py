"""Reasons in Vietnamese: the numbers of the row, and nothing that the row does not say."""

import unicodedata

import pytest

from infragap.analyses.schools.tables.reasons import border_reason, upper_reason
from infragap.wording.catalogue import words

BORDER = {
    "levels": "primary+lower_secondary", "site_known": False, "village": "Na Lang", "pupils_served": 3227, "villages_served": 28,
    "mean_min": 22.4, "p90_min": 50.0, "mean_rainy_min": 30.2, "pupils_may_board": 2211, "capacity_pupils": 980.0, "runner_up": "Bản Làn",
    "runner_up_extra_min": 0.1, "fairest_village": "Lùng Tao",
}  # fmt: skip
UPPER = {
    "status": "planned",
    "pupils_nearer": 420,
    "before_min": 94.8,
    "after_min": 31.6,
    "pupils_served": 457,
    "pupils_may_board": 267,
}


def test_chosen_site():
    text = border_reason(BORDER, "vi")
    for part in (
        "Đặt tại Na Lang",
        "3.227 học sinh tiểu học và THCS",
        "28 thôn, bản",
        "22 phút",
        "980 chỗ",
        "Bản Làn",
        "0,1 phút",
        "Lùng Tao",
    ):
        assert part in text
    assert "nên khảo sát cả hai" in text
    assert unicodedata.is_normalized("NFC", text)
    assert text.endswith(".")


def test_clear_choice_and_decided_site():
    assert "khảo sát" not in border_reason({**BORDER, "runner_up_extra_min": 7.6}, "vi")
    assert "ưu tiên" not in border_reason({**BORDER, "fairest_village": "Na Lang"}, "vi")
    decided = border_reason({**BORDER, "site_known": True, "levels": "lower_secondary"}, "vi")
    assert decided.startswith("Địa điểm đã được xác định")
    assert "Bản Làn" not in decided
    assert "học sinh THCS của" in decided


def test_upper_secondary():
    assert "420 học sinh THPT có trường gần hơn" in upper_reason(UPPER, "vi")
    assert "giảm từ 95 xuống 32 phút" in upper_reason(UPPER, "vi")
    nothing = upper_reason({**UPPER, "status": "upgrade", "pupils_nearer": 0, "pupils_served": 0}, "vi")
    assert nothing.startswith("Nâng cấp lên có cấp THPT: không rút ngắn đường đi")
    assert "0 học sinh" not in nothing


@pytest.mark.parametrize(
    ("value", "decimals", "text"), [(1234567.0, 0, "1.234.567"), (0.05, 2, "0,05"), (float("inf"), 0, "không rõ")]
)
def test_numbers(value, decimals, text):
    assert words("vi").number(value, decimals=decimals) == text


def test_english():
    text = border_reason(BORDER, "en")
    assert text.startswith(
        "At Na Lang the pupils' total travel time is least: serves 3,227 primary and lower-secondary pupils"
    )
    assert text.endswith("if the farthest village came first, the place would be Lùng Tao.")
    assert "from 95 to 32 min" in upper_reason(UPPER, "en")
