"""Why a settlement gets what it gets, in one Vietnamese sentence that names cost, runner-up and reason."""

from __future__ import annotations

import math

from analyses.wording import number_vi

OPTION_VI = {
    "grid": "nối lưới điện quốc gia",
    "minigrid": "lưới nhỏ điện mặt trời có pin lưu trữ",
    "hydro": "thủy điện nhỏ",
    "solar_home": "điện mặt trời hộ gia đình",
}


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
    required: bool,
    barred_by: str,
    has_home_system: bool,
    lasting: bool,
    cheaper_interim: str,
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
        A rule forced or forbade the grid; `barred_by` is 'user', 'headroom' or empty.
    has_home_system
        Donated home systems are there.
    lasting
        The choice reaches the service floor.
    cheaper_interim
        A cheaper option that does not; empty where there is none.
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
    if has_home_system:
        why += "; hiện đã có bộ điện mặt trời được tài trợ (chỉ đủ thắp sáng)"
    if cheaper_interim:
        why += f"; {OPTION_VI[cheaper_interim]} rẻ hơn nhưng không đạt mức dịch vụ tối thiểu"
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
    required: bool,
    barred_by: str,
) -> str:
    if choice == "grid":
        if required:
            return "nối lưới theo yêu cầu của kịch bản"
        if on_line:
            return "nằm ngay trên tuyến trung áp hiện có nên không phải kéo thêm đường dây"
        length = f"đường dây riêng {number_vi(mv_km, decimals=1)} km so với chiều dài hòa vốn {number_vi(break_even_km, decimals=1)} km"
        return f"{length}, kéo chung đường dây với các điểm lân cận" if shares_line else length
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
    return f"muốn nối lưới phải kéo {number_vi(mv_km, decimals=1)} km trong khi chỉ có lợi dưới {number_vi(break_even_km, decimals=1)} km"
