"""Supply areas: who belongs together, what an area is given, and that the joined plan stands beside the whole one."""

import json
import os
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from pyproj import CRS
from shapely.geometry import LineString, Point

import infragap
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.gis.errors import ParameterError
from infragap.gis.pack import read_pack
from infragap.gis.raster import Raster
from infragap.scale import shared_targets
from infragap.scale.area_packs import PACK, Area, cropped, settlements_of
from infragap.scale.area_results import join_areas
from infragap.scale.areas import _grouped, _numbered, border_cell_m, border_cells, main_roads, supply_areas
from infragap.scale.borders import in_area
from infragap.scale.clusters import cluster
from infragap.scale.gathered import write_gathered
from infragap.scale.many import Many
from infragap.scale.shared_targets import OffGrid, with_shared_targets
from infragap.scale.unit_work import Outcome, failed
from infragap.scale.units import Unit
from infragap.settings import settings_of
from tests.infragap.scale.test_many import contents
from tests.pack_factory import grid_lines, settlements, substations, write_pack

ONLY = ("electricity",)
QUICK = {"base": {"electricity": {"draws": 0, "scenarios": False}}}
WEST, EAST = 440_500, 459_500
PLACES = {
    # four on either side, C0004 and C0005 two kilometres apart with the border between them
    "C0001": (442_000, 2_417_000), "C0002": (443_500, 2_420_000), "C0003": (446_000, 2_423_000),
    "C0004": (449_000, 2_426_500), "C0005": (451_000, 2_426_500), "C0006": (454_000, 2_423_000),
    "C0007": (456_500, 2_420_000), "C0008": (458_000, 2_417_000),
}  # fmt: skip


def two_stations(folder: Path) -> Path:
    """The small pack with a station and a feeder at its western and at its eastern edge, and four clusters at each."""
    line, station = grid_lines().iloc[[0]], substations()
    lines = pd.concat([line, line], ignore_index=True).assign(
        line_id=["L1", "L2"], feeder=["371 W", "371 E"], substation_id=["W", "E"], length_km=3.0
    )
    lines.geometry = [LineString([(x, 2_415_000), (x, 2_418_000)]) for x in (WEST, EAST)]
    stations = pd.concat([station, station], ignore_index=True).assign(substation_id=["W", "E"])
    stations.geometry = [Point(x, 2_415_000) for x in (WEST, EAST)]
    one = settlements().iloc[[4]]
    layer = pd.concat([one] * len(PLACES), ignore_index=True).assign(
        settlement_id=list(PLACES), name=list(PLACES), households=[40, 55, 35, 60, 50, 45, 30, 65]
    )
    layer.geometry = [Point(*place) for place in PLACES.values()]
    layer["commune_code"] = [f"9000{1 + (x > 450_000) + 2 * (y > 2_420_000)}" for x, y in PLACES.values()]
    return write_pack(folder, grid_lines=lines, substations=stations, settlements=layer, stations=None)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_stations(tmp_path_factory.mktemp("packs") / "country")


def test_the_heaviest_ties_join_first_and_no_group_grows_too_large() -> None:
    size = np.array([3, 2, 2, 0, 1])
    ties = [(9.0, 0, 1), (8.0, 1, 2), (1.0, 2, 4)]
    # 0 and 1 join; with 2 they would be seven; 2 and 4 join; 3 has nobody and goes to a neighbour
    group = _grouped(size, ties, [(5.0, 3, 4), (4.0, 0, 4)], most=5)
    assert group.tolist() == [0, 0, 2, 2, 2]
    assert _numbered(group, size).tolist() == [0, 0, 1, 1, 1]
    assert _grouped(size, ties, [], most=1).tolist() == [0, 1, 2, 3, 4]
    assert _grouped(size, ties, [], most=100).tolist() == [0, 0, 0, 3, 0]


def test_border_cells_lie_on_both_sides_and_not_beside_the_outside() -> None:
    ground = np.array([[0, 0, 1], [0, 0, 1], [-1, -1, 1]])
    assert border_cells(ground).tolist() == [[False, True, True], [False, True, True], [False, False, False]]


