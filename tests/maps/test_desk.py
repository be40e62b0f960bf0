"""The planner's desk on a whole run, at three sizes: nothing overlaps, four tasks in a few clicks, legends show the
map's colours."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from PIL import Image

pytestmark = pytest.mark.slow

Open = Callable[..., Any]
SIZES = {"laptop": (1366, 768), "screen": (1920, 1080), "phone": (390, 844)}
PAGES = ("electricity.html", "water.html", "schools.html")

OVERLAPS = """() => {
  const desk = infragapDesk, found = new Set();
  const parts = ["header", "aside", ".detail .card", ".legend", ".leaflet-control-zoom", ".leaflet-control-scale"];
  const boxes = () => parts.map((name) => [name, document.querySelector(name)]).filter(([, e]) => e && e.offsetParent !== null)
    .map(([name, e]) => { const holder = e.closest(".detail") || e, box = holder.getBoundingClientRect(); return [name, box]; }).filter(([, b]) => b.width && b.height);
  const crossing = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const check = (who) => { const all = boxes(); for (let i = 0; i < all.length; i += 1) for (let j = i + 1; j < all.length; j += 1)
    if (crossing(all[i][1], all[j][1])) found.add(`${who}: ${all[i][0]} over ${all[j][0]}`);
    for (const [name, box] of all) if (box.left < -1 || box.right > innerWidth + 1) found.add(`${who}: ${name} leaves the window`);
    for (const e of document.querySelectorAll(".card, .card dd, .card td, .card h2")) if (e.offsetParent && e.scrollWidth > e.clientWidth + 1) found.add(`${who}: ${e.textContent} is cut`); };
  check("page");
  for (const open of [true, false]) { desk.state.legend = open; desk.drawLegend(); check(`legend ${open}`); }
  for (let i = 0; i < desk.ranked.entries.length; i += 1) {
    desk.state.chosen = desk.ranked.entries[i]; desk.drawCard(); check(`row ${i}`);
    if (i < 5) { desk.state.legend = true; desk.drawLegend(); check(`row ${i} with legend`); }
  }
  return [...found].slice(0, 5);
}"""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("page", PAGES)
def test_nothing_overlaps_for_any_row(out: Path, visit: Open, page: str, size: str) -> None:
    opened = visit(out / page, "", SIZES[size])
    assert opened.page.evaluate(OVERLAPS) == []
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert opened.complaints == []
    assert opened.requests == [(out / page).as_uri()]


def click(page: Any, selector: str, count: list[int]) -> None:
    page.locator(selector).first.click()
    count[0] += 1


def test_task_a_settlement_of_nam_co_in_2027_and_why_not_solar(out: Path, visit: Open) -> None:
    """Nam Co in 2027, with cost per household, and why not solar: two choices and a click."""
    ranking = pd.read_csv(out / "tables" / "electricity_ranking.csv")
    wanted = ranking[(ranking["commune"] == "Nậm Có") & (ranking["year"] == 2027)].sort_values("rank")
    opened = visit(out / "electricity.html")
    clicks = [2]
    opened.page.select_option('[data-filter="commune"]', "Nậm Có")
    opened.page.select_option('[data-filter="year"]', "2027")
    assert opened.page.locator(".rows button").count() == len(wanted)
    click(opened.page, ".rows button", clicks)
    first = wanted.iloc[0]
    assert opened.page.locator(".card h2").inner_text() == first["name"]
    solar = opened.page.locator(".options tbody tr", has_text="Điện mặt trời hộ").first.inner_text()
    cost = opened.page.locator(".options tbody tr.chosen td").nth(2).inner_text()
    assert float(cost.replace(".", "").replace(",", ".")) == pytest.approx(
        first["plan_mvnd"] / first["households"], abs=0.06
    )
    assert f"{first['solar_home_mvnd']:,.0f}".replace(",", ".") in solar
    assert clicks[0] <= 5


def test_task_the_commune_with_most_people_without_clean_water(out: Path, visit: Open) -> None:
    communes = pd.read_csv(out / "tables" / "water_communes.csv")
    worst = communes.sort_values("people_without_standard", ascending=False).iloc[0]
    opened = visit(out / "water.html")
    clicks = [0]
    click(opened.page, ".open-table", clicks)
    column = opened.page.locator('.scroller th[data-column="people_without_standard"] button')
    for _ in range(2):
        column.click()
        clicks[0] += 1
    click(opened.page, ".scroller tbody tr:not(.gap)", clicks)
    assert opened.page.locator(".card h2").inner_text() == worst["commune"]
    assert f"{worst['people_without_standard']:,.0f}".replace(",", ".") in opened.page.locator(".card").inner_text()
    assert clicks[0] <= 5


def test_task_the_school_of_ban_lau_and_what_else_was_near(out: Path, visit: Open) -> None:
    sites = pd.read_csv(out / "tables" / "schools_sites.csv")
    school = sites[sites["commune"] == "Bản Lầu"].iloc[0]
    opened = visit(out / "schools.html")
    clicks = [1]
    opened.page.fill("#search", "ban lau")
    click(opened.page, ".hit:has-text('trường')", clicks)
    text = opened.page.locator(".card").inner_text()
    assert school["name"] in text
    assert school["runner_up"] in text
    assert school["fairest_village"] in text
    assert clicks[0] <= 5


def test_task_the_works_of_2026_as_a_file_with_right_totals(out: Path, visit: Open) -> None:
    ranking = pd.read_csv(out / "tables" / "electricity_ranking.csv")
    wanted = ranking[ranking["year"] == 2026]
    opened = visit(out / "electricity.html")
    clicks = [1]
    opened.page.select_option('[data-filter="year"]', "2026")
    with opened.page.expect_download() as waiting:
        click(opened.page, '[data-download="xlsx"]', clicks)
    content = io.BytesIO(Path(waiting.value.path()).read_bytes())
    sheet = openpyxl.load_workbook(content, data_only=True).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(min_row=4, values_only=True)]
    totals = dict(zip(rows[0], rows[-1], strict=True))
    assert len(rows) == len(wanted) + 2
    assert totals["Số hộ (hộ)"] == wanted["households"].sum()
    assert totals["Vốn đầu tư theo kế hoạch (tr.đ)"] == pytest.approx(wanted["plan_investment_mvnd"].sum(), rel=1e-6)
    # the page says the same
    said = opened.page.locator(".facts dt", has_text="Vốn đầu tư phương án").locator("+ dd").inner_text()
    assert float(said.split()[0].replace(".", "").replace(",", ".")) == pytest.approx(
        wanted["plan_investment_mvnd"].sum() / 1000, abs=0.051
    )
    assert clicks[0] <= 5


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("page", [*PAGES, "index.html"])
def test_no_missing_value_is_shown_as_a_word(out: Path, visit: Open, page: str, language: str) -> None:
    opened = visit(out / page, f"lang={language}")
    if page != "index.html":
        opened.page.locator(".rows button").first.click()
    text = opened.page.inner_text("body")
    assert re.findall(r"<NA>|\b(?:nan|NaN|None|NA|undefined|null)\b", text) == []
    assert opened.page.evaluate("document.documentElement.lang") == language


VIETNAMESE_UI = "all => all.filter(e => e.offsetParent && /[ăâđêôơưĂÂĐÊÔƠƯàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ]/.test(e.textContent)).map(e => e.textContent)"


@pytest.mark.parametrize("page", PAGES)
def test_english_pages_say_nothing_in_vietnamese_but_names(out: Path, visit: Open, page: str) -> None:
    opened = visit(out / page, "lang=en")
    opened.page.locator(".rows button").first.click()
    labels = "header h1, aside h2, .facts dt, .legend .layer, .legend .class, .card dt, .card h3, .options th, .order, .bar button"
    found = opened.page.eval_on_selector_all(labels, VIETNAMESE_UI)
    assert [text for text in found if "Lào Cai" not in text] == []
    own = "all => all.map(e => e.firstChild.textContent)"
    assert opened.page.eval_on_selector_all("aside label", own) != []
    assert [t for t in opened.page.eval_on_selector_all("aside label", own) if re.search("[ăâđêôơư]", t)] == []


def test_figures_without_filters_equal_the_rows_that_they_count(out: Path, visit: Open) -> None:
    """What a figure would say of all rows is what the run says."""
    script = """() => infragapDesk.page.facts.filter((f) => f.counted.length && typeof f.value === "number")
      .map((f) => [f.label.en, f.value, counted(infragapDesk, f.counted[0]), f.digits])"""
    for page in PAGES:
        for name, value, rows, digits in visit(out / page).page.evaluate(script):
            assert rows == pytest.approx(value, abs=0.51 * 10**-digits + 1e-9 * abs(value)), (page, name)


PIXELS = """async () => {
  const desk = infragapDesk, canvas = desk.canvas._container, found = [];
  for (const source of desk.layers.values()) { source.on = false; }
  for (const source of desk.layers.values()) {
    const { layer } = source;
    if (layer.type !== "point" || !layer.style.by) continue;
    source.on = true;
    for (const [code, entry] of Object.entries(layer.style.values)) {
      if (!entry.label) continue;
      const hollow = layer.style.hollow && layer.style.hollow[0];
      const one = source.entries.find((e) => String(e.item[layer.style.by]) === code && !(hollow && e.item[hollow]));
      if (!one) continue;
      for (const e of source.entries) e.passes = e === one;
      desk.map.setView(one.shape.getLatLng(), 13, { animate: false });
      desk.reveal();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      desk.redraw();
      const at = desk.map.latLngToLayerPoint(one.shape.getLatLng()), origin = desk.canvas._bounds.min, ratio = canvas.width / canvas.clientWidth;
      const pixel = canvas.getContext("2d").getImageData(Math.round((at.x - origin.x) * ratio), Math.round((at.y - origin.y) * ratio), 1, 1).data;
      desk.drawLegend();
      const legend = [...document.querySelectorAll(".legend .class")].find((e) => e.textContent === desk.say(entry.label)).querySelector("svg").lastChild;
      found.push([layer.id, code, [...pixel], legend.getAttribute("fill"), legend.tagName]);
    }
    source.on = false;
  }
  return found;
}"""


@pytest.mark.parametrize("page", PAGES)
def test_the_legend_shows_the_pixels_of_the_map(out: Path, visit: Open, page: str) -> None:
    found = visit(out / page).page.evaluate(PIXELS)
    # the plan holds at least two kinds of supply that are drawn; one of a single place may be hidden by another
    assert len(found) >= 2
    for layer, code, pixel, fill, _ in found:
        assert "#" + "".join(f"{part:02x}" for part in pixel[:3]) == fill, (layer, code)
        assert pixel[3] == 255


def test_a_printed_map_is_filled(out: Path, visit: Open) -> None:
    """The map of the sheet is drawn, not blank: many colours in its middle."""
    opened = visit(out / "electricity.html", "f.commune=Nậm Có")
    opened.page.evaluate("infragapDesk.enterPrint()")
    picture = Image.open(io.BytesIO(opened.page.locator(".frame").screenshot()))
    middle = picture.convert("RGB").crop((200, 200, 700, 600))
    assert len(middle.getcolors(maxcolors=250_000) or []) > 200
    assert "Xã, phường: Nậm Có" in opened.page.inner_text(".caption")
