"""A page offers every language that has a catalogue, and says all its words in each."""

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Point

from infragap.maps.pages.document import render
from infragap.maps.pages.html import number, one_language_at_a_time, spoken
from infragap.maps.pages.page import Card, Layer, Page, Style
from infragap.wording import catalogue
from infragap.wording.catalogue import in_each_language
from infragap.wording.codes import codes
from tests.maps.page_reader import page_content


@pytest.fixture
def lao(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for code in ("vi", "en"):
        (tmp_path / f"{code}.po").write_bytes((catalogue.FOLDER / f"{code}.po").read_bytes())
    text = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "language.name"\nmsgstr "Lao"\n'
    (tmp_path / "lo.po").write_text(text, encoding="utf-8")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    for cached in (catalogue.all_languages, catalogue._words, codes):
        cached.cache_clear()
    yield
    for cached in (catalogue.all_languages, catalogue._words, codes):
        cached.cache_clear()


def content(page: Page) -> dict[str, Any]:
    """What the page script receives."""
    return page_content(render(page))


def one_point() -> Page:
    frame = gpd.GeoDataFrame(
        {"name": ["A"], "reason_vi": ["vì sao"], "reason_en": ["why"]}, geometry=[Point(104, 22)], crs="EPSG:4326"
    )
    title = in_each_language("maps.layer.settlements")
    return Page(
        id="one", title=title, layers=[Layer("points", title, frame, Style(), Card("name", (), (), reason=True))]
    )


@pytest.mark.slow
def test_a_page_offers_each_catalogue(lao: None) -> None:
    made = content(one_point())
    assert [language["code"] for language in made["languages"]] == ["vi", "en", "lo"]
    assert [language["name"] for language in made["languages"]] == ["Tiếng Việt", "English", "Lao"]
    assert all(set(text) == {"vi", "en", "lo"} for text in made["words"].values())
    # a table has reasons in two languages: further ones show the English
    assert made["layers"][0]["reason"] == {"vi": "reason_vi", "en": "reason_en", "lo": "reason_en"}


def test_the_reason_is_vietnamese_where_a_table_has_no_other() -> None:
    page = one_point()
    page.layers[0].frame.drop(columns="reason_en", inplace=True)
    assert content(page)["layers"][0]["reason"] == {"vi": "reason_vi", "en": "reason_vi"}


def test_a_text_is_written_in_every_language_once() -> None:
    assert (
        spoken({"vi": "Điện", "en": "Electricity"}) == '<span lang="vi">Điện</span><span lang="en">Electricity</span>'
    )
    assert spoken({"vi": "5", "en": "5"}) == "5"
    assert number(1234.5, 1) == '<span lang="vi">1.234,5</span><span lang="en">1,234.5</span>'
    assert "html[lang=en] span[lang=en]{display:inline}" in one_language_at_a_time()
