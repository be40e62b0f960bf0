"""Percent and time left: hand-made shares and a hand-wound clock."""

import io
import re
from itertools import pairwise

import pytest

from infragap.console import estimate as module
from infragap.console.estimate import PARTS_S, Estimate
from infragap.console.messages import Message
from infragap.console.progress import TerminalProgress
from infragap.console.terminal import PlainConsole, Terminal


@pytest.fixture
def shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds to read, thirty and fifty for two parts of a plan, ten to write."""
    monkeypatch.setattr(
        module, "PARTS_S", {"read": {"": 10.0}, "plan": {"": 0.0, "a": 30.0, "b": 50.0}, "write": {"": 10.0}}
    )


@pytest.mark.usefixtures("shares")
def test_half_the_pace_doubles_what_is_left() -> None:
    estimate = Estimate(["read", "plan", "write"], 100.0)
    estimate.begin("read", "", 100.0)
    assert estimate.share(100.0) == 0
    assert estimate.left_s(100.0) is None
    # this machine takes 20 s for what took 10 s
    estimate.end("read", 120.0)
    assert estimate.share(120.0) == pytest.approx(0.1)
    assert estimate.left_s(120.0) == pytest.approx(180)
    estimate.begin("plan", "", 120.0)
    estimate.begin("plan", "a", 120.0)
    # half of part a: 30 of 60 s
    assert estimate.share(150.0) == pytest.approx(0.25)
    assert estimate.left_s(150.0) == pytest.approx(150)
    # part a lasts longer than expected: it is never done before its end
    assert estimate.share(1000.0) == pytest.approx(0.1 + 0.95 * 0.3)
    estimate.begin("plan", "b", 180.0)
    assert estimate.share(180.0) == pytest.approx(0.4)
    estimate.end("plan", 280.0)
    estimate.begin("write", "", 280.0)
    estimate.end("write", 300.0)
    assert estimate.share(300.0) == 1
    assert estimate.left_s(300.0) == 0


@pytest.mark.usefixtures("shares")
def test_parts_that_are_not_named_and_steps_that_are_not_known() -> None:
    estimate = Estimate(["read", "plan", "write"], 0.0)
    estimate.begin("other", "x", 0.0)
    estimate.end("other", 5.0)
    assert estimate.share(5.0) == 0
    estimate.begin("plan", "b", 5.0)
    estimate.begin("plan", "b", 6.0)
    estimate.end("plan", 6.0)
    assert estimate.share(6.0) == pytest.approx(0.8)
    assert Estimate([], 0.0).share(1.0) == 0


@pytest.mark.usefixtures("shares")
def test_it_never_goes_back() -> None:
    estimate, seen = Estimate(["read", "plan", "write"], 0.0), []
    for step, parts in (("read", [""]), ("plan", ["", "a", "b"]), ("write", [""])):
        for part in parts:
            estimate.begin(step, part, len(seen))
            seen += [estimate.share(len(seen) + wait / 10) for wait in range(5)]
        estimate.end(step, len(seen))
    assert all(earlier <= later for earlier, later in pairwise(seen))


def test_every_step_of_a_run_was_measured() -> None:
    assert {"read", "electricity", "wait", "water", "schools", "write"} == set(PARTS_S)
    assert all(sum(parts.values()) >= 0 for parts in PARTS_S.values())


def _printed(language: str) -> tuple[TerminalProgress, io.StringIO]:
    terminal, buffer = Terminal(), io.StringIO()
    terminal.out = PlainConsole(file=buffer, width=200)
    terminal.errors = PlainConsole(file=buffer, width=200)
    terminal.language = language
    return TerminalProgress(terminal), buffer


@pytest.mark.usefixtures("shares")
def test_lines_say_step_time_percent_and_what_is_left() -> None:
    progress, buffer = _printed("en")
    progress.begin(["read", "write"])
    with progress.step("read") as part:
        part("tables, 3 of them")
    with progress.step("write"):
        pass
    first, second = buffer.getvalue().splitlines()
    assert re.fullmatch(r"✓ read and check the data pack  \d+\.\d s   50 %, about \d+ s left", first)
    assert re.fullmatch(r"✓ maps and tables  \d+\.\d s   100 %", second)


def test_in_vietnamese_and_without_known_steps() -> None:
    progress, buffer = _printed("vi")
    with progress.step("water"):
        pass
    progress.say(Message("command.output.kept", {"out": "[red]x", "kept": "y"}))
    first, second = buffer.getvalue().splitlines()
    assert re.fullmatch(r"✓ nước  \d+\.\d s", first)
    assert second == "! Các tệp được thêm hoặc sửa trong [red]x lúc đang chạy nay nằm ở y."


def test_parts_are_told_in_the_language() -> None:
    terminal, buffer = Terminal(), io.StringIO()
    terminal.out = PlainConsole(file=buffer, width=200, force_terminal=True)
    terminal.language = "vi"
    with TerminalProgress(terminal).step("electricity") as part:
        part("uncertainty, 200 draws")
        terminal.out.print("x")
    assert "điện: độ bất định, 200 draws …" in buffer.getvalue()
