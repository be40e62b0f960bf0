"""Warming leaves compiled kernels on disk, or says that it could not."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from infragap import compiled
from infragap.cli import app
from infragap.scale import warming
from infragap.settings import settings_of


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
