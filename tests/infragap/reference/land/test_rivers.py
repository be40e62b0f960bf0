"""Rivers, Thác Bà and bridges."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from infragap.gis.schema import Bridges, Lakes, Rivers
from infragap.reference.inputs import Facts
from infragap.reference.land.rivers import build_bridges


def test_documented_rivers_are_there_and_join(rivers: gpd.GeoDataFrame) -> None:
    Rivers.validate(pd.DataFrame(rivers.drop(columns="geometry")))
    by_id = rivers.set_index("river_id")
    assert sum(code.startswith("R") for code in by_id.index) == 16
    # sources give about 170 km of the Hồng from Lũng Pô; the drawn line follows its bends from border to border
    assert 150 < by_id.loc["R01"].geometry.length / 1000 < 210
    assert by_id.loc[["R01", "R02", "R10", "R15"], "is_major"].all()
    for tributary in ("R06", "R10", "R11"):
        mouth = shapely.Point(by_id.loc[tributary].geometry.coords[-1])
        assert mouth.distance(by_id.loc["R01"].geometry) < 1


def test_other_rivers_do_not_repeat_the_documented_ones(rivers: gpd.GeoDataFrame) -> None:
    documented = rivers["provenance"] == "modelled"
    near = shapely.union_all(rivers.geometry[documented].to_numpy()).buffer(2900)
    assert not rivers.geometry[~documented].crosses(near).any()
    assert (rivers.geometry[~documented].length >= 3900).all()


def test_lake_has_the_published_area(lakes: gpd.GeoDataFrame) -> None:
    Lakes.validate(pd.DataFrame(lakes.drop(columns="geometry")))
    assert lakes.area.sum() / 1e6 == pytest.approx(234, rel=0.01)
    assert lakes.is_valid.all()


def test_bridges_in_use_lie_on_their_river(facts: Facts, rivers: gpd.GeoDataFrame) -> None:
    bridges = build_bridges(facts, rivers)
    Bridges.validate(pd.DataFrame(bridges.drop(columns="geometry")))
    names = set(bridges["name"])
    assert {"Cầu Văn Phú", "Cầu Bảo Hà", "Cầu Thia"} <= names
    assert not any("dự án" in name or "đường sắt" in name for name in names)
    red = rivers.set_index("river_id").loc["R01"].geometry
    on_red = bridges[bridges["river"] == "sông Hồng"]
    assert (on_red.distance(red) < 1).all()
