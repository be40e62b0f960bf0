"""What `infragap explain` prints about a place."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from infragap.console.terminal import Terminal
from infragap.explain import Entry, Place, Section
from infragap.wording.catalogue import Words, words

SHOWN_PLACES = 20
DECIMALS_MAX = 3


def print_candidates(places: Sequence[Place], terminal: Terminal) -> None:
    """Print the places that bear the name asked for, to choose one by its id."""
    terminal.say("command.explain.several", count=len(places))
    for place in places[:SHOWN_PLACES]:
        terminal.out.print(f"  [bold]{escape(place.key)}[/bold]  {escape(_with_commune(place))}", soft_wrap=True)
    if (rest := len(places) - SHOWN_PLACES) > 0:
        terminal.out.print(f"  {terminal.text('command.more', count=rest)}")


def print_sections(place: Place, sections: Sequence[Section], terminal: Terminal) -> None:
    """Print all values of a place, a table of the result after the other."""
    terminal.out.print(f"[bold]{escape(place.key)}  {escape(_with_commune(place))}[/bold]", soft_wrap=True)
    say = words(terminal.language)
    for section in sections:
        title = f"command.explain.table.{section.table}"
        table = Table(title=say(title) if title in say else section.table, title_justify="left", show_header=False)
        table.add_column(overflow="fold", style="dim", ratio=1)
        table.add_column(overflow="fold", ratio=2)
        for entry in section.entries:
            table.add_row(escape(entry.heading), escape(value_in_words(entry, say)))
        terminal.out.print(table)


def _with_commune(place: Place) -> str:
    return f"{place.name}, {place.commune}" if place.commune and place.commune != place.name else place.name


def value_in_words(entry: Entry, say: Words) -> str:
    """Write a value as the language does: separators, yes and no, the unit behind it."""
    if entry.value in ("True", "False"):
        return say("command.yes" if entry.value == "True" else "command.no")
    if not entry.is_number:
        return entry.value
    number = float(entry.value)
    text = f"{number:.{DECIMALS_MAX}f}".rstrip("0") if abs(number) < 100 else f"{number:.0f}."
    return f"{say.number(number, decimals=len(text.partition('.')[2]))} {entry.unit}".rstrip()
