"""The lists of the command: layers of a pack, and unit costs beside real projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from rich.table import Table

from infragap.console.terminal import Terminal, cell
from infragap.gis.catalog import Catalog
from infragap.wording.catalogue import words

if TYPE_CHECKING:
    from infragap.analyses.electricity.uncertainty.backtest import Medians

LAYER_COLUMNS = ("name", "kind", "rows", "provenance", "licence", "date", "method")
PROJECT_COLUMNS = ("project", "year", "predicted", "actual", "ratio", "in_fit", "note")
RIGHT = ("rows", "predicted", "actual", "ratio")


def print_layers(catalog: Catalog, terminal: Terminal) -> None:
    """Print the layers of a pack with what each rests on."""
    table = _table(catalog.pack.title, LAYER_COLUMNS, terminal)
    for entry in catalog.layer:
        cells = (getattr(entry, name) for name in LAYER_COLUMNS)
        table.add_row(*("" if value is None else cell(value) for value in cells))
    terminal.out.print(table)


def print_backtest(projects: pd.DataFrame, found: Medians, terminal: Terminal) -> None:
    """Print what unit costs give for real projects beside what these cost, and the medians of the ratios: of the
    projects that prices were fitted to, and of all with a published scope."""
    say = words(terminal.language)
    table = _table(say("command.backtest.title"), PROJECT_COLUMNS, terminal)
    for row in projects.to_dict("records"):
        numbers = (say.number(row["predicted_mvnd"]), say.number(row["actual_2026_mvnd"]))
        ratio = say.number(row["predicted_to_actual"], decimals=2)
        in_fit = say("command.yes" if row["in_fit"] else "command.no")
        note = row.get(f"note_{terminal.language}", row["note_vi"])
        table.add_row(cell(row["project"]), str(row["year"]), *numbers, ratio, in_fit, cell(note))
    terminal.out.print(table)
    shown = {"fit": say.number(found.fit, decimals=2), "all": say.number(found.all, decimals=2)}
    terminal.say("command.backtest.median", **shown, of_fit=found.fit_count, count=found.count)


def _table(title: str, columns: tuple[str, ...], terminal: Terminal) -> Table:
    table = Table(title=cell(title))
    for name in columns:
        heading = terminal.text(f"command.heading.{name}")
        table.add_column(heading, overflow="fold", justify="right" if name in RIGHT else "left")
    return table
