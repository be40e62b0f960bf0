"""The guard: every error is a sentence and an exit code; nothing but --debug shows a trace."""

import errno
from collections.abc import Callable

import pytest
import typer

from infragap.console.guard import DEFECT, REPAIRABLE, global_options_first, main_of
from infragap.console.messages import Message, refused
from infragap.console.terminal import Terminal
from infragap.gis.errors import LayerError, ParameterError


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Let a command raise an error; gives exit code and what was printed on stderr."""

    def raising(error: BaseException, language: str = "en", debug: bool = False) -> tuple[int, str]:
        app, terminal = typer.Typer(), Terminal()

        @app.command()
        def command() -> None:
            terminal.language, terminal.debug = language, debug
            raise error

        monkeypatch.setattr("sys.argv", ["infragap"])
        with pytest.raises(SystemExit) as stop:
            main_of(app, terminal)
        printed = capsys.readouterr()
        assert printed.out == ""
        assert isinstance(stop.value.code, int)
        return stop.value.code, printed.err

    return raising


def test_what_was_not_foreseen_is_one_sentence_with_a_way_on(ends: Callable[..., tuple[int, str]]) -> None:
    code, said = ends(KeyError("\x1b[2Jsurprise" + "x" * 10_000))
    assert code == DEFECT
    assert len(said) < 1000
    assert len(said.splitlines()) == 1
    assert "This is a defect of the program" in said
    assert "--debug" in said
    assert "Traceback" not in said
    assert "\x1b" not in said


def test_debug_shows_the_trace(ends: Callable[..., tuple[int, str]]) -> None:
    for error in (KeyError("surprise"), LayerError("roads: broken")):
        with pytest.raises(type(error)):
            ends(error, debug=True)


def test_errors_of_the_user_are_told_line_by_line(ends: Callable[..., tuple[int, str]]) -> None:
    code, said = ends(LayerError("\n".join(f"layer{number}: fault" for number in range(100))))
    assert code == REPAIRABLE
    assert len(said.splitlines()) < 24
    assert "layer19: fault" in said
    assert "layer20: fault" not in said
    assert "… and 80 more." in said


def test_a_sentence_longer_than_a_screen_is_cut(ends: Callable[..., tuple[int, str]]) -> None:
    said = ends(LayerError("roads: " + "x" * 100_000 + " Repair this."))[1]
    assert len(said) < 2200
    assert "Repair this." in said


def test_messages_in_vietnamese(ends: Callable[..., tuple[int, str]]) -> None:
    error = refused(ParameterError, [Message("command.output.no_folder", {"out": "x"})])
    code, said = ends(error, language="vi")
    assert code == REPAIRABLE
    assert "--out x không phải là thư mục." in said
    assert "Chưa ghi gì." in said


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/root/x"), "/root/x: Permission denied"),
        (OSError("no number"), "no number"),
        (MemoryError(), "memory of this machine does not suffice"),
        (RecursionError("deep"), "RecursionError: deep"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "This is a defect"),
    ],
)
def test_errors_of_the_system(ends: Callable[..., tuple[int, str]], error: Exception, sentence: str) -> None:
    said = ends(error)[1]
    assert sentence in said
    assert "Traceback" not in said


def test_interrupted(ends: Callable[..., tuple[int, str]]) -> None:
    assert ends(KeyboardInterrupt())[0] == 130


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ([], []),
        (["run", "--debug"], ["--debug", "run"]),
        (["run", "--language=vi", "--out", "x"], ["--language=vi", "run", "--out", "x"]),
        (["check", "--", "--debug"], ["check", "--", "--debug"]),
        (["run", "--language"], ["--language", "run"]),
    ],
)
def test_options_of_the_program_may_stand_anywhere(given: list[str], first: list[str]) -> None:
    assert global_options_first(given) == first
