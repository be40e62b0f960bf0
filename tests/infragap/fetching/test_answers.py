"""What services are known to answer besides what was asked for: each case as publishers or other programs record it."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

from infragap.fetching.areas import Question, _of_geoboundaries, _of_hdx
from infragap.fetching.client import Client, FetchError, NotThereError, RefusedError, Wanted
from infragap.fetching.grounds import fetch_people
from infragap.fetching.overpass import fetch_box
from infragap.fetching.services import address
from infragap.fetching.sunshine import fetch_sunshine
from infragap.gis.errors import LayerError
from infragap.gis.reading.osm_layers import read_osm_layer
from infragap.profiles.profile import read_profile
from tests.infragap.fetching.imitation import (
    EAST,
    NORTH,
    OSM,
    SOUTH,
    WEST,
    Imitation,
    collection,
    hourly,
    imitating,
    square,
)

pytestmark = pytest.mark.slow

BOX = (WEST, SOUTH, EAST, NORTH)
MWI = Question("MWI", "", read_profile("mw"))
GB = "https://github.com/wmgeolab/geoBoundaries/raw/9469f09/releaseData/gbOpen"


@pytest.fixture(scope="module")
def running() -> Iterator[Imitation]:
    with imitating() as imitation:
        yield imitation


@pytest.fixture
def server(running: Imitation) -> Iterator[Imitation]:
    running.asked.clear()
    yield running
    for changed in (running.faults, running.answers, running.refused, running._bodies):
        changed.clear()


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def client(server: Imitation, tmp_path: Path, waited: list[float]) -> Client:
    made = Client(tmp_path / "cache", "me@example.org", wait=waited.append, environment=server.environment)
    made.cache.mkdir()
    return made


def area(code: str) -> bytes:
    told = {"shapeName": "TA West", "shapeISO": "", "shapeID": code, "shapeGroup": "MWI", "shapeType": "ADM2"}
    return collection((told, square(WEST, SOUTH, EAST, NORTH)))


# --- geoBoundaries


@pytest.mark.parametrize("shape", ["object", "array"])
def test_geoboundaries_answers_an_object_or_an_array_and_nan_is_nothing(
    server: Imitation, client: Client, shape: str
) -> None:
    told = {"boundaryLicense": "nan", "boundarySource": "Office", "gjDownloadURL": f"{GB}/MWI/ADM3/x.geojson"}
    answer = told if shape == "object" else [told]
    server.answers["/geoboundaries/MWI/ADM3/"] = json.dumps(answer).encode()
    areas = _of_geoboundaries(client, MWI)
    assert areas.licence == "not stated"
    assert areas.frame["commune_code"].tolist() == ["1B"]
    # two redirects stand before the file
    assert [path.count("again") for _, path, _ in server.asked if path.startswith("/geoboundaries_files")] == [0, 1, 2]


def test_a_level_that_is_missing_or_names_no_file_is_passed_over(server: Imitation, client: Client) -> None:
    server.faults.add("gone:/MWI/ADM3")
    told = {"boundaryLicense": "CC BY 4.0", "gjDownloadURL": f"{GB}/MWI/ADM2/y.geojson"}
    server.answers |= {"/geoboundaries/MWI/ADM2/": json.dumps(told).encode(), "/gbOpen/MWI/ADM2/y.geojson": area("2C")}
    assert _of_geoboundaries(client, MWI).frame["commune_code"].tolist() == ["2C"]
    server.faults.clear()
    server.answers["/geoboundaries/MWI/ADM3/"] = json.dumps({**told, "gjDownloadURL": "nan"}).encode()
    assert _of_geoboundaries(client, MWI).frame["commune_code"].tolist() == ["2C"]


def test_a_busy_geoboundaries_is_asked_again(server: Imitation, client: Client, waited: list[float]) -> None:
    server.faults.add("busy:/geoboundaries/")
    assert len(_of_geoboundaries(client, MWI).frame) == 1
    assert max(waited) >= 2


# --- HDX


def test_hdx_says_no_with_status_200(server: Imitation, client: Client) -> None:
    server.answers["package_show?id=cod-ab-mwi"] = b'{"success": false, "error": {"message": "Not found"}}'
    with pytest.raises(NotThereError, match="no data set cod-ab-mwi"):
        _of_hdx(client, MWI)


def test_hdx_refuses_agents_without_a_name(client: Client) -> None:
    client._session.headers["User-Agent"] = "python-requests/2"
    with pytest.raises(FetchError, match="answers 403"):
        _of_hdx(client, MWI)


def test_hdx_redirects_to_its_storage(server: Imitation, client: Client) -> None:
    server.answers["/hdx/stored/a.zip"] = server.body("/hdx/files/mwi_admin_boundaries.geojson.zip")
    server.faults.add("stored")
    areas = _of_hdx(client, MWI)
    assert areas.frame["commune_code"].tolist() == ["MW30501", "MW30502"]
    assert areas.fetched[1].about["final_url"].endswith("/stored/a.zip?signed=1")


def shapes(folder: Path, code: str) -> bytes:
    frame = gpd.GeoDataFrame(
        {"adm1_name": ["Southern"], "adm1_pcode": ["MW3"], "adm2_name": ["Thyolo"], "adm2_pcode": [code]},
        geometry=[shapely.box(WEST, SOUTH, EAST, NORTH)], crs="EPSG:4326",
    )  # fmt: skip
    folder.mkdir()
    frame.to_file(folder / "mwi_admin2.shp")
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return memory.getvalue()


def test_of_two_shapefiles_the_one_of_all_levels_is_read(server: Imitation, client: Client, tmp_path: Path) -> None:
    names = ("mwi_adminpoints.shp.zip", "mwi_admin_boundaries.shp.zip")
    resources = [{"name": name, "url": f"https://data.humdata.org/files/{name}"} for name in names]
    result = {"title": "Malawi", "license_title": "CC BY-IGO", "resources": resources, "organization": None}
    server.answers |= {
        "package_show?id=cod-ab-mwi": json.dumps({"success": True, "result": result}).encode(),
        f"/hdx/files/{names[0]}": b"PK not this one",
        f"/hdx/files/{names[1]}": shapes(tmp_path / "shapes", "MW305"),
    }
    areas = _of_hdx(client, MWI)
    assert areas.frame[["commune_code", "name"]].to_numpy().tolist() == [["MW305", "Thyolo"]]
    assert areas.licence == "CC BY-IGO"


# --- WorldPop


def record(code: str, year: str) -> dict[str, object]:
    url = f"https://data.worldpop.org/GIS/Population/Global_2015_2030/R2025A/{year}/{code}/v1/pop.tif"
    return {"id": "1", "popyear": year, "iso3": code, "date": "2025-08-01", "citation": "W", "doi": "D", "files": [url]}


def test_kosovo_is_asked_for_by_another_code_than_its_files_have(
    server: Imitation, client: Client, tmp_path: Path
) -> None:
    server.answers["/worldpop/pop/G2_CN_POP_R25A_100m?iso3=KOS"] = json.dumps(
        {"data": [record("XKX", "2025")]}
    ).encode()
    files, told = fetch_people(client, "XKX", 2025, BOX, tmp_path / "people.tif")
    assert files[1].about["url"].endswith("/2025/XKX/v1/pop.tif")
    assert "record of 2025-08-01" in told
    # years are text in the answer
    with pytest.raises(NotThereError, match="no people of XKX in 2031"):
        fetch_people(client, "XKX", 2031, BOX, tmp_path / "people.tif")


@pytest.mark.parametrize("fault", ["no ranges", "html:nothing"])
def test_people_cut_at_sixty_percent_come_whole(
    server: Imitation, client: Client, tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infragap.fetching.client.CHUNK", 256)
    server.faults |= {"cut:/worldpop_files/", fault}
    fetch_people(client, "MWI", 2025, BOX, tmp_path / "people.tif")
    with rasterio.open(tmp_path / "people.tif") as dataset:
        assert dataset.read(1).sum() == 363
    ranges = [told.get("Range") for _, path, told in server.asked if path.startswith("/worldpop_files/")]
    assert ranges[0] is None
    # a server that answers 200 to a range is read from the beginning
    assert re.fullmatch(r"bytes=\d+-", str(ranges[1]))


# --- Overpass


def test_an_agent_that_overpass_refuses_is_not_tried_again(server: Imitation, client: Client) -> None:
    client._session.headers["User-Agent"] = "python-requests/2"
    with pytest.raises(FetchError, match="answers 406"):
        fetch_box(client, BOX)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "wait_s"),
    [
        ("Connected as: 1\nCurrent time: 2026-11-28T00:00:00Z\nRate limit: 2\nSlot available after: "
         "2026-11-28T00:01:17Z, in 77 seconds.\nSlot available after: 2026-11-28T00:03:00Z, in 180 seconds.\n", 77),
        ("Connected as: 1\n2 slots available now.\n", 30),
        ("", 30),
    ],
)  # fmt: skip
def test_a_busy_overpass_says_when_and_is_given_half_a_minute(
    server: Imitation, client: Client, waited: list[float], status: str, wait_s: float
) -> None:
    server.faults.add("busy:/overpass/interpreter")
    if status:
        server.answers["/overpass/status"] = status.encode()
    fetch_box(client, BOX)
    assert [path for _, path, _ in server.asked] == [
        "/overpass/interpreter", "/overpass/status", "/overpass/interpreter"
    ]  # fmt: skip
    assert max(waited) == wait_s


def test_an_empty_answer_may_be_true_and_an_answer_with_a_remark_is_not_kept(server: Imitation, client: Client) -> None:
    server.faults.add("remark")
    with pytest.raises(FetchError, match="gave up"):
        fetch_box(client, BOX)
    assert list(client.cache.iterdir()) == []
    server.faults.clear()
    server._bodies.clear()
    server.answers["/overpass/interpreter"] = b'<?xml version="1.0"?><osm version="0.6"><note>x</note></osm>'
    path = fetch_box(client, BOX).path
    assert path.exists()
    with pytest.raises(LayerError):
        read_osm_layer(path.rename(path.with_suffix(".osm")), "grid_lines")


def test_a_way_without_some_of_its_nodes_and_a_lake_of_members(tmp_path: Path) -> None:
    more = """<node id="30" lat="-16.0" lon="35.45"/><node id="31" lat="-16.0" lon="35.46"/>
