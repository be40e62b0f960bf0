"""A plan whose layers come from PostGIS is the plan from files, cell by cell; what is written back is what the folder
holds."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from infragap.servers.places import database_of
from infragap.servers.postgis import Table, connected, read_tables, write_tables
from infragap.servers.pull import pull
from infragap.servers.push import push
from tests.pack_factory import FILES, write_pack

ADDRESS = os.environ.get("INFRAGAP_TEST_POSTGIS", "")
pytestmark = pytest.mark.skipif(not ADDRESS, reason="no PostGIS is running (INFRAGAP_TEST_POSTGIS)")

LAYERS = [name for name, file in FILES.items() if not file.endswith(".tif") and name not in ("stations", "hydro_sites")]
OF_THE_RUN = {"columns", "parameters"}
"""Tables that tell of the run, not of places: they stay in files."""
KINDS = {"i": "bigint", "f": "double precision", "b": "boolean"}


@pytest.fixture
def schema() -> Iterator[str]:
    name = f"plan{os.getpid()}"
    yield name
    with connected(database_of(ADDRESS, known=())) as connection:
        connection.run(f"DROP SCHEMA IF EXISTS {name}, {name}_out CASCADE")


def rows_of(path: Path) -> pd.DataFrame:
    """A layer's file as a planner would load it into a database."""
    if path.suffix != ".csv":
        return gpd.read_file(path)
    frame = pd.read_csv(path, dtype=dict.fromkeys(("commune_code", "substation_id"), str))
    if "longitude" not in frame:
        return frame
    places = gpd.points_from_xy(frame["longitude"], frame["latitude"])
    return gpd.GeoDataFrame(frame.drop(columns=["longitude", "latitude"]), geometry=places, crs="EPSG:4326")


def pack_of_tables(files: Path, folder: Path, schema: str) -> Path:
    """The same pack with every list and every drawing in the database; only rasters are files."""
    tables, entries = [], {}
    for name in LAYERS:
        frame = rows_of(files / FILES[name])
        types = {c: KINDS.get(frame[c].dtype.kind, "text") for c in frame.columns if c != "geometry"}
        tables.append(Table(name, frame, types))
        file = folder / "snapshot" / (f"{name}.gpkg" if isinstance(frame, gpd.GeoDataFrame) else f"{name}.csv")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        entries[name] = {
            "file": f"snapshot/{file.name}", "sha256": None, "source": f"{ADDRESS}?table={schema}.{name}",
        }  # fmt: skip
    write_tables(database_of(ADDRESS, known=()), schema, tables)
    write_pack(folder, entries=entries)
    for file in (folder / "snapshot").iterdir():
        file.unlink()
    assert sorted(pull(folder)) == sorted(LAYERS)
    return folder


def planned(pack: Path, out: Path) -> Path:
    quick = pack.parent / "quick.toml"
    quick.write_text("[electricity]\ndraws = 0\n", encoding="utf-8")
    line = [
        sys.executable,
        "-m",
        "infragap",
        "electrify",
        "--data",
        str(pack),
        "--out",
        str(out),
        "--params",
        str(quick),
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def test_a_plan_from_postgis_is_the_plan_from_files_and_goes_back_whole(tmp_path: Path, schema: str) -> None:
    files = write_pack(tmp_path / "files")
    ours = planned(files, tmp_path / "out-files")
    theirs = planned(pack_of_tables(files, tmp_path / "served", schema), tmp_path / "out-served")
    names = sorted(path.name for path in (ours / "tables").glob("*.csv"))
    assert len(names) > 10
    assert names == sorted(path.name for path in (theirs / "tables").glob("*.csv"))
    for name in names:
        assert (ours / "tables" / name).read_bytes() == (theirs / "tables" / name).read_bytes(), name
    records = [json.loads((out / "run.json").read_text(encoding="utf-8"))["electricity"] for out in (ours, theirs)]
    assert records[0] == records[1]
    # what the servers said is kept with the result, a file for each of their layers
    assert len(list((theirs / "sources").iterdir())) == len(LAYERS)

    written = push(theirs, f"{ADDRESS}?schema={schema}_out")
    place = database_of(ADDRESS, known=())
    back = read_tables(place, {name: {"table": f"{schema}_out.{name}"} for name in written})
    layers = [name for name, kind in pyogrio.list_layers(theirs / "results.gpkg") if kind is not None]
    assert {f"layer_{name}" for name in layers} <= set(written)
    for name in layers:
        kept, read = pyogrio.read_dataframe(theirs / "results.gpkg", layer=name), back[f"layer_{name}"]
        assert isinstance(read, gpd.GeoDataFrame)
        assert read.crs == kept.crs
        same_rows(drawn(kept), drawn(read))
    described = {name.removesuffix(".csv") for name in names} - OF_THE_RUN
    assert {table.replace("-", "_") for table in described} <= set(written)
    for table in sorted(described):
        kept = pd.read_csv(
            theirs / "tables" / f"{table}.csv", encoding="utf-8-sig", keep_default_na=False, na_values=[""]
        )
        same_rows(kept, back[table.replace("-", "_")])


def drawn(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """A layer with its shapes as bytes."""
    return pd.DataFrame(frame.drop(columns=frame.geometry.name)).assign(shape=frame.geometry.to_wkb())


def same_rows(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """The same cells in the same columns, whatever the order of the rows."""
    assert sorted(one.columns) == sorted(other.columns)
    as_text = [
        sorted(tuple(map(plain, row)) for row in frame[sorted(one.columns)].itertuples(index=False))
        for frame in (one, other)
    ]
    assert as_text[0] == as_text[1]


def plain(cell: object) -> str:
    """A cell as text that is the same for 4, 4.0 and '4', and empty where there is none."""
    if not isinstance(cell, bytes | list) and pd.isna(cell):  # type: ignore[call-overload]
        return ""
    if isinstance(cell, bytes):
        return cell.hex()
    try:
        return repr(float(str(cell)))
    except ValueError:
        return str(cell)
