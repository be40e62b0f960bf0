"""Packs under scenarios: what is written, what a failing pack does, and that a stopped run goes on."""

import json
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest

import infragap
from infragap.disk.manifest import MARKER, RECORD_CHECKSUM
from infragap.output import atomic_folder
from infragap.record import write_record
from infragap.run import run
from infragap.scale import unit_work
from infragap.scale.keys import stands, write_note
from infragap.settings import Settings, settings_of
from tests.pack_factory import villages, write_pack

ONLY = ("water",)
SCENARIOS = {"base": {"water": {"draws": 0}}, "few": {"water": {"draws": 0, "works_max": 1}}}


def contents(folder: Path) -> dict[str, bytes | str]:
    """All files; of the records what no clock touches."""
    return {
        path.relative_to(folder).as_posix(): json.loads(path.read_text())[RECORD_CHECKSUM]
        if path.name == MARKER
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Breaking(Executor):
    """Runs what it is given at once, but breaks at some of the calls as a killed worker does."""

    def __init__(self, *breaks_at: int) -> None:
        self.calls, self.breaks_at = 0, breaks_at

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.calls += 1
        if self.calls in self.breaks_at:
            future.set_exception(OSError("worker is gone"))
        else:
            future.set_result(work(*args, **kwargs))
        return future


def quick_run(data: Path, out: Path, settings: Settings, **_: Any) -> None:
    """In place of a run: one table and one layer that say which pack and which parameters they are of."""
    with atomic_folder(out) as folder:
        (folder / "tables").mkdir()
        (folder / "geoparquet").mkdir()
        frame = pd.DataFrame({"of": [data.name, data.name], "works_max": [settings.water.works_max] * 2})
        frame.assign(code="007").to_csv(folder / "tables/works.csv", index=False, encoding="utf-8-sig")
        places = gpd.GeoDataFrame(frame[["of"]], geometry=gpd.points_from_xy([1, 2], [3, 4]), crs="EPSG:4326")
        places.to_parquet(folder / "geoparquet/places.parquet")
        write_record({"timings": {}}, folder)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_work, "run", quick_run)


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("packs")
    return [write_pack(folder / "first"), write_pack(folder / "second", villages=villages().assign(households=90))]


@pytest.mark.slow
def test_threads_of_this_process_give_what_it_gives_alone(packs: list[Path], tmp_path: Path) -> None:
    few = {"few": SCENARIOS["few"]}
    infragap.plan(packs, few, out=tmp_path / "alone", only=ONLY)
    with ThreadPoolExecutor(2) as executor:
        assert not infragap.plan(packs, few, executor, out=tmp_path / "threads", only=ONLY).failed
    assert contents(tmp_path / "threads") == contents(tmp_path / "alone")


@pytest.mark.slow
def test_a_result_is_that_of_a_single_run(packs: list[Path], tmp_path: Path) -> None:
    run(packs[1], tmp_path / "one", settings_of(SCENARIOS["few"]), only=ONLY)
    infragap.plan(packs[1:], {"few": SCENARIOS["few"]}, out=tmp_path / "many", only=ONLY)
    assert contents(tmp_path / "one") == contents(tmp_path / "many/results/second/few")


