"""The one terminal of the command, and help in the language that it speaks."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

from infragap.console.terminal import Terminal

terminal = Terminal()
"""Where every command prints."""


class Spoken(TyperCommand):
    """A command whose help is keys of the catalogue, shown in the language of the messages."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        for told in (self, *self.params):
            # the key is kept: the next help may be asked for in another language
            key = told.__dict__.setdefault("help_key", getattr(told, "help", None))
            if str(key).startswith("command.help."):
                told.__dict__["help"] = terminal.text(str(key))
        super().format_help(ctx, formatter)
