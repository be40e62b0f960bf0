"""The list for the power company: groups by commune with subtotals, kilometres by voltage, taps in VN-2000."""

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import LineString

from infragap.analyses.electricity.result import ElectricityResult
from infragap.maps.workbooks.grid_extension import ListHead, sections, write_grid_extension_list
from tests.maps.exports.conftest import HOSTILE


def works() -> pd.DataFrame:
    """Three settlements in two communes; the second commune's year is beyond the budgets."""
    return pd.DataFrame(
        {
            "stt": [1, 2, 3],
            "village": ["Sáng Nhù", HOSTILE, "Lùng Cúng"],
            "commune": ["Mù Cang Chải", "Nậm Có", "Mù Cang Chải"],
            "legacy_commune": ["Mồ Dề", "", ""],
            "works": ["new_station", "lv_upgrade", "lv_extension"],
            "households": [81, 100, 19],
            "mv_km": [0.5, 2.5, 1.25],
            "voltage_kv": [35.0, 22.0, 35.0],
            "stations": [1, 2, 1],
            "station_kva": [50.0, 100.0, 31.5],
            "lv_km": [2.0, 3.0, 1.0],
            "meters": [81, 100, 19],
            "investment_mvnd": [2400.0, 5000.0, 600.0],
            "investment_mvnd_per_household": [29.6, 50.0, 31.6],
            "year": pd.array([2026, None, 2027], dtype="Int64"),
            "feeder": ["Lộ 374"] * 3,
        }
    )


def lines() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "line_id": ["L1", "L2"],
            "upstream_line_id": ["", "L1"],
            "to_name": ["Sáng Nhù", "Lùng Cúng"],
            "commune": ["Mù Cang Chải"] * 2,
            "tap_longitude": [104.09, 104.09],
            "tap_latitude": [21.85, 21.85],
            "length_km": [0.5, 1.25],
            "voltage_status": ["ok", "too_long"],
            "year": [2026.0, None],
        },
        geometry=[LineString([(431585, 2417202), (432000, 2417500)])] * 2,
        crs="EPSG:9208",
    )


def result() -> ElectricityResult:
    nothing = gpd.GeoDataFrame(geometry=[], crs="EPSG:9208")
    return ElectricityResult(nothing, lines(), pd.DataFrame(), nothing, works(), {}, {}, targets=[])


@pytest.fixture
def book(tmp_path: Path) -> Path:
    head = ListHead("DANH MỤC", "mô phỏng", "sau 2030", "VN-2000")
    assumptions = pd.DataFrame(
        {
            "name_vi": ["Đơn giá"],
            "value": [1200.0],
            "unit": ["mvnd/km"],
            "low": [800.0],
            "high": [None],
            "meaning_vi": ["35 kV"],
            "source_vi": ["norms"],
        }
    )
    for name in ("a.xlsx", "b.xlsx"):
        write_grid_extension_list(result(), assumptions, tmp_path / name, head=head)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    return tmp_path / "a.xlsx"


def test_settlements_stand_below_their_commune_with_subtotals(book: Path) -> None:
    sheet = openpyxl.load_workbook(book).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=10)]
    assert len(rows[0]) == 17
    assert rows[0][14:] == ["Lộ", "Kiểu đường dây", "Dây dẫn"]
    assert rows[0][:4] == ["STT", "Tên thôn, cụm dân cư", "Xã (cũ)", "Loại việc"]
    assert rows[0][4:7] == ["Số hộ (hộ)", "ĐDK 35 kV (km)", "ĐDK 22 kV (km)"]
    assert [row[1] for row in rows[1:]] == [
        "Xã Mù Cang Chải",
        "Sáng Nhù",
        "Lùng Cúng",
        "Xã Nậm Có",
        HOSTILE,
        "Tổng cộng",
    ]
    assert rows[1][4] == "=SUBTOTAL(9,E6:E7)"
    assert [rows[k][3] for k in (2, 3, 5)] == ["trạm biến áp mới", "kéo hạ áp", "kéo hạ áp và thay máy biến áp"]
    assert rows[2][4:7] == [81, 0.5, 0]
    assert rows[5][13] == "sau 2030"
    # a subtotal over subtotals counts each settlement once
    assert rows[6][4] == "=SUBTOTAL(9,E5:E9)"


def test_formulas_carry_their_value(book: Path) -> None:
    sheet = openpyxl.load_workbook(book, data_only=True).worksheets[0]
    # households 81 + 19 = 100; 35 kV 0.5 + 1.25 = 1.75; 2400 + 600 = 3000; 3000 / 100 = 30
    assert [sheet.cell(5, i).value for i in (5, 6, 7, 12, 13)] == [100, 1.75, 0, 3000, 30]
    # all: 200 households, 8000 / 200 = 40
    assert [sheet.cell(10, i).value for i in (5, 6, 7, 12, 13)] == [200, 1.75, 2.5, 8000, 40]


def test_sheets_paper_and_signatures(book: Path) -> None:
    file = openpyxl.load_workbook(book)
    assert file.sheetnames == [
        "Danh mục kéo lưới",
        "Đoạn tuyến",
        "Điện áp",
        "Trạm, hạ áp, công tơ",
        "Giả định và nguồn",
    ]
    for sheet in file.worksheets:
        assert str(sheet.page_setup.paperSize) == "8"
        assert sheet.page_setup.orientation == "landscape"
    texts = [cell.value for row in file.worksheets[0].iter_rows(min_row=11) for cell in row if cell.value]
    assert "ĐẠI DIỆN CÔNG TY ĐIỆN LỰC" in texts


def test_taps_are_given_in_the_measuring_crs() -> None:
    frame = sections(lines(), "sau 2030")
    # published pair of the legal CRS: 104.09° E, 21.85° N is 431585.667 / 2417202.959
    assert frame.loc[0, ["tap_easting_m", "tap_northing_m"]].tolist() == pytest.approx([431585.7, 2417203.0], abs=0.11)
    # a section behind another has no tap of its own
    assert frame.loc[1, ["tap_easting_m", "tap_northing_m"]].isna().all()
    assert frame["year"].tolist() == [2026, "sau 2030"]
