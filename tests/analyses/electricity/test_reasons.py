"""The Vietnamese sentence of a row: what it must say, and what it must never say."""

import pytest

from infragap.analyses.electricity.tables.reasons import reason_vi, with_position


def reason(**change: object) -> str:
    row: dict[str, object] = {
        "households": 20,
        "choice": "hydro",
        "cost_mvnd": 1234.0,
        "runner_up": "solar_home",
        "runner_up_mvnd": 1500.0,
        "mv_km": 2.6,
        "break_even_km": 1.0,
        "shares_line": False,
        "on_line": False,
        "forest_blocks": False,
        "if_forest_mvnd": float("nan"),
        "required": "",
        "barred_by": "",
        "has_home_system": False,
        "lasting": True,
        "cheaper_interim": "",
        "interim_mvnd": 0.0,
        "stream_modelled": True,
    }
    return reason_vi(**(row | change))  # type: ignore[arg-type]


def test_cost_runner_up_and_length_are_named() -> None:
    text = reason(choice="solar_home", runner_up="grid")
    assert text == (
        "Chọn điện mặt trời hộ gia đình: 1.234 triệu đồng trong vòng đời (61,7 triệu đồng/hộ), rẻ hơn nối lưới điện quốc gia 266 triệu đồng; "
        "muốn nối lưới phải kéo 2,6 km trong khi chỉ có lợi dưới 1,0 km."
    )


def test_small_hydro_asks_for_a_survey_of_the_stream() -> None:
    assert reason().endswith("; suối mô phỏng, phải khảo sát suối và lưu lượng mùa kiệt trước khi quyết định.")
    surveyed = reason(stream_modelled=False)
    assert surveyed.endswith("; phải khảo sát suối và lưu lượng mùa kiệt trước khi quyết định.")
    assert "khảo sát" not in reason(choice="solar_home")


@pytest.mark.parametrize("choice", ["grid", "hydro", "solar_home", "minigrid"])
@pytest.mark.parametrize("break_even_km", [0.0, 0.049])
def test_no_length_of_nought_kilometres(choice: str, break_even_km: float) -> None:
    text = reason(choice=choice, break_even_km=break_even_km)
    assert "0,0 km" not in text
    assert ("chưa tính đường dây" in text) == (choice != "grid")


def test_lengths_that_differ_by_metres_do_not_read_alike() -> None:
    assert "phải kéo 1,02 km trong khi chỉ có lợi dưới 0,98 km" in reason(mv_km=1.02, break_even_km=0.98)


def test_a_joint_line_is_the_reason_where_an_own_one_does_not_pay() -> None:
    text = reason(choice="grid", mv_km=3.0, break_even_km=2.0, shares_line=True)
    assert (
        "đường dây riêng dài 3,0 km, quá mức hòa vốn 2,0 km, nhưng kéo chung đường dây với các điểm lân cận thì có lợi"
        in text
    )


def test_rough_positions_are_told_with_the_probability() -> None:
    def told(choice: str, accuracy_m: float, probability: float | None) -> str:
        return with_position("Chọn A.", choice=choice, accuracy_m=accuracy_m, grid_probability=probability)

    assert told("hydro", 1000.0, 0.36) == "Chọn A."
    assert told("hydro", float("nan"), 0.36) == "Chọn A."
    assert told("hydro", 2500.0, 0.36) == "Chọn A; vị trí chỉ biết trong khoảng ±2,5 km, xác suất chọn lưới 36 %."
    assert told("hydro", 2500.0, None) == "Chọn A; vị trí chỉ biết trong khoảng ±2,5 km."
    locate = "trái với phương án tại điểm trên bản đồ: phải xác định vị trí trước khi quyết định."
    assert told("hydro", 2500.0, 0.66).endswith(f"xác suất chọn lưới 66 %, {locate}")
    assert told("grid", 2500.0, 0.36).endswith(f"xác suất chọn lưới 36 %, {locate}")
    assert locate not in told("grid", 2500.0, 0.66)


def test_an_option_below_the_service_floor_is_named_with_its_cost() -> None:
    text = reason(choice="grid", runner_up="solar_home", cheaper_interim="hydro", interim_mvnd=1100.0)
    assert "thủy điện nhỏ (1.100 triệu đồng) không đạt mức dịch vụ tối thiểu nên không xét" in text