def test_a_window_keeps_cells_where_they_are() -> None:
    values = np.arange(200 * 300).reshape(200, 300)
    raster = Raster(values, Affine(100, 0, 5_000, 0, -100, 90_000), CRS.from_epsg(9208))
    part = cropped(raster, (5_000 + 7_000, 90_000 - 19_000, 5_000 + 15_000, 90_000 - 13_000))
    assert part.bounds == (11_000, 70_000, 23_000, 78_000)
    assert part.values[0, 0] == values[120, 60]
    assert part.shape == (80, 120)


def test_an_area_has_its_part_of_the_money_and_its_own_names(tmp_path: Path) -> None:
    (tmp_path / "settlements.csv").write_text("settlement_id,area,near_border\nX,A01,True\nY,A02,False\n")
    asked = settings_of({"electricity": {"budgets_mvnd": (10.0,) * 5, "forced_grid": ("X", "Y", "Z")}})
    area = Area("A01", tmp_path / "A01", 1, 1, 30, 0.3)
    unit = Unit("country", "base", tmp_path, {}, ONLY, area, target_households_pct=97.5)
    given = in_area(asked, unit).electricity
    assert given.target_households_on_grid_pct == 97.5
    assert given.budgets_mvnd == pytest.approx((3.0,) * 5)
    # nobody knows Z: the plan refuses it as it does without areas
    assert given.forced_grid == ("X", "Z")
    assert in_area(settings_of({}), Unit("country", "base", tmp_path, {}, ONLY, area)) == settings_of({})
    assert in_area(asked, Unit("country", "base", tmp_path, {}, ONLY)) is asked


