"""A whole run on the embedded pack: the contract of its outputs, and its pages in a browser."""

import json
import re
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest

from tests.maps.page_reader import page_content

pytestmark = pytest.mark.slow

TABLES = {
    "electricity_ranking", "electricity_lines", "electricity_years", "water_villages", "water_communes", "water_works",
    "schools_sites",
    "schools_villages", "communes",
}  # fmt: skip
LAYERS = {
    "electricity_settlements", "electricity_lines", "electricity_existing_grid", "water_villages", "water_schemes",
    "water_works",
    "schools_sites", "schools_catchments", "schools_isochrones", "communes",
}  # fmt: skip
SCHEME = [
    ("Làng Bang", "04429"), ("Giàng Pằng", "04651"), ("Làng Mảnh", "04651"), ("Ngã Hai", "04651"), ("Nậm Biếu",
    "04651"), ("Đề Chơ", "04609"),
    ("Làng Mảnh", "04603"), ("Lùng Cúng", "04462"), ("Làng Giàng", "04462"), ("Đá Đen", "04462"), ("Háng Phừ Loa",
    "04456"),
    ("Sáng Nhù", "04456"), ("Trống Khua", "04474"), ("Dào Cu Nha", "04474"), ("Cáng Dông", "04474"), ("Háng Đề Đài",
    "04465"), ("Háng Á", "04465"),
    ("Nả Háng", "04489"),
]  # fmt: skip


@pytest.fixture(scope="module")
def ranking(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "tables" / "electricity_ranking.csv", dtype={"commune_code": str})


def test_every_file_of_the_contract_is_there(out: Path) -> None:
    assert {f.stem for f in (out / "tables").glob("*.csv")} >= TABLES
    assert {f.stem for f in (out / "geojson").glob("*.geojson")} >= LAYERS
    assert set(pyogrio.list_layers(out / "results.gpkg")[:, 0]) >= LAYERS
    for name in (
        "index.html",
        "summary.md",
        "run.json",
        "results.kml",
        "results.kmz",
        "grid_extension_list.xlsx",
        "compare.html",
        "commune_sheets.html",
    ):
        assert (out / name).stat().st_size > 1000


def test_ranking_names_the_villages_of_the_scheme(ranking: pd.DataFrame) -> None:
    assert len(ranking) == 845
    villages = ranking[ranking["kind"] == "village"]
    assert sorted(zip(villages["name"], villages["commune_code"], strict=True)) == sorted(SCHEME)
    assert ranking.loc[ranking["kind"] == "cluster", "households"].sum() == 22_940
    assert sorted(ranking["rank"]) == list(range(1, 846))
    assert ranking["reason_vi"].notna().all()
    assert ranking["provenance"].isin(["official", "open-data", "modelled"]).all()


def test_run_record_holds_bounds_and_targets(out: Path) -> None:
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    plan = record["electricity"]["plan"]
    assert plan["lower_bound_mvnd"] <= plan["cost_mvnd"] * (1 + 1e-9)
    assert plan["gap"] <= 1e-3
    assert record["schools"]["placement"]["lower_bound"] <= record["schools"]["placement"]["cost"] * (1 + 1e-9)
    siting = record["water"]["siting"]
    assert siting["works"] <= 177
    assert siting["lower_bound_mvnd"] <= siting["cost_mvnd"] * (1 + 1e-9)
    assert siting["most_people"]["people"] <= siting["most_people"]["bound"] + 1
    assert siting["to_standard_now_pct"] == pytest.approx(33.2, abs=0.05)
    assert record["water"]["summary"]["basic_pct"] == pytest.approx(98.0, abs=0.05)
    # the design asks for 2,000: missed, and no worse than this
    assert record["timings"]["peak_memory_mb"] < 3200


def test_map_table_and_layer_show_the_same_lines(out: Path) -> None:
    table = pd.read_csv(out / "tables" / "electricity_lines.csv")
    layer = gpd.read_file(out / "geojson" / "electricity_lines.geojson")
    assert table["line_id"].tolist() == layer["line_id"].tolist()
    (lines,) = [one for one in page_content(out / "electricity.html")["layers"] if one["id"] == "lines"]
    assert [row[lines["columns"].index("line_id")] for row in lines["rows"]] == table["line_id"].tolist()


def test_spreadsheet_lists_the_grid_settlements(out: Path, ranking: pd.DataFrame) -> None:
    sheet = openpyxl.load_workbook(out / "grid_extension_list.xlsx").worksheets[0]
    rows = [row for row in sheet.iter_rows(min_row=5, values_only=True) if isinstance(row[0], int | float)]
    grid = ranking[ranking["choice"] == "grid"]
    assert sorted(str(row[1]) for row in rows) == sorted(grid["name"])
    assert sum(row[4] for row in rows if isinstance(row[4], int | float)) == grid["households"].sum()


