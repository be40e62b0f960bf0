"""A line of the terminal for each plan as it is done, kept or failed."""

from __future__ import annotations

from infragap.console.messages import sentences
from infragap.console.terminal import Terminal
from infragap.scale.unit_work import Outcome


def print_outcome(outcome: Outcome, number: int, count: int, terminal: Terminal) -> None:
    """Print what became of one plan, and how many of all have been told; why it failed goes to the error stream."""
    name = outcome.unit.name
    told = terminal.text(f"command.many.{outcome.state}_one", name=name, seconds=f"{outcome.seconds:.1f}")
    if outcome.error is None:
        terminal.out.print(f"[green]✓[/green] {number}/{count}  {told}", soft_wrap=True)
    else:
        terminal.complain([f"{number}/{count}  {told}", *sentences(outcome.error, terminal.language)])
