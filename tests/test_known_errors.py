"""What the known tools get wrong: the errors of that list which no test of a single part would show.

The others are guarded beside the code: lines on the spot, joint lines, conductors, forced choices and budgets in
`tests/analyses/electricity`, missing columns in `tests/gis/reading/test_layer_faults.py` and
`tests/infragap/test_cli.py`, ridges and allocation in `tests/analyses/water`, limits of walks in
`tests/analyses/schools/travel/test_ways.py`, pages without internet in `tests/maps/pages/test_document.py`, place names
in `tests/gis/test_names.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.electricity.routing.existing_grid import capacity_limits, existing_line_cells
from infragap.analyses.results import Results
from infragap.analyses.schools.codes import Mode, Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.plan import plan_schools
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.schools.travel.region import all_pairs, whole_region
from infragap.analyses.schools.travel.ways import Travel, build_travel
from infragap.analyses.solvers.stopping import Stop
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.plan import plan_water
from infragap.analyses.water.result import WaterResult
from infragap.analyses.water.service.schemes import scheme_service
from infragap.analyses.water.siting.choice import choose
from infragap.analyses.water.siting.model import Asked, build_model
from infragap.analyses.water.siting.relaxation import Relaxation
from infragap.analyses.water.works.candidate import Candidates
from infragap.gis.findings import faults
from infragap.gis.pack import Pack, read_pack
from infragap.maps.pages.water import colour_step
from infragap.maps.write import write_results
from tests import pack_factory
from tests.analyses.schools.ground_factory import CELL_M, bare_ground, centre, roads_layer
from tests.maps.page_reader import page_content
from tests.pack_factory import write_pack

pytestmark = pytest.mark.slow

ELLIPSOID = pyproj.Geod(ellps="WGS84")
QUICK = ElectricityParameters(draws=0, scenarios=False)
WATER = WaterParameters(draws=0, frontier_points=2, works_max=4)
TABLES = (
    "villages",
    "settlements",
    "communes",
    "water_schemes",
    "schools",
    "roads",
    "grid_lines",
    "substations",
    "solar",
    "water_households",
)


def tenfold(settlements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Ten times the households, so that some settlements are worth a line and some are not."""
    return settlements.assign(households=settlements["households"] * 10)


@dataclass(frozen=True)
class Run:
    """All three analyses of one small pack."""

    pack: Pack
    electricity: ElectricityResult
    water: WaterResult
    schools: SchoolsResult


