import pytest
from pydantic import ValidationError

from infragap.analyses.electricity.parameters import ElectricityParameters, uncertain
from infragap.analyses.parameters import describe, short_name


def test_every_parameter_says_unit_meaning_and_source() -> None:
    table = describe(ElectricityParameters())
    assert table[["unit", "meaning", "source"]].notna().all().all()
    assert (table["source"].str.len() > 5).all()


def test_every_uncertain_parameter_has_a_name_of_its_own_in_both_languages() -> None:
    table = describe(ElectricityParameters()).set_index("parameter").loc[list(uncertain())]
    assert (table["name_vi"].str.len() > 5).all()
    assert table["name_vi"].is_unique
    english = [short_name(ElectricityParameters(), name, "en") for name in uncertain()]
    assert all(len(name) > 5 for name in english) or "Losses" in english
    assert len(set(english)) == len(english)


def test_defaults_lie_within_their_ranges() -> None:
    for name, (low, value, high) in uncertain().items():
        assert low <= value <= high, name


@pytest.mark.parametrize(
    "change",
    [
        {"unknown_key": 1},
        {"mv35_line_mvnd_per_km": -1},
        {"terrain_factor": 0.5},
        {"forest_rule": "burn"},
        {"household_kwh_per_month_year1": 90.0},
        {"forced_grid": ("C1",), "forbidden_grid": ("C1",)},
        {"budgets_mvnd": (1.0, 2.0)},
        {"gentle_slope_deg": 30.0},
        {"loss_pct": 100.0},
        {"power_factor": 1.1},
        {"service_floor_tier": 6},
    ],
)
def test_contradictions_and_unknown_keys_are_errors(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ElectricityParameters(**change)  # type: ignore[arg-type]
