"""The client: pauses, repeats, goes on where it was cut off, keeps nothing that is not what it should be."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infragap.fetching.answers import require_whole_osm
from infragap.fetching.client import Client, FetchError, NotThereError, Wanted
from infragap.fetching.services import address, rewritten, service
from infragap.gis.errors import ParameterError
from tests.infragap.fetching.imitation import Imitation, imitating

DEM = "Copernicus_DSM_COG_30_S16_00_E035_00_DEM"


@pytest.fixture
def server() -> Iterator[Imitation]:
    with imitating() as imitation:
        yield imitation


@pytest.fixture
def client(server: Imitation, tmp_path: Path) -> Client:
    made = Client(tmp_path / "cache", "me@example.org", wait=lambda seconds: None, environment=server.environment)
    made.cache.mkdir()
    return made


def tile(client: Client, **changes: object) -> Wanted:
    return Wanted("dem", address("dem", f"{DEM}/{DEM}.tif", client.environment), "tiff", **changes)


@pytest.mark.slow
def test_a_file_is_asked_for_once(server: Imitation, client: Client) -> None:
    first, second = client.get(tile(client)), client.get(tile(client))
    assert first == second
    assert len(server.asked) == 1
    assert first.about["bytes"] == first.path.stat().st_size
    assert server.asked[0][2]["User-Agent"].startswith("infragap/")


def test_a_cut_connection_is_continued_from_where_it_was(server: Imitation, client: Client) -> None:
    whole = server.body(f"/dem/{DEM}/{DEM}.tif")
    server.faults.add("cut:/dem/")
    assert client.get(tile(client)).path.read_bytes() == whole
    second = server.asked[1][2]
    assert int(second["Range"].removeprefix("bytes=").rstrip("-")) > 0
    assert "If-Range" in second


def test_a_server_without_ranges_is_asked_for_all_again(server: Imitation, client: Client) -> None:
    server.faults |= {"cut:/dem/", "no ranges"}
    assert client.get(tile(client)).path.read_bytes() == server.body(f"/dem/{DEM}/{DEM}.tif")


def test_a_file_that_changed_meanwhile_is_not_glued_together(server: Imitation, client: Client) -> None:
    path = f"/dem/{DEM}/{DEM}.tif"
    other = server.body(path)[:-4] + b"\1\2\3\4"
    server.faults.add("cut:/dem/")
    client.wait = lambda seconds: server._bodies.update({path: other})
    assert client.get(tile(client)).path.read_bytes() == other


def test_a_busy_server_is_waited_for(server: Imitation, client: Client) -> None:
    waited: list[float] = []
    client.wait = waited.append
    server.faults.add("busy:/dem/")
    client.get(tile(client))
    assert max(waited) >= 2.0
    assert len(server.asked) == 2


@pytest.mark.slow
def test_requests_stand_apart(server: Imitation, client: Client) -> None:
    waited: list[float] = []
    client.wait = waited.append
    client.clock = lambda: 100.0
    for level in (16, 17):
        name = DEM.replace("S16", f"S{level}")
        client.get(Wanted("dem", address("dem", f"{name}/{name}.tif", client.environment), "tiff"))
    assert waited
    assert waited[-1] == service("dem").pause_s


@pytest.mark.parametrize(
    ("fault", "message"), [("html:/dem/", "no tiff file"), ("gone:/dem/", "answers 404")]
)  # fmt: skip
def test_what_is_not_a_raster_is_not_kept(server: Imitation, client: Client, fault: str, message: str) -> None:
    server.faults.add(fault)
    with pytest.raises(FetchError, match=message):
        client.get(tile(client))
    assert [path for path in client.cache.iterdir() if path.suffix != ".part"] == []
    assert len(server.asked) == 1


@pytest.mark.slow
def test_checksums_are_held(server: Imitation, client: Client) -> None:
    import hashlib

    whole = server.body(f"/dem/{DEM}/{DEM}.tif")
    with pytest.raises(FetchError, match="checksum"):
        client.get(tile(client, checksum="md5:" + "0" * 32))
    git = hashlib.sha1(f"blob {len(whole)}\0".encode() + whole).hexdigest()
    assert client.get(tile(client, checksum=f"git:{git}")).path.exists()


def test_a_pointer_to_large_files_is_no_file(server: Imitation, client: Client) -> None:
    server.faults.add("lfs")
    url = service("geoboundaries_files").base + "/gbOpen/MWI/ADM3/x.geojson"
    with pytest.raises(FetchError, match="pointer"):
        client.get(Wanted("geoboundaries_files", url, "json"))
    server.faults.clear()
    assert client.get(Wanted("geoboundaries_files", url, "json")).about["final_url"].endswith("again=1")


def test_overpass_wants_a_contact_and_its_remark_is_a_failure(server: Imitation, client: Client) -> None:
    url = address("overpass", "interpreter", client.environment)
    asked = Wanted("overpass", url, "xml", data={"data": "x"}, accept=require_whole_osm)
    client.contact = ""
    with pytest.raises(FetchError, match="--contact"):
        client.get(asked)
    assert server.asked == []
    client.contact = "me@example.org"
    server.faults.add("remark")
    with pytest.raises(FetchError, match=r"gave up.*timed out"):
        client.get(asked)
    server.faults.clear()
    server._bodies.clear()
    assert client.get(asked).path.exists()


def test_missing_things_are_told_apart_from_failures(server: Imitation, client: Client) -> None:
    with pytest.raises(NotThereError):
        client.get(Wanted("dem", address("dem", "none.tif", client.environment), "tiff"))


def test_two_fetches_at_a_time_are_refused(client: Client) -> None:
    other = Client(client.cache)
    with client.alone(), pytest.raises(FetchError, match="another fetch"), other.alone():
        pass


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "http://example.org/x", "/vsicurl/x"])
def test_only_web_addresses_are_followed(url: str) -> None:
    with pytest.raises(ParameterError, match="only https"):
        rewritten(url, {})
    with pytest.raises(ParameterError, match="only https"):
        address("dem", "x", {"INFRAGAP_FETCH_DEM": url})
