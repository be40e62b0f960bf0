import numpy as np
import pytest

from analyses.electricity.parameters import ElectricityParameters
from analyses.electricity.plan import plan_electricity
from analyses.electricity.result import ElectricityResult
from analyses.electricity.uncertainty import drawn_parameters, ranges

from .conftest import settlements_at, small_pack

pytestmark = pytest.mark.slow


def draws(easy: dict[str, object], places: list[tuple[float, float, int]], **change: object) -> ElectricityResult:
    columns = {"position_accuracy_m": change.pop("accuracy", 300.0)}
    parameters = ElectricityParameters(**(easy | {"draws": 40} | change))  # type: ignore[arg-type]
    return plan_electricity(small_pack(settlements_at(places, **columns)), parameters)  # type: ignore[arg-type]


def test_draws_stay_within_the_ranges_and_keep_their_order() -> None:
    p = ElectricityParameters()
    rng = np.random.default_rng(3)
    for _ in range(50):
        drawn = drawn_parameters(p, rng)
        for name, (low, _, high) in ranges(p).items():
            value = getattr(drawn, name)
            if name != "household_kwh_per_month_year10":
                assert low <= value <= high, name
        assert drawn.household_kwh_per_month_year10 >= drawn.household_kwh_per_month_year1


def test_a_value_outside_its_range_widens_it() -> None:
    p = ElectricityParameters(mv35_line_mvnd_per_km=2500.0)
    assert ranges(p)["mv35_line_mvnd_per_km"] == (800.0, 2500.0, 2500.0)


def test_the_same_seed_gives_the_same_answer_and_another_seed_another(easy: dict[str, object]) -> None:
    places = [(2.6, 4.0 + 2 * k, 20 + 8 * k) for k in range(6)]
    one, two = draws(easy, places), draws(easy, places)
    other = draws(easy, places, random_seed=7)
    assert one.settlements["grid_probability"].tolist() == two.settlements["grid_probability"].tolist()
    assert one.settlements["grid_probability"].tolist() != other.settlements["grid_probability"].tolist()


def test_clear_cases_are_clear(easy: dict[str, object]) -> None:
    s = draws(easy, [(2.15, 10.0, 120), (18.0, 10.0, 10)]).settlements
    assert s["choice"].iloc[0] == "grid"
    assert s["grid_probability"].iloc[0] > 0.9
    assert s["grid_probability"].iloc[1] == 0
    assert s["rank_low"].tolist() == [1, 2]
    assert s["rank_high"].tolist() == [1, 2]


def test_an_unknown_position_blurs_the_answer(easy: dict[str, object]) -> None:
    known = draws(easy, [(3.0, 10.0, 60)], accuracy=0.0).settlements["grid_probability"].iloc[0]
    unknown = draws(easy, [(3.0, 10.0, 60)], accuracy=6000.0).settlements["grid_probability"].iloc[0]
    assert unknown < known


def test_forbidden_settlements_are_never_connected_in_a_draw(easy: dict[str, object]) -> None:
    s = draws(easy, [(2.15, 10.0, 120), (2.15, 14.0, 120)], forbidden_grid=("C000",)).settlements
    assert s["grid_probability"].iloc[0] == 0
    assert s["grid_probability"].iloc[1] > 0.9


def test_without_draws_the_columns_are_absent(easy: dict[str, object]) -> None:
    result = plan_electricity(small_pack(settlements_at([(3.0, 10.0, 60)])), ElectricityParameters(**easy))  # type: ignore[arg-type]
    assert "grid_probability" not in result.settlements
    assert result.settlements["rank"].tolist() == [1]
    assert result.plan["gap"] == pytest.approx(0, abs=1e-3)
