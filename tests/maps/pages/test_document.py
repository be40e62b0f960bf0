"""The page frame: self-contained, the same bytes for the same content, and safe whatever the names are."""

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, Polygon

from infragap.maps.pages.document import render
from infragap.maps.pages.page import Field, Filter, Layer, Page, Popup, Ranking, Style, Weight

HOSTILE = "<script>alert(1)</script>{{7*7}}</script><img src=x onerror=alert(2)>"


@pytest.fixture
def page() -> Page:
    points = gpd.GeoDataFrame(
        {
            "name": ["Lùng Cúng", "Đá Đen", HOSTILE],
            "commune": ["Nậm Có", "Nậm Có", "Lao Chải"],
            "households": [219, 60, 5],
            "share": [1.5, float("nan"), float("inf")],
            "choice": ["grid", "hydro", "grid"],
            "rank": [2, 1, 3],
            "reason_vi": ["Kéo 12,5 km đường dây.", "Suối gần.", HOSTILE],
            "reason_en": ["12.5 km of line.", "A stream is near.", HOSTILE],
            "provenance": ["modelled"] * 3,
        },
        geometry=[Point(104.25, 21.89), Point(104.30, 21.87), Point(104.0, 21.8)],
        crs="EPSG:4326",
    )
    lines = gpd.GeoDataFrame(
        {"line_id": ["L1"]}, geometry=[LineString([(104.2, 21.8), (104.3, 21.9)])], crs="EPSG:4326"
    )
    areas = gpd.GeoDataFrame(
        {"name": ["Nậm Có"]}, geometry=[Polygon([(104, 21.7), (104.4, 21.7), (104.4, 22), (104, 22)])], crs="EPSG:4326"
    )
    style = Style({"weight": 1}, by="choice", values={"grid": ({"vi": "Lưới", "en": "Grid"}, {"fillColor": "#00f"})})
    popup = Popup(
        "name",
        ("commune",),
        (Field("households", {"vi": "Số hộ", "en": "Households"}), Field("share", {"vi": "Phần", "en": "Share"})),
        reason=True,
    )
    return Page(
        title={"vi": "Điện nông thôn", "en": "Rural electricity"},
        notice={"vi": "dữ liệu mô phỏng", "en": "modelled data"},
        layers=[
            Layer("areas", {"vi": "Xã", "en": "Communes"}, areas, Style(), label="name"),
            Layer("lines", {"vi": "Đường dây", "en": "Lines"}, lines, Style({"color": "#f00"})),
            Layer(
                "points",
                {"vi": "Thôn", "en": "Villages"},
                points,
                style,
                popup,
                search=("name", "commune"),
                filtered=True,
            ),
        ],
        filters=[Filter("choice", {"vi": "Phương án", "en": "Choice"})],
        ranking=Ranking(
            "points",
            "rank",
            "name",
            {"vi": "hạng", "en": "rank"},
            (Field("households", {"vi": "Hộ", "en": "Households"}),),
            (Weight("households", {"vi": "Hộ", "en": "Households"}, False),),
        ),
    )


@pytest.fixture
def file(page: Page, tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(render(page), encoding="utf-8")
    return path


def test_no_address_of_another_host_is_loaded(page: Page) -> None:
    html = render(page)
    assert not re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(?!data:|#)', html)
    assert not re.findall(r"url\((?!data:|#)", html)


def test_same_content_same_bytes(page: Page) -> None:
    assert render(page) == render(page)


def test_a_name_cannot_end_the_script(page: Page) -> None:
    assert HOSTILE not in render(page)
    assert "<img src=x" not in render(page)


@pytest.mark.slow
def test_browser_shows_hostile_names_as_text(file: Path, visit: Any) -> None:
    opened = visit(file)
    opened.page.wait_for_function("window.infragapReady === true")
    opened.page.locator(".rows li").nth(2).click()
    assert HOSTILE in opened.page.locator(".leaflet-popup h3").inner_text()
    assert HOSTILE in opened.page.locator(".leaflet-popup .reason").inner_text()
    assert opened.complaints == []
    assert opened.requests == [file.as_uri()]


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["lung cung", "Lùng Cúng", "LÙNG", "cung nam co"])
def test_search_with_and_without_diacritics(file: Path, visit: Any, typed: str) -> None:
    opened = visit(file)
    opened.page.fill("#search", typed)
    assert opened.page.locator(".hits li").first.inner_text().startswith("Lùng Cúng")
    opened.page.locator(".hits li").first.click()
    assert opened.page.locator(".leaflet-popup h3").inner_text() == "Lùng Cúng"
    assert "219" in opened.page.locator(".leaflet-popup dl").inner_text()


@pytest.mark.slow
def test_d_with_stroke_is_found_as_d(file: Path, visit: Any) -> None:
    opened = visit(file)
    opened.page.fill("#search", "da den")
    assert opened.page.locator(".hits li").first.inner_text().startswith("Đá Đen")


@pytest.mark.slow
def test_filter_and_weights_change_the_list(file: Path, visit: Any) -> None:
    opened = visit(file)
    names = opened.page.locator(".rows .place")
    assert names.first.inner_text().startswith("Đá Đen")
    opened.page.locator('[data-weight="households"]').fill("10")
    assert names.first.inner_text().startswith("Lùng Cúng")
    opened.page.select_option('[data-filter="choice"]', "hydro")
    assert names.count() == 1


@pytest.mark.slow
def test_english_switch(file: Path, visit: Any) -> None:
    opened = visit(file)
    assert opened.page.title() == "Điện nông thôn"
    opened.page.locator("button[lang=en]").click()
    assert opened.page.locator("header h1").inner_text() == "Rural electricity"
    assert opened.page.locator(".notice").first.inner_text() == "modelled data"
    opened.page.locator(".rows li").nth(1).click()
    assert opened.page.locator(".leaflet-popup .reason").inner_text() == "12.5 km of line."
