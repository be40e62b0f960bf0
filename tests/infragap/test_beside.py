"""Work in a process of its own: its result, its errors, its parts, and its end with the process that began it."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from infragap.beside import Beside, Tell
from infragap.gis.errors import LayerError, NoSolutionError

pytestmark = pytest.mark.slow


def doubled(tell: Tell, number: int) -> int:
    tell("doubling")
    return 2 * number


def failing(tell: Tell, error: Exception) -> None:
    raise error


def dying(tell: Tell) -> None:
    os.kill(os.getpid(), 9)


def sleeping(tell: Tell, file: str) -> None:
    Path(file).write_text(str(os.getpid()))
    time.sleep(120)


class UnsendableError(Exception):
    """An error that does not survive the way to another process."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__("needs two numbers")


def unsendable(tell: Tell) -> None:
    raise UnsendableError(1, 2)


def test_result_and_parts() -> None:
    parts: list[str] = []
    with Beside(doubled, 21) as work:
        assert work.result(parts.append) == 42
    assert parts == ["doubling"]


@pytest.mark.parametrize("work", [(failing, LayerError("roads: broken", findings=["f"])), (unsendable,), (dying,)])
def test_errors_come_over(work: tuple[Any, ...]) -> None:
    kinds = {failing: LayerError, unsendable: RuntimeError, dying: NoSolutionError}
    texts = {failing: "roads: broken", unsendable: "needs two numbers", dying: "ended from outside"}
    with Beside(*work) as beside, pytest.raises(kinds[work[0]], match=texts[work[0]]):
        beside.result(lambda part: None)


def _is_gone(process: int) -> bool:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False


def _process_in(file: Path) -> int:
    until = time.monotonic() + 120
    while time.monotonic() < until and not (file.exists() and file.read_text()):
        time.sleep(0.1)
    return int(file.read_text())


def test_leaving_ends_the_work(tmp_path: Path) -> None:
    with Beside(sleeping, str(tmp_path / "pid")):
        process = _process_in(tmp_path / "pid")
    assert _is_gone(process)


PARENT = """
import sys, time
from infragap.beside import Beside
from tests.infragap.test_beside import sleeping
if __name__ == "__main__":
    with Beside(sleeping, sys.argv[1]):
        time.sleep(120)
"""


def test_a_killed_parent_takes_the_work_with_it(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    search = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    parent = subprocess.Popen([sys.executable, tmp_path / "parent.py", tmp_path / "pid"], env=search)
    process = _process_in(tmp_path / "pid")
    parent.kill()
    parent.wait()
    assert _is_gone(process)
