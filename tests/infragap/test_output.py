"""The output folder is never half-written, never missing, and never takes a user's files with it."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infragap import output
from infragap.console.messages import Message
from infragap.disk.manifest import MARKER, RECORD_CHECKSUM, checksums, record_checksum
from infragap.gis.errors import ParameterError
from infragap.output import WORK_INSIDE, atomic_folder, check_output, claimed


def _result(folder: Path, **texts: str) -> Path:
    """A complete result whose files hold the texts; the names of the files are those of the texts, with .txt."""
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return _marked(folder)


def _marked(folder: Path) -> Path:
    record: dict[str, object] = {"files": checksums(folder), "timings": {"total_s": 1.5}}
    record[RECORD_CHECKSUM] = record_checksum(record)
    (folder / MARKER).write_text(json.dumps(record))
    return folder


def _write(out: Path, **texts: str) -> None:
    with atomic_folder(out) as folder:
        _result(folder, **texts)


def _fail_in(out: Path) -> None:
    with atomic_folder(out) as folder:
        (folder / "new.txt").write_text("new")
        raise RuntimeError("an error on the way")


def _texts(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file() and p.name != MARKER
    }


# ---- whole or not at all


def test_a_complete_block_replaces_the_earlier_result(tmp_path: Path) -> None:
    out = _result(tmp_path / "out", old="old", tables__a="a")
    with atomic_folder(out) as folder:
        _result(folder, new="new")
        assert (out / "old.txt").exists()
    assert _texts(out) == {"new.txt": "new"}
    assert sorted(f.name for f in tmp_path.iterdir()) == ["out"]


def test_an_error_leaves_the_earlier_result(tmp_path: Path) -> None:
    out = _result(tmp_path / "out", old="old")
    with pytest.raises(RuntimeError, match="on the way"):
        _fail_in(out)
    assert _texts(out) == {"old.txt": "old"}
    assert sorted(f.name for f in tmp_path.iterdir()) == ["out"]


@pytest.mark.slow
def test_the_folder_is_there_at_every_moment(tmp_path: Path) -> None:
    out, stop, missing = _result(tmp_path / "out", number="0"), threading.Event(), []

    def watch() -> None:
        while not stop.is_set():
            try:
                (out / "number.txt").read_text()
            except FileNotFoundError:
                # a file of the folder that was just exchanged may be gone; the folder itself never is
                if not out.is_dir():
                    missing.append(time.perf_counter())

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(50):
        _write(out, number=str(number))
    stop.set()
    watcher.join()
    assert not missing


def test_without_exchange_two_renames_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "exchange", lambda first, second: False)
    out = _result(tmp_path / "out", old="old")
    _write(out, new="new")
    assert _texts(out) == {"new.txt": "new"}
    assert sorted(f.name for f in tmp_path.iterdir()) == ["out"]


def test_what_a_dead_run_left_between_two_renames_is_put_back(tmp_path: Path) -> None:
    with claimed(tmp_path / "out") as claim:
        work = claim.work
    (work / "result").mkdir(parents=True)
    (work / "exchange").touch()
    _result(work / "earlier", old="old")
    check_output(tmp_path / "out", tmp_path / "pack")
    assert _texts(tmp_path / "out") == {"old.txt": "old"}
    assert sorted(f.name for f in tmp_path.iterdir()) == ["out"]


def test_the_rights_of_the_folder_stay(tmp_path: Path) -> None:
    out = _result(tmp_path / "out", old="old")
    out.chmod(0o2775)
    _write(out, new="new")
    assert out.stat().st_mode & 0o7777 == 0o2775


def test_a_link_to_the_folder_stays_a_link(tmp_path: Path) -> None:
    _result(tmp_path / "real", old="old")
    (tmp_path / "out").symlink_to("real")
    _write(tmp_path / "out", new="new")
    assert (tmp_path / "out").is_symlink()
    assert _texts(tmp_path / "real") == {"new.txt": "new"}


# ---- files of others


def test_foreign_files_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(ParameterError, match=r"1 files that no earlier run has written \(thesis.odt\)"):
        check_output(tmp_path, tmp_path.parent / "pack")


@pytest.mark.parametrize("name", ["old.txt.bak", "old.txt-2", "old.tx", "tables/mine.csv", ".hidden", "old.txt-walk"])
def test_a_name_that_begins_like_ours_is_not_ours(tmp_path: Path, name: str) -> None:
    out = _result(tmp_path / "out", old="old", tables__a="a")
    (out / name).write_text("mine")
    with pytest.raises(ParameterError, match=name):
        check_output(out, tmp_path / "pack")
    assert (out / name).read_text() == "mine"


def test_an_edited_file_is_not_replaced(tmp_path: Path) -> None:
    out = _result(tmp_path / "out", old="old", summary="as written")
    (out / "summary.txt").write_text("as written, with my remarks")
    with pytest.raises(ParameterError, match=r"1 files of an earlier run that were changed since \(summary.txt\)"):
        check_output(out, tmp_path / "pack")
    with pytest.raises(ParameterError, match="changed since"):
        _write(out, new="new")
    assert "my remarks" in (out / "summary.txt").read_text()


def test_an_edited_record_is_not_replaced_but_timings_do_not_count(tmp_path: Path) -> None:
    out = _result(tmp_path / "out", old="old")
    record = json.loads((out / MARKER).read_text())
    record["timings"]["total_s"] = 99
    (out / MARKER).write_text(json.dumps(record))
    check_output(out, tmp_path / "pack")
    record["note"] = "mine"
    (out / MARKER).write_text(json.dumps(record))
    with pytest.raises(ParameterError, match=r"run\.json"):
        check_output(out, tmp_path / "pack")


@pytest.mark.parametrize("marker", ["{}", "[]", "{", '{"files": 3}', '{"files": ["old.txt"]}', "[" * 100_000])
def test_a_damaged_record_makes_everything_foreign(tmp_path: Path, marker: str) -> None:
    out = _result(tmp_path / "out", old="old")
    (out / MARKER).write_text(marker)
    (out / "my notes.doc").write_text("mine")
    with pytest.raises(ParameterError, match=r"my notes\.doc"):
        check_output(out, tmp_path / "pack")


def test_what_is_no_plain_file_is_foreign_and_not_opened(tmp_path: Path) -> None:
    out = _result(tmp_path / "out", old="old")
    os.mkfifo(out / "pipe")
    (out / "linked").symlink_to(tmp_path)
    (out / "old.txt").unlink()
    (out / "old.txt").symlink_to("/dev/zero")
    with pytest.raises(ParameterError) as error:
        check_output(out, tmp_path / "pack")
    assert "2 files that no earlier run has written (linked, pipe)" in str(error.value)
    assert "changed since (old.txt)" in str(error.value)


@pytest.fixture
def geopackage(tmp_path: Path) -> Iterator[Path]:
    """A result with a GeoPackage of one table."""
    out = tmp_path / "out"
    out.mkdir()
    with sqlite3.connect(out / "results.gpkg") as base:
        base.execute("create table works (name text)")
        base.execute("insert into works values ('A')")
    base.close()
    yield _marked(out) / "results.gpkg"
    base.close()


def test_a_geopackage_that_was_only_looked_at_is_ours(geopackage: Path, tmp_path: Path) -> None:
    before = geopackage.read_bytes()
    with sqlite3.connect(geopackage) as base:
        base.execute("pragma journal_mode = wal")
        assert base.execute("select name from works").fetchall() == [("A",)]
        check_output(geopackage.parent, tmp_path / "pack")
    base.close()
    assert geopackage.read_bytes() != before
    check_output(geopackage.parent, tmp_path / "pack")


def test_an_edited_geopackage_is_not_replaced(geopackage: Path, tmp_path: Path) -> None:
    with sqlite3.connect(geopackage) as base:
        base.execute("update works set name = 'B'")
    base.close()
    with pytest.raises(ParameterError, match=r"changed since \(results.gpkg\)"):
        check_output(geopackage.parent, tmp_path / "pack")


def test_edits_that_still_lie_in_a_journal_are_seen(geopackage: Path, tmp_path: Path) -> None:
    with sqlite3.connect(geopackage) as base:
        base.execute("pragma journal_mode = wal")
        base.execute("update works set name = 'B'")
        base.commit()
        with pytest.raises(ParameterError, match=r"results\.gpkg-wal"):
            check_output(geopackage.parent, tmp_path / "pack")
    base.close()


def test_what_programs_leave_beside_open_files_goes_with_them(tmp_path: Path) -> None:
    out = _result(tmp_path / "out", old="old", tables__a="a")
    for name in ("old.txt-wal", "old.txt-shm", ".~lock.old.txt#", "tables/~$a.txt", ".DS_Store"):
        (out / name).write_text("left by a program that had the file open")
    check_output(out, tmp_path / "pack")


def test_files_added_while_the_run_goes_on_are_put_aside(tmp_path: Path) -> None:
    out, told = _result(tmp_path / "out", old="old", summary="as written"), []
    with claimed(out) as claim, claim.result(told.append) as folder:
        _result(folder, new="new")
        (out / "notes").mkdir()
        (out / "notes" / "mine.txt").write_text("mine")
        (out / "summary.txt").write_text("my remarks")
    assert _texts(out) == {"new.txt": "new"}
    kept = tmp_path / "infragap-kept-1"
    assert _texts(kept) == {"notes/mine.txt": "mine", "summary.txt": "my remarks"}
    assert told == [Message("command.output.kept", {"out": out, "kept": kept})]


# ---- places


@pytest.mark.parametrize("out", ["pack", "pack/out", "."])
def test_the_pack_is_not_written_into(tmp_path: Path, out: str) -> None:
    (tmp_path / "pack").mkdir()
    with pytest.raises(ParameterError, match="overlap"):
        check_output(tmp_path / out, tmp_path / "pack")


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(ParameterError, match="is no folder"):
        check_output(tmp_path / "out", tmp_path / "pack")


def test_a_place_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "out", Path("/proc/out")):
        with pytest.raises(ParameterError, match="cannot write there"):
            check_output(place, tmp_path / "pack")


def test_names_as_long_as_names_can_be(tmp_path: Path) -> None:
    out = tmp_path / ("ế" * 85)
    assert len(os.fsencode(out.name)) == 255
    for text in ("one", "two"):
        _write(out, new=text)
    assert _texts(out) == {"new.txt": "two"}
    with pytest.raises(ParameterError, match="cannot write there"):
        check_output(tmp_path / ("n" * 256), tmp_path / "pack")


def test_a_path_too_long_for_the_results_is_told_before_the_work(tmp_path: Path) -> None:
    deep = tmp_path
    while len(str(deep)) < 4096 - 120:
        deep /= "d" * 90
    with pytest.raises(ParameterError, match="cannot write there"):
        check_output(deep / "out", tmp_path / "pack")


def test_new_empty_and_earlier_folders_are_fine(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _result(tmp_path / "earlier", old="old")
    for name in ("new", "empty", "earlier"):
        check_output(tmp_path / name, tmp_path / "pack")


# ---- folders that cannot be renamed


def test_the_folder_that_the_shell_stands_in_stays_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = _result(tmp_path / "out", old="old", both="1", tables__a="a")
    number = out.stat().st_ino
    monkeypatch.chdir(out)
    _write(Path(), both="2", tables__b="b")
    assert out.stat().st_ino == number
    assert _texts(out) == {"both.txt": "2", "tables/b.txt": "b"}
    assert (out / MARKER).exists()
    assert not (out / WORK_INSIDE).exists()
    check_output(out, tmp_path / "pack")


def test_files_in_the_way_are_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = _result(tmp_path / "out", old="old")
    monkeypatch.chdir(out)
    with atomic_folder(out) as folder:
        _result(folder, old="new", notes="ours")
        (out / "old.txt").write_text("my remarks")
        (out / "notes.txt").write_text("mine")
    assert _texts(out) == {"old.txt": "new", "notes.txt": "ours"}
    assert _texts(tmp_path / "infragap-kept-1") == {"old.txt": "my remarks", "notes.txt": "mine"}


DIES = """
import os, signal, sys
from pathlib import Path
from infragap import output
from tests.infragap.test_output import _write
moved, left = output.move_file, int(sys.argv[1])
def dying(source, target):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    moved(source, target)
output.move_file = dying
_write(Path(), both="2", tables__a="b", tables__c="c")
"""


@pytest.mark.slow
@pytest.mark.parametrize("dies_at", range(4))
def test_a_run_that_died_while_placing_is_ended_by_the_next(tmp_path: Path, dies_at: int) -> None:
    """Whatever file it was at: afterwards all files are those of the new result, and until then nobody takes it for
    one."""
    out = _result(tmp_path / "out", old="old", both="1", tables__a="a")
    search = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    died = subprocess.run([sys.executable, "-c", DIES, str(dies_at)], cwd=out, env=search, check=False)
    assert died.returncode == -signal.SIGKILL
    assert not (out / MARKER).exists()
    check_output(out, tmp_path / "pack")
    assert _texts(out) == {"both.txt": "2", "tables/a.txt": "b", "tables/c.txt": "c"}
    assert (out / MARKER).exists()


def test_an_interrupt_while_placing_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = _result(tmp_path / "out", old="old", both="1")
    monkeypatch.chdir(out)

    def interrupted(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(output, "move_file", interrupted)
        with pytest.raises(KeyboardInterrupt):
            _write(out, both="2")
    check_output(out, tmp_path / "pack")
    assert _texts(out) == {"both.txt": "2"}
    assert (out / MARKER).exists()


def test_an_interrupt_between_two_renames_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = _result(tmp_path / "out", old="old")
    renamed = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name == "result":
            raise KeyboardInterrupt
        return renamed(self, target)

    monkeypatch.setattr(output, "exchange", lambda first, second: False)
    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _write(out, new="new")
    assert _texts(out) == {"old.txt": "old"}
    assert sorted(f.name for f in tmp_path.iterdir()) == ["out"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A mounted disk of 2 MB; skips where mounting is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=False).returncode
    ):
        pytest.skip("this user may not mount a disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_mount_point_is_written_into(small_disk: Path) -> None:
    for text in ("one", "two"):
        _write(small_disk, new=text)
        assert _texts(small_disk) == {"new.txt": text}
    assert sorted(f.name for f in small_disk.iterdir()) == ["new.txt", MARKER]


def test_a_full_disk_is_told_before_the_work(small_disk: Path) -> None:
    with (
        pytest.raises(ParameterError, match=r"not enough room .* \(about 3 MB\)"),
        claimed(small_disk / "out", reserve_bytes=3_000_000),
    ):
        raise AssertionError("the work has begun")
    assert list(small_disk.iterdir()) == []


def test_the_room_is_held_until_the_results_are_written(small_disk: Path) -> None:
    with claimed(small_disk / "out", reserve_bytes=1_500_000) as claim:
        with pytest.raises(OSError, match="No space"):
            (small_disk / "of another program").write_bytes(bytes(1_000_000))
        (small_disk / "of another program").unlink()
        with claim.result() as folder:
            (folder / "new.txt").write_bytes(bytes(1_400_000))
    assert (small_disk / "out" / "new.txt").stat().st_size == 1_400_000


def _fill_in_other_words(out: Path) -> None:
    """Fill the disk and say so as libraries do that write files."""
    with atomic_folder(out) as folder:
        try:
            (folder / "new.txt").write_bytes(bytes(3_000_000))
        except OSError:
            raise RuntimeError("database or disk is full") from None


def test_a_disk_that_fills_up_on_the_way_leaves_the_earlier_result(small_disk: Path) -> None:
    out = _result(small_disk / "out", old="old")
    with pytest.raises(ParameterError, match="the disk became full"), atomic_folder(out) as folder:
        (folder / "new.txt").write_bytes(bytes(3_000_000))
    with pytest.raises(ParameterError, match="the disk became full"):
        _fill_in_other_words(out)
    assert _texts(out) == {"old.txt": "old"}
    assert sorted(f.name for f in small_disk.iterdir()) == ["out"]


# ---- other runs


HOLDS = """
import sys, time
from pathlib import Path
from infragap.output import atomic_folder
with atomic_folder(Path(sys.argv[1])) as folder:
    (folder / "half.txt").write_text("half")
    print("holding", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other_run(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes into tmp_path/out."""
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path / "out")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "holding\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_run_is_named(tmp_path: Path, other_run: "subprocess.Popen[str]") -> None:
    with pytest.raises(ParameterError, match=f"another run is writing there .process {other_run.pid}, since"):
        check_output(tmp_path / "out", tmp_path / "pack")
    check_output(tmp_path / "elsewhere", tmp_path / "pack")


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path, other_run: "subprocess.Popen[str]") -> None:
    other_run.kill()
    other_run.wait()
    assert list(tmp_path.rglob("half.txt"))
    check_output(tmp_path / "out", tmp_path / "pack")
    assert list(tmp_path.iterdir()) == []
