"""The whole plan on small made-up provinces: sums, properties and what other tools get wrong."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import EXTENSION, LINES, RANKING, TABLES, YEARS
from infragap.analyses.electricity.result import ElectricityResult
from infragap.gis.crs import to_crs
from infragap.gis.errors import MissingDataError, ParameterError
from infragap.gis.raster import Raster, warp
from tests.analyses.electricity.small_pack import (
    CRS,
    Easy,
    SmallPack,
    plan,
    settlements_at,
    small_pack,
)

pytestmark = pytest.mark.slow


def scattered(count: int = 30, seed: int = 1) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    places = [
        (float(x), float(y), int(h))
        for x, y, h in zip(
            rng.uniform(2, 12, count), rng.uniform(2, 18, count), rng.integers(8, 160, count), strict=True
        )
    ]
    return settlements_at(places)


@pytest.fixture(scope="module")
def many(easy: Easy) -> ElectricityResult:
    return plan(small_pack(scattered()), easy, draws=4, scenarios=True)


def test_tables_hold_the_columns_of_the_dictionary_in_order(many: ElectricityResult) -> None:
    assert list(many.settlements.columns) == [*names(RANKING), "geometry"]
    assert list(many.lines.columns) == [*names(LINES), "geometry"]
    assert list(many.years.columns) == names(YEARS)
    assert list(many.grid_extension.columns) == names(EXTENSION)
    assert str(many.settlements.crs) == CRS
    assert set(many.tables) == set(TABLES)
    for name, table in many.tables.items():
        assert list(table.columns) == names(TABLES[name]), name


def test_the_parts_sum_to_the_plan(many: ElectricityResult) -> None:
    record, s, lines = many.plan, many.settlements, many.lines
    assert 0 < (s["choice"] == "grid").sum() < len(s)
    assert sum(record["parts_mvnd"].values()) == pytest.approx(record["cost_mvnd"])
    assert sum(record["parts_investment_mvnd"].values()) == pytest.approx(record["investment_mvnd"])
    assert lines["life_cycle_mvnd"].sum() == pytest.approx(record["parts_mvnd"]["lines"])
    assert lines["investment_mvnd"].sum() == pytest.approx(record["parts_investment_mvnd"]["lines"])
    assert s["plan_mvnd"].sum() == pytest.approx(record["cost_mvnd"])
    assert s["plan_investment_mvnd"].sum() == pytest.approx(record["investment_mvnd"])
    assert many.years["spent_mvnd"].sum() == pytest.approx(record["investment_mvnd"])
    assert many.grid_extension["investment_mvnd"].sum() == pytest.approx(
        s.loc[s["choice"] == "grid", "plan_investment_mvnd"].sum()
    )


def test_shares_sum_to_the_lines_and_nobody_pays_more_than_the_alternative(many: ElectricityResult) -> None:
    grid = many.settlements[many.settlements["choice"] == "grid"]
    assert grid["grid_share_mvnd"].sum() == pytest.approx(many.lines["life_cycle_mvnd"].sum())
    assert grid["grid_share_investment_mvnd"].sum() == pytest.approx(many.lines["investment_mvnd"].sum())
    assert (grid["grid_share_mvnd"] + grid["grid_local_mvnd"] <= grid["best_offgrid_mvnd"] * (1 + 1e-9)).all()


def test_lines_of_map_and_table_are_the_same(many: ElectricityResult) -> None:
    drawn_km = many.lines.geometry.length / 1000
    assert drawn_km.to_numpy() == pytest.approx(many.lines["length_km"].to_numpy(), rel=1e-9)
    assert many.grid_extension["mv_km"].sum() >= many.lines["length_km"].sum() - 1e-9
    ids = many.lines["line_id"].tolist()
    seen: set[str] = set()
    for line_id, above in zip(ids, many.lines["upstream_line_id"], strict=True):
        assert above == "" or above in seen
        seen.add(line_id)


def test_upstream_loads_and_households_add_up(many: ElectricityResult) -> None:
    lines, s = many.lines, many.settlements.set_index("settlement_id")
    own = lines["to_settlement_id"].map(
        lambda key: s.loc[key, "households"] if key in s.index and s.loc[key, "choice"] == "grid" else 0
    )
    below = lines.groupby("upstream_line_id")["households_below"].sum()
    expected = own.to_numpy() + lines["line_id"].map(below).fillna(0).to_numpy()
    assert lines["households_below"].to_numpy() == pytest.approx(expected)


def test_a_line_is_not_built_after_what_hangs_on_it(many: ElectricityResult) -> None:
    year = many.lines.set_index("line_id")["year"].astype("float").fillna(9999)
    for line_id, above in zip(many.lines["line_id"], many.lines["upstream_line_id"], strict=True):
        assert above == "" or year[above] <= year[line_id]
    spent = many.years.dropna(subset=["budget_mvnd"])
    assert (spent["spent_mvnd"] <= spent["budget_mvnd"] * (1 + 1e-9)).all()


def test_rank_follows_the_ratio_and_priority_is_an_order(many: ElectricityResult) -> None:
    s = many.settlements.sort_values("rank")
    assert s["rank"].tolist() == list(range(1, len(s) + 1))
    assert s["grid_to_offgrid_ratio"].is_monotonic_increasing
    assert s["grid_to_offgrid_ratio"].to_numpy() == pytest.approx(
        (s["grid_alone_mvnd"] / s["best_offgrid_mvnd"]).to_numpy()
    )
    assert sorted(s["priority_rank"]) == list(range(1, len(s) + 1))
    assert s["grid_probability"].between(0, 1).all()
    assert (s["rank_low"] <= s["rank_high"]).all()


def test_everything_on_the_grid_costs_more_and_says_where(many: ElectricityResult) -> None:
    scenarios = many.tables["scenarios"].set_index("scenario")
    assert scenarios.loc["all_on_grid", "extra_mvnd"] >= 0
    assert scenarios.loc["all_on_grid", "grid_settlements"] == len(many.settlements)
    assert many.tables["all_on_grid"]["extra_mvnd"].sum() == pytest.approx(scenarios.loc["all_on_grid", "extra_mvnd"])
    # no stream in this province: nothing is won by modelled ones, and one more round of junctions gains little
    assert scenarios.loc["streams_modelled", "cost_mvnd"] == pytest.approx(
        scenarios.loc["least_cost", "cost_mvnd"], rel=1e-3
    )
    assert scenarios.loc["forest_ignore", "cost_mvnd"] <= scenarios.loc["least_cost", "cost_mvnd"] * (1 + 1e-9)


def test_forced_and_forbidden_settlements(easy: Easy) -> None:
    layer = scattered(12, seed=3)
    base = plan(small_pack(layer), easy)
    on = base.settlements.loc[base.settlements["choice"] == "grid", "settlement_id"].tolist()
    off = base.settlements.loc[base.settlements["choice"] != "grid", "settlement_id"].tolist()
    assert on
    assert off
    changed = plan(small_pack(layer), easy, forced_grid=(off[0],), forbidden_grid=(on[0],)).settlements.set_index(
        "settlement_id"
    )
    assert changed.loc[off[0], "choice"] == "grid"
    assert "theo yêu cầu" in changed.loc[off[0], "reason_vi"]
    assert changed.loc[on[0], "choice"] != "grid"
    with pytest.raises(ParameterError, match="X999"):
        plan(small_pack(layer), easy, forced_grid=("X999",))


def test_headroom_holds_back_those_with_least_benefit(easy: Easy) -> None:
    layer = settlements_at([(2.05, 4.0, 100), (2.05, 8.0, 50), (2.05, 12.0, 80)])
    pack = small_pack(layer)
    full = pack.layers["grid_lines"].assign(feeder_load_mw=0.13, feeder_loading_pct=50.0)  # type: ignore[union-attr]
    # 0.13 MW at 50 %: 130 kW left; the three ask for 64, 36 and 53 kW in the year that the plan is made for, and the
    # smallest has the least to lose
    result = plan(small_pack(layer, grid_lines=full), easy)
    assert (plan(pack, easy).settlements["choice"] == "grid").all()
    assert (result.settlements["choice"] == "grid").sum() == 2
    assert result.settlements.loc[result.settlements["choice"] == "grid", "peak_kw"].sum() <= 130
    assert result.plan["headroom_waiting_settlements"] == 1
    assert result.plan["lower_bound_mvnd"] <= result.plan["cost_mvnd"]
    waiting = result.settlements[result.settlements["choice"] != "grid"].iloc[0]
    assert "công suất dự phòng" in waiting["reason_vi"]
    ignored = plan(small_pack(layer, grid_lines=full), easy, respect_headroom=False)
    assert (ignored.settlements["choice"] == "grid").all()


def test_a_weak_feeder_is_mended_once_for_all_trees_on_it(easy: Easy) -> None:
    layer = settlements_at([(2.35, north, 400) for north in (12.0, 14.0, 16.0, 18.0)])
    pack = small_pack(layer)
    weak = pack.layers["grid_lines"].assign(feeder_load_mw=14.0, feeder_loading_pct=50.0)  # type: ignore[union-attr]
    result = plan(small_pack(layer, grid_lines=weak), easy)
    lines = result.lines
    assert len(lines) == 4
    # the drop is of today: the lines add next to nothing and hold, and the feeder has one remedy of its own
    assert lines["voltage_drop_pct"].between(5, 15).all()
    assert (lines["voltage_status"] == "ok").all()
    assert lines["remedy_mvnd"].sum() == 0
    (feeder,) = result.tables["feeders"].to_dict("records")
    assert feeder["drop_today_pct"] < feeder["drop_after_pct"] < feeder["drop_today_pct"] + 1
    assert (feeder["fault"] == "today") == (feeder["drop_today_pct"] > 7.0)
    # without the load of today the same lines hold
    idle = pack.layers["grid_lines"].assign(feeder_load_mw=0.1, feeder_loading_pct=1.0)  # type: ignore[union-attr]
    assert (plan(small_pack(layer, grid_lines=idle), easy).lines["voltage_status"] == "ok").all()


@pytest.mark.parametrize("seed", [1, 2])
def test_dearer_lines_never_add_grid_settlements(easy: Easy, seed: int) -> None:
    pack = small_pack(scattered(25, seed=seed))
    households = [
        plan(pack, easy, mv35_line_mvnd_per_km=price, mv22_line_mvnd_per_km=price).settlements
        for price in (800.0, 1750.0, 6000.0)
    ]
    served = [int((s["choice"] == "grid").sum()) for s in households]
    assert served[0] >= served[1] >= served[2]
    assert served[0] > served[2]


def test_shuffling_the_rows_changes_no_choice(easy: Easy) -> None:
    layer = scattered(25, seed=4)
    mixed = layer.sample(frac=1, random_state=0).reset_index(drop=True)
    one = plan(small_pack(layer), easy, draws=3).settlements.set_index("settlement_id").sort_index()
    two = plan(small_pack(mixed), easy, draws=3).settlements.set_index("settlement_id").sort_index()
    for column in ("choice", "rank", "priority_rank", "year", "grid_probability", "rank_low", "rank_high"):
        pd.testing.assert_series_equal(one[column], two[column])
    assert one["plan_mvnd"].to_numpy() == pytest.approx(two["plan_mvnd"].to_numpy())


def test_a_row_without_households_is_marked_not_fatal(easy: Easy) -> None:
    layer = settlements_at([(3.0, 10.0, 60), (3.5, 10.0, 0)])
    result = plan(small_pack(layer), easy)
    empty = result.settlements.iloc[1]
    assert empty["choice"] == ""
    assert "Chưa có số hộ" in empty["reason_vi"]
    assert empty["rank"] == 2
    assert result.summary["settlements_without_households"] == 1
    assert result.plan["cost_mvnd"] == pytest.approx(result.settlements["plan_mvnd"].sum())


def test_without_an_existing_line_there_is_a_clear_error(easy: Easy) -> None:
    pack = small_pack(settlements_at([(3.0, 10.0, 60)]))
    high = pack.layers["grid_lines"].assign(voltage_kv=110.0)  # type: ignore[union-attr]
    with pytest.raises(MissingDataError, match="35 or 22 kV"):
        plan(small_pack(pack.layers["settlements"], grid_lines=high), easy)  # type: ignore[arg-type]


def test_two_settlements_on_one_spot_are_both_served(easy: Easy) -> None:
    layer = settlements_at([(3.05, 10.0, 60), (3.05, 10.0, 70)])
    result = plan(small_pack(layer), easy)
    assert (result.settlements["choice"] == "grid").all()
    assert result.lines["households_below"].iloc[0] == 130
    assert len(result.lines) == 1


def test_the_layer_is_not_changed(easy: Easy) -> None:
    layer = scattered(6, seed=9)
    before = layer.copy()
    plan(small_pack(layer), easy)
    assert layer.equals(before)


def test_moving_the_pack_to_utm_changes_no_choice(easy: Easy) -> None:
    layer = scattered(20, seed=6)
    pack = small_pack(layer)
    moved = {
        name: to_crs(value, "EPSG:32648")
        if isinstance(value, gpd.GeoDataFrame)
        else warp(value, crs="EPSG:32648", cell_size_m=value.cell_size_m, method="nearest")
        if isinstance(value, Raster)
        else value
        for name, value in pack.layers.items()
    }
    here, there = plan(pack, easy).settlements, plan(SmallPack(moved, crs_measure="EPSG:32648"), easy).settlements
    assert here["choice"].tolist() == there["choice"].tolist()
    assert there["mv_km"].to_numpy() == pytest.approx(here["mv_km"].to_numpy(), rel=0.04, abs=0.15)


def test_electrification_counts_unsafe_wires_as_the_scheme_does(easy: Easy) -> None:
    # 6,000 households; 60 have nothing, 30 donated kits, 90 unsafe wires: 1 - 90/6,000 = 98.5 % have electricity, 97 %
    # safely
    settlements = settlements_at([(4, 4, 60), (5, 9, 30), (4, 14, 90)], supply=["none", "solar_home", "unsafe"])
    result = plan(small_pack(settlements), easy, budgets_mvnd=(0, 0, 0, 0, 1e6))
    assert result.summary["electrified_pct_today"] == pytest.approx(98.5)
    years = result.years.set_index("year")
    assert years.loc["2029", ["electrified_pct", "safe_supply_pct"]].tolist() == pytest.approx([98.5, 97.0])
    # on the national grid: unsafe wires count as the scheme counts, and do not in the strict rate
    rates = ["national_grid_pct", "national_grid_strict_pct"]
    assert years.loc["2029", rates].tolist() == pytest.approx([98.5, 97.0])
    assert years.loc["2030", ["electrified_pct", "safe_supply_pct"]].tolist() == pytest.approx([100.0, 100.0])
    assert result.summary["electrified_pct_last_year"] == pytest.approx(100.0)
    assert result.summary["electrification_target_reached"] is None


def test_rivers_are_optional(easy: Easy) -> None:
    pack = small_pack(settlements_at([(4, 4, 60), (9, 9, 30)]))
    with_rivers = plan(pack, easy)
    del pack.layers["rivers"]
    assert plan(pack, easy).plan["cost_mvnd"] == pytest.approx(with_rivers.plan["cost_mvnd"])


def test_no_settlements_are_an_error_that_names_the_layer(easy: Easy) -> None:
    pack = small_pack(settlements_at([(4, 4, 60)]).iloc[:0])
    with pytest.raises(MissingDataError, match="settlements: the layer has no rows"):
        plan(pack, easy)


def with_targets(pack: SmallPack, **targets: float) -> SmallPack:
    pack.catalog = SimpleNamespace(layer=[], targets=targets)
    return pack


def far_and_near(**columns: object) -> gpd.GeoDataFrame:
    """Two settlements that pay for a line, a far village and a far cluster that do not."""
    kind = ["cluster", "cluster", "village", "cluster"]
    return settlements_at([(2.35, 5, 80), (2.35, 12, 60), (9.0, 6, 20), (9.5, 14, 24)], kind=kind, **columns)


def test_targets_bind_and_their_price_is_shown(easy: Easy) -> None:
    wanted = {"villages_on_grid_2030_pct": 100.0, "household_electrification_2030_pct": 99.9}
    free = plan(small_pack(far_and_near()), easy, scenarios=True)
    assert free.settlements["supply_kind"].tolist()[2:] == ["offgrid", "offgrid"]
    bound = plan(with_targets(small_pack(far_and_near()), **wanted), easy, scenarios=True)
    s = bound.settlements.set_index("settlement_id")
    # 6,000 households: 6 may be left, so both far ones must come
    assert (s["supply_kind"] == "national_grid").all()
    assert s.loc["C002", "target_price_mvnd"] == pytest.approx(
        s.loc["C002", "plan_mvnd"] - s.loc["C002", "best_offgrid_mvnd"]
    )
    table = bound.tables["targets"].set_index("target")
    assert table["is_reached"].all()
    assert table.loc["villages_on_grid", "wanted"] == 1
    scenarios = bound.tables["scenarios"].set_index("scenario")["cost_mvnd"]
    assert scenarios["least_cost"] <= scenarios["villages_only"] <= scenarios["scheme"] * (1 + 1e-9)
    assert scenarios["least_cost"] <= scenarios["households_only"] <= scenarios["scheme"] * (1 + 1e-9)
    assert table.loc["villages_on_grid", "extra_mvnd"] == pytest.approx(
        scenarios["villages_only"] - scenarios["least_cost"]
    )
    dropped = plan(with_targets(small_pack(far_and_near()), **wanted), easy, targets_bind=False)
    assert dropped.plan["cost_mvnd"] == pytest.approx(free.plan["cost_mvnd"])
    assert not dropped.tables["targets"].set_index("target").loc["villages_on_grid", "is_reached"]
    assert dropped.targets[0]["missing"] == "Cụm 2"


def test_unsafe_wires_stay_on_the_grid_unless_a_parameter_allows_otherwise(easy: Easy) -> None:
    layer = far_and_near(supply=["none", "none", "none", "unsafe"])
    kept = plan(small_pack(layer), easy).settlements
    assert kept["supply_kind"].tolist()[3] == "national_grid"
    assert "dây tự kéo" in kept["reason_vi"].tolist()[3]
    assert plan(small_pack(layer), easy, unsafe_may_leave_grid=True).settlements["supply_kind"].tolist()[3] == "offgrid"


def test_a_station_that_was_never_switched_on_is_the_cheapest_works_in_every_table(easy: Easy) -> None:
    layer = settlements_at([(6.0, 8.0, 40), (6.0, 12.0, 40)])
    stations = gpd.GeoDataFrame(
        {
            "station_id": ["T1"],
            "voltage_kv": [35.0],
            "capacity_kva": [75.0],
            "load_kva": [np.nan],
            "status": ["not_energised"],
        },
        geometry=[shapely.Point(layer.geometry.iloc[0].x + 100, layer.geometry.iloc[0].y)],
        crs=CRS,
    )
    result = plan(small_pack(layer, stations=stations), easy)
    rows = result.settlements.set_index("settlement_id")
    assert rows.loc["C000", "works"] == "energise"
    assert rows.loc["C000", "supply_kind"] == "national_grid"
    assert rows.loc["C001", "works"] != "energise"
    # 60 for switching on, 40 meters at 6
    assert rows.loc["C000", "plan_investment_mvnd"] == pytest.approx(300.0)
    assert rows.loc["C000", "plan_investment_mvnd"] < 0.2 * rows.loc["C001", "plan_investment_mvnd"]
    assert rows.loc["C000", "priority_rank"] == 1
    works = result.tables["lv_works"]
    assert works[["settlement_id", "works", "station_id"]].to_numpy().tolist() == [["C000", "energise", "T1"]]
    assert works["feed_km"].tolist() == [0.0]
    assert works["inner_km"].tolist() == [0.0]
    assert "switched on" in rows.loc["C000", "reason_en"]


def test_with_too_little_money_the_missing_are_named_and_the_least_repair_told(easy: Easy) -> None:
    wanted = {"villages_on_grid_2030_pct": 100.0, "safe_supply_2030_pct": 100.0}
    enough = plan(with_targets(small_pack(far_and_near()), **wanted), easy, budgets_mvnd=(1e6,) * 5)
    assert enough.tables["targets"]["is_reached"].all()
    poor = plan(with_targets(small_pack(far_and_near()), **wanted), easy, budgets_mvnd=(100.0,) * 5)
    table = poor.tables["targets"].set_index("target")
    assert table.loc["villages_on_grid", "missing"] == "Cụm 2"
    repair = float(table.loc["villages_on_grid", "repair_mvnd"])
    village = poor.settlements.iloc[2]
    assert 0 < repair <= village["plan_investment_mvnd"] + poor.lines["investment_mvnd"].sum()
    more = plan(
        with_targets(small_pack(far_and_near()), **wanted),
        easy,
        budgets_mvnd=(100.0, 100.0, 100.0, 100.0, 100.0 + repair + 1),
    )
    assert more.tables["targets"].set_index("target").loc["villages_on_grid", "is_reached"]
    assert poor.settlements["binding_limit"].tolist()[2] == "budget"
    assert poor.settlements["decision_class"].tolist()[2] == "wait"


def test_years_and_targets_follow_from_the_tables_alone(easy: Easy) -> None:
    wanted = {
        "villages_on_grid_2030_pct": 100.0,
        "household_electrification_2030_pct": 99.9,
        "safe_supply_2030_pct": 100.0,
    }
    result = plan(with_targets(small_pack(far_and_near(supply=["none", "unsafe", "none", "none"])), **wanted), easy)
    s, years = result.settlements, result.years.set_index("year")
    for year in ("2026", "2028", "2030"):
        built = s["year"].astype(float) <= float(year)
        off = (~built | (s["supply_kind"] != "national_grid")) & (s["supply"] != "unsafe")
        off |= built & (s["supply"] == "unsafe") & (s["supply_kind"] != "national_grid")
        assert years.loc[year, "national_grid_pct"] == pytest.approx(100 * (1 - s.loc[off, "households"].sum() / 6000))
        assert years.loc[year, "safe_supply_pct"] == pytest.approx(100 * (1 - s.loc[~built, "households"].sum() / 6000))
    assert years["spent_mvnd"].sum() == pytest.approx(s["plan_investment_mvnd"].sum())
    assert s.loc[s["kind"] == "village", "priority_rank"].max() <= s.loc[s["kind"] != "village", "priority_rank"].min()