def run_all(folder: Path) -> Run:
    pack = read_pack(folder)
    assert faults(pack.findings()) == []
    return Run(
        pack,
        plan_electricity(pack, QUICK),
        plan_water(pack, WATER),
        plan_schools(pack, SchoolsParameters()),
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_all(write_pack(tmp_path_factory.mktemp("small") / "pack", settlements=tenfold))


@pytest.fixture(scope="module")
def out(small: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    results = Results(small.electricity, small.water, small.schools)
    write_results(folder, small.pack, results, parameters={"schools": SchoolsParameters()})
    return folder


def csv(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(out / "tables" / f"{name}.csv", encoding="utf-8-sig", dtype={"commune_code": str})


def features(out: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((out / "geojson" / f"{name}.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    return found


def page_layer(out: Path, page: str, layer: str) -> dict[str, Any]:
    """One layer of a page, as its script receives it."""
    content = page_content(out / page)
    (found,) = [one for one in content["layers"] if one["id"] == layer]
    return dict(found)


def geodesic_km(coordinates: Any) -> float:
    longitude, latitude = np.transpose(coordinates)[:2]
    return float(ELLIPSOID.line_length(longitude, latitude)) / 1000


def test_lengths_are_those_of_the_ground(out: Path) -> None:
    """Not straight lines, degrees or web Mercator: a line is as long as the ellipsoid says along its course."""
    length_km = csv(out, "electricity_lines").set_index("line_id")["length_km"]
    assert len(length_km) > 0
    mercator = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    for feature in features(out, "electricity_lines"):
        coordinates = feature["geometry"]["coordinates"]
        told_km = length_km[feature["properties"]["line_id"]]
        assert told_km == pytest.approx(geodesic_km(coordinates), rel=5e-4)
        drawn = shapely.LineString(np.column_stack(mercator.transform(*np.transpose(coordinates))))
        assert drawn.length / 1000 > 1.07 * told_km


def test_pack_layers_are_measured_in_metres_on_the_ground(small: Run) -> None:
    """The same for what all analyses measure on: the layers of the pack, stored in degrees."""
    stored = gpd.read_file(small.pack.folder / pack_factory.FILES["roads"])
    assert small.pack.roads.geometry.length.to_numpy() / 1000 == pytest.approx(
        [geodesic_km(line.coords) for line in stored.geometry], rel=5e-4
    )


def test_unknown_loads_are_not_taken_for_zero(small: Run) -> None:
    """A blank is not a 0: a station or feeder whose load nobody published sets no limit, and is not taken for an empty
    one."""
    lines, stations = small.pack.grid_lines, small.pack.substations
    # 25 MVA at 100 %, 15 MVA used, and nothing known of the feeder
    (known,) = capacity_limits(lines, stations, QUICK)
    share, power_factor = QUICK.loading_limit_pct / 100, QUICK.power_factor
    assert known.headroom_kw == pytest.approx((25 * share - 15) * 1000 * power_factor)
    assert capacity_limits(lines, stations.assign(load_mva=np.nan), QUICK) == []


def test_no_data_is_not_unserved(tmp_path: Path) -> None:
    """A commune of which nothing is known has no rate, no gap and a colour of its own, and is named as unknown."""
    pack = read_pack(
        write_pack(tmp_path / "p", villages=lambda v: v[v["commune_code"] != "90001"].reset_index(drop=True))
    )
    communes = plan_water(pack, WaterParameters()).communes.set_index("commune_code")
    unknown, known = communes.loc["90001"], communes.drop(index="90001")
    assert np.isnan(unknown[["to_standard_pct", "basic_pct", "to_standard_after_pct"]].astype(float)).all()
    assert "Không có thôn nào" in unknown["reason_vi"]
    assert unknown["rank"] > known.loc[known["people_without_standard"] > 0, "rank"].max()
    assert known["to_standard_pct"].notna().all()
    # a step of the gap means a known share
    assert colour_step(float("nan")) == ""
    assert colour_step(0.0) == "0"


def test_a_scheme_serves_no_more_than_its_capacity(small: Run) -> None:
    """The register says 500 households; the water suffices for 25, and a scheme out of order serves nobody."""
    # 4 people · 80 l · 1.3 / 0.8 = 0.52 m³ a household and day; 13 m³ a day / 0.52 = 25 households
    schemes = small.pack.water_schemes.assign(
        capacity_m3_day=13.0, households_served=500, functionality=["sustainable", "not_working", "sustainable"]
    )
    parameters = WaterParameters(demand_l_per_person_day=80.0, loss_pct=20.0, peak_day_factor=1.3)
    service = scheme_service(
        schemes,
        schemes.geometry.x.to_numpy(),
        schemes.geometry.y.to_numpy(),
        small.pack.elevation,
        household_size=4.0,
        parameters=parameters,
    )
    assert service.households == pytest.approx([25.0, 0.0, 25.0])


def pairs(
    travel: Travel, mode: Mode, season: Season, place: Any, site: Any, limit_min: float = np.inf
) -> tuple[float, float]:
    """Minutes there and back between two cells."""
    table = all_pairs(whole_region(travel), mode, season, place, site, limit_min=limit_min)
    return float(table.to_min[0, 0]), float(table.back_min[0, 0])


@pytest.mark.parametrize(("season", "factor"), [("dry", 1.0), ("rainy", 0.85)])
def test_motorbikes_are_slower_in_the_rain(season: str, factor: float) -> None:
    """One speed for all seasons: 8 km of asphalt at 30 km/h take 16 minutes in the dry season, more in the rainy
    one."""
    road = shapely.LineString([centre(2, 5, 5), centre(2, 45, 5)])
    flat = np.zeros((5, 50))
    roads = roads_layer([road], road_class=["national"], surface=["asphalt"])
    travel = build_travel(bare_ground(np.ones(flat.shape, bool), flat), roads, parameters=SchoolsParameters())
    there = pairs(travel, Mode.MOTORBIKE, Season(season), np.array([2 * 50 + 5]), np.array([2 * 50 + 45]))[0]
    assert there == pytest.approx(16 / factor, rel=1e-3)


def test_motorbikes_are_slower_uphill() -> None:
    """One speed for all slopes: the same 8 km of earth road climb 12 % instead of none."""
    road = shapely.LineString([centre(2, 5, 5), centre(2, 45, 5)])
    roads = roads_layer([road], road_class=["commune"])
    places = np.array([2 * 50 + 5]), np.array([2 * 50 + 45])
    minutes = []
    for slope in (0.0, 0.12):
        heights = np.tile(slope * CELL_M * np.arange(50), (5, 1))
        travel = build_travel(bare_ground(np.ones(heights.shape, bool), heights), roads, parameters=SchoolsParameters())
        minutes.append(pairs(travel, Mode.MOTORBIKE, Season.DRY, *places)[0])
    assert minutes[1] > 1.05 * minutes[0]


def test_long_ways_neither_overflow_nor_stop_short() -> None:
    """A way of more than a day is told to the minute, a limit just above it keeps it, one just below makes it
    unreachable."""
    # 400 cells in a row at 3.024 km/h, of which one is a track at 5.04: 398 * 3.968 + 2.381 = 1,581.7 min
    flat = np.zeros((3, 400))
    roads = roads_layer([shapely.LineString([centre(0, 0, 3), centre(0, 1, 3)])])
    travel = build_travel(bare_ground(np.ones(flat.shape, bool), flat), roads, parameters=SchoolsParameters())
    west, east = np.array([0]), np.array([399])
    told_min = 398 * 60 * 0.2 / 3.024 + 60 * 0.2 / 5.04
    for limit_min, told in ((1e6, told_min), (told_min + 0.5, told_min), (told_min - 0.5, np.inf)):
        assert pairs(travel, Mode.FOOT, Season.DRY, west, east, limit_min) == pytest.approx((told, told), rel=1e-4)


def test_out_of_reach_is_empty_not_a_large_number(tmp_path: Path) -> None:
    """Villages beyond a river without a bridge have no minutes in any output, and are counted."""
    east_m = 456_000
    # drawn beyond the border, so that nobody walks around its end
    course = shapely.LineString([(east_m, pack_factory.SOUTH - 1_000), (east_m, pack_factory.NORTH + 1_000)])
    folder = write_pack(
        tmp_path / "p",
        bridges=None,
        rivers=lambda r: r.set_geometry([course], crs=r.crs),
        roads=lambda r: r[r["road_id"] != "R3"].reset_index(drop=True),
    )
    pack = read_pack(folder)
    schools = plan_schools(pack, SchoolsParameters())
    beyond = (pack.villages.geometry.x > east_m).to_numpy()
    assert 0 < beyond.sum() < len(beyond)
    minutes = [c for c in schools.villages.columns if c.startswith("upper_") and c.endswith("_min")]
    assert schools.villages.loc[beyond, minutes].isna().all(axis=None)
    assert schools.villages.loc[~beyond, "upper_motorbike_dry_min"].notna().all()
    assert schools.summary["villages_out_of_reach"] == beyond.sum()
    (tmp_path / "out").mkdir()
    write_results(tmp_path / "out", pack, Results(schools=schools), parameters={"schools": SchoolsParameters()})
    ids = set(schools.villages.loc[beyond, "village_id"])
    table = csv(tmp_path / "out", "schools_villages").set_index("village_id")
    assert table.loc[sorted(ids), minutes].isna().all(axis=None)
    layer = page_layer(tmp_path / "out", "schools.html", "villages")
    rows = [dict(zip(layer["columns"], row, strict=True)) for row in layer["rows"]]
    shown = [row["upper_motorbike_dry_min"] for row in rows]
    assert sum(value is None for value in shown) == beyond.sum()


def test_siting_is_not_greedy() -> None:
    """The work that reaches most people alone is not among the best two; the choice comes with a bound that proves
    it."""
    # four villages of 40, 50, 50, 40; the middle work reaches the two large ones (100), the others 90 each: greedy ends
    # with 140 of 180
    people = np.array([40.0, 50.0, 50.0, 40.0])
    candidate, village = np.array([0, 0, 1, 1, 2, 2]), np.array([1, 2, 0, 1, 2, 3])
    links = pd.DataFrame(
        {
            "candidate": candidate, "village": village, "households_max": people[village], "people_per_household": 1.0,
            "cost_mvnd_per_household": 0.0, "fixed_mvnd": 0.0, "parent_village": -1,
        }
    )  # fmt: skip
    table = pd.DataFrame(
        {
            "site": ["a", "b", "c"], "capacity_households": 1000.0, "fixed_mvnd": 1.0, "mvnd_per_household": 0.0,
            "listed": False, "source_id": ["r", "s", "t"],
            "usable_flow_l_s": 1000.0, "withdrawal_l_s_per_household": 0.01, "downstream_id": "",
        }
    )  # fmt: skip
    model = build_model(Candidates((), table, links), people, np.zeros(4, dtype=bool))
    choice = choose(model, Relaxation(model), Asked(most_people=True, works_max=2), stop=Stop(gap=1e-4))
    assert np.flatnonzero(choice.open).tolist() == [1, 2]
    assert choice.people == pytest.approx(180.0)
    assert choice.bound == pytest.approx(180.0, rel=1e-4)


def assert_same_rows(one: pd.DataFrame, two: pd.DataFrame, key: str | list[str], *, but: tuple[str, ...] = ()) -> None:
    left, right = (pd.DataFrame(frame).drop(columns=["geometry", *but], errors="ignore") for frame in (one, two))
    pd.testing.assert_frame_equal(
        left.sort_values(key, ignore_index=True),
        right.sort_values(key, ignore_index=True),
        check_exact=False,
        rtol=1e-5,
        atol=1e-5,
    )


def test_order_of_rows_changes_nothing(small: Run, tmp_path: Path) -> None:
    """All layers in another order: every row of every table of the three analyses says the same."""
    changes: dict[str, Any] = {
        name: lambda frame, seed=seed: frame.sample(frac=1, random_state=seed).reset_index(drop=True)
        for seed, name in enumerate(TABLES)
    }
    changes["settlements"] = tenfold(pack_factory.settlements()).sample(frac=1, random_state=9).reset_index(drop=True)
    other = run_all(write_pack(tmp_path / "p", **changes))
    written = [
        pd.read_csv(run.pack.folder / pack_factory.FILES["villages"])["village_id"].tolist() for run in (small, other)
    ]
    assert written[0] != written[1]
    assert_same_rows(small.electricity.settlements, other.electricity.settlements, "settlement_id")
    assert_same_rows(small.electricity.lines, other.electricity.lines, ["to_settlement_id", "length_km"])
    assert_same_rows(small.electricity.years, other.electricity.years, "year")
    assert_same_rows(small.electricity.grid_extension, other.electricity.grid_extension, "village")
    assert_same_rows(small.water.villages, other.water.villages, "village_id")
    assert_same_rows(small.water.communes, other.water.communes, "commune_code")
    assert_same_rows(small.water.works, other.water.works, "work_id")
    assert_same_rows(small.schools.sites, other.schools.sites, "school_id")
    assert_same_rows(small.schools.villages, other.schools.villages, "village_id")


def test_order_of_equal_settlements_changes_no_year(tmp_path: Path) -> None:
    """Two clusters that are alike, and money for one a year: which is first must not hang on its place in the file."""
    one = pack_factory.settlements().query("settlement_id == 'C0003'")
    twins = pd.concat([one.assign(settlement_id=key) for key in ("C0007", "C0008")], ignore_index=True)
    forbidden = QUICK.model_copy(update={"forbidden_grid": ("C0007", "C0008")})
    alone = plan_electricity(read_pack(write_pack(tmp_path / "alone", settlements=twins)), forbidden)
    money = float(alone.settlements["plan_investment_mvnd"].iloc[0]) * 1.5
    parameters = forbidden.model_copy(update={"budgets_mvnd": (money, money, 0.0, 0.0, 0.0)})
    years = []
    for number, layer in enumerate((twins, twins.iloc[::-1].reset_index(drop=True))):
        pack = read_pack(write_pack(tmp_path / str(number), settlements=layer))
        years.append(plan_electricity(pack, parameters).settlements.set_index("settlement_id")["year"].sort_index())
    assert sorted(years[0]) == [2026, 2027]
    pd.testing.assert_series_equal(*years)


def test_order_of_lines_on_one_course_changes_no_tap(small: Run) -> None:
    """Two feeders on the same poles: whoever taps them there taps the same one, whatever the order of the file."""
    first = small.pack.grid_lines.query("line_id == 'L1'")
    lines = pd.concat([first, first.assign(line_id="L9", feeder="373 E99.1")], ignore_index=True)
    taps = []
    for layer in (lines, lines.iloc[::-1].reset_index(drop=True)):
        _, row = existing_line_cells(layer, small.pack.elevation, ElectricityParameters().levels)
        taps.append(layer["line_id"].to_numpy()[row].tolist())
    assert taps[0] == taps[1]


def test_another_metric_crs_changes_no_choice(small: Run, tmp_path: Path) -> None:
    """Results that hang on the projection: the same pack measured in UTM 48N gives the same choices and, to a few
    percent, lengths."""
    folder = write_pack(tmp_path / "p", settlements=tenfold)
    catalog = folder / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    assert text.count('crs_measure = "EPSG:9208"') == 1
    catalog.write_text(text.replace('crs_measure = "EPSG:9208"', 'crs_measure = "EPSG:32648"'), encoding="utf-8")
    pack = read_pack(folder)
    assert faults(pack.findings()) == []
    other = plan_electricity(pack, QUICK).settlements.set_index("settlement_id")
    one = small.electricity.settlements.set_index("settlement_id")
    assert other["choice"].to_dict() == one["choice"].to_dict()
    assert other["rank"].to_dict() == one["rank"].to_dict()
    assert other["mv_km"].to_numpy() == pytest.approx(one["mv_km"].to_numpy(), rel=0.05, abs=0.3)


def test_water_totals_are_the_sums_of_their_parts(small: Run) -> None:
    """Villages sum to communes, works to the siting, and nobody is counted at two levels."""
    villages, communes, works = small.water.villages, small.water.communes, small.water.works
    levels = [
        f"people_{kind}"
        for kind in ("piped_to_standard", "own_source_to_standard", "piped", "basic", "none", "unknown")
    ]
    assert villages[levels].sum(axis=1).to_numpy() == pytest.approx(villages["population"].to_numpy())
    summed = villages.groupby("commune_code")[[*levels, "population", "people_gained"]].sum()
    assert communes.set_index("commune_code").loc[summed.index, summed.columns].to_numpy() == pytest.approx(
        summed.to_numpy()
    )
    siting = small.water.siting
    assert works["people_gained"].sum() == pytest.approx(siting["people_gained"], abs=0.1)
    assert works["people_gained"].sum() == pytest.approx(villages["people_gained"].sum())
    assert works["cost_mvnd"].sum() == pytest.approx(siting["cost_mvnd"], abs=0.1)
    rural = villages[villages["is_rural"]]
    standard = rural["people_piped_to_standard"].sum() + rural["people_own_source_to_standard"].sum()
    assert siting["to_standard_now_pct"] == pytest.approx(100 * standard / rural["population"].sum(), abs=0.01)
    after = 100 * (standard + works["people_gained"].sum()) / rural["population"].sum()
    assert siting["to_standard_after_pct"] == pytest.approx(after, abs=0.01)


def test_yearly_and_cumulative_numbers_are_not_mixed_up(small: Run) -> None:
    """Money of a year is that of its parts alone; only the column that says so accumulates."""
    years = small.electricity.years
    parts = years["lines_mvnd"] + years["grid_works_mvnd"] + years["offgrid_mvnd"] + years["reinforcement_mvnd"]
    assert years["spent_mvnd"].to_numpy() == pytest.approx(parts.to_numpy())
    assert years["spent_mvnd"].sum() == pytest.approx(small.electricity.plan["investment_mvnd"])
    reached = (years["households_grid"] + years["households_offgrid"])[years["budget_mvnd"].notna()]
    assert years.loc[reached.index, "households_cumulative"].tolist() == reached.cumsum().tolist()
    assert years["line_km"].sum() == pytest.approx(small.electricity.lines["length_km"].sum())


def test_the_map_draws_the_lines_of_the_table(out: Path) -> None:
    """Page, GeoJSON and table hold the same lines: identifiers, lengths, courses."""
    table = csv(out, "electricity_lines").set_index("line_id")
    layer = page_layer(out, "electricity.html", "lines")
    rows = [dict(zip(layer["columns"], row, strict=True)) for row in layer["rows"]]
    drawn = {f["properties"]["line_id"]: f for f in features(out, "electricity_lines")}
    assert [row["line_id"] for row in rows] == table.index.tolist() == list(drawn)
    for row, course in zip(rows, layer["geometry"], strict=True):
        line = drawn[row["line_id"]]
        assert row["length_km"] == pytest.approx(table.loc[row["line_id"], "length_km"], rel=1e-5)
        assert line["properties"]["length_km"] == pytest.approx(table.loc[row["line_id"], "length_km"])
        # five digits on the page, six in the file; the last vertex is where the table says that the line ends
        np.testing.assert_allclose(course, line["geometry"]["coordinates"], atol=6e-6)
        np.testing.assert_allclose(
            course[-1], table.loc[row["line_id"], ["longitude", "latitude"]].astype(float), atol=1e-5
        )
