"""Why a school stands where it does, in one Vietnamese sentence with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infragap.analyses.wording.catalogue import number_vi

LEVELS_VI = {"primary": "tiểu học", "lower_secondary": "THCS", "upper_secondary": "THPT"}

CLOSE_CALL_MIN = 2.0
"""A runner-up that adds less than this is as good as the choice, given how roughly villages are placed (assumption)."""


def border_reason(row: Mapping[str, Any]) -> str:
    """Reason of a border school; `row` has the columns of `columns.SITES`."""
    levels = " và ".join(LEVELS_VI[level] for level in row["levels"].split("+"))
    people = (
        f"phục vụ {number_vi(row['pupils_served'])} học sinh {levels} của {number_vi(row['villages_served'])} thôn, bản; "
        f"xe máy mùa khô trung bình {number_vi(row['mean_min'])} phút, 90 % học sinh không quá {number_vi(row['p90_min'])} phút, "
        f"mùa mưa trung bình {number_vi(row['mean_rainy_min'])} phút; {number_vi(row['pupils_may_board'])} em ở xa (4/7 km trở lên) "
        f"hoặc bị chia cắt mùa mưa, trường có {number_vi(row['capacity_pupils'])} chỗ"
    )
    if row["site_known"]:
        return f"Địa điểm đã được xác định: {people}."
    text = f"Đặt tại {row['village']} thì tổng thời gian đi lại của học sinh là nhỏ nhất: {people}"
    if row["runner_up"]:
        extra = row["runner_up_extra_min"]
        text += f"; phương án kế tiếp {row['runner_up']} làm mỗi học sinh đi thêm {number_vi(extra, decimals=1)} phút"
        if extra < CLOSE_CALL_MIN:
            text += " (chênh lệch nhỏ, nên khảo sát cả hai)"
    if row["fairest_village"] and row["fairest_village"] != row["village"]:
        text += f"; nếu ưu tiên thôn xa nhất thì đặt tại {row['fairest_village']}"
    return text + "."


def upper_reason(row: Mapping[str, Any]) -> str:
    """Reason of an upper-secondary school that is raised or new."""
    what = "Nâng cấp lên có cấp THPT" if row["status"] == "upgrade" else "Mở cấp THPT"
    if row["pupils_nearer"] > 0:
        gain = (
            f"{number_vi(row['pupils_nearer'])} học sinh THPT có trường gần hơn, thời gian đi xe máy mùa khô giảm từ "
            f"{number_vi(row['before_min'])} xuống {number_vi(row['after_min'])} phút"
        )
    else:
        gain = "không rút ngắn đường đi vì gần đó đã có trường THPT; giá trị là thêm chỗ học và chỗ ở nội trú"
    if row["pupils_served"] == 0:
        return f"{what}: {gain}; với mọi thôn, bản đều có trường THPT khác gần bằng hoặc gần hơn."
    return (
        f"{what}: {gain}; vùng gần trường nhất có {number_vi(row['pupils_served'])} học sinh, "
        f"{number_vi(row['pupils_may_board'])} em ở xa (10 km trở lên) hoặc bị chia cắt mùa mưa."
    )
