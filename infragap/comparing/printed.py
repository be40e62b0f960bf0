"""What `infragap compare` prints, and the table that it writes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.table import Table

from infragap.comparing.electricity import Comparison
from infragap.comparing.water import WaterComparison
from infragap.console.messages import Message, refused
from infragap.console.terminal import Terminal, cell
from infragap.gis.errors import ParameterError
from infragap.maps.exports.tables import write_csv
from infragap.profiles.naming import outward
from infragap.wording.catalogue import words
from infragap.wording.codes import label
from infragap.wording.country import spoken_profile

PRINTED_ROWS = 30


def print_comparison(comparison: Comparison, terminal: Terminal, out: Path | None) -> None:
    """Print what changed, and write the table of settlements to `out` (CSV, UTF-8 with BOM) if it is given."""
    _print_differences(comparison, terminal)
    changed = comparison.settlements.query("changed")
    terminal.say("command.compare.changed", count=len(changed), of=len(comparison.settlements))
    for row in changed.head(PRINTED_ROWS).to_dict("records"):
        choices = [label(terminal.language, "choice", row[f"choice_{side}"]) or "–" for side in "ab"]
        place = f"{row['settlement_id']} {row['name']} ({row['commune']})"
        ranks = [row["rank_a"], row["rank_b"]]
        terminal.out.print(
            cell(
                f"  {place}: {' → '.join(choices)}; {terminal.text('command.compare.rank', a=ranks[0], b=ranks[1])}; "
                f"{row['why']}"
            ),
            soft_wrap=True,
        )
    if (rest := len(changed) - PRINTED_ROWS) > 0:
        terminal.say("command.compare.more", count=rest)
    if out is not None:
        _refuse_others(out, comparison.settlements)
        write_csv(comparison.settlements, out)
        terminal.say("command.compare.written", out=out)


PAGE_MARK = '<main class="comparison">'
"""What every comparison page holds, and other pages do not."""


def write_page(text: str, page: Path, terminal: Terminal) -> None:
    """Write a comparison page; a file that is no earlier one is not replaced.

    Raises
    ------
    ParameterError
        Another file stands there, or the page cannot be written.
    """
    try:
        if page.exists() and not (page.is_file() and PAGE_MARK in page.read_text(encoding="utf-8", errors="replace")):
            raise refused(ParameterError, [Message("command.compare.other_file", {"out": page})])
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        raise refused(
            ParameterError, [Message("command.compare.unwritable", {"out": page, "reason": error})]
        ) from error
    terminal.say("command.compare.written", out=page)


def _refuse_others(out: Path, settlements: pd.DataFrame) -> None:
    """Refuse to replace a file that is no earlier comparison."""
    wanted = ",".join(settlements.columns)
    if out.exists() and not (out.is_file() and _first_line(out) == wanted):
        raise refused(ParameterError, [Message("command.compare.other_file", {"out": out})])


def _first_line(file: Path) -> str:
    with file.open(encoding="utf-8-sig", errors="replace") as stream:
        return stream.readline(10_000).rstrip("\n")


def _print_differences(comparison: Comparison | WaterComparison, terminal: Terminal) -> None:
    """Print which inputs, parameters and totals differ, each as a table or as a sentence that none does."""
    for name in ("inputs", "parameters", "totals"):
        frame = getattr(comparison, name)
        if len(frame):
            terminal.out.print(_table(name, frame, terminal))
        else:
            terminal.say(f"command.compare.no_{name}")


def _table(name: str, frame: pd.DataFrame, terminal: Terminal) -> Table:
    say = words(terminal.language)
    table = Table(title=say(f"command.compare.{name}"))
    for column in frame.columns:
        table.add_column(say(f"command.heading.{column}"), overflow="fold")
    for row in frame.itertuples(index=False):
        # quantities and parameters are called as the country writes them
        cells = (outward(str(row[0]), spoken_profile()), *row[1:])
        table.add_row(*(say.number(v, decimals=1) if isinstance(v, float) else cell(v) for v in cells))
    return table


def print_water_comparison(comparison: WaterComparison, terminal: Terminal, out: Path | None) -> None:
    """Print what changed in the water plan, and write the table of works to `out` (CSV, UTF-8 with BOM) if it is
    given."""
    _print_differences(comparison, terminal)
    counts = comparison.works["change"].value_counts()
    kinds = ("added", "dropped", "changed", "same")
    terminal.say("command.compare.works", **{kind: int(counts.get(kind, 0)) for kind in kinds})
    moved = comparison.works[comparison.works["change"] != "same"]
    for row in moved.head(PRINTED_ROWS).to_dict("records"):
        change = terminal.text(f"command.compare.change.{row['change']}")
        terminal.out.print(cell(f"  {change}: {row['site']} {row['name']} ({row['commune']})"), soft_wrap=True)
    if (rest := len(moved) - PRINTED_ROWS) > 0:
        terminal.say("command.compare.more", count=rest)
    if out is not None:
        _refuse_others(out, comparison.works)
        write_csv(comparison.works, out)
        terminal.say("command.compare.written", out=out)