def test_layers_and_tables_of_all(quick: None, packs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    many = infragap.plan(packs, SCENARIOS, out=out, only=ONLY, merged=True)
    assert (out / "tables/works.csv").read_text(encoding="utf-8").splitlines() == [
        "pack,scenario,of,works_max,code",
        *["first,base,first,,007"] * 2,
        *["first,few,first,1,007"] * 2,
        *["second,base,second,,007"] * 2,
        *["second,few,second,1,007"] * 2,
    ]
    assert many.table("works")["scenario"].tolist() == ["base", "base", "few", "few"] * 2
    layer = many.layer("places")
    assert layer.crs == "EPSG:4326"
    assert layer["pack"].tolist() == layer["of"].tolist() == ["first"] * 4 + ["second"] * 4
    partitioned = pq.read_table(out / "geoparquet/places").to_pandas()
    assert sorted(zip(partitioned["pack"], partitioned["scenario"], strict=True)) == sorted(
        zip(layer["pack"], layer["scenario"], strict=True)
    )
    with pytest.raises(infragap.gis.errors.MissingDataError, match="nothing: no result has"):
        many.table("nothing")


def test_a_stopped_run_goes_on_and_a_broken_worker_changes_nothing(
    quick: None, packs: list[Path], tmp_path: Path
) -> None:
    serial, out, told = tmp_path / "serial", tmp_path / "out", []
    infragap.plan(packs, SCENARIOS, out=serial, only=ONLY, merged=True)

    def stop_after_two(outcome: unit_work.Outcome, number: int, count: int) -> None:
        told.append((outcome.state, number, count))
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        infragap.plan(packs, SCENARIOS, out=out, only=ONLY, told=stop_after_two)
    assert told == [("done", 1, 4), ("done", 2, 4)]
    # a result whose note is of other inputs is made anew
    note = out / "keys/first/few.json"
    note.write_text(note.read_text().replace('"key": "', '"key": "0'))
    again = infragap.plan(packs, SCENARIOS, Breaking(3, 5), out=out, only=ONLY, merged=True)
    assert [outcome.state for outcome in again.outcomes] == ["kept", "done", "failed", "done"]
    assert "worker is gone" in str(again.failed[0].error)
    last = infragap.plan(packs, SCENARIOS, Breaking(2), out=out, only=ONLY, merged=True)
    assert [outcome.state for outcome in last.outcomes] == ["kept", "kept", "done", "kept"]
    assert contents(out) == contents(serial)


def test_what_broke_is_tried_again_in_this_process_too(
    monkeypatch: pytest.MonkeyPatch, packs: list[Path], tmp_path: Path
) -> None:
    calls = []

    def breaks_once(*arguments: Any, **options: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the disk is away")
        quick_run(*arguments, **options)

    monkeypatch.setattr(unit_work, "run", breaks_once)
    assert not infragap.plan(packs[:1], out=tmp_path / "out", only=ONLY).failed
    calls.clear()
    assert infragap.plan(packs[1:], out=tmp_path / "out", only=ONLY, retries=0).failed


def test_a_failing_pack_is_told_and_not_fatal(quick: None, packs: list[Path], tmp_path: Path) -> None:
    many = infragap.plan([tmp_path / "nowhere", packs[0]], out=tmp_path / "out", only=ONLY)
    assert [outcome.state for outcome in many.outcomes] == ["failed", "done"]
    assert [unit["state"] for unit in json.loads((tmp_path / "out/many.json").read_text())] == ["failed", "done"]
    assert not (tmp_path / "out/results/nowhere").exists()


@pytest.mark.slow
def test_faults_of_a_pack_are_told_with_its_layer(tmp_path: Path) -> None:
    broken = write_pack(tmp_path / "broken", villages=villages().assign(households=-1))
    assert "villages" in str(infragap.plan([broken], out=tmp_path / "out", only=ONLY).failed[0].error)


def test_a_wrong_parameter_fails_its_scenario_alone(quick: None, packs: list[Path], tmp_path: Path) -> None:
    many = infragap.plan(packs[:1], {"odd": {"water": {"drawz": 1}}, "base": {}}, out=tmp_path / "out", only=ONLY)
    assert [outcome.state for outcome in many.outcomes] == ["failed", "done"]
    assert "drawz" in str(many.failed[0].error)


def test_a_result_that_somebody_changed_is_not_kept(tmp_path: Path) -> None:
    folder, note = tmp_path / "result", tmp_path / "note.json"
    folder.mkdir()
    (folder / "a.csv").write_text("1")
    write_record({}, folder)
    write_note(folder, note, "k")
    assert stands(folder, note, "k")
    assert not stands(folder, note, "other")
    (folder / "a.csv").write_text("2")
    assert not stands(folder, note, "k")
    (folder / "a.csv").unlink()
    assert not stands(folder, note, "k")
