"""Workbooks: typed cells, harmless texts, formulas that carry their value, pages that fit the paper."""

import gc
import warnings
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from infragap.analyses.columns import Column, table
from infragap.maps.workbooks.book import Book, workbook, write_table, write_title
from tests.maps.exports.conftest import HOSTILE

COLUMNS = table(
    "electricity.ranking",
    Column("name", "-", "x"),
    Column("choice", "-", "x"),
    Column("households", "households", "x"),
    Column("plan_investment_mvnd", "mvnd", "x"),
    Column("break_even_km", "km", "x"),
    Column("year", "-", "x"),
)
FRAME = pd.DataFrame(
    {
        "name": ["Lùng Cúng", HOSTILE],
        "choice": ["grid", "hydro"],
        "households": [200, 100],
        "plan_investment_mvnd": [9000.25, None],
        "break_even_km": [1.5, 2.5],
        "year": pd.array([2027, None], dtype="Int64"),
    }
)


def written(path: Path, language: str) -> Path:
    with workbook(path, "Danh mục", language) as book:
        sheet = book.sheet("A/B: [list]?")
        write_table(sheet, write_title(sheet, "Danh mục", "mô phỏng", len(COLUMNS)), COLUMNS, FRAME)
    return path


def test_cells_totals_and_headings(tmp_path: Path) -> None:
    file = written(tmp_path / "a.xlsx", "vi")
    assert file.read_bytes() == written(tmp_path / "b.xlsx", "vi").read_bytes()
    sheet = openpyxl.load_workbook(file).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert rows[0][2:4] == ["Số hộ (hộ)", "Vốn đầu tư theo kế hoạch (tr.đ)"]
    assert rows[1] == ["Lùng Cúng", "Kéo lưới điện", 200, 9000.25, 1.5, 2027]
    assert rows[2] == [HOSTILE, "Thủy điện nhỏ", 100, None, 2.5, None]
    assert sheet.cell(6, 1).data_type == "s"
    # a distance to break-even has no sum
    assert rows[3] == ["Tổng cộng", None, "=SUBTOTAL(9,C5:C6)", "=SUBTOTAL(9,D5:D6)", None, None]
    values = openpyxl.load_workbook(file, data_only=True).worksheets[0]
    assert [values["C7"].value, values["D7"].value] == [300, 9000.25]
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "8")


def test_headings_and_codes_in_another_language(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(tmp_path / "a.xlsx", "en")).worksheets[0]
    assert sheet["B5"].value == "Grid extension"
    assert sheet["A7"].value == "Total"


def test_a_table_without_rows_has_no_total(tmp_path: Path) -> None:
    with workbook(tmp_path / "a.xlsx", "t", "vi") as book:
        sheet = book.sheet("x")
        assert write_table(sheet, 3, COLUMNS, FRAME.head(0)) == 4
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].max_row == 4


def test_a_format_is_made_once(tmp_path: Path) -> None:
    with workbook(tmp_path / "a.xlsx", "t", "vi") as book:
        assert isinstance(book, Book)
        assert book.look(bold=True, border=1) is book.look(border=1, bold=True)
        assert book.look(bold=True) is not book.look(italic=True)


@pytest.mark.parametrize("name", ["Điện: xếp hạng", "a" * 50, "[x]?*/\\"])
def test_any_name_makes_a_sheet(tmp_path: Path, name: str) -> None:
    with workbook(tmp_path / "a.xlsx", "t", "vi") as book:
        book.sheet(name)
    (made,) = openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames
    assert len(made) <= 31


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_told_once() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(OSError, match="No space left"), workbook(Path("/dev/full"), "Title", "en") as book:
            write_title(book.sheet("Sheet"), "Title", "note", 3)
        gc.collect()
