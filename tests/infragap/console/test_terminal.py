"""The terminal: hidden signs are shown, markup of data is text, a reader may leave."""

import io
import os
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.table import Table

from infragap.console.terminal import HIDDEN, PlainConsole, cut, language_of, shown


@settings(max_examples=25)
@given(st.text(max_size=30))
def test_no_sign_that_a_terminal_obeys_is_printed(text: str) -> None:
    buffer = io.StringIO()
    console = PlainConsole(file=buffer, emoji=False, width=60)
    table = Table(title=text)
    table.add_column(text, overflow="fold")
    table.add_row(text)
    console.print(text, markup=False)
    console.print(table, markup=False)
    assert not [sign for sign in buffer.getvalue() if unicodedata.category(sign) in HIDDEN and sign != "\n"]


def test_hidden_signs_are_shown_as_codes() -> None:
    assert shown("a\x1b]0;title\x07b\u202e\u200bc\r\ud800") == "a\\x1b]0;title\\x07b\\u202e\\u200bc\\r\\ud800"
    assert shown("Lào Cai – 中文 ✓\n") == "Lào Cai – 中文 ✓\n"


def test_colours_still_reach_a_terminal() -> None:
    buffer = io.StringIO()
    PlainConsole(file=buffer, force_terminal=True, color_system="standard").print("[red]✗[/red] x")
    assert "\x1b[31m" in buffer.getvalue()


@pytest.mark.slow
def test_a_reader_that_leaves_ends_the_printing_only() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as broken:
        console = PlainConsole(file=broken)
        for _ in range(1000):
            console.print("x" * 100)
    assert console.quiet


def test_cut_keeps_beginning_and_end() -> None:
    assert cut("short") == "short"
    text = cut("begin" + "x" * 10_000 + "end")
    assert len(text) < 2100
    assert text.startswith("begin")
    assert text.endswith("end")


@pytest.mark.parametrize(
    ("environment", "language"),
    [({}, "en"), ({"LANG": "C"}, "en"), ({"LANG": "vi_VN"}, "vi"), ({"LC_MESSAGES": "vi.UTF-8", "LANG": "C"}, "vi"),
    ({"LC_ALL": "", "LANG": "vi"}, "vi"), ({"LANG": "fr_FR.UTF-8"}, "en")],
)  # fmt: skip
def test_language_of_the_system(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language