def test_a_target_is_shared_at_one_price(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    off = {"A01": (50, 40, 30, 5, 5, 5, 5, 5, 5, 5), "A02": (10, 10, 0, 0, 0, 0, 0, 0, 0, 0)}
    areas = [Area(name, tmp_path / name, 1, 0, 100, 0.5) for name in off]
    units = [Unit("country", "base", tmp_path, {}, ONLY, area) for area in areas]

    def shared(pct: float | None) -> list[float | None]:
        def looked(unit: Unit, prices: Sequence[float]) -> OffGrid:
            assert unit.area is not None
            return OffGrid(pct, 1000.0 if unit.area.name == "A01" else 3000.0, off[unit.area.name][: len(prices)])

        monkeypatch.setattr(shared_targets, "off_grid_by_price", looked)
        found, errors = with_shared_targets(units, None)
        assert not errors
        return [unit.target_households_pct for unit in found]

    assert shared(None) == [None, None]
    # 80 of 4,000 may be off: at no price 60 are, and the 20 left go by households, 5 and 15
    assert shared(98.0) == pytest.approx([100 - 5.5, 100 - 25 / 30])
    # 32 may be off: 50 are at the second price, 30 at the third, the 2 left are 0.5 and 1.5
    assert shared(99.2) == pytest.approx([100 - 3.05, 100 - 1.5 / 30])
    # none may be off: five cannot be reached at any price
    assert shared(100.0) == pytest.approx([99.5, 100.0])


@pytest.mark.parametrize(
    ("pct", "told"),
    [
        # nobody can know his part of a target; without a target the others are planned
        (99.0, {"country/base/A01": "no area knows", "country/base/A02": "disk is full", "other/base": None}),
        (None, {"country/base/A01": None, "country/base/A02": "disk is full", "other/base": None}),
    ],
)
def test_an_area_that_cannot_be_counted_is_named_with_its_cause(
    pct: float | None, told: dict[str, str | None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[str] = []

    def looked(unit: Unit, prices: Sequence[float]) -> OffGrid:
        assert unit.area is not None
        calls.append(unit.area.name)
        if unit.area.name == "A02":
            raise OSError("disk is full")
        return OffGrid(pct, 1000.0, (5.0,) * len(prices))

    monkeypatch.setattr(shared_targets, "off_grid_by_price", looked)
    areas = [Area(name, tmp_path / name, 1, 0, 100, 0.5) for name in ("A01", "A02")]
    units = [Unit("country", "base", tmp_path, {}, ONLY, area) for area in areas]
    units.append(Unit("other", "base", tmp_path, {}, ONLY))
    found, errors = with_shared_targets(units, None)
    assert [unit.name for unit in found] == list(told)
    assert calls == ["A01", "A02", "A02"]
    assert sorted(errors) == [name for name, text in told.items() if text]
    for name, error in errors.items():
        assert told[name] in str(error)
    if pct:
        assert "country/base/A02" in str(errors["country/base/A01"])


def test_nothing_is_joined_while_an_area_has_no_result(tmp_path: Path) -> None:
    areas = [Area(name, tmp_path / name, 1, 0, 100, 0.5) for name in ("A01", "A02")]
    units = [Unit("country", "base", tmp_path, {}, ONLY, area) for area in areas]
    outcomes = [Outcome(units[0], "done", tmp_path), failed(units[1], tmp_path, OSError("gone"))]
    join_areas(tmp_path, outcomes)
    write_gathered(tmp_path, outcomes, merged=True)
    assert not (tmp_path / "results").exists()
    assert not list((tmp_path / "tables").iterdir())
    listed = json.loads((tmp_path / "many.json").read_text())
    assert [(each["area"], each["state"], "gone" in str(each["error"])) for each in listed] == [
        ("A01", "done", False),
        ("A02", "failed", True),
    ]


def test_borders_of_a_large_country_are_drawn_on_wider_cells() -> None:
    asked = ElectricityParameters()
    ground = Raster(np.broadcast_to(np.int16(0), (8_650, 8_650)), Affine(100, 0, 0, 0, -100, 0), CRS.from_epsg(9208))
    # 74.8 million cells of 100 m: 4.7 million of 400 m; of 300 m there would be 8.3 million
    assert border_cell_m(ground, asked) == 400
    assert border_cell_m(ground, asked.model_copy(update={"routing_cell_m": 250.0})) == 500
    part = Raster(ground.values[:2000, :2000], ground.transform, ground.crs)
    assert border_cell_m(part, asked) == 100


def test_the_least_roads_are_left_out_where_there_are_too_many() -> None:
    length_km = {"national": 4, "commune": 3, "track": 2, "expressway": 1}
    lines = [LineString([(0, k), (1000 * km, k)]) for k, km in enumerate(length_km.values())]
    roads = gpd.GeoDataFrame({"road_class": list(length_km)}, geometry=lines, crs="EPSG:9208")
    assert main_roads(roads, 10.0) is roads
    assert main_roads(roads, 9.9)["road_class"].tolist() == ["national", "commune", "expressway"]
    assert main_roads(roads, 6.0)["road_class"].tolist() == ["national", "expressway"]
    assert main_roads(roads, 0.5)["road_class"].tolist() == ["expressway"]


def test_areas_are_of_electricity_alone(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="--only electricity"):
        infragap.plan([infragap.InAreas(tmp_path)], out=tmp_path / "out")


@pytest.mark.slow
def test_the_watershed_between_stations_is_the_border(pack: Path) -> None:
    areas = supply_areas(read_pack(pack), ElectricityParameters(), 4)
    assert areas.settlement.tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert areas.line.tolist() == [1, 0]
    assert areas.near_border[[3, 4]].all()
    assert not areas.near_border[[0, 7]].any()
    # nearly symmetric ground: the border runs down the middle
    middle = areas.at(gpd.GeoDataFrame(geometry=gpd.points_from_xy([447_500, 452_500], [2_420_000] * 2)))
    assert middle.tolist() == [1, 0]
    assert areas.cut_mvnd > 0
    whole = supply_areas(read_pack(pack), ElectricityParameters(), 8)
    assert (whole.count, whole.cut_mvnd, whole.near_border.any()) == (1, 0.0, False)


@pytest.fixture(scope="module")
def planned(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Many:
    many = infragap.plan(
        [infragap.InAreas(pack, 4)], QUICK, out=tmp_path_factory.mktemp("areas"), only=ONLY, merged=True
    )
    assert not many.failed
    return many


@pytest.mark.slow
def test_the_joined_plan_lies_between_the_bounds_and_loses_nobody(pack: Path, planned: Many) -> None:
    whole = infragap.plan_electricity(pack, draws=0, scenarios=False)
    result = planned.out / "results/country/base"
    sums = json.loads((result / "run.json").read_text())["areas"]
    cost, bound = whole.plan["cost_mvnd"], whole.plan["lower_bound_mvnd"]
    assert sums["cost_mvnd"] >= bound * (1 - 1e-9)
    assert sums["open_border_bound_mvnd"] <= cost * (1 + 1e-9)
    table = planned.table("electricity_ranking")
    assert sorted(table["settlement_id"]) == sorted(PLACES)
    assert sorted(table["rank"]) == sorted(table["priority_rank"]) == list(range(1, 9))
    assert table.set_index("settlement_id")["near_border"][["C0004", "C0005"]].all()
    own = table.set_index("settlement_id")["rank"]
    asked = whole.settlements.set_index("settlement_id")["rank"]
    assert own[["C0001", "C0002", "C0007", "C0008"]].rank().equals(asked[own.index[:2].append(own.index[-2:])].rank())
    lines = planned.layer("electricity_lines")
    assert lines["line_id"].is_unique
    assert set(lines["line_id"].str[:4]) == {"A01-", "A02-"}
    # nobody has asked for maps of areas
    assert not list(planned.outcomes[0].folder.glob("*.html"))
    assert not list(planned.outcomes[0].folder.glob("*.xlsx"))


@pytest.mark.slow
def test_households_off_the_grid_fall_with_their_price(planned: Many, tmp_path: Path) -> None:
    unit = planned.outcomes[0].unit
    assert unit.area is not None
    unit = replace(unit, area=replace(unit.area, folder=tmp_path / "A01"))
    assert shared_targets.off_grid_by_price(unit, (0.0,)).target_pct is None
    asked = replace(unit, values={"electricity": {"target_households_on_grid_pct": 99.0}})
    counted = shared_targets.off_grid_by_price(asked, (0.0, 1e5))
    table = planned.table("electricity_ranking").query("area == @unit.area.name")
    assert counted.off == (table.loc[table["choice"] != "grid", "households"].sum(), 0.0)
    assert counted.households == read_pack(unit.folder).communes["households"].sum()
    assert shared_targets.off_grid_by_price(asked, (0.0, 1e5)) == counted


@pytest.mark.slow
def test_households_of_communes_and_settlements_are_shared_out_once(pack: Path, planned: Many) -> None:
    folder = planned.out / "areas/country"
    parts = [read_pack(folder / name / PACK) for name in ("A01", "A02")]
    whole = read_pack(pack)
    for column in ("households", "population"):
        shared = pd.concat([part.communes for part in parts]).groupby("commune_code")[column].sum()
        assert shared.to_dict() == whole.communes.set_index("commune_code")[column].to_dict()
    assert sum(len(part.settlements) for part in parts) == len(settlements_of(folder)) == len(PLACES)
    assert sorted(pd.concat([part.grid_lines for part in parts])["line_id"]) == ["L1", "L2"]


@pytest.mark.slow
def test_areas_on_two_processes_are_those_of_one_and_a_stopped_run_goes_on(
    pack: Path, planned: Many, tmp_path: Path
) -> None:
    with ProcessPoolExecutor(2) as pool:
        other = infragap.plan([infragap.InAreas(pack, 4)], QUICK, pool, out=tmp_path, only=ONLY, merged=True)
    assert contents(tmp_path) == contents(planned.out)
    before = contents(tmp_path)
    (other.outcomes[1].folder / "tables/electricity_lines.csv").unlink()
    (tmp_path / "results/country/base/tables/electricity_areas.csv").unlink()
    again = infragap.plan([infragap.InAreas(pack, 4)], QUICK, out=tmp_path, only=ONLY, merged=True)
    assert [outcome.state for outcome in again.outcomes] == ["kept", "done"]
    assert contents(tmp_path) == before


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_worker_killed_while_it_makes_an_area_changes_nothing(pack: Path, planned: Many, tmp_path: Path) -> None:
    killed: list[str] = []
    with cluster(None, 2, 3000) as executor:
        client = executor._client

        def kill_one() -> None:
            # as soon as a worker has begun an area, in the middle of it
            while not (busy := [name for name, work in client.processing().items() if "do_unit" in str(work)]):
                time.sleep(0.05)
            time.sleep(0.5)
            os.kill(client.run(os.getpid, workers=busy[:1])[busy[0]], signal.SIGKILL)
            killed.append(busy[0])

        killer = threading.Thread(target=kill_one, daemon=True)
        killer.start()
        many = infragap.plan([infragap.InAreas(pack, 4)], QUICK, executor, out=tmp_path, only=ONLY, merged=True)
    assert killed
    assert not many.failed
    assert contents(tmp_path) == contents(planned.out)
