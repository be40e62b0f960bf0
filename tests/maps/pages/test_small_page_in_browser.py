"""Every part of a page in a browser: search, filters, figures, list, card, table, downloads, address, languages,
print."""

import dataclasses
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from infragap.maps.pages.document import render
from infragap.maps.pages.page import Layer, Style
from tests.maps.pages.small_page import HOSTILE, small_page

pytestmark = pytest.mark.slow

Open = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.html"
    path.write_text(render(small_page()), encoding="utf-8")
    return path


def names(page: Any) -> list[str]:
    """Names of the list, in its order."""
    found: list[str] = page.eval_on_selector_all(".rows .place", "all => all.map(e => e.firstChild.textContent)")
    return found


def figures(page: Any) -> dict[str, str]:
    found: dict[str, str] = page.eval_on_selector_all(
        ".facts dt", "all => Object.fromEntries(all.map(e => [e.textContent, e.nextSibling.textContent]))"
    )
    return found


def test_hostile_names_are_text(file: Path, visit: Open) -> None:
    opened = visit(file)
    opened.page.locator(".rows button").nth(2).click()
    assert opened.page.locator(".card h2").inner_text() == HOSTILE
    assert opened.page.locator(".card .reason").inner_text() == HOSTILE
    assert opened.complaints == []
    assert opened.requests == [file.as_uri()]


def test_a_layer_of_shapes_alone_is_drawn(tmp_path: Path, visit: Open) -> None:
    page, path = small_page(), tmp_path / "rivers.html"
    (lines,) = [layer for layer in page.layers if layer.id == "lines"]
    rivers = Layer("rivers", lines.title, lines.frame[["geometry"]], Style({"color": "#58a"}), legend=False)
    path.write_text(render(dataclasses.replace(page, layers=[rivers, *page.layers])), encoding="utf-8")
    count = "infragapDesk.layers.get('rivers').entries.filter((e) => infragapDesk.map.hasLayer(e.shape)).length"
    assert visit(path).page.evaluate(count) == len(lines.frame) > 0


@pytest.mark.parametrize("typed", ["lung cung", "L\u00f9ng C\u00fang", "L\u00d9NG", "cung nam co", "v1"])
def test_search_with_and_without_diacritics(file: Path, visit: Open, typed: str) -> None:
    opened = visit(file)
    opened.page.fill("#search", typed)
    assert opened.page.locator(".hit").first.inner_text().startswith("L\u00f9ng C\u00fang")
    opened.page.press("#search", "Enter")
    assert opened.page.locator(".card h2").inner_text() == "L\u00f9ng C\u00fang"
    assert "219" in opened.page.locator(".card .part dl").first.inner_text()


def test_former_communes_and_letters_with_stroke_are_found(file: Path, visit: Open) -> None:
    opened = visit(file)
    opened.page.fill("#search", "coc leu")
    assert opened.page.locator(".hit").first.inner_text().startswith("N\u1eadm C\u00f3")
    opened.page.locator(".hit").first.click()
    assert opened.page.locator(".card h2").inner_text() == "N\u1eadm C\u00f3"
    opened.page.fill("#search", "da den")
    assert opened.page.locator(".hit").first.inner_text().startswith("\u0110\u00e1 \u0110en")
    opened.page.fill("#search", "nowhere")
    assert opened.page.locator(".search .count").inner_text() == "Kh\u00f4ng t\u00ecm th\u1ea5y"


def test_whole_words_come_before_parts_of_words(file: Path, visit: Open) -> None:
    opened = visit(file)
    order = "([text, parts]) => fitOf(fold(text), parts)"
    assert [
        opened.page.evaluate(order, [text, ["co"]])
        for text in ("Co", "N\u1eadm C\u00f3", "C\u1ed1c L\u1ebfu", "B\u1eafc C\u01b0\u1eddng")
    ] == [0, 1, 2, None]
    assert opened.page.evaluate(order, ["Tr\u1ed1ng Khua", ["ong"]]) == 3


