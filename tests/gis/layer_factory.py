"""Small layer files for the tests of reading, and what reading them gives."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.gis.catalog import LayerEntry
from infragap.gis.findings import faults
from infragap.gis.reading.layers import read_layer
from tests.pack_factory import settlements

WGS84 = "EPSG:4326"
DRIVERS = {"geojson": "GeoJSON", "shp": "ESRI Shapefile", "fgb": "FlatGeobuf", "kml": "KML"}


def places(count: int = 3) -> gpd.GeoDataFrame:
    """Settlements in WGS84, as a planner's file would hold them."""
    return settlements()[:count].to_crs(WGS84)


def entry(file: str, **changes: Any) -> LayerEntry:
    shared = {
        "name": "settlements", "title": "t", "file": file, "kind": "vector", "geometry": "Point", "licence": "-",
        "date": "2026-11-22",
        "sha256": "0" * 64, "provenance": "modelled", "method": "test", "crs": WGS84,
    }  # fmt: skip
    return LayerEntry.model_validate({**shared, **changes})


def faults_of(folder: Path, file: str, **changes: Any) -> list[str]:
    """What is wrong with a layer file, in English."""
    return [str(finding) for finding in faults(read_layer(folder, entry(file, **changes), crs_measure="EPSG:9208")[1])]


def table_of(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    table = pd.DataFrame(frame.drop(columns="geometry"))
    return table.assign(longitude=frame.geometry.x.round(6), latitude=frame.geometry.y.round(6))


def same_places(found: gpd.GeoDataFrame | pd.DataFrame | None, expected: gpd.GeoDataFrame) -> None:
    assert isinstance(found, gpd.GeoDataFrame)
    assert list(found["settlement_id"]) == list(expected["settlement_id"])
    assert list(found["name"]) == list(expected["name"])
    assert list(found["commune_code"]) == list(expected["commune_code"])
    assert list(found["households"]) == list(expected["households"])
    np.testing.assert_allclose(found.geometry.x, expected.geometry.x, atol=1e-5)
    np.testing.assert_allclose(found.geometry.y, expected.geometry.y, atol=1e-5)
    assert isinstance(found.index, pd.RangeIndex)
