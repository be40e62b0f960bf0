"""Ten thousand settlements: the page stays small, opens, filters and zooms quickly."""

import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest

from infragap.maps.pages.document import render
from infragap.maps.pages.page import Field, Filter, Layer, Page, Ranking, Style, Weight
from tests.maps.pages.small_page import both, small_page

pytestmark = pytest.mark.slow

COUNT = 10_000
NUMBERS = 60
"""Columns of numbers: as many as the ranking of settlements has."""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settlements with numbers that compress badly and reasons of some length in two languages."""
    draw = np.random.default_rng(7)
    reason = "Chọn nối lưới điện quốc gia: {} triệu đồng trong vòng đời, rẻ hơn thủy điện nhỏ {} triệu đồng; muốn nối lưới phải kéo {} km."
    numbers = draw.lognormal(6, 2, (COUNT, NUMBERS)).round(4)
    frame = gpd.GeoDataFrame(
        {
            "place_id": [f"C{i:05d}" for i in range(COUNT)],
            "name": [f"Cụm dân cư {i}" for i in range(COUNT)],
            "choice": draw.choice(["grid", "hydro"], COUNT),
            "year": draw.integers(2026, 2031, COUNT),
            "rank": np.arange(1, COUNT + 1),
            **{f"n{i}": numbers[:, i] for i in range(NUMBERS)},
            "reason_vi": [reason.format(*row) for row in numbers[:, :3]],
            "reason_en": [reason.format(*row) for row in numbers[:, 3:6]],
        },
        geometry=gpd.points_from_xy(draw.uniform(103.5, 105, COUNT), draw.uniform(21.4, 22.8, COUNT)),
        crs="EPSG:4326",
    )
    pattern = small_page()
    (points,) = [layer for layer in pattern.layers if layer.id == "points"]
    fields = tuple(Field(f"n{i}", both(f"Số {i}", f"Number {i}")) for i in range(NUMBERS))
    style = Style({"weight": 1, "color": "#222"}, by="choice", values=points.style.values, radius=("n0", 0.3, 3, 12))
    assert points.card is not None
    page = Page(
        id="many",
        title=both("Nhiều", "Many"),
        layers=[
            Layer(
                "points",
                points.title,
                frame,
                style,
                points.card,
                key="place_id",
                search=("name", "place_id"),
                filtered=True,
            )
        ],
        filters=[Filter("choice", both("Phương án", "Choice")), Filter("year", both("Năm", "Year"))],
        ranking=Ranking(
            "points", "rank", "name", both("hạng", "rank"), (fields[0],), (Weight("n0", both("a", "b"), False),), fields
        ),
    )
    path = tmp_path_factory.mktemp("many") / "many.html"
    path.write_text(render(page), encoding="utf-8")
    return path


FILTER = """() => { const start = performance.now(); const s = document.querySelector('[data-filter="year"]'); s.value = "2027";
  s.dispatchEvent(new Event("change")); return performance.now() - start; }"""
ZOOM = """() => new Promise((done) => { const start = performance.now(); infragapDesk.map.setZoom(11, { animate: false });
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start))); })"""


def test_ten_thousand_settlements(many: Path, visit: Any) -> None:
    assert many.stat().st_size < 8e6
    started = time.monotonic()
    opened = visit(many)
    opening_s = time.monotonic() - started
    assert opened.page.locator(".rows li").count() == 150
    filter_ms, zoom_ms = opened.page.evaluate(FILTER), opened.page.evaluate(ZOOM)
    shown = opened.page.evaluate("infragapDesk.ranked.entries.filter((e) => e.passes).length")
    assert opened.page.evaluate("infragapDesk.ranked.entries.filter((e) => !e.shape.hidden).length") == shown
    opened.page.locator(".open-table").click()
    assert 0 < opened.page.locator(".scroller tbody tr").count() < 100
    measured = f"{many.stat().st_size / 1e6:.1f} MB, opened in {opening_s:.2f} s, filtered in {filter_ms:.0f} ms, zoomed in {zoom_ms:.0f} ms"
    # the targets are 3 s, 300 ms, 300 ms on two idle cores; here only that nothing hangs on a busy machine
    assert opening_s < 30, measured
    assert filter_ms < 5000, measured
    assert zoom_ms < 5000, measured
