"""A Dask cluster of two workers on this machine gives what one process gives, also when a worker is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import infragap
from infragap.gis.errors import ParameterError
from infragap.scale.clusters import _require_same_program, cluster
from infragap.scale.program import program
from infragap.scale.unit_work import do_unit
from infragap.scale.units import Unit
from tests.infragap.scale.test_many import contents
from tests.pack_factory import villages, write_pack

# the cluster closes sockets and loops of its own in its own time
pytestmark = pytest.mark.filterwarnings("ignore")

FEW = {"electricity": {"draws": 2, "scenarios": False}, "water": {"draws": 0}, "schools": {"draws": 0}}
SCENARIOS = {
    "base": {"electricity": {"draws": 2}, "water": {"draws": 2}, "schools": {"draws": 1}},
    "dear": {**FEW, "electricity": {"draws": 2, "scenarios": False, "discount_rate_pct": 12.0}},
    "few": {**FEW, "water": {"draws": 0, "works_max": 1}},
}


def test_no_cluster_is_this_process() -> None:
    with cluster(None, None, None) as executor:
        assert executor is None


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("packs")
    return [
        write_pack(folder / "a"),
        write_pack(folder / "b", villages=villages().assign(households=90)),
        write_pack(folder / "c", villages=villages().assign(households=35)),
    ]


@pytest.mark.slow
@pytest.mark.long
def test_two_workers_one_of_them_killed_equal_the_serial_run(packs: list[Path], tmp_path: Path) -> None:
    assert not infragap.plan(packs, SCENARIOS, out=tmp_path / "serial", merged=True).failed
    killed: list[int] = []
    with cluster(None, 2, 3000) as executor:
        client = executor._client

        def kill_one(outcome: object, number: int, count: int) -> None:
            if number == 3:
                pid = next(iter(client.run(os.getpid).values()))
                # in the middle of a plan, not between two
                threading.Timer(0.5, lambda: (os.kill(pid, signal.SIGKILL), killed.append(pid))).start()

        many = infragap.plan(packs, SCENARIOS, executor, out=tmp_path / "dask", merged=True, told=kill_one)
    assert killed
    assert not many.failed
    for name in ("electricity_ranking", "electricity_scenarios", "water_villages", "schools_sites"):
        assert (tmp_path / f"dask/tables/{name}.csv").is_file()
    assert contents(tmp_path / "dask") == contents(tmp_path / "serial")


def hungry(megabytes: int) -> int:
    kept = bytearray(megabytes * 1_000_000)
    for at in range(0, len(kept), 4096):
        kept[at] = 1
    time.sleep(3)
    return len(kept)


@pytest.mark.slow
def test_a_worker_above_its_memory_is_begun_anew() -> None:
    from distributed.scheduler import KilledWorker

    with cluster(None, 1, 500) as executor:
        before = set(executor._client.run(os.getpid).values())
        with pytest.raises(KilledWorker):
            executor.submit(hungry, 900).result()
        assert executor.submit(len, "abc").result() == 3
        assert before.isdisjoint(executor._client.run(os.getpid).values())


@pytest.mark.slow
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "tls://127.0.0.1:9", "nonsense"])
def test_nobody_at_the_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infragap.scale.clusters.CONNECT_S", 1)
    with pytest.raises(ParameterError, match="no Dask scheduler answers"), cluster(address, None, None):
        pass


class Workers:
    """In place of a client: what each worker says when it is asked for its program."""

    def __init__(self, **said: object) -> None:
        self.said = said

    def run(self, _: object, *, on_error: str) -> dict[str, object]:
        assert on_error == "return"
        return self.said


def test_workers_with_another_program_are_refused_at_once_and_with_their_first_plan(tmp_path: Path) -> None:
    _require_same_program(Workers())
    _require_same_program(Workers(a=program()))
    with pytest.raises(ParameterError, match=r"^b, c: another version of infragap"):
        _require_same_program(Workers(a=program(), c="0" * 64, b=ModuleNotFoundError("infragap")))
    outcome = do_unit(Unit("p", "base", tmp_path, {}, ("water",)), tmp_path / "out", None, "0" * 64)
    assert (outcome.state, isinstance(outcome.error, ParameterError)) == ("failed", True)
    assert "another version of infragap" in str(outcome.error)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_command_tells_each_plan_and_ends_with_one_where_a_pack_failed(packs: list[Path], tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[base.water]\ndraws = 0\n")
    broken = write_pack(tmp_path / "broken", villages=villages().assign(households=-1))
    line = ["run-many", broken, packs[0], "--scenarios", tmp_path / "s.toml", "--only", "water", "--workers", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "infragap", "--language", "en", *map(str, line), "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "a/base: done in" in done.stdout
    assert "1 of 2 plans" in done.stdout
    assert "broken/base: failed" in done.stderr
    assert "Without a result: broken/base" in done.stderr
    assert (tmp_path / "out/results/a/base/run.json").exists()
