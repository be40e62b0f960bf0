"""Where the planned lines go on small made-up provinces: lengths, crossings, forest and what joins them."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from infragap.gis.errors import NoSolutionError
from tests.analyses.electricity.small_pack import (
    CELL_M,
    CRS,
    SIZE_M,
    SOUTH,
    WEST,
    Easy,
    grid,
    plan,
    settlements_at,
    small_pack,
)

pytestmark = pytest.mark.slow


def test_a_settlement_on_a_line_costs_no_line_and_counts_as_connected(easy: Easy) -> None:
    layer = settlements_at([(2.05, 10.0, 60), (6.0, 10.0, 5)])
    s = plan(small_pack(layer), easy).settlements
    assert s["choice"].tolist()[0] == "grid"
    assert s["mv_km"].iloc[0] == 0
    assert s["grid_share_mvnd"].iloc[0] == 0
    assert s["grid_alone_mvnd"].iloc[0] == pytest.approx(s["grid_local_mvnd"].iloc[0])
    assert "trên tuyến trung áp hiện có" in s["reason_vi"].iloc[0]


@pytest.mark.parametrize("off_m", [-49.0, 0.0, 49.0])
def test_a_line_on_the_edge_of_cells_is_met_from_either_side(easy: Easy, off_m: float) -> None:
    line = shapely.LineString([(WEST + 2_100, SOUTH + 500), (WEST + 2_100, SOUTH + SIZE_M - 500)])
    layer = settlements_at([(3.0, 10.0, 60)])
    layer = layer.set_geometry([shapely.Point(WEST + 2_100 + off_m, SOUTH + 10_050)], crs=CRS)
    pack = small_pack(layer)
    moved = pack.layers["grid_lines"].set_geometry([line])  # type: ignore[union-attr]
    result = plan(small_pack(layer, grid_lines=moved), easy)
    assert result.settlements["choice"].tolist() == ["grid"]
    assert result.settlements["mv_km"].tolist() == [0]
    assert len(result.lines) == 0


def test_lines_begin_on_the_existing_line_and_pay_for_the_last_stretch(easy: Easy) -> None:
    # the line runs 30 m east of the middle of its cells; from the settlement's cell, ten to the east, it is 970 m
    line = shapely.LineString([(WEST + 2_080, SOUTH + 500), (WEST + 2_080, SOUTH + SIZE_M - 500)])
    layer = settlements_at([(3.05, 10.0, 120)])
    pack = small_pack(layer)
    moved = pack.layers["grid_lines"].set_geometry([line])  # type: ignore[union-attr]
    result = plan(small_pack(layer, grid_lines=moved), easy)
    (row,) = result.lines.to_dict("records")
    assert row["length_km"] == pytest.approx(1.03)  # to the middle of the cell, and back to the line
    assert row["geometry"].length == pytest.approx(1030)
    assert row["geometry"].interpolate(0).distance(line) == pytest.approx(0)
    assert result.settlements["mv_km"].tolist() == pytest.approx([1.03])


def test_two_settlements_that_only_together_justify_a_line_are_joined(easy: Easy) -> None:
    """Greedy extension, where each pays its own last leg, would leave both off the grid."""
    one = plan(small_pack(settlements_at([(6.0, 10.0, 80)])), easy)
    limit_km = one.settlements["break_even_km"].iloc[0]
    assert limit_km > 0.5
    # beyond what pays for one, well within what pays for both
    east = 2.05 + 1.4 * limit_km
    alone = plan(small_pack(settlements_at([(east, 10.0, 80)])), easy).settlements
    both = plan(small_pack(settlements_at([(east, 10.0, 80), (east + 0.1, 10.1, 80)])), easy)
    assert alone["choice"].iloc[0] != "grid"
    assert both.settlements["choice"].tolist() == ["grid", "grid"]
    assert (both.settlements["grid_to_offgrid_ratio"] > 1).all()
    assert both.settlements["grid_share_mvnd"].sum() == pytest.approx(both.lines["life_cycle_mvnd"].sum())


def test_one_line_is_sized_for_its_load_not_billed_per_75_kw(easy: Easy) -> None:
    # 2,000 households, about 1.1 MW, 10 km away on flat ground: one line of 10 km, not one per 75 kW. More than
    # two wires may carry: three of AC-50, 1,181.775 a km, and cut-outs for 20
    result = plan(small_pack(settlements_at([(12.05, 10.0, 2000)])), easy, all_on_grid=True)
    assert result.lines["length_km"].sum() == pytest.approx(10.0, rel=0.01)
    assert result.lines["investment_mvnd"].sum() == pytest.approx(11_837.75, rel=0.01)
    # homes 2,000 · 1.148370 · 0.45, school 40 kW · 5/9 and mills 100 kW · 0.8 at seven in the evening
    assert result.lines["load_kw"].iloc[0] == pytest.approx(2000 * 1.01**9 * 1.05 * 0.45 + 40 * 5 / 9 + 100 * 0.8)


def test_straight_line_on_flat_ground_is_measured_in_metres(easy: Easy) -> None:
    # 3 km east and nothing north: 3.0 km of two wires at 887.85 million VND and cut-outs for 20 (and a trace of the
    # distance to the road)
    s = plan(small_pack(settlements_at([(5.05, 10.0, 50)])), easy).settlements
    assert s["mv_km"].iloc[0] == pytest.approx(3.0)
    line = s["grid_alone_investment_mvnd"].iloc[0] - s["grid_local_investment_mvnd"].iloc[0]
    assert line == pytest.approx(3.0 * 887.85 + 20, rel=1e-3)


def test_a_river_costs_a_crossing_and_a_bridge_less_hill_the_terrain_factor(easy: Easy) -> None:
    river = gpd.GeoDataFrame(
        {"river_id": ["S"], "is_major": [True]},
        geometry=[shapely.LineString([(WEST + 4_050, SOUTH), (WEST + 4_050, SOUTH + SIZE_M)])],
        crs=CRS,
    )
    layer = settlements_at([(5.05, 10.0, 50)])
    dry = plan(small_pack(layer), easy).settlements["grid_alone_investment_mvnd"].iloc[0]
    wet = plan(small_pack(layer, rivers=river), easy).settlements["grid_alone_investment_mvnd"].iloc[0]
    assert wet - dry == pytest.approx(300, rel=0.15)
    far_from_road = plan(small_pack(layer), easy | {"no_road_km": 0.1}).settlements
    line = far_from_road["grid_alone_investment_mvnd"].iloc[0] - far_from_road["grid_local_investment_mvnd"].iloc[0]
    # all but the first cells lie beyond 0.1 km of the road on the line: 3 km · 887.85 · 1.25
    assert line == pytest.approx(3.0 * 887.85 * 1.25 + 20, rel=0.03)


def forest_wall(east_km: float, *, code: int = 13, gap_north_km: float | None = None) -> object:
    cells = int(SIZE_M / CELL_M)
    values = np.zeros((cells, cells), dtype=np.uint8)
    column = int(east_km * 10)
    values[:, column : column + 3] = code
    if gap_north_km is not None:
        row = cells - 1 - int(gap_north_km * 10)
        values[row - 1 : row + 2] = 0
    return grid(values)


def test_forest_forbids_prices_or_does_not_matter(easy: Easy) -> None:
    layer = settlements_at([(6.05, 10.0, 120)])
    wall = small_pack(layer, forest=forest_wall(4.0))
    forbidden = plan(wall, easy).settlements.iloc[0]
    priced = plan(wall, easy, forest_rule="price").settlements.iloc[0]
    ignored = plan(wall, easy, forest_rule="ignore").settlements.iloc[0]
    assert np.isnan(forbidden["grid_alone_mvnd"])
    assert np.isnan(forbidden["grid_to_offgrid_ratio"])
    assert forbidden["choice"] != "grid"
    assert "rừng tự nhiên" in forbidden["reason_vi"]
    assert forbidden["grid_if_forest_allowed_mvnd"] == pytest.approx(priced["grid_alone_mvnd"], rel=1e-3)
    # 0.3 km of forest: 30 % on 0.3 · 887.85, and 0.27 ha of planting at 120
    extra = priced["grid_alone_investment_mvnd"] - ignored["grid_alone_investment_mvnd"]
    assert extra == pytest.approx(0.3 * 887.85 * 0.3 + 0.27 * 120, rel=1e-3)
    assert priced["forest_km"] == pytest.approx(0.3)


def test_forcing_what_no_line_can_reach_is_a_clear_error(easy: Easy) -> None:
    wall = small_pack(settlements_at([(6.05, 10.0, 120)]), forest=forest_wall(4.0))
    with pytest.raises(NoSolutionError, match="C000"):
        plan(wall, easy, forced_grid=("C000",))
    assert plan(wall, easy, forced_grid=("C000",), forest_rule="price").settlements["choice"].iloc[0] == "grid"


def test_a_gap_in_the_forest_is_found(easy: Easy) -> None:
    layer = settlements_at([(6.05, 10.0, 120)])
    s = plan(small_pack(layer, forest=forest_wall(4.0, gap_north_km=14.0)), easy).settlements.iloc[0]
    # tapped beside the gap, whose south end is at 13.9 km: 2.3 km through the wall, then hypot(1.7, 3.85) = 4.21 km to
    # the settlement
    assert s["mv_km"] == pytest.approx(6.51, rel=0.03)
    assert s["forest_km"] == 0


def test_production_forest_does_not_forbid(easy: Easy) -> None:
    layer = settlements_at([(6.05, 10.0, 120)])
    s = plan(small_pack(layer, forest=forest_wall(4.0, code=1)), easy).settlements.iloc[0]
    assert s["mv_km"] == pytest.approx(4.0)
    assert s["forest_km"] == pytest.approx(0.3)


def road_through(east_km: float) -> gpd.GeoDataFrame:
    """A winding road from the line through the wall to the settlement."""
    points = [(WEST + 2_050 + 100 * k, SOUTH + 10_050 + 30 * np.sin(k)) for k in range(int(10 * (east_km - 2)))]
    return gpd.GeoDataFrame({"road_id": ["R"]}, geometry=[shapely.LineString(points)], crs=CRS)


def test_a_line_through_forest_keeps_to_the_road(easy: Easy) -> None:
    layer = settlements_at([(6.05, 10.0, 200)])
    pack = small_pack(layer, forest=forest_wall(4.0), roads=road_through(6.2))
    result = plan(pack, easy, forced_grid=("C000",))
    (line,) = result.lines.to_dict("records")
    assert line["forest_road_km"] == pytest.approx(0.3, abs=0.03)
    assert not line["forest_permit"]
    inside = line["geometry"].intersection(shapely.box(WEST + 4_000, SOUTH, WEST + 4_300, SOUTH + SIZE_M))
    road = pack.layers["roads"].geometry.iloc[0]  # type: ignore[union-attr]
    assert (
        inside.hausdorff_distance(road.intersection(shapely.box(WEST + 4_000, SOUTH, WEST + 4_300, SOUTH + SIZE_M)))
        < 13
    )
    assert line["geometry"].length / 1000 == pytest.approx(line["length_km"], rel=1e-6)
    # without the road there is no way, and a price asks for a permit
    closed = plan(small_pack(layer, forest=forest_wall(4.0)), easy)
    assert closed.settlements["choice"].tolist() != ["grid"]
    priced = plan(small_pack(layer, forest=forest_wall(4.0)), easy, forest_rule="price", forced_grid=("C000",))
    assert priced.lines["forest_permit"].tolist() == [True]
    assert priced.lines["forest_delay_months"].tolist() == [18]
