"""A plan after a change is the plan from the beginning, whatever was taken over."""

import pickle
import tempfile
import time
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import infragap
from infragap import library
from infragap.analyses.electricity.least_cost import study
from infragap.analyses.electricity.offgrid import compare
from infragap.analyses.electricity.parameters import ElectricityParameters, uncertain
from infragap.analyses.electricity.plan import Progress
from infragap.analyses.electricity.result import ElectricityResult, followed
from infragap.analyses.electricity.routing.candidates import Begun, neighbour_ways
from infragap.analyses.electricity.routing.routes import NEIGHBOURS
from infragap.analyses.results import Results
from infragap.analyses.reuse import Kept, Memory
from infragap.gis.crs import WGS84
from infragap.gis.errors import LayerError, ParameterError
from infragap.gis.leastcost.distance import cost_distance
from infragap.library import _ORIGINS
from infragap.maps.write import write_results
from infragap.wording.country import speaking_for
from tests.pack_factory import settlements, write_pack

QUICK = {"draws": 0, "scenarios": False}

LONG = {"draws": 2, "scenarios": True}


def bytes_of(value: Any) -> Any:
    """All that a frame, a number or a table of them holds, to the bit."""
    if isinstance(value, pd.DataFrame):
        plain = pd.DataFrame(value).copy()
        if isinstance(value, gpd.GeoDataFrame):
            plain[value.geometry.name] = value.geometry.to_wkb()
        return [(name, str(plain[name].dtype), [bytes_of(cell) for cell in plain[name]]) for name in plain]
    if isinstance(value, dict):
        return {name: bytes_of(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [bytes_of(part) for part in value]
    return value.hex() if isinstance(value, float) else repr(value)


def same(first: ElectricityResult, second: ElectricityResult) -> None:
    for field in fields(first):
        assert bytes_of(getattr(first, field.name)) == bytes_of(getattr(second, field.name)), field.name


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> infragap.Pack:
    return infragap.read_pack(write_pack(tmp_path_factory.mktemp("packs") / "small"))


def test_a_result_from_elsewhere_is_refused() -> None:
    empty, rows = gpd.GeoDataFrame(), pd.DataFrame()
    nobody = ElectricityResult(empty, empty, rows, empty, rows, {}, {}, [])
    with pytest.raises(ParameterError, match="not planned in this process"):
        infragap.replan(nobody)


def test_a_fault_of_the_moved_pack_is_told_and_ends_the_planning_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    def checked(*_: Any) -> None:
        raise LayerError("settlements: faulty")

    def planned(_: Any, progress: Progress) -> None:
        for number in range(10_000):
            progress("step")
            steps.append(f"step {number}")
            time.sleep(0.001)

    monkeypatch.setattr(library, "require_ready", checked)
    monkeypatch.setattr(library, "_followed", planned)
    origin = library._Origin(pack=cast(infragap.Pack, None), parameters=ElectricityParameters(), memory=Memory())
    with pytest.raises(LayerError, match="settlements: faulty"):
        library._checked_beside(origin, steps.append)
    assert len(steps) < 10_000
    # of a sound pack the error of planning is told
    monkeypatch.setattr(library, "require_ready", lambda *_: [])
    monkeypatch.setattr(library, "_followed", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        library._checked_beside(origin, steps.append)


def test_what_follows_is_made_once_and_only_when_it_is_asked_for() -> None:
    empty, made = gpd.GeoDataFrame(), []
    brief = ElectricityResult(empty, empty, pd.DataFrame(), empty, pd.DataFrame(), {"cost_mvnd": 1.0}, {}, [])
    long = ElectricityResult(empty, empty, pd.DataFrame(), empty, pd.DataFrame({"stt": [1]}), {}, {}, [{"target": "x"}])

    def whole() -> ElectricityResult:
        made.append(1)
        return long

    result = followed(brief, whole)
    assert result.plan == {"cost_mvnd": 1.0}
    assert result.lines is empty
    assert result.at_once is brief
    assert "made when asked for" in repr(result)
    assert not hasattr(result, "unknown")
    assert made == []
    assert result.targets == [{"target": "x"}]
    assert result.grid_extension is long.grid_extension
    assert made == [1]
    sent = pickle.loads(pickle.dumps(followed(brief, lambda: long)))
    assert (sent.plan, sent.targets) == (brief.plan, long.targets)


@pytest.mark.slow
def test_what_is_not_touched_is_taken_over(pack: infragap.Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    for module, name in ((study, "build_surface"), (study, "lay_out"), (compare, "simulate_plants")):
        step = getattr(module, name)

        def told(*given: Any, step: Any = step, name: str = name) -> Any:
            made.append(name)
            return step(*given)

        monkeypatch.setattr(module, name, told)
    first = infragap.plan_electricity(pack, **QUICK)
    assert {"build_surface", "lay_out", "simulate_plants"} <= set(made)
    made.clear()
    name = str(first.settlements["settlement_id"].iloc[0])
    told: list[str] = []
    infragap.replan(first, forced_grid=(name,), progress=told.append)
    assert told[:2] == ["line routes, sun and streams", "least-cost plan"]
    second = infragap.replan(first, tariff_vnd_per_kwh=1700.0)
    assert made == []
    infragap.replan(second, mv35_line_mvnd_per_km=900.0)
    assert "build_surface" not in made
    assert "lay_out" in made
    made.clear()
    place = first.settlements.geometry.to_crs(WGS84).iloc[0]
    infragap.replan(first, moved={name: (place.x + 0.002, place.y)})
    assert "build_surface" in made
    assert "simulate_plants" not in made
    with pytest.raises(LayerError, match="no row has settlement_id = nobody"):
        infragap.replan(first, moved={"nobody": (104.0, 22.0)})


GROUND = {"grid of cells", "lie of the land", "ground", "road corridors", "distance to lines", "positions"}
"""What hangs neither on prices nor on how slopes count."""

NATURE = {"sites", "plants", "water year"}

WAYS = {"layout", "surface", "junctions 0, 0, forbid", "voltage of the nearest line"}


def steps_of(result: ElectricityResult) -> dict[str, Kept]:
    return _ORIGINS[result].memory.steps


def taken_over(first: ElectricityResult, again: ElectricityResult) -> set[str]:
    """Steps that are the very ones of the plan before."""
    before = steps_of(first)
    return {name for name, kept in steps_of(again).items() if kept is before.get(name)}


@pytest.mark.slow
def test_each_change_keeps_all_steps_that_it_does_not_touch(pack: infragap.Pack) -> None:
    first = infragap.plan_electricity(pack, **QUICK)
    every = set(steps_of(first))
    assert every >= GROUND | NATURE | WAYS
    # a price that nothing of the ground knows
    assert taken_over(first, infragap.replan(first, tariff_vnd_per_kwh=1700.0)) >= GROUND | NATURE | WAYS
    name = str(first.settlements["settlement_id"].iloc[0])
    assert taken_over(first, infragap.replan(first, forced_grid=(name,))) >= GROUND | NATURE | WAYS - {
        "junctions 0, 0, forbid"
    }
    # other prices of lines mean other ways on the same surface
    kept = taken_over(first, infragap.replan(first, mv35_line_mvnd_per_km=900.0))
    assert kept >= GROUND | NATURE | {"surface", "voltage of the nearest line"}
    assert not kept & {"layout", "search 0, forbid"}
    kept = taken_over(first, infragap.replan(first, steep_slope_deg=40.0))
    assert kept >= GROUND | NATURE
    assert not kept & {"layout", "surface"}
    place = first.settlements.geometry.to_crs(WGS84).iloc[0]
    moved = infragap.replan(first, moved={name: (place.x + 0.002, place.y)})
    kept = taken_over(first, moved)
    # where falls are looked for hangs on who lives there, the streams do not
    assert kept >= {"grid of cells", "lie of the land", "ground", "distance to lines", "drainage"} | NATURE - {"sites"}
    assert not kept & {"layout", "surface", "positions"}


@pytest.mark.slow
def test_ways_between_neighbours_are_searched_again_only_where_a_cell_changed() -> None:
    rng = np.random.default_rng(16)
    cost = rng.uniform(1, 3, (60, 200)).astype(np.float32)
    cells = np.array([r * 200 + c for r in (10, 20, 30) for c in (5, 15, 25, 170, 180, 190)])
    own = np.full(len(cells), 50.0)
    first = neighbour_ways(cost, cells, own)
    other = cost.copy()
    other[20, 180] = np.inf
    again = neighbour_ways(other, cells, own, before=first)
    fresh = neighbour_ways(other, cells, own)
    assert np.array_equal(again.steps, fresh.steps)
    assert not np.array_equal(again.steps, first.steps)
    kept = {spot for spot in again.found if again.found[spot] is first.found[spot]}
    assert {int(cell) for cell in cells if cell % 200 < 30} <= kept
    assert 20 * 200 + 180 not in kept
    # a neighbour that moves away, and a dearer own line, are other searches too
    for given in ((np.delete(cells, 0), own[1:]), (cells, own + (cells == cells[0]))):
        again = neighbour_ways(cost, *given, before=first)
        assert np.array_equal(again.steps, neighbour_ways(cost, *given).steps)
        assert 0 < sum(again.found[spot] is first.found.get(spot) for spot in again.found) < len(cells)


@pytest.mark.slow
def test_a_search_begun_before_cells_were_closed_ends_as_one_after_it() -> None:
    rng = np.random.default_rng(37)
    cost = rng.uniform(1, 3, (60, 90)).astype(np.float32)
    cells = np.sort(rng.choice(cost.size, 12, replace=False))
    starts = np.full(cost.shape, np.inf, dtype=np.float32)
    starts.ravel()[cells] = starts[30, 10:80] = 0.0
    begun = Begun(cells, cost, cost_distance(cost, starts, neighbours=NEIGHBOURS, predecessors=True))
    closed = cost.copy()
    closed.ravel()[np.setdiff1d(rng.choice(cost.size, 200), cells)] = np.inf
    ended = begun.ended(closed, starts, cells)
    whole = cost_distance(closed, starts, neighbours=NEIGHBOURS, predecessors=True)
    assert ended is not None
    assert np.array_equal(ended.distance, whole.distance)
    assert not np.array_equal(ended.distance, begun.search.distance)
    # nothing closed is nothing to do, and other settlements are another search
    assert begun.ended(cost, starts, cells) is begun.search
    assert begun.ended(closed, starts, cells[1:]) is None


@pytest.mark.slow
def test_a_moved_settlement_is_the_pack_with_it_there(pack: infragap.Pack, tmp_path: Path) -> None:
    first = infragap.plan_electricity(pack, **QUICK)
    name = str(first.settlements["settlement_id"].iloc[0])
    place = pack.settlements.set_index("settlement_id").geometry.to_crs(WGS84)[name]
    there = (place.x + 0.003, place.y - 0.002)

    def moved(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        point = gpd.GeoSeries(gpd.points_from_xy([there[0]], [there[1]]), crs=WGS84).to_crs(layer.crs).iloc[0]
        return layer.assign(geometry=layer.geometry.where(layer["settlement_id"] != name, point))

    fresh = infragap.read_pack(write_pack(tmp_path / "moved", settlements=moved(settlements())))
    written = fresh.settlements.set_index("settlement_id").geometry.to_crs(WGS84)[name]
    again = infragap.replan(first, moved={name: (written.x, written.y)}, draws=5)
    own = infragap.plan_electricity(fresh, **QUICK | {"draws": 5})
    assert again.settlements.drop(columns="geometry").equals(own.settlements.drop(columns="geometry"))
    assert again.plan == own.plan


def random_change(rng: np.random.Generator, number: int, pack: infragap.Pack) -> dict[str, Any]:
    """One forced settlement, one moved point, or one parameter within its range."""
    layer = pack.settlements.set_index("settlement_id")
    name = str(rng.choice(layer.index.to_numpy()))
    if number % 4 == 0:
        return {"forced_grid": (name,)}
    if number % 4 == 1:
        place = layer.geometry.to_crs(WGS84)[name]
        return {"moved": {name: (place.x + rng.uniform(-3e-4, 3e-4), place.y + rng.uniform(-3e-4, 3e-4))}}
    ranges = uncertain(compared=True)
    parameter = str(rng.choice(sorted(ranges)))
    low, _, high = ranges[parameter]
    value = rng.uniform(low, high)
    return {
        parameter: round(value) if ElectricityParameters.model_fields[parameter].annotation is int else float(value)
    }


WRITTEN = (0, 5, 10)
"""Of these changes the files are compared too: a forced settlement, a moved point and a parameter."""


def same_files(
    first: ElectricityResult, second: ElectricityResult, pack: infragap.Pack, change: dict[str, Any]
) -> None:
    """Written as `infragap run` does, both results give the same bytes in every file."""
    parameters, written = {"electricity": ElectricityParameters(**LONG | change)}, []
    for result in (first, second):
        with tempfile.TemporaryDirectory() as folder, speaking_for(pack.profile):
            write_results(Path(folder), pack, Results(electricity=result), parameters=parameters)
            files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
            written.append({path.relative_to(folder): path.read_bytes() for path in files})
    assert len(written[0]) > 20
    assert written[0].keys() == written[1].keys()
    assert [path for path in written[0] if written[0][path] != written[1][path]] == []


def hold_random_changes(folder: Path, count: int) -> list[tuple[dict[str, Any], float, float]]:
    """Replan and plan from the beginning, compare, and give the changes with processor seconds of both: every fifth
    with draws and scenarios, which follow the answer."""
    rng, told = np.random.default_rng(20261127), []
    pack = infragap.read_pack(folder)
    first = infragap.plan_electricity(pack, **LONG)
    for number in range(count):
        change = random_change(rng, number, pack)
        begun = time.process_time()
        again = infragap.replan(first, **change)
        between = time.process_time()
        assert "settlements" not in vars(again)
        moved = change.pop("moved", None)
        fresh = infragap.read_pack(folder)
        fresh = fresh if moved is None else fresh.with_moved("settlements", moved)
        same(again.at_once, infragap.plan_electricity(fresh, **QUICK | change))
        if number % 5 == 0:
            own = infragap.plan_electricity(fresh, **LONG | change)
            same(again, own)
            if number in WRITTEN:
                same_files(again, own, fresh, change)
        told.append((change, between - begun, time.process_time() - between))
    return told


@pytest.mark.slow
def test_twenty_random_changes_give_the_bytes_of_plans_from_the_beginning(pack: infragap.Pack) -> None:
    hold_random_changes(pack.folder, 20)
