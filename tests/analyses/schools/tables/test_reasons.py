"""Reasons: the numbers of the row, and nothing that the row does not say."""

import math
import unicodedata

import pytest

from infragap.analyses.schools.tables.reasons import border_reason, upper_reason

BORDER = {
    "levels": "primary+lower_secondary", "site_known": False, "village": "Na Lang", "boarders": 1227, "day_pupils": 31,
    "pupils_served": 1258, "entitled_with_place": 1240, "aim": "least_total", "is_asked": False, "by_centre": False,
    "by_model": False,
    "villages_served": 28, "worst_village": "Xà Khái",
    "mean_min": 22.4, "p90_min": 50.0, "mean_rainy_min": 30.2, "without_place": 211, "capacity_pupils": 1260.0,
    "runner_up": "Bản Làn",
    "runner_up_extra_min": 0.1, "fairest_village": "Lùng Tao", "free_place": "", "robustness": "toss-up",
    "share_won": 0.455, "regret95_min": 3.21,
    "year_min": 47.0, "year_max_min": 108.0, "free_year_min": 38.0, "free_year_max_min": 144.0,
}  # fmt: skip
UPPER = {
    "status": "planned", "pupils_nearer": 420, "before_min": 94.8, "after_min": 31.6, "before_any_min": math.nan,
    "pupils_served": 457,
    "pupils_may_board": 267, "capacity_pupils": 789.0, "order_of_raising": math.nan, "comparator": "THPT A",
    "marginal_hours": math.nan,
    "places_needed": math.nan,
}  # fmt: skip


def test_the_reason_says_what_the_sites_are_best_at() -> None:
    fair = border_reason({**BORDER, "aim": "fairest", "runner_up_extra_min": -3.2}, "en")
    assert fair.startswith("At Na Lang the longest way is shortest")
    assert "Bản Làn would take 3.2 min less each" in fair
    assert border_reason({**BORDER, "is_asked": True}, "en").startswith("At Na Lang, as asked for")


def test_who_is_entitled_is_an_upper_number_where_the_layer_lacks_the_day_schools() -> None:
    said = "no day school of the commune is in the data, its centre stands for them: those entitled are an upper number"
    assert said in border_reason({**BORDER, "by_centre": True}, "en")
    assert said not in border_reason(BORDER, "en")


def test_modelled_day_schools_make_an_estimate() -> None:
    said = "modelled at the centres of its former communes: those entitled are an estimate"
    assert said in border_reason({**BORDER, "by_model": True}, "en")
    assert said not in border_reason(BORDER, "en")


def test_chosen_site() -> None:
    text = border_reason(BORDER, "vi")
    for part in ("Đặt tại Na Lang", "1.258 học sinh tiểu học và THCS của 28 thôn", "1.240 em đủ điều kiện",
    "1.227 em ở quá xa", "31 em", "22 phút",
    "1.260 chỗ", "211 em",
                 "thôn xa nhất là Xà Khái, trung bình cả năm 108 phút",
                 "Bản Làn", "0,1 phút", "nên khảo sát cả hai", "Lùng Tao", "ngang ngửa", "3,2 phút"):  # fmt: skip
        assert part in text
    assert unicodedata.is_normalized("NFC", text)
    assert text.endswith(".")
    english = border_reason(BORDER, "en")
    assert english.startswith(
        "At Na Lang the pupils' total travel time is least: admits 1,258 primary and lower-secondary pupils"
    )
    assert "toss-up (best in 46 % of the draws, loses at most 3.2 min" in english


def test_clear_choice_and_decided_site() -> None:
    clear = border_reason({**BORDER, "runner_up_extra_min": 7.6, "robustness": ""}, "vi")
    assert "khảo sát" not in clear
    assert "ưu tiên" not in border_reason({**BORDER, "fairest_village": "Na Lang"}, "vi")
    decided = border_reason(
        {**BORDER, "site_known": True, "levels": "lower_secondary", "free_place": "Thiên Sinh"}, "en"
    )
    assert decided.startswith("The site has been decided")
    assert "Bản Làn" not in decided
    assert (
        "a free choice would be Thiên Sinh: 38 min on average over the year against 47, worst village 144 min against "
        "108" in decided
    )


@pytest.mark.parametrize("language", ["vi", "en"])
def test_upper_secondary(language: str) -> None:
    text = upper_reason(UPPER, language)
    assert "95" in text
    assert "32" in text
    raised = upper_reason(
        {
            **UPPER,
            "status": "upgrade",
            "order_of_raising": 2.0,
            "marginal_hours": 251.4,
            "places_needed": 60.0,
            "before_any_min": 41.0,
        },
        language,
    )
    assert "THPT A" in raised
    assert "251" in raised
    nothing = upper_reason({**UPPER, "pupils_nearer": 0, "pupils_served": 0}, language)
    assert "0 học sinh" not in nothing
    assert nothing.endswith(".")
