"""Footprints: the part of a country's file that holds the box, resumed, whole where it must be, and clustered."""

import gzip
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from infragap.fetching import flatgeobuf
from infragap.fetching.client import Client, FetchError, WrongFileError
from infragap.fetching.fetch import Request, fetch_pack
from infragap.fetching.flatgeobuf import head_of, spans_of
from infragap.fetching.footprints import FILE, fetch_buildings, quadkeys
from infragap.fetching.settle import build_settlements
from infragap.gis.catalog import read_catalog
from infragap.gis.errors import MissingDataError, ParameterError
from infragap.profiles.profile import read_profile
from tests.infragap.fetching.imitation import EAST, NORTH, SOUTH, WEST, Imitation, houses

BOX = (WEST, SOUTH, EAST, NORTH)


@pytest.fixture
def _small_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flatgeobuf, "FIRST_BYTES", 2_000)
    monkeypatch.setattr("infragap.fetching.footprints.FIRST_BYTES", 2_000)
    monkeypatch.setattr(flatgeobuf, "GAP_BYTES", 300)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, gpd.GeoDataFrame]:
    path = tmp_path_factory.mktemp("whole") / "MWI.fgb"
    path.write_bytes(houses())
    return path.read_bytes(), gpd.read_file(path)


def inside(frame: gpd.GeoDataFrame, box: tuple[float, float, float, float]) -> set[bytes]:
    return {shape.wkb for shape in frame.geometry[frame.intersects(shapely.box(*box))]}


@pytest.mark.slow
@pytest.mark.usefixtures("_small_spans")
@pytest.mark.parametrize("box", [BOX, (33, -17, 36, -9), (35.499, -16.001, 35.5, -15.999), (35.9, -10, 40, 0)])
def test_the_part_that_holds_the_box_has_what_the_whole_file_has_there(
    client: Client, tmp_path: Path, whole: tuple[bytes, gpd.GeoDataFrame], box: tuple[float, float, float, float]
) -> None:
    path = tmp_path / "pack" / FILE
    path.parents[1].mkdir()
    count, files = fetch_buildings(client, "MWI", box, path, lambda text: None)
    frame = gpd.read_file(path)
    assert {shape.wkb for shape in frame.geometry} == inside(whole[1], box)
    assert count == len(frame)
    assert sum(int(file.about["bytes"]) for file in files) <= len(whole[0]) * 1.05
    assert list(frame.columns) == ["bf_source", "confidence", "area_in_meters", "geometry"]
    assert [one.name for one in path.parents[1].iterdir()] == ["base"]


@pytest.mark.slow
@pytest.mark.usefixtures("_small_spans")
def test_of_a_district_little_is_read(whole: tuple[bytes, gpd.GeoDataFrame]) -> None:
    content, frame = whole
    read: list[tuple[int, int]] = []
    spans = spans_of(lambda a, b: (read.append((a, b)), content[a:b])[1], BOX, len(content))
    assert sum(b - a for a, b in [*read, *spans]) < len(content) / 25
    assert len(inside(frame, BOX)) > 12


def test_a_file_without_a_tree_is_said(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs="EPSG:4326")
    frame.to_file(tmp_path / "a.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO")
    with pytest.raises(WrongFileError, match="without a tree"):
        head_of((tmp_path / "a.fgb").read_bytes())
    with pytest.raises(WrongFileError, match="header cannot be read"):
        head_of(b"fgb\3fgb\1\0\0\0\0")


