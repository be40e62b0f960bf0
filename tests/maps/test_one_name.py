"""One name for one quantity, and the same number under it: over pages, index, summary, spreadsheet and tables of a
whole run."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from infragap.wording.catalogue import words
from tests.maps.page_reader import page_content, table_rows

pytestmark = pytest.mark.slow

PAGES = ("electricity.html", "water.html", "schools.html")
LANGUAGES = ("vi", "en")
NO_VALUE = re.compile(r"<NA>|\b(nan|NaN|NaT|None|null|undefined|time_limit)\b")


def shown(language: str, fact: dict[str, Any]) -> str:
    """A key figure as the page writes it."""
    if isinstance(fact["value"], dict):
        return str(fact["value"][language])
    number = words(language).number(fact["value"], decimals=fact["digits"])
    return f"{number} {fact['unit'][language]}" if fact["unit"] else number


@pytest.fixture(scope="module", params=LANGUAGES)
def said(out: Path, request: pytest.FixtureRequest) -> tuple[str, dict[str, set[str]]]:
    """Language, and name → numbers that stand behind it on any page."""
    language = str(request.param)
    found: dict[str, set[str]] = defaultdict(set)
    for page in PAGES:
        for fact in page_content(out / page)["facts"]:
            found[fact["label"][language]].add(shown(language, fact))
    for row in table_rows(out / "index.html", language):
        if len(row) == 2:  # the card of the schools
            found[row[0]].add(row[1])
        if len(row) == 3:  # the bars
            found[row[0]].add(row[2])
    return language, found


def test_a_name_has_one_number(said: tuple[str, dict[str, set[str]]]) -> None:
    _, found = said
    # the choices have settlements and households on the page, households in the bars of the index
    differing = {name: numbers for name, numbers in found.items() if len({n.split(" · ")[-1] for n in numbers}) > 1}
    assert differing == {}
    assert len(found) > 20


def test_the_summary_says_the_same_numbers(out: Path, said: tuple[str, dict[str, set[str]]]) -> None:
    language, found = said
    text = (out / ("summary.md" if language == "vi" else f"summary_{language}.md")).read_text(encoding="utf-8")
    keys = (
        "settlements", "households", "lines_beyond_voltage", "branches_to_remedy", "life_cycle_cost", "to_standard_now",
        "to_standard_after",
        "works", "works_cost", "target_cost", "border_mean_dry_min", "border_mean_min", "border_longest_min",
    )  # fmt: skip
    for key in keys:
        (number,) = found[words(language)(f"maps.fact.{key}")]
        assert number.split(" ")[0] in text, key
    for key in ("border_mean_dry_min", "border_mean_min", "border_longest_min"):
        name = words(language)(f"maps.fact.{key}")
        assert f"{name}: {next(iter(found[name]))}" in text


def test_tables_and_spreadsheet_sum_to_the_numbers_of_the_pages(out: Path) -> None:
    facts = {f["label"]["en"]: f["value"] for page in PAGES for f in page_content(out / page)["facts"]}
    ranking = pd.read_csv(out / "tables" / "electricity_ranking.csv")
    lines = pd.read_csv(out / "tables" / "electricity_lines.csv")
    remedies = pd.read_csv(out / "tables" / "electricity_remedies.csv")
    works = pd.read_csv(out / "tables" / "water_works.csv")
    assert facts["Settlements"] == len(ranking)
    assert facts["Households"] == ranking["households"].sum()
    assert facts["Proposed line sections beyond the voltage limit"] == (lines["voltage_status"] != "ok").sum()
    assert facts["Branches (from their tap) that need a voltage remedy"] == len(remedies)
    # a plan may hold works that no settlement's row can be billed for; there are none here
    assert facts["Investment of the plan"] == pytest.approx(ranking["plan_investment_mvnd"].sum() / 1000, rel=1e-6)
    assert facts["Investment of the chosen works"] == pytest.approx(works["cost_mvnd"].sum() / 1000, rel=1e-6)
    sheet = openpyxl.load_workbook(out / "grid_extension_list.xlsx").worksheets[0]
    grid = ranking[ranking["choice"] == "grid"]
    rows = [row for row in sheet.iter_rows(min_row=5, values_only=True) if isinstance(row[0], int | float)]
    assert len(rows) == len(grid)
    counted = facts["Grid extension"]["en"]
    assert counted == f"{len(grid)} · {grid['households'].sum():,} households"


@pytest.mark.parametrize("name", ["index.html", "summary.md", "summary_en.md", "results.kml"])
def test_nothing_missing_is_printed_as_a_value(out: Path, name: str) -> None:
    text = (out / name).read_text(encoding="utf-8")
    if name.endswith(".html"):
        text = "\n".join(cell for language in LANGUAGES for row in table_rows(out / name, language) for cell in row)
    assert NO_VALUE.findall(text) == []


def test_years_are_written_without_separators_and_counts_with_them(out: Path) -> None:
    rows = table_rows(out / "index.html", "vi")
    assert [row[0] for row in rows if re.fullmatch(r"20\d\d", row[0])] == ["2026", "2027", "2028", "2029", "2030"]
    # a count between 1900 and 2200 is no year
    assert not [cell for row in rows for cell in row[1:] if re.fullmatch(r"(19|20|21)\d\d", cell)]


def test_costs_say_whether_they_are_paid_when_building_or_over_the_life(out: Path) -> None:
    dictionary = pd.read_csv(out / "tables" / "columns.csv").query("table == 'electricity_ranking'").set_index("column")
    money = dictionary[dictionary["unit"].str.startswith("mvnd") & ~dictionary.index.str.startswith("interim")]
    investment = money.index.str.contains("investment")
    assert money.loc[investment, "heading_en"].str.contains("nvestment").all()
    assert money.loc[investment, "heading_vi"].str.contains("đầu tư").all()
    assert money.loc[~investment, "heading_en"].str.lower().str.contains("life.cycle").all()
    assert money.loc[~investment, "heading_vi"].str.contains("vòng đời").all()
