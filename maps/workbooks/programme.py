"""The programme: every work of electricity, water and schools with year, commune, cost and funding line, and the sums
by year.

A line section is a work of its own, in the year in which it is built; a settlement's row holds its own works. So the
sum of a year is the money that the year has to bring, whoever shares the line later.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from infragap.analyses.columns import Column, table
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.results import Results
from infragap.maps.workbooks.book import Book, Sheet, workbook, write_table, write_title
from infragap.wording.catalogue import words
from infragap.wording.codes import label

WORKS = table(
    "programme",
    Column("question", "-", "analysis"),
    Column("funding_line", "-", "analysis, kind of work"),
    Column("work", "-", "kind of work"),
    Column("name", "-", "settlements, works, schools"),
    Column("commune_code", "-", "communes"),
    Column("commune", "-", "communes"),
    Column("year", "-", "phasing"),
    Column("cost_mvnd", "mvnd", "investment at prices of 2026"),
    Column("households", "households", "settlements, works"),
    Column("people", "people", "works"),
    Column("pupils_served", "pupils", "schools"),
    Column("id", "-", "settlements, works, schools"),
)
YEAR = next(column for column in WORKS if column.name == "year")


def programme(results: Results, language: str) -> pd.DataFrame:
    """Give one row per work with the columns of `WORKS`, by question, year and id; works without a year come last."""
    parts = []
    if (electricity := results.electricity) is not None:
        parts.append(_of_electricity(electricity, language))
    if (water := results.water) is not None:
        frame = water.works.rename(
            columns={"work_id": "id", "households_gained": "households", "people_gained": "people"}
        )
        parts.append(_part("water", _named(frame, "kind", "water.works", language), language))
    if (schools := results.schools) is not None:
        frame = schools.sites[schools.sites["status"] != "existing"].rename(columns={"school_id": "id"})
        parts.append(_part("schools", _named(frame, "kind", "schools.sites", language), language))
    if not parts:
        return pd.DataFrame({column.name: pd.Series(dtype=object) for column in WORKS})
    return pd.concat(parts, ignore_index=True)


def _named(frame: pd.DataFrame, kind: str, table_name: str, language: str) -> pd.DataFrame:
    """Works with their kind in words, and the code that their funding line hangs on."""
    return frame.assign(work=[label(language, kind, str(code), table_name) for code in frame[kind]], line=frame[kind])


def _of_electricity(result: ElectricityResult, language: str) -> pd.DataFrame:
    """Line sections, the works of each settlement without its share of them, and what is reinforced for all."""
    settlements, lines = result.settlements, result.lines
    served = settlements[settlements["plan_investment_mvnd"].fillna(0) > 0].rename(columns={"settlement_id": "id"})
    own = served.assign(cost_mvnd=served["plan_investment_mvnd"] - served["grid_share_investment_mvnd"].fillna(0))
    on_grid = own["choice"] == "grid"
    sections = lines.rename(columns={"line_id": "id", "to_name": "name", "investment_mvnd": "cost_mvnd"}).assign(
        work=words(language)("maps.programme.line_section"), line="grid"
    )
    works = [
        sections,
        _named(own[on_grid], "works", "electricity.ranking", language).assign(line="grid"),
        _named(own[~on_grid], "choice", "electricity.ranking", language),
    ]
    if (headroom := result.tables.get("headroom")) is not None and (headroom["reinforcement_mvnd"] > 0).any():
        works.append(_reinforced(headroom, language))
    return _part("electricity", pd.concat(works, ignore_index=True), language)


def _reinforced(headroom: pd.DataFrame, language: str) -> pd.DataFrame:
    """Feeders and substations that are reinforced, each a work of no commune."""
    found, say = headroom[headroom["reinforcement_mvnd"] > 0], words(language)
    whole = found["limit"] == "substation"
    return pd.DataFrame(
        {
            "work": [say(f"maps.programme.reinforced_{kind}") for kind in found["limit"]],
            "line": "grid",
            "name": found["feeder"].where(~whole, found["substation"]),
            "id": found["substation"].where(whole, found["substation"] + " " + found["feeder"]),
            "year": found["year"],
            "cost_mvnd": found["reinforcement_mvnd"],
        }
    )


def _part(question: str, frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """Works of one question in the columns of the programme."""
    say, late = words(language), words(language)("maps.programme.no_year")
    years = frame["year"] if "year" in frame else pd.Series(pd.NA, index=frame.index)
    rows = pd.DataFrame(
        {
            "question": say(f"maps.link.{question}"),
            "funding_line": [_line(say.language, question, str(code)) for code in frame["line"]],
            **{name: frame[name] for name in ("work", "name", "commune_code", "commune")},
            "year": [late if year is None or pd.isna(year) else int(year) for year in years],
            "cost_mvnd": frame["cost_mvnd"].astype(float),
            **{name: frame.get(name) for name in ("households", "people", "pupils_served")},
            "id": frame["id"],
        }
    )
    order = rows.assign(
        last=[isinstance(year, str) for year in rows["year"]], number=pd.to_numeric(rows["year"], errors="coerce")
    )
    ordered = order.sort_values(["last", "number", "id"], kind="stable").index
    return rows.loc[ordered].astype({"households": float, "people": float, "pupils_served": float})


def _line(language: str, question: str, code: str) -> str:
    """Funding line of a work: the part of the scheme that pays it."""
    own = f"maps.programme.line.{question}.{code}"
    say = words(language)
    return say(own if own in say else f"maps.programme.line.{question}")


def write_programme(results: Results, path: Path, *, title: str, note: str, language: str) -> None:
    """Write the programme: sums by year and question with formulas over the list, then the list."""
    works = programme(results, language)
    with workbook(path, title, language) as book:
        summary = book.sheet(words(language)("maps.programme.sums"))
        sheet = book.sheet(words(language)("maps.programme.works"))
        top = write_title(sheet, title, note, len(WORKS))
        write_table(sheet, top, WORKS, works)
        _write_sums(book, summary, works, (title, note), top + 1)


def _write_sums(book: Book, sheet: Sheet, works: pd.DataFrame, head: tuple[str, str], first: int) -> None:
    """Cost by year and question, as formulas over the list that begins at row `first` (zero-based)."""
    asked = list(dict.fromkeys(works["question"]))
    years = sorted({year for year in works["year"] if not isinstance(year, str)}) + sorted(
        {year for year in works["year"] if isinstance(year, str)}
    )
    top = write_title(sheet, *head, len(asked) + 2)
    bold = book.look(bold=True, border=1, bg_color="#DDEBF7", text_wrap=True, align="center")
    for i, text in enumerate((YEAR.heading(book.language), *asked, sheet.say("maps.page.total"))):
        sheet.page.write_string(top, i, text, bold)
        sheet.page.set_column(i, i, 18)
    place = {column.name: xl_col_to_name(i) for i, column in enumerate(WORKS)}
    name, last = sheet.say("maps.programme.works"), first + len(works)
    ranges = {
        key: f"'{name}'!${place[key]}${first + 1}:${place[key]}${last}" for key in ("question", "year", "cost_mvnd")
    }
    money, text = book.look(border=1, num_format="#,##0"), book.look(border=1)
    for r, year in enumerate(years, start=top + 1):
        sheet.page.write(r, 0, year, text)
        for i, question in enumerate(asked, start=1):
            value = float(works.loc[(works["year"] == year) & (works["question"] == question), "cost_mvnd"].sum())
            heading = f"{xl_col_to_name(i)}${top + 1}"
            conditions = f"{ranges['question']},{heading},{ranges['year']},$A{r + 1}"
            formula = f"=SUMIFS({ranges['cost_mvnd']},{conditions})"
            sheet.page.write_formula(r, i, formula, money, value)
        total = float(works.loc[works["year"] == year, "cost_mvnd"].sum())
        sheet.page.write_formula(r, len(asked) + 1, f"=SUM(B{r + 1}:{xl_col_to_name(len(asked))}{r + 1})", money, total)
    row, strong = top + 1 + len(years), book.look(border=1, bold=True, num_format="#,##0", bg_color="#F2F2F2")
    sheet.page.write_string(row, 0, sheet.say("maps.page.total"), strong)
    for i, question in enumerate([*asked, None], start=1):
        letter = xl_col_to_name(i)
        value = float(
            works.loc[works["question"] == question, "cost_mvnd"].sum() if question else works["cost_mvnd"].sum()
        )
        sheet.page.write_formula(row, i, f"=SUM({letter}{top + 2}:{letter}{row})", strong, value)
