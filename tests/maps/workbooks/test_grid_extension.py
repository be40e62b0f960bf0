"""The list for the power company: cells, formulas, the same bytes each time."""

from pathlib import Path

import openpyxl
import pandas as pd

from infragap.maps.workbooks.grid_extension import write_grid_extension_list
from tests.maps.exports.conftest import HOSTILE
from tests.maps.headed_column import Headed


def test_spreadsheet_cells(tmp_path: Path) -> None:
    columns = [
        Headed("name", "-", heading_vi="Thôn"),
        Headed("households", "households", heading_vi="Số hộ (hộ)"),
        Headed("mv_km", "km", heading_vi="ĐDK 35 kV (km)"),
        Headed("investment_mvnd", "mvnd", heading_vi="TMĐT (triệu đồng)"),
        Headed("investment_mvnd_per_household", "mvnd/household", heading_vi="Suất đầu tư (triệu đồng/hộ)"),
        Headed("year", "-", heading_vi="Năm"),
    ]
    frame = pd.DataFrame(
        {
            "name": ["Lùng Cúng", HOSTILE],
            "households": [200, 100],
            "mv_km": [12.5, None],
            "investment_mvnd": [9000.0, 3000.0],
            "investment_mvnd_per_household": [45.0, 30.0],
            "year": pd.array([2027, None], dtype="Int64"),
        }
    )
    for name in ("a.xlsx", "b.xlsx"):
        write_grid_extension_list(frame, columns, tmp_path / name, title="Danh mục", note="mô phỏng", late="sau 2030")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[4] == ["STT", "Thôn", "Số hộ", "ĐDK 35 kV", "TMĐT", "Suất đầu tư", "Năm"]
    assert rows[6] == [1, "Lùng Cúng", 200, 12.5, 9000, 45, 2027]
    assert rows[7][1] == HOSTILE
    assert rows[7][6] == "sau 2030"
    assert sheet.cell(8, 2).data_type == "s"
    assert rows[8][1:] == ["Tổng cộng", "=SUM(C7:C8)", "=SUM(D7:D8)", "=SUM(E7:E8)", "=SUM(E7:E8)/SUM(C7:C8)", None]
