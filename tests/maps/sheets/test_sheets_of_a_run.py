"""`infragap sheets` on a whole run: 99 sheets with and without a browser, known to the result, nothing cut off."""

import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from pypdf import PdfReader

from infragap.disk.manifest import others
from infragap.gis.errors import MissingDataError, ParameterError
from infragap.sheets import chromium, write_sheets

pytestmark = pytest.mark.slow


@pytest.fixture
def result(out: Path, tmp_path: Path) -> Path:
    """A copy of the run without what sheets do not need."""
    folder = tmp_path / "out"
    shutil.copytree(out, folder, ignore=shutil.ignore_patterns("epanet", "commune_sheets"))
    return folder


@pytest.mark.parametrize("with_browser", [True, False])
def test_every_commune_has_one_page(result: Path, chromium: Any, with_browser: bool) -> None:
    from infragap.sheets import chromium as found

    before = others(result)
    told: list[Any] = []
    files = write_sheets(result, "vi", found() if with_browser else None, told.append)
    codes = sorted(gpd.read_file(result / "geojson" / "communes.geojson")["commune_code"])
    assert len(codes) == 99
    assert sorted(file.stem for file in files) == codes
    assert [file.name for file in sorted((result / "commune_sheets").iterdir())] == [f"{code}.pdf" for code in codes]
    assert told == []
    assert others(result) == before
    ranking = pd.read_csv(result / "tables" / "electricity_ranking.csv", dtype={"commune_code": str})
    for file in files:
        pages = PdfReader(file).pages
        assert len(pages) == 1
        assert file.stem in pages[0].extract_text()
    nam_co = ranking[ranking["commune_code"] == "04462"]
    cost = f"{nam_co['plan_investment_mvnd'].sum() / 1000:,.1f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    text = PdfReader(result / "commune_sheets" / "04462.pdf").pages[0].extract_text()
    assert f"{cost} tỷ đồng" in text
    assert "Lùng Cúng" in text


def test_files_of_others_are_not_replaced(result: Path) -> None:
    (result / "commune_sheets").mkdir()
    (result / "commune_sheets" / "04462.pdf").write_text("mine")
    with pytest.raises(ParameterError, match=r"04462\.pdf"):
        write_sheets(result, "vi", None)
    assert (result / "commune_sheets" / "04462.pdf").read_text() == "mine"


def test_a_folder_without_a_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError):
        write_sheets(tmp_path, "vi", chromium())


CUT_OFF = """() => [...document.querySelectorAll('.sheet')].filter((s) => {
  const foot = s.querySelector('footer').getBoundingClientRect(), inner = [...s.children].filter((e) => e.tagName !== 'FOOTER');
  return inner[inner.length - 1].getBoundingClientRect().bottom > foot.top || s.scrollWidth > s.clientWidth + 1;
}).map((s) => s.dataset.code)"""


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_of_a_sheet_is_cut_off(out: Path, visit: Any, language: str) -> None:
    opened = visit(out / "commune_sheets.html", f"lang={language}")
    opened.page.emulate_media(media="print")
    assert opened.page.locator(".sheet").count() == 99
    assert opened.page.evaluate(CUT_OFF) == []
    assert opened.complaints == []
    assert opened.requests == [(out / "commune_sheets.html").as_uri()]


def test_the_page_shows_one_commune_and_keeps_the_language(out: Path, visit: Any) -> None:
    opened = visit(out / "commune_sheets.html", "commune=04462&lang=en")
    shown = opened.page.locator(".sheet:visible")
    assert shown.count() == 1
    assert "Commune sheet: Nậm Có" in shown.inner_text()
    opened.page.select_option("#commune", "02647")
    assert "Lào Cai" in opened.page.locator(".sheet:visible h2").inner_text()
    assert "lang=en" in opened.page.url
