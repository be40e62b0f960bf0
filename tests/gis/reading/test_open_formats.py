"""Formats that other programs write: the same rows through FlatGeobuf, a file geodatabase, GeoParquet, OSM, a COG."""

from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine

from infragap.gis.crs import to_wgs84
from infragap.gis.reading.osm_layers import read_osm_layer
from infragap.gis.reading.rasters import read_raster
from infragap.gis.reading.vector import read_vector
from tests import pack_factory


@pytest.mark.parametrize(("ending", "driver"), [("fgb", "FlatGeobuf"), ("gdb", "OpenFileGDB"), ("parquet", "")])
def test_points_come_back_as_they_were(tmp_path: Path, ending: str, driver: str) -> None:
    # a file geodatabase of old has whole numbers of 32 bits
    wanted = to_wgs84(pack_factory.settlements()).astype({"households": "int32"})
    path = tmp_path / f"settlements.{ending}"
    if driver:
        pyogrio.write_dataframe(wanted, path, driver=driver, layer="settlements")
    else:
        wanted.to_parquet(path)
    got = read_vector(path, layer="settlements").sort_values("settlement_id", ignore_index=True)
    wanted = wanted.sort_values("settlement_id", ignore_index=True)
    assert got["name"].tolist() == wanted["name"].tolist()
    assert pd.to_numeric(got["households"]).tolist() == wanted["households"].tolist()
    assert got.geom_equals_exact(wanted, tolerance=1e-7).all()


@pytest.mark.parametrize("ending", ["osm.pbf", "osm", "osm.gz"])
def test_lines_of_an_extract(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"extract.{ending}"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (longitude, latitude) in enumerate([(35.0, -16.0), (35.1, -16.0)], start=1):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(longitude, latitude), version=1))
        tags = {"power": "line", "voltage": "33000"}
        writer.add_way(osmium.osm.mutable.Way(id=7, nodes=[1, 2], tags=tags, version=1))
    lines = read_osm_layer(path, "grid_lines")
    assert lines["voltage_kv"].tolist() == [33.0]
    assert shapely.length(lines.geometry.iloc[0]) == pytest.approx(0.1)


def test_a_cloud_optimised_raster(tmp_path: Path) -> None:
    values = np.arange(64 * 64, dtype="float32").reshape(64, 64)
    profile = {"count": 1, "dtype": "float32", "crs": "EPSG:32736", "height": 64, "width": 64}
    with rasterio.open(
        tmp_path / "dem.tif", "w", driver="COG", transform=Affine(90, 0, 400_000, 0, -90, 8_230_000), **profile
    ) as dataset:
        dataset.write(values, 1)
    assert (read_raster(tmp_path / "dem.tif", layer="elevation").values == values).all()
