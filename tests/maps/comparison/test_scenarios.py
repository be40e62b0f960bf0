"""Scenarios of one run side by side: every table once, only what differs in the list, names harmless."""

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from infragap.analyses.columns import Column
from infragap.maps.comparison.page import comparison_html
from infragap.maps.comparison.scenarios import pair, scenario_parts

HOSTILE = "<img src=x onerror=alert(1)>"
COMMUNES = gpd.GeoDataFrame(
    {"commune_code": ["1"], "name": ["A"]}, geometry=[box(104.0, 21.8, 104.2, 22.0)], crs="EPSG:4326"
)
TABLES = {
    "electricity_scenarios": pd.DataFrame(
        {
            "scenario": ["scheme", "all_on_grid"],
            "cost_mvnd": [100.0, 130.0],
            "extra_mvnd": [0.0, 30.0],
            "status": ["optimal", "gap"],
        }
    ),
    "electricity_ranking": pd.DataFrame(
        {
            "settlement_id": ["S1", "S2", "S3"],
            "name": ["Một", HOSTILE, "Ba"],
            "commune": "A",
            "households": [10, 20, 30],
            "choice": ["grid", "hydro", "minigrid"],
            "plan_mvnd": [50.0, 20.0, 30.0],
            "why_not_vi": ["", "lưới đắt hơn", "xa lưới"],
            "why_not_en": ["", "grid is dearer", "far from the grid"],
            "longitude": [104.05, 104.1, 104.15],
            "latitude": 21.9,
        }
    ),
    "electricity_all_on_grid": pd.DataFrame(
        {"settlement_id": ["S1", "S2", "S3"], "all_on_grid_mvnd": [50.0, 25.0, 55.0], "extra_mvnd": [0.0, 5.0, 25.0]}
    ),
}


def test_the_list_has_what_differs_dearest_first_with_reasons() -> None:
    (part,) = scenario_parts(TABLES, COMMUNES)
    (listed,) = [grid for grid in part.grids if grid.long]
    assert [row[0]["vi"] for row in listed.rows] == ["Ba", HOSTILE]
    assert [row[-1]["en"] for row in listed.rows] == ["far from the grid", "grid is dearer"]
    # two changed places lie over one that did not
    assert part.drawing.count("<circle") == 3
    assert part.drawing.count('r="4"') == 2


def test_the_page_is_whole_and_its_names_are_text() -> None:
    text = comparison_html(
        {"vi": "So sánh", "en": "Comparison"}, {"vi": "", "en": ""}, (), scenario_parts(TABLES, COMMUNES)
    )
    assert "<img" not in text
    assert "http" not in text.replace("http://www.w3.org", "")
    assert text.count("<section") == 1
    assert "130" in text


def test_a_run_without_scenarios_has_no_part() -> None:
    assert scenario_parts({}, COMMUNES) == []


def test_a_pair_is_written_once_where_both_read_the_same() -> None:
    cost = Column("cost_mvnd", "mvnd", "x")
    assert pair(cost, 100.2, 100.4)["vi"] == "100"
    assert pair(cost, 1000.0, 2000.0)["vi"] == "1.000 → 2.000"
    assert pair(cost, None, 5.0)["en"] == "– → 5"