@pytest.mark.slow
@pytest.mark.usefixtures("_small_spans")
def test_a_cut_span_goes_on_and_nothing_is_asked_for_twice(
    server: Imitation, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infragap.fetching.client.CHUNK", 64)
    server.faults.add("cut:/vida/")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        fetch_buildings(client, "MWI", BOX, tmp_path / name / FILE, lambda text: None)
    assert (tmp_path / "a" / FILE).read_bytes() == (tmp_path / "b" / FILE).read_bytes()
    spans = [told["Range"] for _, _, told in server.asked]
    assert len(spans) == len(set(spans))
    assert [text.partition("-")[2] for text in spans].count("1999") == 2


@pytest.mark.slow
def test_a_server_without_ranges_gives_the_whole_if_it_is_small(
    server: Imitation, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults.add("no ranges")
    told: list[str] = []
    (tmp_path / "pack").mkdir()
    fetch_buildings(client, "MWI", BOX, tmp_path / "pack" / FILE, told.append)
    assert "the file of the country, " in told[0]
    assert client.cache.glob("*.part") is not None
    monkeypatch.setattr("infragap.fetching.footprints.MOST_BYTES", 1000)
    with pytest.raises(FetchError, match=r"comes as a whole alone.*--buildings"):
        fetch_buildings(client, "MWI", BOX, tmp_path / "pack" / FILE, told.append)
    server.faults.clear()
    with pytest.raises(FetchError, match="take a smaller box"):
        fetch_buildings(client, "MWI", (33, -17, 36, -9), tmp_path / "pack" / FILE, told.append)


@pytest.mark.slow
@pytest.mark.usefixtures("_small_spans")
def test_a_file_that_is_exchanged_meanwhile_is_not_glued_together(
    server: Imitation, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "pack").mkdir()
    path = "/vida/flatgeobuf/by_country/country_iso=MWI/MWI.fgb"
    client.get_first = client.get
    asked: list[int] = []

    def get(wanted: object) -> object:
        asked.append(1)
        if len(asked) == 3:
            server._bodies[path] = server.body(path)[:-1] + b"\7"
        return client.get_first(wanted)

    client.get = get
    with pytest.raises(WrongFileError, match="exchanged"):
        fetch_buildings(client, "MWI", BOX, tmp_path / "pack" / FILE, lambda text: None)
    assert [one.name for one in client.cache.iterdir() if one.suffix != ".mark"] == []
    server._bodies.clear()


@pytest.mark.slow
def test_fetched_footprints_are_clustered_unless_people_are_asked_for(client: Client, tmp_path: Path) -> None:
    out = tmp_path / "district"
    layers = ("elevation", "population", "osm", "buildings")
    request = Request(out, read_profile("mw"), "mw", box=BOX, country="MWI", layers=layers)
    assert fetch_pack(client, request).problems == []
    sources = json.loads((out / "sources.json").read_text(encoding="utf-8"))
    assert sources[FILE]["licence"] == "ODbL 1.0"
    assert "OpenStreetMap contributors" in sources[FILE]["attribution"]
    with pytest.raises(ParameterError, match="auto, people, buildings"):
        build_settlements(out, origin="cows")
    settled = build_settlements(out)
    # twelve houses by 2.5 are one settlement; those of the country stand alone
    assert settled.buildings == out / FILE
    assert settled.settlements == 1
    source = pd.read_csv(out / "settlements.csv")["source"].iloc[0]
    assert "clusters of buildings (buildings.fgb)" in source
    assert read_catalog(out).entry("settlements").licence == "ODbL 1.0"
    (out / "settlements.csv").unlink()
    text = (out / "catalog.toml").read_text(encoding="utf-8")
    start = text.index('[[layer]]\nname = "settlements"')
    end = text.find("[[layer]]", start + 5)
    (out / "catalog.toml").write_text(text[:start] + (text[end:] if end > 0 else ""), encoding="utf-8")
    assert build_settlements(out, origin="people").buildings is None
    assert read_catalog(out).entry("settlements").licence == "CC BY 4.0"


@pytest.mark.slow
def test_what_was_not_fetched_cannot_be_clustered(server: Imitation, client: Client, tmp_path: Path) -> None:
    server.faults.add("gone:/vida/")
    out = tmp_path / "district"
    layers = ("elevation", "population", "buildings")
    outcome = fetch_pack(client, Request(out, read_profile("mw"), "mw", box=BOX, country="MWI", layers=layers))
    assert outcome.problems[0].startswith("buildings: vida: http")
    with pytest.raises(MissingDataError, match=r"…,buildings"):
        build_settlements(out, origin="buildings")
    assert build_settlements(out).buildings is None


def test_no_buildings_of_a_square_are_lost() -> None:
    from infragap.fetching.settle import Clustering, _gathered

    x, y, people = _gathered(np.array([0.0, 10.0, 500.0]), np.array([0.0, 20.0, 5.0]), Clustering())
    assert (x.tolist(), y.tolist(), people.tolist()) == ([5.0, 500.0], [10.0, 5.0], [5.0, 2.5])


@pytest.mark.slow
def test_microsofts_tiles_stand_in_and_keys_are_text(server: Imitation, client: Client, tmp_path: Path) -> None:
    key = min(quadkeys(BOX, 9))
    base = "https://minedbuildings.z5.web.core.windows.net/global-buildings"
    rows = [("Nowhere", "0" + key[1:], "x"), ("Malawi", key, "a"), ("Mozambique", key, "b")]
    links = "Location,QuadKey,Url,Size,UploadDate\n" + "".join(
        f"{place},{text},{base}/{name}.csv.gz,1KB,2026-01-01\n" for place, text, name in rows
    )
    house = {"type": "Feature", "properties": {"height": -1.0, "confidence": 0.9}}
    inside, outside = (
        json.dumps({**house, "geometry": shapely.geometry.mapping(shapely.box(x, -16, x + 1e-4, -15.9999))})
        for x in (35.5, 35.7)
    )
    server.faults.add("gone:/vida/")
    server.answers |= {
        "dataset-links.csv": links.encode(),
        "/microsoft/global-buildings/a.csv.gz": gzip.compress(f"{inside}\n{outside}\n".encode()),
        "/microsoft/global-buildings/b.csv.gz": gzip.compress(f"{inside}\n".encode()),
    }
    out = tmp_path / "district"
    request = Request(out, read_profile("mw"), "mw", box=BOX, country="MWI", layers=("elevation", "buildings"))
    outcome = fetch_pack(client, request)
    server.answers.clear()
    server._bodies.clear()
    assert outcome.problems == []
    assert outcome.notes[-1].endswith("Microsoft's own tiles stand in")
    assert gpd.read_file(out / FILE)["confidence"].tolist() == [0.9, 0.9]
    sources = json.loads((out / "sources.json").read_text(encoding="utf-8"))
    assert sources[FILE]["licence"] == "CDLA-Permissive-2.0"


def test_keys_of_tiles_keep_their_noughts() -> None:
    # column 3 and row 5 of 8 are 011 and 101: digits 2, 1, 3
    assert quadkeys((-40.0, -50.0, -30.0, -45.0), 3) == {"213"}
    assert all(key.startswith("02") and len(key) == 9 for key in quadkeys((-123.0, 47.0, -122.0, 48.0), 9))
