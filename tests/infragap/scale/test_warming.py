"""Warming leaves compiled kernels on disk, or says that it could not."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from infragap import compiled
from infragap.cli import app
from infragap.scale import warming
from infragap.settings import settings_of
from tests.pack_factory import write_pack


def test_the_folder_of_the_kernels_is_told_or_its_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[Path, Any]] = []
    monkeypatch.setattr(warming, "run", lambda data, out, settings, progress: ran.append((data, settings)))
    done = CliRunner().invoke(app, ["--language", "en", "warm"])
    assert done.exit_code == 0, done.output
    assert str(compiled.kept_in()) in done.output.replace("\n", "")
    assert (ran[0][0] / "catalog.toml").is_file()
    assert (ran[0][1].electricity.draws, ran[0][1].water.draws, ran[0][1].schools.draws) == (1, 1, 1)
    monkeypatch.setattr(warming, "kept_in", lambda: None)
    assert CliRunner().invoke(app, ["--language", "en", "warm"]).exit_code == 1


def test_short_parameters_are_lawful_and_leave_no_part_of_a_run_out() -> None:
    short = settings_of(warming.SHORT)
    assert short.electricity.scenarios
    assert min(short.electricity.draws, short.water.draws, short.schools.draws) > 0


@pytest.mark.slow
@pytest.mark.long
def test_a_run_after_warming_compiles_nothing(tmp_path: Path) -> None:
    pack, cache = write_pack(tmp_path / "pack"), tmp_path / "kernels"

    def compiled_by(*command: str) -> set[str]:
        env = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
        done = subprocess.run([sys.executable, *command], env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return {path.name for path in cache.rglob("*.nb*")}

    warm = "from pathlib import Path; from infragap.run import SilentProgress; from infragap.scale.warming import warm"
    warmed = compiled_by("-c", f"{warm}; warm(SilentProgress(), data=Path({str(pack)!r}))")
    assert any(name.startswith("local_search") for name in warmed)
    # every part of a run: all draws, scenarios, sensitivity, in the processes that it starts
    run = ("-m", "infragap", "run", "--data", str(pack), "--out", str(tmp_path / "out"))
    assert compiled_by(*run) == warmed