<node id="32" lat="-15.99" lon="35.46"/>
<way id="12"><nd ref="3"/><nd ref="4"/><nd ref="99"/><tag k="power" v="line"/></way>
<way id="16"><nd ref="30"/><nd ref="31"/><nd ref="32"/></way><way id="17"><nd ref="32"/><nd ref="30"/></way>
<relation id="7"><member type="way" ref="16" role="outer"/><member type="way" ref="17" role="outer"/>
<tag k="type" v="multipolygon"/><tag k="natural" v="water"/></relation></osm>"""
    (tmp_path / "extract.osm").write_text(OSM.replace("</osm>", more), encoding="utf-8")
    lines = read_osm_layer(tmp_path / "extract.osm", "grid_lines").set_index("line_id")
    assert list(lines.geometry["w12"].coords) == [(35.5, -16.09), (35.5, -15.91)]
    lakes = read_osm_layer(tmp_path / "extract.osm", "lakes")
    assert shapely.area(lakes.geometry.to_numpy()).sum() == pytest.approx(0.5 * 0.01 * 0.01)


# --- PVGIS

SEA = b'{"message": "Location over the sea. Please, select another location", "status": 400}'
NO_BASE = b'{"message": "raddatabase: not available for this location", "status": 400}'


def test_a_point_over_the_sea_gives_way_to_the_place_itself(server: Imitation, client: Client) -> None:
    server.refused[r"lat=-16&lon=35\.5"] = (400, SEA)
    table, files = fetch_sunshine(client, [("MW30501", 35.44, -15.98)])
    assert "lat=-15.98&lon=35.44" in files[0].about["url"]
    assert len(table) == 12
    server.refused["pvgis"] = (400, SEA)
    with pytest.raises(RefusedError, match="over the sea"):
        fetch_sunshine(client, [("MW30502", 36.44, -15.98)])


def test_where_the_satellites_do_not_see_the_reanalysis_is_asked(server: Imitation, client: Client) -> None:
    server.refused["browser=0(?!&raddatabase=PVGIS-ERA5)"] = (400, NO_BASE)
    table, files = fetch_sunshine(client, [("MW30501", 35.5, -16.0)])
    assert all("raddatabase=PVGIS-ERA5" in file.about["url"] for file in files)
    assert "PVGIS-ERA5" in table["source"].iloc[0]


def test_an_overloaded_pvgis_is_asked_again_and_no_more_than_five_times(
    server: Imitation, client: Client, waited: list[float]
) -> None:
    server.refused["/pvgis/"] = (529, b"Site is overloaded")
    with pytest.raises(FetchError, match=r"could not be fetched \(answer 529\)"):
        fetch_sunshine(client, [("MW30501", 35.5, -16.0)])
    assert len(server.asked) == 5
    assert [value for value in waited if value > 1] == [2.0, 8.0, 30.0, 60.0]


def test_a_leap_year_has_a_day_more(server: Imitation, client: Client) -> None:
    content = hourly()
    rows = content["outputs"]["hourly"]
    day = [
        dict(rows[0], time=f"20160229:{hour:02d}10", **{"G(i)": 1000.0 if hour == 12 else 0.0}) for hour in range(24)
    ]
    year = [dict(one, time="2016" + one["time"][4:]) for one in rows[:8760]]
    leap = sorted([*year, *day], key=lambda one: one["time"])
    assert len(leap) == 8784
    server.answers["/pvgis/seriescalc"] = json.dumps({**content, "outputs": {"hourly": leap}}).encode()
    table, _ = fetch_sunshine(client, [("MW30501", 35.5, -16.0)])
    # 28 days of 6.5 kWh and one of 1
    february = table.set_index("month").loc[2]
    assert february["ghi_kwh_per_m2_day"] == pytest.approx((28 * 6.5 + 1) / 29, abs=1e-4)
    assert np.isfinite(february["ghi_daily_sd_kwh_per_m2_day"])


def test_a_refusal_without_words_is_no_riddle(server: Imitation, client: Client) -> None:
    server.refused["/dem/"] = (400, b"<html>bad</html>")
    with pytest.raises(RefusedError, match="no reason given"):
        client.get(Wanted("dem", address("dem", "x.tif", client.environment), "tiff"))