def test_figures_list_and_map_follow_the_filters(file: Path, visit: Open) -> None:
    opened = visit(file)
    assert names(opened.page) == ["\u0110\u00e1 \u0110en", "L\u00f9ng C\u00fang", HOSTILE]
    assert figures(opened.page) == {
        "S\u1ed1 n\u01a1i": "3",
        "H\u1ed9": "1.284 h\u1ed9",
        "C\u1eadn d\u01b0\u1edbi": "7,5",
    }
    opened.page.select_option('[data-filter="year"]', "2027")
    # 219 + 1005 households; the bound does not follow the filters and is not shown
    assert figures(opened.page) == {"S\u1ed1 n\u01a1i": "2", "H\u1ed9": "1.224 h\u1ed9"}
    assert names(opened.page) == ["L\u00f9ng C\u00fang", HOSTILE]
    hidden = "Object.fromEntries([...infragapDesk.layers].map(([id, s]) => [id, s.entries.filter((e) => e.shape.hidden).length]))"
    assert opened.page.evaluate(hidden) == {"areas": 0, "lines": 0, "points": 1}
    opened.page.select_option('[data-filter="year"]', "2026")
    assert opened.page.evaluate(hidden) == {"areas": 0, "lines": 1, "points": 2}
    opened.page.locator(".clear").click()
    assert len(names(opened.page)) == 3


def test_the_list_is_the_runs_order_until_a_slider_moves(file: Path, visit: Open) -> None:
    opened = visit(file)
    assert opened.page.locator(".order").inner_text() == "h\u1ea1ng"
    assert opened.page.eval_on_selector_all("[data-weight]", "all => all.map(e => e.value)") == ["0"]
    opened.page.locator(".weights summary").click()
    opened.page.locator('[data-weight="households"]').fill("10")
    assert names(opened.page)[0] == HOSTILE
    assert opened.page.locator(".order").inner_text() == "Theo tr\u1ecdng s\u1ed1 b\u1ea1n \u0111ang \u0111\u1eb7t"
    opened.page.get_by_text("\u0110\u1eb7t l\u1ea1i").click()
    assert names(opened.page)[0] == "\u0110\u00e1 \u0110en"


def test_the_card_shows_what_could_be_chosen_and_what_rules_it_out(file: Path, visit: Open) -> None:
    opened = visit(file)
    opened.page.locator(".rows button").nth(1).click()
    rows = opened.page.eval_on_selector_all(
        ".options tbody tr", "all => all.map(e => [...e.children].map(c => c.textContent))"
    )
    assert rows == [["\u2713 L\u01b0\u1edbi", "10"], ["Th\u1ee7y \u0111i\u1ec7n", "20"]]
    opened.page.locator(".next").click()
    rows = opened.page.eval_on_selector_all(
        ".options tbody tr", "all => all.map(e => [...e.children].map(c => c.textContent))"
    )
    assert rows[0] == ["\u2713 L\u01b0\u1edbi", "kh\u00f4ng c\u00f3 tuy\u1ebfn"]
    assert opened.page.locator(".next").is_disabled()
    opened.page.locator(".previous").click()
    assert opened.page.locator(".rows .chosen .place").inner_text().startswith("L\u00f9ng C\u00fang")


def test_a_chosen_place_its_error_and_its_line_are_marked(file: Path, visit: Open) -> None:
    opened = visit(file)
    marked = """() => { const kinds = []; infragapDesk.map.eachLayer((l) => { if (l instanceof L.Path && l.options.pane === "mark") kinds.push(l instanceof L.Circle ? "circle" : l instanceof L.CircleMarker ? "ring" : "line"); }); return kinds.sort(); }"""
    assert opened.page.evaluate(marked) == []
    opened.page.locator(".rows button").nth(1).click()
    assert opened.page.evaluate(marked) == ["circle", "line", "line", "ring", "ring"]
    opened.page.locator(".close").click()
    assert opened.page.evaluate(marked) == []


def test_all_rows_stand_in_a_table_that_sorts(file: Path, visit: Open) -> None:
    opened = visit(file)
    opened.page.locator(".open-table").click()
    cells = "all => all.map(e => e.children[1] && e.children[1].textContent).filter(Boolean)"
    assert opened.page.eval_on_selector_all(".scroller tbody tr:not(.gap)", cells) == ["60", "219", "1.005"]
    opened.page.locator(".scroller th button").nth(1).click()
    opened.page.locator(".scroller th button").nth(1).click()
    assert opened.page.eval_on_selector_all(".scroller tbody tr:not(.gap)", cells) == ["1.005", "219", "60"]
    # empty cells stay last whichever way a column is sorted
    for _ in range(2):
        opened.page.locator(".scroller th button").nth(2).click()
        assert opened.page.eval_on_selector_all(
            ".scroller tbody tr:not(.gap)", "all => all.map(e => e.children[2].textContent)"
        ) == ["1,5", "", ""]
    opened.page.locator(".scroller tbody tr:not(.gap)").first.click()
    assert opened.page.locator(".card h2").inner_text() == "L\u00f9ng C\u00fang"


