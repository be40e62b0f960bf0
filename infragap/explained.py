"""What `infragap explain` prints about a place."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from infragap.console.terminal import Terminal, cell
from infragap.explain import Place, Section
from infragap.wording.catalogue import words

SHOWN_PLACES = 20
SENTENCES = ("reason", "remedy_vi", "remedy_en")


def print_candidates(places: Sequence[Place], terminal: Terminal) -> None:
    """Print the places that bear the name asked for, to choose one by its id."""
    terminal.say("command.explain.several", count=len(places))
    for place in places[:SHOWN_PLACES]:
        terminal.out.print(f"  [bold]{cell(place.key)}[/bold]  {cell(_with_commune(place))}", soft_wrap=True)
    if (rest := len(places) - SHOWN_PLACES) > 0:
        terminal.out.print(f"  {terminal.text('command.more', count=rest)}")


def print_sections(place: Place, sections: Sequence[Section], terminal: Terminal) -> None:
    """Print all values of a place: what is said in sentences first, then a table of the result after the other."""
    terminal.out.print(f"[bold]{cell(place.key)}  {cell(_with_commune(place))}[/bold]", soft_wrap=True)
    for section in sections:
        told = [entry.text for entry in section.entries if entry.column.startswith(SENTENCES)]
        if told:
            terminal.out.print(f"\n[bold]{cell(_title(section, terminal))}[/bold]")
            terminal.out.print(cell("\n".join(told)), soft_wrap=True)
    for section in sections:
        terminal.out.print(_table(section, terminal))


def _table(section: Section, terminal: Terminal) -> Table:
    table = Table(title=cell(_title(section, terminal)), title_justify="left", show_header=False)
    table.add_column(overflow="fold", style="dim", ratio=1)
    table.add_column(overflow="fold", ratio=2)
    for entry in section.entries:
        if not entry.column.startswith(SENTENCES):
            table.add_row(cell(entry.heading), cell(entry.text))
    return table


def _title(section: Section, terminal: Terminal) -> str:
    key, say = f"command.explain.table.{section.table}", words(terminal.language)
    return say(key) if key in say else section.table


def _with_commune(place: Place) -> str:
    return f"{place.name}, {place.commune}" if place.commune and place.commune != place.name else place.name
