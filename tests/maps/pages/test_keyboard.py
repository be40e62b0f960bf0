"""A page without a mouse: the link past the panel, arrows in the list, a focus that is seen, a map that has a name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infragap.maps.pages.document import render
from tests.maps.pages.small_page import small_page

pytestmark = pytest.mark.slow

FOCUS = """() => { const e = document.activeElement, s = getComputedStyle(e);
  return { text: e.textContent, outline: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0,
           listed: [...document.querySelectorAll(".rows button")].indexOf(e) }; }"""


@pytest.fixture
def page(tmp_path: Path, visit: Callable[..., Any]) -> Any:
    path = tmp_path / "small.html"
    path.write_text(render(small_page()), encoding="utf-8")
    return visit(path).page


def test_a_place_is_reached_by_keys_alone(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUS)["listed"] == 0
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    focus = page.evaluate(FOCUS)
    assert focus["listed"] == 1
    assert focus["outline"]
    wanted = page.locator(".rows .place").nth(1).evaluate("e => e.firstChild.textContent")
    page.keyboard.press("Enter")
    assert page.locator(".card h2").inner_text() == wanted


def test_everything_that_can_be_used_shows_its_focus_and_has_a_name(page: Any) -> None:
    first, seen = None, []
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e), l = e.labels && e.labels[0];"
            " return [e.outerHTML.slice(0, 80), s.outlineStyle !== 'none' || s.boxShadow !== 'none',"
            " (e.getAttribute('aria-label') || e.textContent || (l && l.textContent) || e.placeholder || '').trim()]; }"
        )
        first = first or here
        if seen and here == first:
            break
        seen.append(here)
    assert [what for what, shown, name in seen if not shown and not what.startswith("<body")] == []
    assert [what for what, shown, name in seen if not name] == []
    assert page.locator(".leaflet-container").get_attribute("aria-label")
