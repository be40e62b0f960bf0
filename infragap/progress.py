"""The progress display of a run: steps with their times, on a terminal live, elsewhere a line each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


class ConsoleProgress:
    """Shows each step with the part under way, then its time."""

    def __init__(self, console: Console) -> None:
        """Write to `console`."""
        self._console = console

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show one step; on a terminal with a spinner and the part under way."""
        start = time.perf_counter()
        with self._console.status(f"{title} …") as status:
            yield lambda part: status.update(f"{title}: {part} …")
        self._console.print(f"[green]✓[/green] {title}  [dim]{time.perf_counter() - start:.1f} s[/dim]")
