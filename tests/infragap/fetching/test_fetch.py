"""`data fetch` against imitations of the services: a pack that runs; missing sources, kills and resumption."""

import json
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from infragap.fetching.client import Client, FetchError
from infragap.fetching.fetch import LAYERS, PEOPLE, Outcome, Request, fetch_pack
from infragap.fetching.settle import Clustering, build_settlements, clustered
from infragap.gis.catalog import read_catalog
from infragap.gis.errors import MissingDataError, ParameterError
from infragap.gis.findings import faults
from infragap.gis.pack import read_pack
from infragap.profiles.profile import read_profile
from infragap.readiness.judging import judge_folder
from tests.infragap.fetching.imitation import EAST, NORTH, SOUTH, WEST, Imitation, height_m
from tests.pack_factory import CRS_MEASURE, write_pack


@pytest.fixture
def client(server: Imitation, tmp_path: Path) -> Iterator[Client]:
    yield Client(tmp_path / "cache", "me@example.org", wait=lambda seconds: None, environment=server.environment)
    server.faults.clear()
    server._bodies.pop("/overpass/interpreter", None)


def fetched(client: Client, out: Path, **changes: object) -> Outcome:
    asked = {"box": (WEST, SOUTH, EAST, NORTH), "country": "MWI"} | changes
    return fetch_pack(client, Request(out, read_profile("mw"), "mw", **asked))


@pytest.mark.slow
def test_a_district_from_nothing_to_a_plan_that_could_run(client: Client, tmp_path: Path) -> None:
    out = tmp_path / "district"
    outcome = fetched(client, out)
    assert outcome.problems == []
    assert set(outcome.made) == set(LAYERS)
    count, served, scattered, _ = build_settlements(out)
    # two villages of 9 cells with 20 people, neither within 1 km of the line at 16.05° S
    assert (count, served, scattered) == (2, 0, 3)
    pack = read_pack(out)
    assert faults(pack.findings()) == []
    assert judge_folder(out, ["electricity"]).is_ready("electricity")
    assert pack.settlements["households"].tolist() == [41, 41]  # 180 people by 4.4
    assert "Upper" in set(pack.settlements["name"])
    assert pack.communes["population"].sum() == 363
    assert set(pack.grid_lines["voltage_kv"]) == {33.0}
    assert pack.solar["ghi_kwh_per_m2_day"].round(2).eq(6.5).all()
    assert pack.solar["commune_code"].nunique() == 2


@pytest.mark.slow
def test_licences_and_what_must_be_said_stand_in_the_catalogue(client: Client, tmp_path: Path) -> None:
    fetched(client, tmp_path / "district")
    catalog = read_catalog(tmp_path / "district")
    for entry in catalog.layer:
        assert entry.licence, entry.name
        assert entry.date
        assert entry.sha256
    assert catalog.entry("roads").licence == "ODbL 1.0"
    assert "OpenStreetMap contributors" in str(catalog.entry("roads").method)
    assert "production forest" in str(catalog.entry("forest").method)
    for said in ("OpenStreetMap contributors", "DLR", "WorldPop", "PVGIS", "OCHA", "WorldCover"):
        assert said in catalog.pack.provenance_note
    sources = json.loads((tmp_path / "district" / "sources.json").read_text(encoding="utf-8"))
    assert sources["elevation.tif"]["fetched"][0]["sha256"]
    assert all("shareable" in said for said in sources.values())


@pytest.mark.slow
def test_people_are_kept_and_heights_are_those_of_the_tiles(client: Client, tmp_path: Path) -> None:
    fetched(client, tmp_path / "district")
    with rasterio.open(tmp_path / "district" / PEOPLE) as dataset:
        assert dataset.read(1).sum() == 363
    with rasterio.open(tmp_path / "district" / "elevation.tif") as dataset:
        for place in ((35.5, -15.95), (35.5, -16.05), (35.41, -16.001)):
            (value,) = next(dataset.sample([place]))
            assert value == pytest.approx(height_m(*place), abs=8)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "layer", "still"),
    [
        ("gone:/pvgis/", "solar", True),
        ("gone:/overpass/", "osm", False),
        ("gone:/worldcover/", "landcover", True),
        ("gone:/hdx/", "boundaries", True),
        ("remark", "osm", False),
        ("html:/worldcover/", "landcover", True),
    ],
)
def test_a_missing_source_is_a_sentence(
    server: Imitation, client: Client, tmp_path: Path, fault: str, layer: str, still: bool
) -> None:
    server.faults.add(fault)
    server._bodies.pop("/overpass/interpreter", None)
    outcome = fetched(client, tmp_path / "district")
    assert [text.split(":")[0] for text in outcome.problems] == [layer]
    assert layer not in outcome.made
    build_settlements(tmp_path / "district")
    readiness = judge_folder(tmp_path / "district", ["electricity"])
    assert not readiness.has_faults
    # without OpenStreetMap there are no lines to build from; all else has a stand-in
    assert readiness.is_ready("electricity") is still


