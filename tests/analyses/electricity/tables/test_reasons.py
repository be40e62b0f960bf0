"""The Vietnamese sentence of a row: what it must say, and what it must never say."""

import pytest

from infragap.analyses.electricity.codes import GridRule, Supply, Works
from infragap.analyses.electricity.tables.reasons import Grounds, reason

FLOODS = "; đã tính người vận hành và quỹ khắc phục lũ."


def told(language: str = "vi", **change: object) -> str:
    row: dict[str, object] = {
        "households": 20,
        "choice": Supply.HYDRO,
        "cost_mvnd": 1234.0,
        "runner_up": Supply.SOLAR_HOME,
        "runner_up_mvnd": 1500.0,
        "mv_km": 2.6,
        "break_even_km": 1.0,
        "shares_line": False,
        "on_line": False,
        "forest_blocks": False,
        "if_forest_mvnd": float("nan"),
        "must": GridRule.FREE,
        "must_not": GridRule.FREE,
        "has_home_system": False,
        "lasting": True,
        "cheaper_interim": None,
        "interim_mvnd": 0.0,
        "stream_modelled": True,
        "survey_saves_mvnd": 0.0,
        "shares_plant": False,
        "works": Works.NEW_STATION,
        "from_station": False,
        "station_km": float("nan"),
        "target_price_mvnd": 0.0,
        "standing_km": 0.0,
        "position_accuracy_m": 300.0,
        "grid_probability": None,
    }
    return reason(Grounds(**(row | change)), language)  # type: ignore[arg-type]


def test_cost_runner_up_and_length_are_named() -> None:
    text = told(choice=Supply.SOLAR_HOME, runner_up=Supply.GRID)
    assert text == (
        "Chọn điện mặt trời hộ gia đình: 1.234 triệu đồng trong vòng đời (61,7 triệu đồng/hộ), rẻ hơn nối lưới điện "
        "quốc gia 266 triệu đồng; "
        "muốn nối lưới phải kéo 2,6 km trong khi chỉ có lợi dưới 1,0 km; đã tính đơn vị quản lý và quỹ thay thế: nơi "
        "không có, sau ba năm chỉ còn 4 trong 65 hệ hoạt động."
    )


def test_small_hydro_asks_for_a_survey_of_the_stream() -> None:
    assert told().endswith("; suối mô phỏng, phải khảo sát suối và lưu lượng mùa kiệt trước khi quyết định" + FLOODS)
    surveyed = told(stream_modelled=False)
    assert surveyed.endswith("; phải khảo sát suối và lưu lượng mùa kiệt trước khi quyết định" + FLOODS)
    assert "khảo sát" not in told(choice=Supply.SOLAR_HOME)


@pytest.mark.parametrize("choice", list(Supply))
@pytest.mark.parametrize("break_even_km", [0.0, 0.049])
def test_no_length_of_nought_kilometres(choice: Supply, break_even_km: float) -> None:
    text = told(choice=choice, break_even_km=break_even_km)
    assert "0,0 km" not in text
    assert ("chưa tính đường dây" in text) == (choice != Supply.GRID)


def test_lengths_that_differ_by_metres_do_not_read_alike() -> None:
    assert "phải kéo 1,02 km trong khi chỉ có lợi dưới 0,98 km" in told(mv_km=1.02, break_even_km=0.98)


def test_a_joint_line_is_the_reason_where_an_own_one_does_not_pay() -> None:
    text = told(choice=Supply.GRID, mv_km=3.0, break_even_km=2.0, shares_line=True)
    assert (
        "đường dây riêng dài 3,0 km, quá mức hòa vốn 2,0 km, nhưng kéo chung đường dây với các điểm lân cận thì có lợi"
        in text
    )


def test_rough_positions_are_told_with_the_probability() -> None:
    def rough(choice: Supply, accuracy_m: float, probability: float | None) -> str:
        return told(choice=choice, position_accuracy_m=accuracy_m, grid_probability=probability)

    assert "vị trí" not in rough(Supply.MINIGRID, 1000.0, 0.36)
    assert "vị trí" not in rough(Supply.MINIGRID, float("nan"), 0.36)
    known = "; vị trí chỉ biết trong khoảng ±2,5 km"
    assert rough(Supply.MINIGRID, 2500.0, 0.36).endswith(f"{known}, xác suất chọn lưới 36 %.")
    assert rough(Supply.MINIGRID, 2500.0, None).endswith(f"{known}.")
    locate = "trái với phương án tại điểm trên bản đồ."
    assert rough(Supply.MINIGRID, 2500.0, 0.66).endswith(f"xác suất chọn lưới 66 %, {locate}")
    assert rough(Supply.GRID, 2500.0, 0.36).endswith(f"xác suất chọn lưới 36 %, {locate}")
    assert locate not in rough(Supply.GRID, 2500.0, 0.66)


def test_an_option_below_the_service_floor_is_named_with_its_cost() -> None:
    text = told(choice=Supply.GRID, runner_up=Supply.SOLAR_HOME, cheaper_interim=Supply.HYDRO, interim_mvnd=1100.0)
    assert "thủy điện nhỏ (1.100 triệu đồng) không đạt mức dịch vụ tối thiểu nên không xét" in text


def test_the_english_sentence_says_the_same() -> None:
    assert told("en", choice=Supply.SOLAR_HOME, runner_up=Supply.GRID) == (
        "Choice: solar home systems, 1,234 million VND over its life (61.7 million VND per household), "
        "266 million VND cheaper than the national grid; the grid would need a line of 2.6 km but pays only below 1.0 "
        "km; a provider and a replacement fund are priced in: without them 4 of 65 sets worked after three years "
        "elsewhere."
    )


def test_a_target_is_named_with_its_price() -> None:
    text = told(choice=Supply.GRID, must=GridRule.VILLAGE_TARGET, target_price_mvnd=3366.0)
    assert "nối lưới vì chỉ tiêu 100 % thôn có điện lưới, đắt hơn nguồn tốt nhất ngoài lưới 3.366 triệu đồng" in text
    assert "đường dây riêng dài 2,6 km" in text
    wired = told("en", choice=Supply.GRID, works=Works.LV_EXTENSION, from_station=True, station_km=0.84)
    assert "a low-voltage line from a standing station 0.8 km away" in wired


def test_a_line_to_be_switched_on_is_no_station_to_be_switched_on() -> None:
    line = told("en", choice=Supply.GRID, works=Works.ENERGISE, standing_km=5.9, station_km=0.84)
    assert "5.9 km of its way is a line that stands and was never switched on" in line
    assert "only has to be switched on" not in line
    station = told("en", choice=Supply.GRID, works=Works.ENERGISE, from_station=True, standing_km=5.9, station_km=0.84)
    assert "a station built 0.8 km away only has to be switched on" in station
    assert "of its way" not in station
