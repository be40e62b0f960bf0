"""The terminal: what is printed carries no hidden sign, is never longer than a screen, and outlives a reader who has
gone away."""

from __future__ import annotations

import io
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.markup import escape
from rich.segment import Segment

LINE_SIGNS = 2000
"""Longest sentence printed: about a screen of 24 lines with 80 signs."""

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Kinds of signs that a terminal obeys, or that change how others read: controls, marks of direction, halves of
pairs."""


class Terminal:
    """Where the command prints, in which language, and whether it shows traces.

    Attributes
    ----------
    out, errors
        Consoles of the results and of what went wrong.
    language
        Language of the messages; that of the environment until another one is set.
    debug
        Whether errors come with their trace.
    """

    def __init__(self) -> None:
        """Print in the language that the environment asks for."""
        self.out = PlainConsole(highlight=False, emoji=False)
        self.errors = PlainConsole(stderr=True, highlight=False, emoji=False, soft_wrap=True)
        self._language: str | None = None
        self.debug = False

    @property
    def language(self) -> str:
        """Language of the messages."""
        if self._language is None:
            self._language = language_of(os.environ)
        return self._language

    @language.setter
    def language(self, code: str | None) -> None:
        # None for that of the environment
        self._language = code

    def text(self, key: str, /, **values: Any) -> str:
        """Give a text of the catalogue in the language of the messages, its values free of markup."""
        # the catalogue brings its readers along, which help and version do without
        from infragap.wording.catalogue import words

        return words(self.language)(key, **{name: cell(value) for name, value in values.items()})

    def say(self, key: str, /, **values: Any) -> None:
        """Print a text of the catalogue."""
        self.out.print(self.text(key, **values), soft_wrap=True)

    def complain(self, sentences: Iterable[str], mark: str = "[red]✗[/red] ") -> None:
        """Print what went wrong, a sentence a line."""
        for sentence in sentences:
            self.errors.print(mark + cell(sentence))


def cell(value: object) -> str:
    """Write a value of the data for a table or a line: no longer than a screen, its brackets no markup."""
    return escape(cut(str(value)))


class PlainConsole(Console):
    """A console that shows hidden signs as codes, and goes on in silence when nobody reads any more."""

    def __init__(self, **options: Any) -> None:
        """Take the options of `rich.console.Console`."""
        super().__init__(**options)
        self.push_render_hook(_ShowHidden())

    def on_broken_pipe(self) -> None:
        """Let the work go on: a run whose reader has left is still wanted."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())


class _ShowHidden(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Shown(renderable) for renderable in renderables]


class _Shown:
    """Something to print, its hidden signs as codes."""

    def __init__(self, inner: ConsoleRenderable) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._inner, options):
            yield segment if segment.control else Segment(shown(segment.text), segment.style)


def shown(text: str) -> str:
    """Write hidden signs as codes; line ends stay.

    Examples
    --------
    >>> shown("a\\x1b[2Jb\\u202ec")
    'a\\\\x1b[2Jb\\\\u202ec'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign.encode("unicode_escape", "backslashreplace").decode("ascii")
        if unicodedata.category(sign) in HIDDEN and sign != "\n"
        else sign
        for sign in text
    )


def cut(text: str) -> str:
    """Shorten a sentence to a screen, its end kept: the repair stands there."""
    if len(text) <= LINE_SIGNS:
        return text
    end = LINE_SIGNS // 4
    return f"{text[: LINE_SIGNS - end]} … {text[-end:]}"


def language_of(environment: Mapping[str, str]) -> str:
    """Language that the environment asks for by the first of LC_ALL, LC_MESSAGES and LANG that is set; English where
    there is no catalogue.

    Examples
    --------
    >>> language_of({"LANG": "vi_VN.UTF-8"}), language_of({"LC_ALL": "C", "LANG": "vi_VN.UTF-8"})
    ('vi', 'en')
    """
    from infragap.wording.catalogue import languages

    wanted = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    code = wanted.partition("_")[0].partition(".")[0].lower()
    return code if code in languages() else "en"


def survive_narrow_encodings() -> None:
    """Let a terminal that knows no Vietnamese show question marks instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
