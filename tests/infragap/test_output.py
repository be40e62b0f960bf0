"""The output folder is never half-written and never takes a user's files with it."""

from pathlib import Path

import pytest

from gis.errors import ParameterError
from infragap.output import MARKER, atomic_folder, check_output


def _earlier(out: Path) -> None:
    out.mkdir()
    (out / MARKER).write_text("{}")
    (out / "old.txt").write_text("old")


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
    with pytest.raises(ParameterError, match="no earlier result"):
        check_output(tmp_path, tmp_path.parent / "pack")


@pytest.mark.parametrize("out", ["pack", "pack/out", "."])
def test_the_pack_is_not_written_into(tmp_path: Path, out: str) -> None:
    (tmp_path / "pack").mkdir()
    with pytest.raises(ParameterError, match="overlap"):
        check_output(tmp_path / out, tmp_path / "pack")


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(ParameterError, match="is a file"):
        check_output(tmp_path / "out", tmp_path / "pack")


def test_new_empty_and_earlier_folders_are_fine(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _earlier(tmp_path / "earlier")
    for name in ("new", "empty", "earlier"):
        check_output(tmp_path / name, tmp_path / "pack")
