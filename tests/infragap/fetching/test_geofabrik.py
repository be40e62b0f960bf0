"""Extracts of countries: which region, the dated file, the day's one, and what is kept of it."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import osmium
import pytest
import shapely

from infragap.fetching.client import Client, FetchError
from infragap.fetching.clip import clip_extract
from infragap.fetching.geofabrik import fetch_region, region_of
from infragap.fetching.osm import FROM_COUNTRY, Place, fetch_osm
from infragap.gis.reading.osm_layers import read_osm_layer
from tests.infragap.fetching.country import BEFORE, NEWEST, extract, index
from tests.infragap.fetching.imitation import EAST, NORTH, SOUTH, WEST, Imitation, imitating

BOX = (WEST, SOUTH, EAST, NORTH)
DAY = datetime.date(2026, 11, 28)


@pytest.fixture
def server() -> Iterator[Imitation]:
    with imitating() as imitation:
        yield imitation


@pytest.fixture
def client(server: Imitation, tmp_path: Path) -> Client:
    made = Client(
        tmp_path / "cache", "me@example.org", wait=lambda seconds: None, environment=server.environment, today=DAY
    )
    made.cache.mkdir()
    return made


@pytest.mark.parametrize(
    ("box", "code", "is_whole", "name", "covers"),
    [
        (BOX, "", False, "Southern-malawi", True),  # the smallest that covers it, though it has no code
        (BOX, "MWI", False, "Southern-malawi", True),
        ((32.6, -17.15, 36.2, -9.4), "MWI", True, "Malawi", False),  # fewest countries, not the largest outline
        ((32.6, -17.0, 35.9, -9.4), "MWI", True, "Malawi", True),
        ((114, 4, 115.4, 5.1), "BRN", True, "Malaysia-singapore-brunei", True),
        ((29, -3, 30, -2), "RWA", True, "Great-lakes", True),
        ((50, 65, 60, 70), "", False, "Russia", True),  # no region above it, but a code
    ],
)
def test_the_region_is_the_smallest_that_serves(
    box: tuple[float, float, float, float], code: str, is_whole: bool, name: str, covers: bool
) -> None:
    region = region_of(index(), box, code, is_whole=is_whole)
    assert (region.name, region.covers) == (name, covers)


@pytest.mark.parametrize(("box", "code"), [((0, 0, 50, 30), ""), ((0, 0, 50, 30), "KEN"), ((0, 0, 1, 1), "XYZ")])
def test_a_continent_is_no_choice(box: tuple[float, float, float, float], code: str) -> None:
    with pytest.raises(FetchError, match="smaller than a continent"):
        region_of(index(), box, code, is_whole=bool(code))


@pytest.mark.slow
def test_the_dated_file_of_the_checksum_is_fetched_once(server: Imitation, client: Client) -> None:
    region, files = fetch_region(client, BOX, "MWI", is_whole=True)
    assert region.name == "Malawi"
    assert files[-1].path.read_bytes() == extract()
    asked = [path for _, path, _ in server.asked]
    assert asked == ["/geofabrik/index-v1.json", "/geofabrik/africa/malawi-latest.osm.pbf.md5",
                     f"/geofabrik/africa/{BEFORE}.osm.pbf"]  # fmt: skip
    assert all("+me@example.org" in told["User-Agent"] for _, _, told in server.asked)
    fetch_region(client, BOX, "MWI", is_whole=True)
    assert len(server.asked) == 3


@pytest.mark.slow
def test_while_the_server_swaps_its_files_that_of_the_day_before_is_taken(server: Imitation, client: Client) -> None:
    server.faults.add("swap")
    _, files = fetch_region(client, BOX, "MWI", is_whole=True)
    asked = [path.rsplit("/", 1)[-1] for _, path, _ in server.asked]
    assert asked[2:] == [f"{NEWEST}.osm.pbf", f"{BEFORE}.osm.pbf.md5", f"{BEFORE}.osm.pbf"]
    assert files[-1].path.read_bytes() == extract()


@pytest.mark.slow
def test_a_wrong_checksum_keeps_nothing_and_is_asked_for_anew(server: Imitation, client: Client) -> None:
    server.faults.add("wrong sum")
    with pytest.raises(FetchError, match="checksum that its publisher states"):
        fetch_region(client, BOX, "MWI", is_whole=True)
    assert [path.name for path in client.cache.iterdir() if "malawi" in path.name] == []
    server.faults.clear()
    server._bodies.clear()
    assert fetch_region(client, BOX, "MWI", is_whole=True)[1][-1].path.read_bytes() == extract()


@pytest.mark.slow
def test_a_cut_download_goes_on(server: Imitation, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infragap.fetching.client.CHUNK", 64)
    server.faults.add("cut:/africa/malawi-261126.osm.pbf")
    server._bodies[f"/geofabrik/africa/{BEFORE}.osm.pbf"] = extract()
    fetch_region(client, BOX, "MWI", is_whole=True)
    (again,) = [told["Range"] for _, path, told in server.asked if path.endswith(".pbf") and "Range" in told]
    assert len(extract()) // 2 < int(again.removeprefix("bytes=").rstrip("-")) <= len(extract()) * 6 // 10


@pytest.mark.slow
def test_a_file_that_ends_early_in_silence_is_found_by_its_checksum(server: Imitation, client: Client) -> None:
    server.faults.add(f"short:{BEFORE}.osm.pbf")
    with pytest.raises(FetchError, match="checksum"):
        fetch_region(client, BOX, "MWI", is_whole=True)
    assert fetch_region(client, BOX, "MWI", is_whole=True)[1][-1].path.read_bytes() == extract()


@pytest.mark.slow
def test_one_extract_a_day(server: Imitation, client: Client) -> None:
    fetch_region(client, BOX, "MWI", is_whole=True)
    with pytest.raises(FetchError, match=r"malawi-261126.osm.pbf was fetched today.*tomorrow"):
        fetch_region(client, BOX, "", is_whole=False)
    # the same one is in the cache, and tomorrow is another day
    fetch_region(client, BOX, "MWI", is_whole=True)
    client.today = DAY + datetime.timedelta(days=1)
    assert fetch_region(client, BOX, "", is_whole=False)[0].name == "Southern-malawi"


@pytest.fixture(scope="module")
def clipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clip")
    (folder / "country.osm.pbf").write_bytes(extract())
    assert clip_extract(folder / "country.osm.pbf", BOX, folder / "a.osm.pbf") == "2026-11-27T21:20:00Z"
    assert clip_extract(folder / "country.osm.pbf", BOX, folder / "b.osm.pbf") == "2026-11-27T21:20:00Z"
    return folder


def test_what_reaches_into_the_box_is_kept_whole_and_nothing_else(clipped: Path) -> None:
    kept: dict[str, list[int]] = {"n": [], "w": [], "r": []}
    for item in osmium.FileProcessor(str(clipped / "a.osm.pbf")):
        kept[item.type_str()].append(item.id)
    # 14 crosses the box without a node in it, 13 leaves it; buildings and what is far away are not taken
    assert kept == {"n": [1, 2, 3, 4, 5, 22, 30, 31, 32, 33, 50, 51], "w": [10, 11, 13, 14, 16, 17], "r": [7]}
    assert (clipped / "a.osm.pbf").read_bytes() == (clipped / "b.osm.pbf").read_bytes()
    assert sorted(path.name for path in clipped.iterdir()) == ["a.osm.pbf", "b.osm.pbf", "country.osm.pbf"]


def test_the_layers_of_the_part_are_those_of_the_country(clipped: Path) -> None:
    path = clipped / "a.osm.pbf"
    assert read_osm_layer(path, "settlements")["name"].tolist() == ["Upper"]
    assert read_osm_layer(path, "grid_lines")["voltage_kv"].tolist() == [33, 66]
    lake = read_osm_layer(path, "lakes")
    assert lake["name"].tolist() == ["Pond"]
    assert shapely.area(lake.geometry.to_numpy()).sum() == pytest.approx(1e-4)


@pytest.mark.slow
def test_a_box_without_anything_is_said(clipped: Path, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="holds nothing of the box"):
        clip_extract(clipped / "country.osm.pbf", (10, 10, 11, 11), tmp_path / "x.osm.pbf")
    (tmp_path / "torn.osm.pbf").write_bytes(extract()[:-40])
    with pytest.raises(FetchError, match="cannot be cut to the box"):
        clip_extract(tmp_path / "torn.osm.pbf", BOX, tmp_path / "x.osm.pbf")
    assert [path.name for path in tmp_path.iterdir()] == ["torn.osm.pbf"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("box", "is_whole", "way", "service"),
    [
        (BOX, False, "auto", "overpass"), (BOX, True, "auto", "geofabrik"), (BOX, False, "geofabrik", "geofabrik"),
        ((32.6, -17.0, 35.9, -9.4), False, "auto", "geofabrik"), (BOX, True, "overpass", "overpass"),
    ],
)  # fmt: skip
def test_a_country_comes_from_its_extract_a_district_from_the_server(
    client: Client, tmp_path: Path, box: tuple[float, float, float, float], is_whole: bool, way: str, service: str
) -> None:
    made = fetch_osm(client, Place(box, "MWI", is_whole), way, tmp_path, lambda text: None)
    assert made.service == service
    assert (tmp_path / made.file).exists()
    assert made.file.endswith(".pbf") is (service == "geofabrik") is (made.file == FROM_COUNTRY)


def test_a_box_too_large_for_the_server_names_the_other_way(client: Client, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="--osm geofabrik"):
        fetch_osm(client, Place((32.6, -17.0, 35.9, -9.4), "", False), "overpass", tmp_path, lambda text: None)
