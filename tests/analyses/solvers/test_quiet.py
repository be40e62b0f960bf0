"""What native code prints inside the block is dropped; what was held back before it, and what comes after, is not."""

import ctypes
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from infragap.analyses.solvers.quiet import ASKED, native_output_dropped

pytestmark = pytest.mark.skipif(os.name != "posix", reason="asks the C library as POSIX names it")


@pytest.fixture(autouse=True)
def _by_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ASKED, "1")


def native(text: str) -> None:
    ctypes.CDLL(None).printf(text.encode())


def flushed() -> None:
    ctypes.CDLL(None).fflush(None)


def test_only_what_is_inside_is_dropped(capfd: pytest.CaptureFixture[str]) -> None:
    sys.stdout.write("python before ")
    native("native before ")
    with native_output_dropped():
        native("inside ")
    native("native after ")
    flushed()
    sys.stdout.write("python after")
    said = capfd.readouterr().out
    assert sorted(said.split()) == ["after", "after", "before", "before", "native", "native", "python", "python"]


def test_two_threads_end_in_any_order_and_the_output_is_back(capfd: pytest.CaptureFixture[str]) -> None:
    first_is_in, second_is_in = threading.Event(), threading.Event()

    def first() -> None:
        with native_output_dropped():
            first_is_in.set()
            second_is_in.wait(5)

    def second() -> None:
        first_is_in.wait(5)
        with native_output_dropped():
            second_is_in.set()

    with ThreadPoolExecutor(2) as pool:
        for work in [pool.submit(first), pool.submit(second)]:
            work.result(5)
    native("here")
    flushed()
    assert capfd.readouterr().out == "here"


def test_a_failing_block_gives_the_output_back(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="inside"), native_output_dropped():
        raise ValueError("inside")
    native("here")
    flushed()
    assert capfd.readouterr().out == "here"


def test_a_library_leaves_the_output_alone(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ASKED)
    with native_output_dropped():
        native("here")
        flushed()
    assert capfd.readouterr().out == "here"