@pytest.mark.slow
def test_areas_without_the_countrys_codes_lie_beside(server: Imitation, client: Client, tmp_path: Path) -> None:
    server.faults.add("gone:/hdx/")
    outcome = fetched(client, tmp_path / "district")
    assert "no codes like MW and five digits" in outcome.problems[0]
    assert len(gpd.read_file(tmp_path / "district" / "base" / "areas.geojson")) == 1
    assert not read_catalog(tmp_path / "district").has("communes")


def test_communes_of_vietnam_have_codes_and_kinds(client: Client, tmp_path: Path) -> None:
    from infragap.fetching.areas import Question, areas_of

    client.cache.mkdir()
    areas = areas_of(client, Question("VNM", "Lao Cai", read_profile()))
    assert areas.frame["commune_code"].tolist() == ["02647", "02671"]
    assert areas.frame["kind"].tolist() == ["phường", "xã"]
    with pytest.raises(FetchError, match="Hà Nội, Lào Cai"):
        areas_of(client, Question("VNM", "Atlantis", read_profile()))


@pytest.mark.slow
def test_a_province_gives_the_box(client: Client, tmp_path: Path) -> None:
    fetched(client, tmp_path / "district", box=None, province="Southern", layers=("boundaries", "elevation"))
    with rasterio.open(tmp_path / "district" / "elevation.tif") as dataset:
        assert dataset.bounds.left == pytest.approx(WEST - 0.02, abs=1e-3)
        assert dataset.bounds.top == pytest.approx(NORTH + 0.02, abs=1e-3)


def test_nothing_of_the_planners_is_overwritten(client: Client, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ParameterError, match="there already"):
        fetched(client, tmp_path / "mine")
    with pytest.raises(ParameterError, match="--bbox"):
        fetched(client, tmp_path / "new", box=None, country="")
    assert not (tmp_path / "new").exists()


def test_when_nothing_comes_nothing_is_left(server: Imitation, client: Client, tmp_path: Path) -> None:
    server.faults.add("gone:/")
    with pytest.raises(FetchError, match="nothing could be fetched"):
        fetched(client, tmp_path / "district")
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_clusters_by_hand_and_in_any_order() -> None:
    # two cells 100 m apart with 15 people each are dense together (30); one 100 m further joins them; one 1 km off with
    # 15 people is nobody's
    x, people = np.array([0.0, 100.0, 200.0, 1200.0]), np.array([15.0, 15.0, 2.0, 15.0])
    how = Clustering(reach_m=110.0, people_min=20)
    assert clustered(x, np.zeros(4), people, how).tolist() == [0, 0, 0, -1]
    assert clustered(x[::-1], np.zeros(4), people[::-1], how).tolist() == [-1, 0, 0, 0]


@pytest.mark.slow
def test_settlements_near_a_line_are_served_and_a_list_is_kept(client: Client, tmp_path: Path) -> None:
    out = tmp_path / "district"
    fetched(client, out)
    count, served, *_ = build_settlements(out, Clustering(served_within_m=6_000))
    assert (count, served) == (1, 1)
    with pytest.raises(MissingDataError, match="a list already"):
        build_settlements(out)
    assert "farther than 6000 m" in pd.read_csv(out / "settlements.csv")["source"].iloc[0]


@pytest.mark.slow
def test_buildings_become_settlements_where_there_is_no_list(tmp_path: Path) -> None:
    """Ten houses, 40 m apart, are a settlement; a hamlet of seven and a lone house are not; one lies far outside."""
    pack = write_pack(tmp_path / "pack", settlements=None)
    rows = [(445_000 + 40 * k, 2_424_000) for k in range(10)] + [(452_000 + 40 * k, 2_427_000) for k in range(7)]
    houses = [shapely.box(x, y, x + 8, y + 6) for x, y in [*rows, (449_000, 2_421_000), (700_000, 2_600_000)]]
    gpd.GeoSeries(houses, crs=CRS_MEASURE).to_file(tmp_path / "houses.gpkg")
    count, served, scattered, _ = build_settlements(pack, buildings=tmp_path / "houses.gpkg")
    # 10 · 2.5 = 25 people are at least 20; 7 · 2.5 = 17.5 and the single house are not: 8 · 2.5 scattered
    assert (count, served, scattered) == (1, 0, 20)
    table = pd.read_csv(pack / "settlements.csv")
    assert table["households"].tolist() == [round(25 / 4.3)]
    assert "clusters of buildings (houses.gpkg)" in table["source"].iloc[0]
    assert "2.5 people a building" in table["source"].iloc[0]
    with pytest.raises(MissingDataError, match="buildings"):
        build_settlements(write_pack(tmp_path / "none", settlements=None), buildings=tmp_path / "nowhere.gpkg")
