"""Why a settlement gets what it gets, in one Vietnamese sentence that names cost, runner-up and reason."""

from __future__ import annotations

import math

from infragap.wording.catalogue import number_vi

OPTION_VI = {
    "grid": "nối lưới điện quốc gia",
    "minigrid": "lưới nhỏ điện mặt trời có pin lưu trữ",
    "hydro": "thủy điện nhỏ",
    "solar_home": "điện mặt trời hộ gia đình",
}

NO_LINE_PAYS_KM = 0.05
"""A break-even length below this reads 0.0 km: not even the works on the spot pay."""

WELL_PLACED_M = 1000.0


def _million(value: float) -> str:
    return f"{number_vi(value)} triệu đồng"


def reason_vi(
    *,
    households: int,
    choice: str,
    cost_mvnd: float,
    runner_up: str,
    runner_up_mvnd: float,
    mv_km: float,
    break_even_km: float,
    shares_line: bool,
    on_line: bool,
    forest_blocks: bool,
    if_forest_mvnd: float,
    required: str,
    barred_by: str,
    has_home_system: bool,
    lasting: bool,
    cheaper_interim: str,
    interim_mvnd: float,
    stream_modelled: bool,
) -> str:
    """Compose the sentence.

    Parameters
    ----------
    households
        Number of households.
    choice, runner_up
        Names of options; `runner_up` is empty where there is no other.
    cost_mvnd, runner_up_mvnd
        Their life-cycle costs [million VND].
    mv_km, break_even_km
        Length of an own line, NaN without a route, and the length that would pay [km].
    shares_line
        The line is shared with others.
    on_line
        The settlement lies on an existing line.
    forest_blocks, if_forest_mvnd
        Only forest stands in the way of a line, and what the grid would cost through it.
    required, barred_by
        Why the grid is a must ('user', 'lone': no lasting option beside it) or ruled out ('user', 'headroom'); else empty.
    has_home_system
        Donated home systems are there.
    lasting
        The choice reaches the service floor.
    cheaper_interim, interim_mvnd
        An option that undercuts the choice or its runner-up but does not, and its life-cycle cost; empty where there is none.
    stream_modelled
        The relief that streams are read from is modelled.
    """
    if households <= 0:
        return "Chưa có số hộ nên chưa tính được phương án; cần bổ sung số liệu."
    parts = [
        f"Chọn {OPTION_VI[choice]}: {_million(cost_mvnd)} trong vòng đời ({number_vi(cost_mvnd / households, decimals=1)} triệu đồng/hộ)"
    ]
    if runner_up and math.isfinite(runner_up_mvnd):
        relation = "rẻ hơn" if cost_mvnd <= runner_up_mvnd else "đắt hơn"
        parts.append(f"{relation} {OPTION_VI[runner_up]} {_million(abs(runner_up_mvnd - cost_mvnd))}")
    why = _why(
        choice=choice,
        mv_km=mv_km,
        break_even_km=break_even_km,
        shares_line=shares_line,
        on_line=on_line,
        forest_blocks=forest_blocks,
        if_forest_mvnd=if_forest_mvnd,
        required=required,
        barred_by=barred_by,
    )
    if choice == "hydro":
        why += "; suối mô phỏng," if stream_modelled else ";"
        why += " phải khảo sát suối và lưu lượng mùa kiệt trước khi quyết định"
    if has_home_system:
        why += "; hiện đã có bộ điện mặt trời được tài trợ (chỉ đủ thắp sáng)"
    if cheaper_interim:
        why += (
            f"; {OPTION_VI[cheaper_interim]} ({_million(interim_mvnd)}) không đạt mức dịch vụ tối thiểu nên không xét"
        )
    if not lasting:
        why += "; chưa đạt mức dịch vụ tối thiểu nên chỉ là giải pháp tạm"
    return f"{', '.join(parts)}; {why}."


def _why(
    *,
    choice: str,
    mv_km: float,
    break_even_km: float,
    shares_line: bool,
    on_line: bool,
    forest_blocks: bool,
    if_forest_mvnd: float,
    required: str,
    barred_by: str,
) -> str:
    if choice == "grid":
        if required == "user":
            return "nối lưới theo yêu cầu của kịch bản"
        if required == "lone":
            return "nối lưới vì không có nguồn ngoài lưới nào đạt mức dịch vụ tối thiểu"
        if on_line:
            return "nằm ngay trên tuyến trung áp hiện có nên không phải kéo thêm đường dây"
        return _own_line(mv_km, break_even_km, shares_line=shares_line)
    if barred_by == "user":
        return "không nối lưới theo yêu cầu của kịch bản"
    if barred_by == "headroom":
        return "lộ đường dây hoặc trạm nguồn không còn đủ công suất dự phòng"
    if forest_blocks:
        text = "không có tuyến nào tránh được rừng tự nhiên hoặc rừng đặc dụng"
        return (
            f"{text}; nếu được phép đi qua rừng thì nối lưới tốn {_million(if_forest_mvnd)}"
            if math.isfinite(if_forest_mvnd)
            else text
        )
    if not math.isfinite(mv_km):
        return "không có tuyến đường dây nào tới được"
    # a difference of metres must not read 'needs 1.0 km but pays only below 1.0 km'
    decimals = 2 if abs(mv_km - break_even_km) < 0.1 else 1
    length = f"muốn nối lưới phải kéo {number_vi(mv_km, decimals=decimals)} km"
    if not math.isfinite(break_even_km):
        return length
    if break_even_km < NO_LINE_PAYS_KM:
        return (
            f"{length}, mà chưa tính đường dây thì trạm, hạ áp và điện năng đã tốn bằng hoặc hơn phương án ngoài lưới"
        )
    return f"{length} trong khi chỉ có lợi dưới {number_vi(break_even_km, decimals=decimals)} km"


def _own_line(mv_km: float, break_even_km: float, *, shares_line: bool) -> str:
    length = f"đường dây riêng dài {number_vi(mv_km, decimals=1)} km"
    shared = "kéo chung đường dây với các điểm lân cận"
    if not math.isfinite(break_even_km) or break_even_km < NO_LINE_PAYS_KM:
        return f"{length}, {shared}" if shares_line else length
    limit = f"{number_vi(break_even_km, decimals=1)} km"
    if mv_km > break_even_km:
        return (
            f"{length}, quá mức hòa vốn {limit}, nhưng {shared} thì có lợi"
            if shares_line
            else f"{length}, mức hòa vốn {limit}"
        )
    return f"{length}, trong mức hòa vốn {limit}" + (f", lại {shared}" if shares_line else "")


def with_position(reason: str, *, choice: str, accuracy_m: float, grid_probability: float | None) -> str:
    """Add to the reason of a settlement how roughly its place is known, and what that does to the choice.

    Parameters
    ----------
    reason
        Sentence of `reason_vi`.
    choice
        Name of the option chosen at the mapped point.
    accuracy_m
        Radius that holds the true position [m]; up to `WELL_PLACED_M` nothing is added.
    grid_probability
        Part of the draws that connect it; None without draws.
    """
    if not accuracy_m > WELL_PLACED_M:
        return reason
    text = f"{reason.removesuffix('.')}; vị trí chỉ biết trong khoảng ±{number_vi(accuracy_m / 1000, decimals=1)} km"
    if grid_probability is not None:
        text += f", xác suất chọn lưới {number_vi(100 * grid_probability)} %"
        if (choice == "grid") != (grid_probability >= 0.5):
            text += ", trái với phương án tại điểm trên bản đồ: phải xác định vị trí trước khi quyết định"
    return f"{text}."
