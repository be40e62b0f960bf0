"""The output folder is never half-written and never takes a user's files with it."""

from pathlib import Path

import pytest

from infragap.gis.errors import ParameterError
from infragap.manifest import MARKER
from infragap.output import atomic_folder, check_output


def _earlier(out: Path) -> None:
    out.mkdir()
    (out / "old.txt").write_text("old")
    (out / MARKER).write_text('{"files": ["old.txt"]}')


def _fail_in(out: Path) -> None:
    with atomic_folder(out) as folder:
        (folder / "new.txt").write_text("new")
        raise RuntimeError("killed")


def test_a_complete_block_replaces_the_earlier_result(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _earlier(out)
    with atomic_folder(out) as folder:
        (folder / "new.txt").write_text("new")
        assert (out / "old.txt").exists()
    assert sorted(f.name for f in out.iterdir()) == ["new.txt"]
    assert sorted(f.name for f in tmp_path.iterdir()) == ["out"]


def test_an_error_leaves_the_earlier_result(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _earlier(out)
    with pytest.raises(RuntimeError, match="killed"):
        _fail_in(out)
    assert (out / "old.txt").read_text() == "old"
    assert sorted(f.name for f in tmp_path.iterdir()) == ["out"]


def test_foreign_files_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(ParameterError, match=r"1 files that no earlier run has written \(thesis.odt\)"):
        check_output(tmp_path, tmp_path.parent / "pack")


@pytest.mark.parametrize("out", ["pack", "pack/out", "."])
def test_the_pack_is_not_written_into(tmp_path: Path, out: str) -> None:
    (tmp_path / "pack").mkdir()
    with pytest.raises(ParameterError, match="overlap"):
        check_output(tmp_path / out, tmp_path / "pack")


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(ParameterError, match="is no folder"):
        check_output(tmp_path / "out", tmp_path / "pack")


@pytest.mark.parametrize("marker", ["{}", "[]", "{", '{"files": ["old.txt"]}'])
def test_a_result_with_somebodys_notes_in_it_is_kept(tmp_path: Path, marker: str) -> None:
    _earlier(tmp_path / "out")
    (tmp_path / "out" / MARKER).write_text(marker)
    (tmp_path / "out" / "my notes.doc").write_text("mine")
    with pytest.raises(ParameterError, match=r"my notes\.doc"):
        check_output(tmp_path / "out", tmp_path / "pack")


def test_a_place_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ParameterError, match="cannot write there"):
        check_output(tmp_path / "file" / "out", tmp_path / "pack")


def test_a_swap_that_was_cut_off_is_undone(tmp_path: Path) -> None:
    _earlier(tmp_path / ".out.earlier")
    check_output(tmp_path / "out", tmp_path / "pack")
    assert (tmp_path / "out" / "old.txt").read_text() == "old"


def test_new_empty_and_earlier_folders_are_fine(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _earlier(tmp_path / "earlier")
    (tmp_path / "earlier" / "old.txt-wal").write_text("left by a program that had old.txt open")
    for name in ("new", "empty", "earlier"):
        check_output(tmp_path / name, tmp_path / "pack")
