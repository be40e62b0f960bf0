"""VN-2000 against published points, datum guard, axis order of Vietnamese tables."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from infragap.gis.crs import (
    WGS84,
    datum_fault,
    is_vn2000,
    require_metres,
    same_crs,
    to_crs,
    to_measure,
    to_wgs84,
    transform,
    transformer,
    vn2000_points,
)
from infragap.gis.errors import LayerError

# norms-and-costs.md, section D: WGS84 longitude and latitude, easting and northing in EPSG:9208
TEST_POINTS = (
    (103.97, 22.48, 419540.122, 2487019.787),
    (104.87, 21.70, 512220.122, 2400454.186),
    (104.09, 21.85, 431585.667, 2417202.959),
)

# the seven parameters of EPSG:6960, written out independently of the EPSG database (position-vector signs of +towgs84)
BY_PROJ_STRING = (
    "+proj=tmerc +lat_0=0 +lon_0=104.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m "
    "+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"
)


@pytest.mark.parametrize(("longitude", "latitude", "easting", "northing"), TEST_POINTS)
def test_published_points_to_a_centimetre_both_ways(
    longitude: float, latitude: float, easting: float, northing: float
) -> None:
    x, y = transform(longitude, latitude, source=WGS84, target="EPSG:9208")
    assert abs(x - easting) < 0.01
    assert abs(y - northing) < 0.01
    back_x, back_y = transform(easting, northing, source="EPSG:9208", target=WGS84)
    # 1e-7 degrees are 1 cm
    assert abs(back_x - longitude) < 1e-7
    assert abs(back_y - latitude) < 1e-7


def test_frames_are_moved_like_points() -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["a", "b", "c"]}, geometry=[Point(p[0], p[1], 900) for p in TEST_POINTS], crs=WGS84, index=[5, 6, 9]
    )
    moved = to_measure(frame, "EPSG:9208")
    np.testing.assert_allclose(moved.geometry.x, [p[2] for p in TEST_POINTS], atol=0.01)
    np.testing.assert_allclose(moved.geometry.y, [p[3] for p in TEST_POINTS], atol=0.01)
    assert list(moved.index) == [5, 6, 9]
    assert not moved.geometry.has_z.any()
    assert frame.geometry.iloc[0].x == 103.97
    np.testing.assert_allclose(to_wgs84(moved).geometry.x, frame.geometry.x, atol=1e-8)


@pytest.mark.parametrize(
    ("source", "target"),
    [(WGS84, "EPSG:9208"), ("EPSG:9208", WGS84), ("EPSG:32648", "EPSG:9208"), ("EPSG:5897", "OGC:CRS84")],
)
def test_transformation_is_epsg_6960_and_needs_no_grid(source: str, target: str) -> None:
    step = transformer(source, target)
    assert "VN-2000 to WGS 84 (2)" in step.description
    assert "grids=" not in step.definition
    # the parameters themselves, in the database's coordinate-frame signs
    for part in ("x=-191.90441429", "y=-39.30318279", "z=-111.45032835", "s=0.252906278"):
        assert part in step.definition


def test_no_shift_within_vn2000() -> None:
    assert "helmert" not in transformer("EPSG:3405", "EPSG:9208").definition


@given(st.floats(102.5, 105.5), st.floats(20.5, 23.0))
@settings(max_examples=50)
def test_against_the_parameters_written_out(longitude: float, latitude: float) -> None:
    by_string = pyproj.Transformer.from_crs(WGS84, BY_PROJ_STRING, always_xy=True).transform(longitude, latitude)
    ours = transform(longitude, latitude, source=WGS84, target="EPSG:9208")
    # the PROJ string was found equal to 0.1 mm
    np.testing.assert_allclose(ours, by_string, atol=0.001)


def test_mekong_transformation_would_be_off() -> None:
    # why the choice matters: EPSG:5194 lies about 0.7 m away here
    mekong = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
        "+step +inv +proj=helmert +x=-192.873 +y=-39.382 +z=-111.202 +rx=0.00205 +ry=0.0005 +rz=-0.00335 +s=0.0188 "
        "+convention=coordinate_frame "
        "+step +inv +proj=cart +ellps=WGS84 +step +proj=tmerc +lon_0=104.75 +k=0.9999 +x_0=500000 +ellps=WGS84"
    )
    x, y = mekong.transform(103.97, 22.48)[:2]
    assert 0.3 < np.hypot(x - 419540.122, y - 2487019.787) < 1.5


def test_layer_without_crs() -> None:
    with pytest.raises(LayerError, match=r"villages: the layer has no CRS\. Write it into the file"):
        to_measure(gpd.GeoDataFrame(geometry=[Point(1, 1)]), "EPSG:9208", layer="villages")


@pytest.mark.parametrize("crs", [WGS84, "EPSG:3857", "EPSG:4756"])
def test_measuring_crs_must_measure(crs: str) -> None:
    with pytest.raises(LayerError, match="does not measure in true metres"):
        require_metres(crs)


def test_vietnamese_tables_write_northing_as_x() -> None:
    points = vn2000_points([2487019.787], [419540.122], crs="EPSG:9208")
    frame = to_crs(gpd.GeoDataFrame(geometry=points), WGS84)
    assert abs(frame.geometry.iloc[0].x - 103.97) < 1e-7
    with pytest.raises(LayerError, match=r"1 of 2 rows have X below Y.*Exchange the two columns"):
        vn2000_points([2487019.8, 419540.1], [419540.1, 2487019.8], crs="EPSG:9208", layer="villages")


def test_datum_guard() -> None:
    for good in ("EPSG:9208", "EPSG:5897", WGS84, "EPSG:32648", BY_PROJ_STRING):
        assert datum_fault(pyproj.CRS.from_user_input(good)) is None, good
    tm3 = "+proj=tmerc +lon_0=104.75 +k=0.9999 +x_0=500000 +units=m"
    # an ellipsoid alone: PROJ would not shift at all
    assert "names no datum" in str(datum_fault(pyproj.CRS.from_user_input(f"{tm3} +ellps=WGS84")))
    # a TM-3 grid on WGS 84
    assert "TM-3 grid on the datum World Geodetic System 1984" in str(
        datum_fault(pyproj.CRS.from_user_input(f"{tm3} +datum=WGS84"))
    )
    # Krasovsky and other people's seven parameters
    assert "misses EPSG:6960" in str(
        datum_fault(pyproj.CRS.from_user_input(f"{tm3} +ellps=krass +towgs84=-17.51,-108.32,-62.39,0,0,0,0"))
    )


def test_vn2000_is_known_by_its_datum() -> None:
    assert is_vn2000(pyproj.CRS("EPSG:9208"))
    assert is_vn2000(pyproj.CRS("EPSG:4756"))
    assert not is_vn2000(pyproj.CRS(WGS84))
    # as ESRI software writes the .prj
    esri = pyproj.CRS.from_wkt(pyproj.CRS("EPSG:9208").to_wkt("WKT1_ESRI"))
    assert is_vn2000(esri)
    assert abs(transform(103.97, 22.48, source=WGS84, target=esri)[0] - 419540.122) < 0.01


def test_same_crs_however_written() -> None:
    esri = pyproj.CRS("EPSG:9208").to_wkt("WKT1_ESRI")
    assert same_crs("EPSG:9208", esri)
    assert same_crs(WGS84, "OGC:CRS84")
    assert not same_crs("EPSG:9208", "EPSG:5897")
    assert not same_crs("EPSG:4756", WGS84)