def test_what_is_shown_is_downloaded_with_right_totals(file: Path, visit: Open) -> None:
    opened = visit(file)
    opened.page.select_option('[data-filter="year"]', "2027")
    with opened.page.expect_download() as waiting:
        opened.page.locator('[data-download="xlsx"]').first.click()
    assert waiting.value.suggested_filename == "infragap-small-2027.xlsx"
    bytes_ = Path(waiting.value.path()).read_bytes()
    sheet = openpyxl.load_workbook(io.BytesIO(bytes_)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert rows[0] == ["T\u00ean", "S\u1ed1 h\u1ed9 (h\u1ed9)", "Ph\u1ea7n", "N\u0103m", "L\u00fd do"]
    assert rows[1][:4] == ["L\u00f9ng C\u00fang", 219, 1.5, 2027]
    assert rows[2][0] == HOSTILE
    assert rows[3][1] == "=SUBTOTAL(109,B5:B6)"
    # the total carries its value: 219 + 1005
    assert openpyxl.load_workbook(io.BytesIO(bytes_), data_only=True).worksheets[0]["B7"].value == 1224
    assert openpyxl.load_workbook(io.BytesIO(bytes_)).sheetnames == ["Th\u00f4n", "\u0110\u01b0\u1eddng d\u00e2y"]
    with opened.page.expect_download() as waiting:
        opened.page.locator('[data-download="csv"]').first.click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].startswith("L\u00f9ng C\u00fang,219,1.5,2027,")


def test_the_view_stands_in_the_address_and_comes_back(file: Path, visit: Open) -> None:
    opened = visit(file)
    opened.page.locator("button[lang=en]").click()
    opened.page.select_option('[data-filter="year"]', "2027")
    opened.page.locator(".rows button").first.click()
    address = opened.page.url
    assert "lang=en" in address
    assert "f.year=2027" in address
    assert "id=points%3AV1" in address
    again = visit(file, address.split("#")[1])
    assert again.page.locator(".card h2").inner_text() == "L\u00f9ng C\u00fang"
    assert again.page.title() == "Rural electricity"
    assert names(again.page) == ["L\u00f9ng C\u00fang", HOSTILE]
    # the other page gets the language, not the choice
    href = again.page.get_attribute('nav a[data-page="other.html"]', "href")
    assert href is not None
    assert "lang=en" in href
    assert "id=" not in href


def test_english_is_complete(file: Path, visit: Open) -> None:
    opened = visit(file)
    opened.page.locator("button[lang=en]").click()
    assert opened.page.evaluate("document.documentElement.lang") == "en"
    assert opened.page.locator("header h1").inner_text() == "Rural electricity"
    opened.page.locator(".rows button").nth(1).click()
    assert opened.page.locator(".card .reason").inner_text() == "12.5 km of line."
    assert figures(opened.page)["Households"] == "1,284 households"
    words = opened.page.evaluate(
        "Object.entries(infragapDesk.page.words).filter(([, w]) => !w.en || !w.vi).map(([k]) => k)"
    )
    assert words == []


def test_the_keyboard_reaches_everything(file: Path, visit: Open) -> None:
    opened = visit(file)
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.className") == "skip"
    opened.page.keyboard.press("Enter")
    opened.page.keyboard.press("ArrowDown")
    assert opened.page.evaluate("document.activeElement.textContent").startswith("2L\u00f9ng C\u00fang")
    opened.page.keyboard.press("Enter")
    assert opened.page.locator(".card h2").inner_text() == "L\u00f9ng C\u00fang"
    assert opened.page.get_attribute(".folium-map", "aria-label") == "B\u1ea3n \u0111\u1ed3"


@pytest.mark.parametrize("paper", ["A4 landscape", "A4 portrait", "A3 landscape", "A3 portrait"])
def test_the_view_is_printed_on_one_sheet(file: Path, visit: Open, paper: str) -> None:
    opened = visit(file)
    opened.page.select_option('[data-filter="year"]', "2027")
    opened.page.select_option(".paper", paper)
    opened.page.evaluate("infragapDesk.enterPrint()")
    text = opened.page.inner_text(".frame")
    assert "N\u0103m: 2027" in text
    assert "d\u1eef li\u1ec7u m\u00f4 ph\u1ecfng" in text
    assert "Ngu\u1ed3n: th\u1eed" in text
    for part in (".north", ".leaflet-control-scale", ".legend"):
        assert opened.page.locator(part).is_visible()
    pdf = opened.page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 1
    # after printing the desk stands as before
    assert opened.page.locator("header h1").is_visible()
    assert opened.complaints == []
