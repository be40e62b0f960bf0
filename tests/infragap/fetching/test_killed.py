"""A killed fetch leaves nothing half under its name, and the next one makes the same pack."""

import hashlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infragap.fetching.imitation import BOX, Imitation, imitating
from tests.infragap.fetching.killed import Runs


@pytest.fixture(scope="module")
def server() -> Iterator[Imitation]:
    with imitating() as imitation:
        yield imitation


def sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_killed_at_any_moment_and_resumed_it_is_the_same_pack(server: Imitation, tmp_path: Path) -> None:
    """All layers; moments are counted over files and pieces of answers, and drawn from each sixth of a fetch; the
    second kill meets a fetch that goes on."""
    whole = Runs(server.environment, tmp_path / "whole")
    whole.folder.mkdir()
    ended, moments = whole.run()
    assert ended == 0
    assert {"base/buildings.fgb", "extract.osm.pbf", "elevation.tif", "sources.json"} <= set(sums(whole.out))
    assert moments > 200
    drawn, kills = random.Random(14), 0
    for part in range(6):
        runs = Runs(server.environment, tmp_path / f"part{part}")
        runs.folder.mkdir()
        first = runs.run(round(moments * (part + drawn.random()) / 6))
        again = runs.run(drawn.randint(20, moments // 2))
        kills += (first[0] == -signal.SIGKILL) + (again[0] == -signal.SIGKILL)
        assert not runs.out.exists() or (runs.out / "catalog.toml").exists()
        if not runs.out.exists():
            assert runs.run()[0] == 0
        assert sums(runs.out) == sums(whole.out), part
        # nothing is left beside the pack and the cache, and nothing half in the cache
        assert sorted(path.name for path in runs.folder.iterdir() if ".lock" not in path.name) == ["cache", "pack"]
        assert sorted(path.name for path in (runs.folder / "cache").iterdir()) == sorted(
            path.name for path in (whole.folder / "cache").iterdir()
        )
    assert kills >= 8


@pytest.mark.slow
def test_the_command_killed_in_the_middle_of_a_file_and_run_again(server: Imitation, tmp_path: Path) -> None:
    """A process as a planner starts it, killed when two thirds of the people have been sent."""
    code = "from infragap.fetching import client; client.Client._pause = lambda self, name: None; " \
           "client.WAITS_S = (0.0,) * 4; from infragap.cli import main; main()"  # fmt: skip
    out = tmp_path / "d"
    command = [sys.executable, "-c", code, "data", "fetch", "--out", str(out), "--bbox", BOX, "--country", "MWI",
               "--profile", "mw", "--contact", "me@example.org", "--cache", str(tmp_path / "cache"),
               "--layers", "elevation,population,landcover"]  # fmt: skip
    environment = {**os.environ, **server.environment}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    server.at_two_thirds["/worldpop_files/"] = process.kill
    assert process.wait(120) == -signal.SIGKILL
    assert not out.exists()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert {"catalog.toml", "elevation.tif", "forest.tif", "base/population.tif"} <= set(sums(out))
    assert (
        server.body(next(path for _, path, _ in server.asked if path.startswith("/worldpop_files/")))
        == next(path for path in (tmp_path / "cache").iterdir() if path.name.endswith("mwi_pop.tif")).read_bytes()
    )
