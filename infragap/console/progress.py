"""The progress display of a run: steps with their times, the percent that is done and the time that the rest will
take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.markup import escape
from rich.text import Text

from infragap.console.estimate import Estimate
from infragap.console.messages import Message
from infragap.console.terminal import Terminal
from infragap.wording.catalogue import words

LONG_S = 90
"""From here on time is told in minutes."""


class TerminalProgress:
    """Shows each step with the part under way, then its time."""

    def __init__(self, terminal: Terminal) -> None:
        """Print to a terminal."""
        self._terminal = terminal
        self._estimate = Estimate([], time.perf_counter())

    def begin(self, steps: Sequence[str]) -> None:
        """Take the steps that are to come, for the percent and the time left."""
        self._estimate = Estimate(steps, time.perf_counter())

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Show one step; on a terminal with a spinner, the part under way and how far the run is."""
        start = time.perf_counter()
        line = _Line(self._terminal.text(f"command.step.{name}"), self.so_far)
        self._estimate.begin(name, "", start)

        def tell(part: str) -> None:
            # what stands behind a comma is a number of this run
            self._estimate.begin(name, part.partition(",")[0], time.perf_counter())
            line.part = self._part_in_words(part)

        with self._terminal.out.status(line):
            yield tell
        now = time.perf_counter()
        self._estimate.end(name, now)
        told = f"{now - start:.1f} s   {self.so_far()}".rstrip()
        self._terminal.out.print(f"[green]✓[/green] {line.title}  [dim]{told}[/dim]")

    def say(self, message: Message) -> None:
        """Print what the user must know."""
        self._terminal.complain([message.spoken(self._terminal.language)], "[yellow]![/yellow] ")

    def so_far(self) -> str:
        """Percent done and time left; empty where nothing is known of the steps."""
        now = time.perf_counter()
        share, left_s = self._estimate.share(now), self._estimate.left_s(now)
        if not share or left_s is None:
            return ""
        percent = f"{100 * share:.0f}"
        if share >= 1:
            return self._terminal.text("command.progress.percent", percent=percent)
        if left_s < LONG_S:
            return self._terminal.text("command.progress.seconds_left", percent=percent, seconds=f"{left_s:.0f}")
        return self._terminal.text("command.progress.minutes_left", percent=percent, minutes=f"{left_s / 60:.0f}")

    def _part_in_words(self, part: str) -> str:
        name, comma, number = part.partition(",")
        key, say = f"command.part.{name}", words(self._terminal.language)
        return escape((say(key) if key in say else name) + comma + number)


class _Line:
    """The line of a step under way, anew each time that the terminal draws it."""

    def __init__(self, title: str, so_far: Callable[[], str]) -> None:
        self.title, self.part, self._so_far = title, "", so_far

    def __rich__(self) -> Text:
        part = f": {self.part}" if self.part else ""
        return Text.from_markup(f"{self.title}{part} …  [dim]{self._so_far()}[/dim]")
