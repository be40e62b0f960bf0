"""Runs that are killed at any moment, and disks that fill up: the last complete result stays, nothing of the dead run
does."""

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infragap import cli
from infragap.disk.manifest import MARKER, others
from tests.pack_factory import write_pack

pytestmark = pytest.mark.slow

KILLS, WHOLE_EVERY = 50, 5
"""Kills, and how many of them fall on a run of one question for each that falls on a run of all, with its second
process."""

ONE, ALL = "water", "electricity,water,schools"

WHOLE_PROGRAM = [
    "infragap.run",
    "infragap.readiness.judging",
    "infragap.maps.write",
    *(f"infragap.analyses.{question}.plan" for question in ALL.split(",")),
]
"""What a run imports on its way, so that a copy of a process that holds it need not."""

PARAMETERS = """\
[electricity]
draws = 2
scenarios = false
[water]
draws = 2
frontier_points = 2
[schools]
draws = 2
"""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four-commune pack, with parameters for a short run beside it."""
    folder = write_pack(tmp_path_factory.mktemp("pack") / "pack")
    (folder.parent / "short.toml").write_text(PARAMETERS, encoding="utf-8")
    return folder


def arguments(pack: Path, out: Path, only: str) -> list[str]:
    """Command line of a short run, after the program's name."""
    told = {"--data": pack, "--out": out, "--params": pack.parent / "short.toml", "--only": only}
    return ["run", *(str(word) for option in told.items() for word in option)]


def start(pack: Path, out: Path, only: str = ALL) -> "subprocess.Popen[str]":
    """Start a run in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "infragap", *arguments(pack, out, only)], start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip


def start_forked(pack: Path, out: Path, only: str) -> multiprocessing.process.BaseProcess:
    """Start a run as `start` does, in a copy of a process that has imported the program already: of fifty short runs
    importing is the longer half."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *WHOLE_PROGRAM])
    process = context.Process(target=_run_here, args=(arguments(pack, out, only),))
    process.start()
    return process


def _run_here(words: list[str]) -> None:
    os.setsid()
    os.environ["LC_ALL"] = "C.UTF-8"
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.argv = ["infragap", *words]
    cli.main()


def completes(pack: Path, out: Path, only: str = ALL) -> float:
    """Run to the end; give the seconds that it took."""
    began = time.monotonic()
    process = start(pack, out, only)
    printed, _ = process.communicate(timeout=600)
    assert process.returncode == 0, printed
    return time.monotonic() - began


def completes_forked(pack: Path, out: Path, only: str) -> float:
    """The same in a copy of a process that has imported the program."""
    began = time.monotonic()
    process = start_forked(pack, out, only)
    process.join()
    assert process.exitcode == 0
    return time.monotonic() - began


def of_session(session: int) -> list[int]:
    """Processes of a session that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def ends_within(session: int, seconds: float) -> bool:
    """Whether all processes of a session end in time."""
    until = time.monotonic() + seconds
    while of_session(session):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def is_complete(out: Path) -> bool:
    """Whether a folder holds one whole result and nothing else."""
    return (out / MARKER).exists() and (out / "index.html").exists() and not others(out)


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted by /proc")
def test_killed_at_fifty_moments(pack: Path, tmp_path: Path) -> None:
    out, moments = tmp_path / "out", random.Random(9)
    completes_forked(pack, out, ALL)
    takes_s = {only: completes_forked(pack, out, only) for only in (ALL, ONE)}
    caught = 0
    for number in range(KILLS):
        only = ONE if number % WHOLE_EVERY else ALL
        process = start_forked(pack, out, only)
        # every second one in the last third, where results are written and put in place
        time.sleep(takes_s[only] * (moments.uniform(0.65, 1.02) if number % 2 else moments.uniform(0, 1)))
        process.kill()
        process.join()
        caught += process.exitcode == -signal.SIGKILL
        assert is_complete(out), number
        assert process.pid is not None
        assert ends_within(process.pid, 10), f"{number}: the second process outlives the first"
    assert caught > KILLS / 2
    completes(pack, out)
    assert is_complete(out)
    assert [f.name for f in tmp_path.iterdir()] == ["out"]


def test_a_polite_end_tidies_up(pack: Path, tmp_path: Path) -> None:
    process = start(pack, tmp_path / "out")
    time.sleep(6)
    process.terminate()
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in printed
    assert list(tmp_path.iterdir()) == []
    assert ends_within(process.pid, 10)


def test_a_reader_that_has_left_does_not_end_the_run(pack: Path, tmp_path: Path) -> None:
    process = start(pack, tmp_path / "out")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=600) == 0
    assert is_complete(tmp_path / "out")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with little more room than results want; skips where mounting is not allowed."""
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=80m", "tmpfs", tmp_path], check=False).returncode
    ):
        pytest.skip("this user may not mount a disk")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


def test_another_program_fills_the_disk(pack: Path, disk: Path) -> None:
    out = disk / "out"
    completes(pack, out)
    process = start(pack, out)
    threading.Thread(target=_fill, args=(disk, process), daemon=True).start()
    printed, _ = process.communicate(timeout=600)
    assert process.returncode == 1, printed
    assert "the disk became full" in printed
    assert "Traceback" not in printed
    (disk / "ballast").unlink()
    assert is_complete(out)
    assert [f.name for f in disk.iterdir()] == ["out"]
    # full from the beginning: told before anything is computed
    (disk / "ballast").write_bytes(bytes(30_000_000))
    printed, _ = start(pack, out).communicate(timeout=600)
    assert "not enough room on the disk" in printed
    assert "electricity" not in printed
    assert is_complete(out)


def _fill(disk: Path, process: "subprocess.Popen[str]") -> None:
    """Write until nothing more goes in, for as long as the run lasts; begin when the run holds its room, since before
    that it would be refused and not interrupted."""
    while process.poll() is None and not list(disk.glob("*/reserve")):
        time.sleep(0.01)
    time.sleep(0.5)
    with (disk / "ballast").open("ab", buffering=0) as ballast:
        while process.poll() is None:
            try:
                ballast.write(bytes(65536))
            except OSError:
                time.sleep(0.001)
