"""The water tables: villages by level, communes by gap, works by what they bring, each with its reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from infragap.analyses.arrays import ObjectArray
from infragap.analyses.wording.catalogue import number_vi

LEVEL_COLUMNS = {
    "safely_piped": ("people_piped_to_standard", "people_own_source_to_standard"),
    "piped": ("people_piped",),
    "basic": ("people_basic",),
    "none": ("people_none",),
}


def main_level(people: pd.DataFrame) -> ObjectArray:
    """Level that most people of each village have; of equal ones the better."""
    sums = np.stack([people[list(columns)].sum(axis=1).to_numpy() for columns in LEVEL_COLUMNS.values()], axis=1)
    return np.asarray(np.array(list(LEVEL_COLUMNS), dtype=object)[sums.argmax(axis=1)])


def with_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Add to_standard_pct and basic_pct from the people columns; missing where nobody lives."""
    people = table["population"].where(table["population"] > 0)
    standard = table["people_piped_to_standard"] + table["people_own_source_to_standard"]
    return table.assign(to_standard_pct=100 * standard / people, basic_pct=100 * (1 - table["people_none"] / people))


def commune_table(
    villages: pd.DataFrame, communes: pd.DataFrame, works: pd.DataFrame, *, poverty_weight: float
) -> pd.DataFrame:
    """Sum the villages by commune and rank by people without water to standard, the poor counted more.

    Parameters
    ----------
    villages
        Village table with people columns, `people_without_standard` and `people_gained`.
    communes
        commune_code, name, kind, poverty_rate_pct.
    works
        Works table (commune_code).
    """
    summed = [
        "population",
        *(c for columns in LEVEL_COLUMNS.values() for c in columns),
        "people_without_standard",
        "people_gained",
    ]
    table = (
        villages.groupby("commune_code")[summed].sum().reindex(communes["commune_code"], fill_value=0.0).reset_index()
    )
    table = with_rates(table)
    worst = (
        villages.sort_values(["people_without_standard", "village_id"], ascending=[False, True])
        .drop_duplicates("commune_code")
        .set_index("commune_code")
    )
    table["hot_spot"] = table["commune_code"].map(worst["name"])
    table["hot_spot_people"] = table["commune_code"].map(worst["people_without_standard"])
    table["works"] = table["commune_code"].map(works.groupby("commune_code").size()).fillna(0).astype(int)
    table["commune"] = communes["name"].to_numpy()
    table["is_rural"] = (communes["kind"] == "xã").to_numpy()
    table["poverty_rate_pct"] = communes["poverty_rate_pct"].to_numpy()
    people = table["population"].where(table["population"] > 0)
    table["to_standard_after_pct"] = table["to_standard_pct"] + 100 * table["people_gained"] / people
    score = table["people_without_standard"] * (1 + poverty_weight * table["poverty_rate_pct"].fillna(0) / 100)
    order = np.lexsort((table["commune_code"], -score))
    table.loc[order, "rank"] = np.arange(1, len(table) + 1)
    table["rank"] = table["rank"].astype(int)
    table["reason_vi"] = [_commune_reason(row) for row in table.to_dict("records")]
    return table.sort_values("rank", ignore_index=True)


def _commune_reason(row: dict[Any, Any]) -> str:
    if not row["population"]:
        return "Không có thôn nào trong dữ liệu."
    if not row["is_rural"]:
        return _ward_reason(row)
    if row["people_without_standard"] < 0.5:
        return "Mọi người dân đã có nước sạch đạt quy chuẩn."
    text = (
        f"{number_vi(row['people_without_standard'])} người chưa có nước sạch đạt quy chuẩn "
        f"({number_vi(100 - row['to_standard_pct'], decimals=1)} % dân số); "
    )
    if pd.notna(row["poverty_rate_pct"]):
        text += f"hộ nghèo {number_vi(row['poverty_rate_pct'], decimals=1)} %; "
    text += f"nhiều nhất ở {row['hot_spot']} ({number_vi(row['hot_spot_people'])} người). "
    if row["works"]:
        return (
            text
            + f"{row['works']} công trình đề xuất đưa tỷ lệ đạt chuẩn lên {number_vi(row['to_standard_after_pct'], decimals=1)} %."
        )
    return text + "Chưa có công trình nào trong số được chọn."


def _ward_reason(row: dict[Any, Any]) -> str:
    """A ward lacks nobody by definition, whatever its rates: say that it is not part of the question."""
    text = (
        "Phường: người dân đô thị không tính vào tỷ lệ nước sạch nông thôn và không xếp theo số người còn thiếu; "
        f"theo mô hình, {number_vi(row['to_standard_pct'], decimals=1)} % dân số có nước đạt quy chuẩn."
    )
    if row["works"]:
        text += f" {row['works']} công trình đề xuất đặt tại đây phục vụ các xã lân cận."
    return text


def work_reason(row: dict[Any, Any]) -> str:
    """One Vietnamese sentence: what is done, whom it serves, what it costs."""
    done = {
        "repair": "Sửa chữa, thêm lọc và khử khuẩn cho công trình hiện có",
        "extend": "Mở rộng mạng vì công trình còn dư công suất",
        "new": f"Xây mới công trình tự chảy từ suối ở cao độ {number_vi(row['source_elevation_m'])} m, lưu lượng mùa khô đủ cho {number_vi(row['capacity_households'])} hộ",
    }[str(row["kind"])]
    return (
        f"{done}: {number_vi(row['households_gained'])} hộ ({number_vi(row['people_gained'])} người) ở "
        f"{row['villages']} thôn có nước đạt quy chuẩn, ống dài nhất {number_vi(row['main_km'], decimals=1)} km, "
        f"{number_vi(row['cost_mvnd'])} triệu đồng, {number_vi(row['cost_per_person_mvnd'], decimals=1)} triệu đồng mỗi người."
    )
