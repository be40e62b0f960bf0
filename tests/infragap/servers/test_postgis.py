"""PostGIS as source and sink, on a real server: equal to files, whole or not at all, nothing of others replaced."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from infragap.gis.crs import to_wgs84
from infragap.gis.errors import MissingDataError, ParameterError
from infragap.servers.places import database_of
from infragap.servers.postgis import DatabaseError, Table, connected, read_tables, write_tables
from infragap.servers.pull import pull
from infragap.servers.push import push
from tests import pack_factory
from tests.infragap.servers.test_services import pack_with_source, same_settlements

ADDRESS = os.environ.get("INFRAGAP_TEST_POSTGIS", "")
needs_server = pytest.mark.skipif(not ADDRESS, reason="no PostGIS is running (INFRAGAP_TEST_POSTGIS)")


@pytest.fixture
def schema() -> Iterator[str]:
    name = f"t{os.getpid()}"
    place = database_of(ADDRESS, known=())
    yield name
    with connected(place) as connection:
        connection.run(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def settlements_table(schema: str) -> None:
    frame = pack_factory.settlements()
    kinds = {"households": "bigint", "position_accuracy_m": "double precision"}
    types = {name: kinds.get(name, "text") for name in frame.columns if name != "geometry"}
    write_tables(database_of(ADDRESS, known=()), schema, [Table("settlements", frame, types, ("settlement_id",))])


@needs_server
def test_a_layer_of_a_database_is_the_layer_of_a_file(tmp_path: Path, schema: str) -> None:
    settlements_table(schema)
    folder = pack_with_source(tmp_path / "pack", f"{ADDRESS}?table={schema}.settlements")
    assert pull(folder) == ["settlements"]
    same_settlements(folder, tmp_path)


@needs_server
def test_what_is_written_is_read_back(schema: str) -> None:
    frame = pd.DataFrame(
        {"id": ["a", "b", "c"], "text": ["", None, 'x,"y"\n\\N'], "n": [1, 2, None], "x": [0.1, np.nan, 1e300],
         "yes": [True, False, None]}
    )  # fmt: skip
    types = {"id": "text", "text": "text", "n": "bigint", "x": "double precision", "yes": "boolean"}
    place = database_of(ADDRESS, known=())
    write_tables(place, schema, [Table("t", frame.astype({"n": "Int64"}), types, ("id",), {"x": "it's"})])
    back = read_tables(place, {"t": {"table": f"{schema}.t"}})["t"]
    assert back["text"].tolist() == ["", None, 'x,"y"\n\\N']
    assert back["n"].tolist()[:2] == [1, 2]
    assert back["n"].isna().tolist() == [False, False, True]
    assert back["x"].tolist()[0] == 0.1
    assert back["x"].tolist()[2] == 1e300
    assert back["yes"].tolist()[:2] == [True, False]


@needs_server
def test_all_tables_or_none(schema: str) -> None:
    place, good = database_of(ADDRESS, known=()), pd.DataFrame({"id": ["a"]})
    write_tables(place, schema, [Table("first", good, {"id": "text"}, ("id",))])
    twice = pd.DataFrame({"id": ["a", "a"]})
    with pytest.raises(DatabaseError, match=r"unique|duplicat"):
        write_tables(place, schema, [Table("first", pd.DataFrame({"id": ["new"]}), {"id": "text"}, ("id",)),
                                     Table("second", twice, {"id": "text"}, ("id",))])  # fmt: skip
    assert read_tables(place, {"t": {"table": f"{schema}.first"}})["t"]["id"].tolist() == ["a"]
    with pytest.raises(MissingDataError, match="second"):
        read_tables(place, {"t": {"table": f"{schema}.second"}})


@needs_server
def test_tables_of_others_are_not_replaced(schema: str) -> None:
    place = database_of(ADDRESS, known=())
    with connected(place) as connection:
        connection.run(f"CREATE SCHEMA {schema}")
        connection.run(f"CREATE TABLE {schema}.mine (x int)")
    with pytest.raises(ParameterError, match="not written by infragap"):
        write_tables(place, schema, [Table("mine", pd.DataFrame({"x": [1]}), {"x": "bigint"})])


@needs_server
def test_a_result_goes_in_and_comes_out_equal(tmp_path: Path, schema: str) -> None:
    from infragap.maps.exports.layers import write_geopackage
    from infragap.maps.exports.package import write_package
    from infragap.maps.exports.tables import write_csv

    frame = pack_factory.settlements()
    (tmp_path / "tables").mkdir()
    write_csv(frame, tmp_path / "tables" / "electricity_ranking.csv")
    write_geopackage({"electricity_settlements": frame}, tmp_path / "results.gpkg")
    write_package(tmp_path, {"electricity_ranking": (frame, ())}, {"electricity_ranking": ("settlement_id",)}, "t")
    (tmp_path / "run.json").write_text(json.dumps({}), encoding="utf-8")
    for _ in range(2):
        assert push(tmp_path, f"{ADDRESS}?schema={schema}") == ["electricity_ranking", "layer_electricity_settlements"]
    place = database_of(ADDRESS, known=())
    asked = {name: {"table": f"{schema}.{name}"} for name in ("electricity_ranking", "layer_electricity_settlements")}
    back = read_tables(place, asked)
    wanted = frame.sort_values("settlement_id", ignore_index=True)
    layer = back["layer_electricity_settlements"]
    assert isinstance(layer, gpd.GeoDataFrame)
    assert layer.crs == "EPSG:4326"
    assert layer.geom_equals_exact(to_wgs84(wanted), tolerance=1e-9).all()
    assert back["electricity_ranking"]["households"].tolist() == wanted["households"].tolist()


def test_no_server_is_a_sentence() -> None:
    with (
        pytest.raises(DatabaseError, match="PGUSER and PGPASSWORD"),
        connected(database_of("postgresql://127.0.0.1:1/none", known=())),
    ):
        pass


def test_an_unfinished_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="no complete result"):
        push(tmp_path, "postgresql://127.0.0.1/none")
