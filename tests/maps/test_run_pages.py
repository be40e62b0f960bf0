"""A whole run on the embedded pack: the contract of its outputs, and its pages in a browser."""

import json
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest

pytestmark = pytest.mark.slow

TABLES = {
    "electricity_ranking", "electricity_lines", "electricity_years", "water_villages", "water_communes", "water_works", "schools_sites",
    "schools_villages", "communes",
}  # fmt: skip
LAYERS = {
    "electricity_settlements", "electricity_lines", "electricity_existing_grid", "water_villages", "water_schemes", "water_works",
    "schools_sites", "schools_catchments", "schools_isochrones", "communes",
}  # fmt: skip
SCHEME = [
    ("Làng Bang", "04429"), ("Giàng Pằng", "04651"), ("Làng Mảnh", "04651"), ("Ngã Hai", "04651"), ("Nậm Biếu", "04651"), ("Đề Chơ", "04609"),
    ("Làng Mảnh", "04603"), ("Lùng Cúng", "04462"), ("Làng Giàng", "04462"), ("Đá Đen", "04462"), ("Háng Phừ Loa", "04456"),
    ("Sáng Nhù", "04456"), ("Trống Khua", "04474"), ("Dào Cu Nha", "04474"), ("Cáng Dông", "04474"), ("Háng Đề Đài", "04465"), ("Háng Á", "04465"),
    ("Nả Háng", "04489"),
]  # fmt: skip


@pytest.fixture(scope="module")
def ranking(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "tables" / "electricity_ranking.csv", dtype={"commune_code": str})


def test_every_file_of_the_contract_is_there(out: Path) -> None:
    assert {f.stem for f in (out / "tables").glob("*.csv")} >= TABLES
    assert {f.stem for f in (out / "geojson").glob("*.geojson")} == LAYERS
    assert set(pyogrio.list_layers(out / "results.gpkg")[:, 0]) >= LAYERS
    for name in ("index.html", "summary.md", "run.json", "results.kml", "grid_extension_list.xlsx"):
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
    assert siting["people_gained"] <= siting["people_gained_upper_bound"] + 1
    assert siting["to_standard_now_pct"] == pytest.approx(33.2, abs=0.05)
    assert record["water"]["summary"]["basic_pct"] == pytest.approx(98.0, abs=0.05)
    assert record["timings"]["peak_memory_mb"] < 2000


def test_map_table_and_layer_show_the_same_lines(out: Path) -> None:
    table = pd.read_csv(out / "tables" / "electricity_lines.csv")
    layer = gpd.read_file(out / "geojson" / "electricity_lines.geojson")
    assert table["line_id"].tolist() == layer["line_id"].tolist()
    page = (out / "electricity.html").read_text(encoding="utf-8")
    assert all(f'"{name}"' in page for name in table["line_id"])


def test_spreadsheet_lists_the_grid_settlements(out: Path, ranking: pd.DataFrame) -> None:
    sheet = openpyxl.load_workbook(out / "grid_extension_list.xlsx").active
    assert sheet is not None
    rows = [row for row in sheet.iter_rows(min_row=7, values_only=True) if isinstance(row[0], int | float)]
    grid = ranking[ranking["choice"] == "grid"]
    assert sorted(str(row[1]) for row in rows) == sorted(grid["name"])
    assert sum(row[4] for row in rows if isinstance(row[4], int | float)) == grid["households"].sum()


@pytest.mark.parametrize(("page", "typed", "hit"), [
    ("electricity.html", "lung cung", "Lùng Cúng"), ("water.html", "lung cung", "Lùng Cúng"), ("schools.html", "si ma cai", "Si Ma Cai"),
])  # fmt: skip
def test_a_page_opens_without_internet(out: Path, visit: Any, page: str, typed: str, hit: str) -> None:
    file = out / page
    assert file.stat().st_size < 8e6
    opened = visit(file)
    started = time.monotonic()
    opened.page.wait_for_function("window.infragapReady === true")
    assert time.monotonic() - started < 30
    assert opened.page.locator("header .notice").inner_text().startswith("dữ liệu mô phỏng")
    opened.page.fill("#search", typed)
    assert opened.page.locator(".hits li").first.inner_text().startswith(hit)
    opened.page.locator(".hits li").first.click()
    opened.page.wait_for_selector(".leaflet-popup h3")
    opened.page.locator("button[lang=en]").click()
    # the longer English labels leave the values in sight
    opened.page.fill("#search", typed)
    opened.page.locator(".hits li").first.click()
    opened.page.wait_for_selector(".leaflet-popup dd")
    narrow = "all => all.every(e => e.clientWidth > 100 && e.scrollWidth <= e.clientWidth)"
    assert opened.page.eval_on_selector_all(".leaflet-popup dd", narrow)
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


SHOWN_LINES = """() => {
  let count = 0;
  Object.values(window).find((v) => v instanceof L.Map).eachLayer((l) => { if (l.options && l.options.dashArray === "7 3") count += 1; });
  return count;
}"""


def test_filters_act_on_lines_as_well_and_enter_opens_the_first_hit(out: Path, visit: Any) -> None:
    lines = pd.read_csv(out / "tables" / "electricity_lines.csv")
    opened = visit(out / "electricity.html")
    assert opened.page.evaluate(SHOWN_LINES) == len(lines)
    opened.page.select_option("select[data-filter=year]", "2028")
    assert opened.page.evaluate(SHOWN_LINES) == (lines["year"] == 2028).sum()
    # lines have no choice of their own: they stay
    opened.page.select_option("select[data-filter=choice]", "hydro")
    assert opened.page.evaluate(SHOWN_LINES) == (lines["year"] == 2028).sum()
    opened.page.fill("#search", "cang dong")
    opened.page.press("#search", "Enter")
    assert opened.page.locator(".leaflet-popup h3").inner_text() == "Cáng Dông"
    assert opened.complaints == []
