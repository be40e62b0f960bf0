"""Long texts of a sheet get the height that they need: a program that does not make room by itself prints them over
each other."""

from pathlib import Path

import openpyxl
import pandas as pd

from infragap.maps.workbooks.book import LINE_POINTS, WIDE, workbook, write_table
from tests.maps.headed_column import Headed


def test_a_row_is_as_high_as_its_longest_text(tmp_path: Path) -> None:
    columns = (Headed("name", "-", heading_vi="Tên"), Headed("households", "households", heading_vi="Số hộ"))
    frame = pd.DataFrame({"name": ["ngắn", "từ " * 60, "ngắn"], "households": [1, 2, 3]})
    with workbook(tmp_path / "a.xlsx", "A", "vi") as book:
        write_table(book.sheet("A"), 0, columns, frame)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    heights = [sheet.row_dimensions[row].height for row in (2, 3, 4)]
    # 180 signs in a column of 46: four lines, or five where words do not fill them
    assert 180 / WIDE <= heights[1] / LINE_POINTS <= 5
    assert heights[0] in (None, LINE_POINTS)
    assert heights[2] in (None, LINE_POINTS)