@pytest.mark.parametrize("name", ["grid_extension_list", "programme", "tables"])
def test_every_formula_carries_the_value_that_it_computes(out: Path, name: str) -> None:
    """The value beside each SUBTOTAL is the sum of its cells; a formula without a value shows 0 where nothing
    recomputes."""
    formulas = openpyxl.load_workbook(out / f"{name}.xlsx")
    values = openpyxl.load_workbook(out / f"{name}.xlsx", data_only=True)
    checked = 0
    for sheet in formulas.worksheets:
        known = values[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                subtotal = re.fullmatch(r"=SUBTOTAL\(9,([A-Z]+)(\d+):[A-Z]+(\d+)\)", str(cell.value))
                if str(cell.value).startswith("="):
                    assert isinstance(known[cell.coordinate].value, int | float), cell.coordinate
                if subtotal:
                    column, first, last = subtotal.groups()
                    places = [f"{column}{r}" for r in range(int(first), int(last) + 1)]
                    parts = [known[p].value for p in places if not str(sheet[p].value).startswith("=")]
                    total = sum(part for part in parts if isinstance(part, int | float))
                    assert known[cell.coordinate].value == pytest.approx(total, rel=1e-6, abs=1e-6)
                    checked += 1
    assert checked > 0 or name == "programme"


def test_the_programme_sums_to_the_tables(out: Path, ranking: pd.DataFrame) -> None:
    sheet = openpyxl.load_workbook(out / "programme.xlsx", data_only=True).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(min_row=4, values_only=True)]
    totals = dict(zip(rows[0], rows[-1], strict=True))
    works = pd.read_csv(out / "tables" / "water_works.csv")
    assert totals["Điện"] == pytest.approx(ranking["plan_investment_mvnd"].sum(), rel=1e-6)
    assert totals["Nước sạch"] == pytest.approx(works["cost_mvnd"].sum(), rel=1e-6)
    by_year = {row[0]: row[1] for row in rows[1:-1]}
    needed = pd.read_csv(out / "tables" / "electricity_years.csv").set_index("year")["spent_mvnd"]
    for year in range(2026, 2031):
        assert by_year[year] == pytest.approx(needed[str(year)], rel=1e-6)


@pytest.mark.parametrize(("page", "typed", "hit"), [
    ("electricity.html", "lung cung", "Lùng Cúng"), ("water.html", "lung cung", "Lùng Cúng"), ("schools.html",
    "si ma cai", "Si Ma Cai"),
])  # fmt: skip
def test_a_page_opens_without_internet(out: Path, visit: Any, page: str, typed: str, hit: str) -> None:
    file = out / page
    assert file.stat().st_size < 8e6
    started = time.monotonic()
    opened = visit(file)
    assert time.monotonic() - started < 30
    assert opened.page.locator("header .notice").inner_text().startswith("dữ liệu mô phỏng")
    for language in ("en", "vi"):
        opened.page.fill("#search", typed)
        assert opened.page.locator(".hit").first.inner_text().startswith(hit)
        opened.page.locator(".hit").first.click()
        assert opened.page.locator(".card h2").inner_text() == hit
        opened.page.locator(f"button[lang={language}]").click()
    opened.page.emulate_media(media="print")
    assert opened.complaints == []
    assert opened.requests == [file.as_uri()]


def test_the_index_links_to_files_that_exist(out: Path, visit: Any) -> None:
    opened = visit(out / "index.html")
    links = opened.page.eval_on_selector_all("a", "all => all.map(a => a.getAttribute('href'))")
    assert len(links) > 20
    assert all((out / link).exists() for link in links)
    assert opened.page.locator(".notice").is_visible()
    assert opened.complaints == []
    assert opened.requests == [(out / "index.html").as_uri()]


SHOWN_LINES = "() => infragapDesk.layers.get('lines').entries.filter((e) => !e.shape.hidden).length"


def test_filters_act_on_lines_as_well_and_enter_opens_the_first_hit(out: Path, visit: Any) -> None:
    lines = pd.read_csv(out / "tables" / "electricity_lines.csv")
    opened = visit(out / "electricity.html")
    assert opened.page.evaluate(SHOWN_LINES) == len(lines)
    opened.page.select_option("select[data-filter=year]", "2028")
    assert opened.page.evaluate(SHOWN_LINES) == (lines["year"] == 2028).sum()
    # lines have no choice of their own: they stay
    opened.page.select_option("select[data-filter=choice]", "minigrid")
    assert opened.page.evaluate(SHOWN_LINES) == (lines["year"] == 2028).sum()
    opened.page.fill("#search", "cang dong")
    opened.page.press("#search", "Enter")
    assert opened.page.locator(".card h2").inner_text() == "Cáng Dông"
    assert opened.complaints == []
