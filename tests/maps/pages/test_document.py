"""The page as a document: self-contained, the same bytes for the same content, and harmless whatever the names are."""

import re
from typing import Any

import pytest

from infragap.maps.pages.document import packed, render
from infragap.maps.pages.page import Page
from tests.maps.page_reader import page_content
from tests.maps.pages.small_page import HOSTILE, small_page


@pytest.fixture
def page() -> Page:
    return small_page()


def test_no_address_of_another_host_is_loaded(page: Page) -> None:
    html = render(page)
    assert not re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(?!data:|#)', html)
    assert not re.findall(r"url\((?!data:|#)", html)


def test_same_content_same_bytes(page: Page) -> None:
    assert render(page) == render(page)


def test_the_page_is_found_again_in_what_its_script_receives(page: Page) -> None:
    made = page_content(render(page))
    (points,) = [layer for layer in made["layers"] if layer["id"] == "points"]
    rows = [dict(zip(points["columns"], row, strict=True)) for row in points["rows"]]
    assert [row["name"] for row in rows] == ["L\u00f9ng C\u00fang", "\u0110\u00e1 \u0110en", HOSTILE]
    # what is not a number is missing, not a word
    assert [row["share"] for row in rows] == [1.5, None, None]
    assert made["words"]["legend"]["en"] == "Layers and legend"


@pytest.mark.parametrize("content", [{"a": "</script>"}, {"a": "\u2028\u2029"}, {"a": [None, True, 1.5, "<!--"]}])
def test_packed_content_is_letters_alone(content: Any) -> None:
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", packed(content))


def test_a_class_without_a_feature_does_not_stand_in_the_legend(page: Page) -> None:
    (points,) = [layer for layer in page_content(render(page))["layers"] if layer["id"] == "points"]
    labels = {code: entry["label"] for code, entry in points["style"]["values"].items()}
    assert labels["grid"]["en"] == "Grid"
    assert labels["solar_home"] is None


def test_a_name_cannot_end_the_script(page: Page) -> None:
    assert HOSTILE not in render(page)
    assert "<img src=x" not in render(page)
