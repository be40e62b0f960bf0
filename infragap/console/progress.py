"""The progress display of a run: steps with their times, on a terminal live, elsewhere a line each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from infragap.console.messages import Message
from infragap.console.terminal import Terminal


class TerminalProgress:
    """Shows each step with the part under way, then its time."""

    def __init__(self, terminal: Terminal) -> None:
        """Print to a terminal."""
        self._terminal = terminal

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Show one step; on a terminal with a spinner and the part under way."""
        start = time.perf_counter()
        title = self._terminal.text(f"command.step.{name}")
        with self._terminal.out.status(f"{title} …") as status:
            yield lambda part: status.update(f"{title}: {part} …")
        self._terminal.out.print(f"[green]✓[/green] {title}  [dim]{time.perf_counter() - start:.1f} s[/dim]")

    def say(self, message: Message) -> None:
        """Print what the user must know."""
        self._terminal.complain([message.spoken(self._terminal.language)], "[yellow]![/yellow] ")
