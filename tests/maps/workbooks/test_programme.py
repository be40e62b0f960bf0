"""The programme of all works: years first, works without a year last, sums that agree with the rows."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import openpyxl
import pandas as pd

from infragap.analyses.results import Results
from infragap.maps.workbooks.programme import programme, write_programme


def results(*, reinforced: bool = False) -> Results:
    settlements = pd.DataFrame(
        {
            "settlement_id": ["C2", "C1", "C3", "C4"],
            "name": ["a", "b", "c", "d"],
            "choice": ["grid", "hydro", "grid", None],
            "works": ["new_station", "offgrid", "lv_extension", None],
            "grid_share_investment_mvnd": [40.0, None, None, None],
            "commune_code": ["1"] * 4,
            "commune": ["Nậm Có"] * 4,
            "year": pd.array([2027, 2026, None, None], dtype="Int64"),
            "plan_investment_mvnd": [100.0, 50.0, 30.0, None],
            "households": [10, 5, 3, 0],
        }
    )
    lines = pd.DataFrame(
        {
            "line_id": ["L1"],
            "to_name": ["a"],
            "commune_code": ["1"],
            "commune": ["Nậm Có"],
            # the settlement that shares it is connected a year later
            "year": [2026],
            "investment_mvnd": [40.0],
        }
    )
    works = pd.DataFrame(
        {
            "work_id": ["N1"],
            "name": ["e"],
            "kind": ["new"],
            "commune_code": ["2"],
            "commune": ["Tú Lệ"],
            "cost_mvnd": [20.0],
            "households_gained": [7.0],
            "people_gained": [28.0],
        }
    )
    headroom = pd.DataFrame(
        {
            "limit": ["feeder", "feeder", "substation"],
            "substation": ["S1", "S1", "S1"],
            "feeder": ["371", "372", ""],
            "reinforcement_mvnd": [0.0, 11.0, 30.0],
            "year": pd.array([None, 2027, None], dtype="Int64"),
        }
    )
    tables = {"headroom": headroom} if reinforced else {}
    made: Any = Results(
        electricity=cast(Any, SimpleNamespace(settlements=settlements, lines=lines, tables=tables)),
        water=cast(Any, SimpleNamespace(works=works)),
    )
    return cast(Results, made)


def test_works_come_by_question_year_and_id() -> None:
    rows = programme(results(), "vi")
    assert rows["id"].tolist() == ["C1", "L1", "C2", "C3", "N1"]
    assert rows["year"].tolist() == [2026, 2026, 2027, "chưa xếp năm", "chưa xếp năm"]
    assert rows["cost_mvnd"].tolist() == [50.0, 40.0, 60.0, 30.0, 20.0]
    assert rows["funding_line"].tolist() == [
        "Cấp điện nông thôn: nguồn tại chỗ",
        "Cấp điện nông thôn: lưới điện quốc gia",
        "Cấp điện nông thôn: lưới điện quốc gia",
        "Cấp điện nông thôn: lưới điện quốc gia",
        "Nước sạch nông thôn",
    ]
    assert rows["work"].tolist()[1:] == [
        "đường dây trung áp",
        "trạm biến áp mới",
        "kéo hạ áp",
        "Xây mới tự chảy",
    ]


def test_what_is_reinforced_for_all_is_a_work_of_its_year() -> None:
    rows = programme(results(reinforced=True), "en")
    more = rows[rows["work"].str.startswith("reinforced")]
    assert more[["work", "name", "id", "year", "cost_mvnd"]].to_numpy().tolist() == [
        ["reinforced feeder", "372", "S1 372", 2027, 11.0],
        ["reinforced substation", "S1", "S1", "no year yet", 30.0],
    ]
    assert set(more["funding_line"]) == {"Rural electricity: national grid"}
    assert rows["cost_mvnd"].sum() == programme(results(), "en")["cost_mvnd"].sum() + 41


def test_sums_by_year_agree_with_the_rows(tmp_path: Path) -> None:
    write_programme(results(), tmp_path / "p.xlsx", title="Chương trình", note="mô phỏng", language="vi")
    file = openpyxl.load_workbook(tmp_path / "p.xlsx", data_only=True)
    assert file.sheetnames == ["Tổng hợp theo năm", "Danh mục công trình"]
    rows = [list(row) for row in file.worksheets[0].iter_rows(min_row=4, values_only=True)]
    assert rows == [
        ["Năm", "Điện", "Nước sạch", "Tổng cộng"],
        [2026, 90, 0, 90],
        [2027, 60, 0, 60],
        ["chưa xếp năm", 30, 20, 50],
        ["Tổng cộng", 180, 20, 200],
    ]
    formulas = openpyxl.load_workbook(tmp_path / "p.xlsx").worksheets[0]
    assert (
        formulas["B5"].value
        == "=SUMIFS('Danh mục công trình'!$H$5:$H$9,'Danh mục công trình'!$A$5:$A$9,B$4,'Danh mục công "
        "trình'!$G$5:$G$9,$A5)"
    )


def test_a_run_without_works_gives_an_empty_programme() -> None:
    assert programme(Results(), "vi").empty
