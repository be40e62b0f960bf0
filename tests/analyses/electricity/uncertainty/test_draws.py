import numpy as np
import pytest

from infragap.analyses.draws import all_draws
from infragap.analyses.electricity.least_cost.plan import least_cost
from infragap.analyses.electricity.least_cost.study import Study, prepare
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.electricity.uncertainty.monte_carlo import cells_of, one_draw, summarised, what_draws_share
from infragap.analyses.electricity.uncertainty.positions import least_line_distance_m, moved_settlements, position_cells
from infragap.analyses.electricity.uncertainty.ranges import drawn_parameters, ranges
from infragap.gis.hydrology import Falls
from infragap.gis.raster import Raster
from tests.analyses.electricity.small_pack import (
    CELL_M,
    LINE_X,
    SIZE_M,
    SOUTH,
    WEST,
    at,
    grid,
    settlements_at,
    small_pack,
)

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


def forest_east_of_4_km() -> Raster:
    values = np.zeros((int(SIZE_M / CELL_M),) * 2, dtype=np.uint8)
    values[:, 40:] = 13
    return grid(values)


def test_drawn_positions_lie_where_a_settlement_without_grid_can_be(easy: dict[str, object]) -> None:
    # radius 2 km around (3.05, 10.05) in the western commune; the line runs at 2.05 km, forest begins at 4 km
    settlements = settlements_at([(3.0, 10.0, 60), (2.5, 5.0, 60), (9.9, 3.0, 60)], position_accuracy_m=2000.0)
    pack = small_pack(settlements, forest=forest_east_of_4_km())
    study = prepare(pack, ElectricityParameters(**easy))  # type: ignore[arg-type]
    cells = position_cells(study, least_line_m=np.full(3, 1000.0))  # type: ignore[arg-type]
    far, near, deep = (cells.of(k, k + 1) for k in range(3))
    columns = study.surface.grid.shape[1]

    def naive(east_km: float, north_km: float, keep_off_m: float) -> set[int]:
        centre = at(east_km, north_km)
        found = set()
        for row in range(columns):
            for col in range(columns):
                x, y = WEST + (col + 0.5) * CELL_M, SOUTH + SIZE_M - (row + 0.5) * CELL_M
                # a clearing frees the cells that lie wholly within it: their farthest corner counts
                clear = np.hypot(abs(x - centre.x) + CELL_M / 2, abs(y - centre.y) + CELL_M / 2) <= 300.0
                off_line = row not in (0, 1, 2, 3, 4, columns - 1)  # the line ends 500 m from either border
                if (
                    np.hypot(x - centre.x, y - centre.y) <= 2000.0
                    and (x < WEST + 4000.0 or clear)
                    and (abs(x - LINE_X) >= keep_off_m or not off_line)
                    and x < WEST + SIZE_M / 2
                ):
                    found.add(row * columns + col)
        return found

    assert set(far.tolist()) == naive(3.0, 10.0, 1000.0)
    # mapped 500 m from the line: so near others may lie too
    assert set(near.tolist()) == naive(2.5, 5.0, 500.0)
    # in the middle of the forest only its own clearing is left, on this side of the commune's border
    assert set(deep.tolist()) == naive(9.9, 3.0, 1000.0)
    assert len(deep) < 30
    # a draw takes them all alike
    everywhere = [cells.drawn(np.full(3, (k + 0.5) / len(far)))[0] for k in range(len(far))]
    assert everywhere == far.tolist()


def test_whoever_could_have_been_connected_has_been() -> None:
    # a village of 60: 35 m of line a household were always paid for, 2.1 km; a cluster is only out of reach of 0.4 kV
    # lines
    places = settlements_at([(3.0, 10.0, 60), (3.0, 5.0, 20), (4.0, 5.0, 60)], kind=["village", "village", "cluster"])
    assert least_line_distance_m(places, ElectricityParameters()).tolist() == [2100, 1000, 1000]


def study_of(easy: dict[str, object]) -> Study:
    # level in the west, 31° in the east
    heights = np.tile(500 + 60.0 * np.maximum(np.arange(200) - 100, 0), (200, 1)).astype(np.float32)
    pack = small_pack(settlements_at([(3.0, 10.0, 60), (8.0, 10.0, 60)]), elevation=grid(heights))
    return prepare(pack, ElectricityParameters(**easy))  # type: ignore[arg-type]


def test_a_moved_settlement_stands_on_the_ground_there(easy: dict[str, object]) -> None:
    study = study_of(easy)
    columns = study.surface.grid.shape[1]
    assert study.surface.roughness[99, 150] == pytest.approx(1.0)
    there = 99 * columns + 150
    moved = moved_settlements(study, np.array([there, study.routes.cell[1]]))
    assert moved.roughness[0] == pytest.approx(1.0)
    assert study.settlements.roughness[0] < 0.01
    assert (moved.x[0], moved.y[0]) == (WEST + 150.5 * CELL_M, SOUTH + SIZE_M - 99.5 * CELL_M)
    # who stays, stays to the metre
    assert (moved.x[1], moved.y[1]) == (study.settlements.x[1], study.settlements.y[1])
    assert study.settlements.x[0] == at(3.0, 10.0).x


def test_a_stream_counts_where_the_settlement_is_drawn(
    easy: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    # a strong fall beside the mapped point and none elsewhere: with a known position it wins always, with an unknown
    # one seldom
    point = at(9.0, 10.0)
    one = {
        "intake_x": point.x,
        "intake_y": point.y,
        "head_m": 60.0,
        "canal_km": 0.2,
        "mean_flow_m3_s": 2.0,
        "upstream_km2": 10.0,
    }
    stream = Falls(x=np.array([point.x]), y=np.array([point.y]), **{k: np.array([v]) for k, v in one.items()})
    monkeypatch.setattr("infragap.analyses.electricity.offgrid.sites.falls", lambda *_, **__: stream)
    places = [(9.0, 10.0, 120)]
    dear = {
        "home_tier3_mvnd": 70.0,
        "pv_mvnd_per_kwp": 20.0,
        "mv35_line_mvnd_per_km": 1_100.0,
        "hydro_evidence": "modelled",
    }
    known = draws(easy, places, accuracy=0.0, **dear).settlements
    assert known["choice"].tolist() == ["hydro"]
    assert known["grid_probability"].iloc[0] < 0.5
    unknown = draws(easy, places, accuracy=6000.0, **dear).settlements
    assert unknown["choice"].tolist() == ["hydro"]
    assert unknown["grid_probability"].iloc[0] > known["grid_probability"].iloc[0] + 0.2


def test_a_draw_is_the_same_whatever_was_drawn_before(easy: dict[str, object]) -> None:
    places = [(2000.0, 1500.0, 40), (2600.0, 3000.0, 60), (4000.0, 4200.0, 35)]
    parameters = ElectricityParameters(**(easy | {"draws": 6}))  # type: ignore[arg-type]
    pack = small_pack(settlements_at(places, position_accuracy_m=300.0))
    plan = least_cost(prepare(pack, parameters), parameters)
    known = what_draws_share(plan, cells_of(plan))
    backwards = [one_draw(known, draw) for draw in reversed(range(6))][::-1]
    assert len({draw.household_kwh for draw in backwards}) == 6
    whole = summarised(all_draws(one_draw, known, 6), len(places))
    parts = summarised(backwards, len(places))
    for name in ("grid_probability", "works_probability", "demand_turns", "rank_low", "rank_high"):
        assert (getattr(whole, name) == getattr(parts, name)).all()
