"""Totals of the workbooks as LibreOffice recalculates them after a filter: those of the rows that are left."""

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.filters import FilterColumn, Filters

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on this machine"),
]

BOOKS = {"programme.xlsx": "Danh mục công trình", "grid_extension_list.xlsx": "Đoạn tuyến"}


@pytest.mark.parametrize("book", BOOKS)
def test_totals_follow_the_filter(out: Path, tmp_path: Path, book: str) -> None:
    workbook = openpyxl.load_workbook(out / book)
    sheet = workbook[BOOKS[book]]
    first, last = (int("".join(filter(str.isdigit, corner))) for corner in sheet.auto_filter.ref.split(":"))
    names = [cell.value for cell in sheet[first]]
    at = names.index("Xã, phường") if "Xã, phường" in names else names.index("Xã")
    chosen = sheet.cell(first + 1, at + 1).value
    kept = [row for row in range(first + 1, last + 1) if sheet.cell(row, at + 1).value == chosen]
    sheet.auto_filter.filterColumn.append(FilterColumn(colId=at, filters=Filters(filter=[chosen])))
    for row in set(range(first + 1, last + 1)) - set(kept):
        sheet.row_dimensions[row].hidden = True
    summed = [k + 1 for k in range(len(names)) if str(sheet.cell(last + 1, k + 1).value).startswith("=SUBTOTAL")]
    wanted = [sum(sheet.cell(row, k).value or 0 for row in kept) for k in summed]
    workbook.save(tmp_path / "filtered.xlsx")
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to"]
    command += ["xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "again"), str(tmp_path / "filtered.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    again = openpyxl.load_workbook(tmp_path / "again" / "filtered.xlsx", data_only=True)[BOOKS[book]]
    assert 0 < len(kept) < last - first
    assert summed
    assert [again.cell(last + 1, k).value or 0 for k in summed] == pytest.approx(wanted)
