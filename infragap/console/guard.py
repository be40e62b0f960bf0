"""The last line: every error becomes a sentence and an exit code; only `--debug` shows a trace."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any

import typer

from infragap.console.messages import SHOWN_MESSAGES, sentences
from infragap.console.terminal import Terminal, cut, shown, survive_narrow_encodings
from infragap.gis.errors import InfragapError

DONE, REPAIRABLE, DEFECT = 0, 1, 3
"""Exit codes; 2 is a wrong option. 3 is what the program did not foresee: a defect, and no test may end with it."""

UsageError: Any = typer.BadParameter.__base__
"""What the command line raises at a wrong option."""

GLOBAL_FLAGS, GLOBAL_VALUES = ("--debug",), ("--language",)
"""Options that may stand anywhere on the command line."""


def main_of(app: Callable[..., Any], terminal: Terminal) -> None:
    """Run the command line and leave with its exit code."""
    survive_narrow_encodings()
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(_run(app, terminal, global_options_first(sys.argv[1:])))


def global_options_first(arguments: list[str]) -> list[str]:
    """Put the options of the program before the command, wherever they were given.

    Examples
    --------
    >>> global_options_first(["run", "--out", "x", "--language", "vi", "--debug"])
    ['--language', 'vi', '--debug', 'run', '--out', 'x']
    """
    first, rest = [], list(arguments)
    position = 0
    while position < len(rest) and rest[position] != "--":
        taken = 2 if rest[position] in GLOBAL_VALUES else 1
        if rest[position].partition("=")[0] in (*GLOBAL_FLAGS, *GLOBAL_VALUES):
            first += rest[position : position + taken]
            del rest[position : position + taken]
        else:
            position += 1
    return first + rest


def _run(app: Callable[..., Any], terminal: Terminal, arguments: list[str]) -> int:
    try:
        with warnings.catch_warnings():
            if not terminal.debug:
                warnings.simplefilter("ignore")
            return int(app(arguments, standalone_mode=False) or DONE)
    except UsageError as error:
        error.message = cut(shown(error.message))
        error.show()
        return int(error.exit_code)
    except typer.Abort:
        return REPAIRABLE
    except Exception as error:
        if terminal.debug:
            raise
        return _explain(error, terminal)


def _explain(error: Exception, terminal: Terminal) -> int:
    if isinstance(error, InfragapError):
        found = sentences(error, terminal.language)
        rest = len(found) - SHOWN_MESSAGES
        more = [terminal.text("command.more", count=rest)] if rest > 0 else []
        terminal.complain(found[:SHOWN_MESSAGES] + more)
        terminal.errors.print(f"[dim]{terminal.text('command.guard.nothing_written')}[/dim]")
        return REPAIRABLE
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        terminal.complain([f"{where}{error.strerror or error}"])
        terminal.errors.print(f"[dim]{terminal.text('command.guard.system')}[/dim]")
        return REPAIRABLE
    if isinstance(error, MemoryError):
        terminal.complain([terminal.text("command.guard.memory")])
        return REPAIRABLE
    reason = cut(f"{type(error).__name__}: {error}".replace("\n", " "))
    terminal.complain([terminal.text("command.guard.defect", reason=reason[:300])])
    return DEFECT


def _leave(number: int, frame: FrameType | None) -> None:
    """End in order at a polite request to end: what was half-written is removed on the way out."""
    # a second request ends at once
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise SystemExit(128 + number)
