"""Files that would do harm: nothing outside the pack is opened, nothing is fetched, nothing grows without bound; each
is refused in one sentence."""

import os
import socket
import sqlite3
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import rasterio
from affine import Affine

from infragap.gis.errors import InfragapError, LayerError
from infragap.gis.pack import check_pack, read_pack
from infragap.gis.raster import write_raster
from infragap.gis.reading import files
from infragap.gis.reading.files import ReadingLimits, reading_limits
from infragap.gis.reading.rasters import read_raster
from infragap.gis.reading.tables import read_table
from infragap.gis.reading.vector import read_vector
from tests.gis.layer_factory import faults_of, table_of
from tests.pack_factory import FILES, elevation, roads, settlements, write_pack

WGS84 = "EPSG:4326"
OGR_VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A layer outside the pack that no reading may reach."""
    path = tmp_path / "secret.geojson"
    settlements().to_crs(WGS84).to_file(path, driver="GeoJSON")
    return path


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def refused(read: Callable[[], Any]) -> str:
    with pytest.raises(LayerError) as caught:
        read()
    assert len(caught.value.findings) == 1
    return str(caught.value)


# --- formats by content ---


@pytest.mark.parametrize("suffix", ["kml", "geojson", "json", "fgb", "gpkg", "zip", "kmz", "gml", "gpx", "shp"])
@pytest.mark.usefixtures("no_network")
def test_a_virtual_layer_under_any_name_opens_nothing(tmp_path: Path, secret: Path, suffix: str) -> None:
    path = tmp_path / f"t.{suffix}"
    path.write_text(OGR_VRT.format(secret), encoding="utf-8")
    text = refused(lambda: read_vector(path, layer="settlements"))
    assert text.startswith(f"settlements: t.{suffix} is XML <ogrvrtdatasource>, not ") or "cut off or damaged" in text


def test_a_virtual_layer_inside_a_kml_opens_nothing(tmp_path: Path, secret: Path) -> None:
    path = tmp_path / "t.kml"
    path.write_text(
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><!-- {OGR_VRT.format(secret)} --></kml>', encoding="utf-8"
    )
    assert "holds 'ogrvrtdatasource', which makes other files" in refused(
        lambda: read_vector(path, layer="settlements")
    )


@pytest.mark.usefixtures("no_network")
def test_a_virtual_raster_named_tif(tmp_path: Path) -> None:
    write_raster(elevation(), tmp_path / "secret.tif")
    (tmp_path / "t.tif").write_text(
        f'<VRTDataset rasterXSize="2" rasterYSize="2"><VRTRasterBand dataType="Int16" '
        f'band="1"><SimpleSource><SourceFilename>{tmp_path}/secret.tif'
        "</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    assert "elevation: t.tif is XML <vrtdataset>, not TIFF." in refused(
        lambda: read_raster(tmp_path / "t.tif", layer="elevation")
    )


def test_a_mask_beside_a_raster_that_is_no_tiff(tmp_path: Path) -> None:
    write_raster(elevation(), tmp_path / "t.tif")
    (tmp_path / "t.tif.msk").write_text('<VRTDataset rasterXSize="2" rasterYSize="2"></VRTDataset>')
    assert "t.tif.msk is XML <vrtdataset>, not TIFF" in refused(
        lambda: read_raster(tmp_path / "t.tif", layer="elevation")
    )


def test_a_raster_that_names_overviews_elsewhere(tmp_path: Path) -> None:
    write_raster(elevation(), tmp_path / "t.tif")
    (tmp_path / "t.tif.aux.xml").write_text(
        '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/etc/x.vrt</MDI></Metadata></PAMDataset>'
    )
    assert "overview_file" in refused(lambda: read_raster(tmp_path / "t.tif", layer="elevation"))


@pytest.mark.parametrize("at_once", [5, 13, 14, 1 << 24])
def test_a_forbidden_word_is_found_wherever_the_pieces_of_a_file_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(files, "SCANNED_AT_ONCE", at_once)
    write_raster(elevation(), tmp_path / "t.tif")
    (tmp_path / "t.tif.aux.xml").write_text("<PAMDataset>\n  Overview_FILE</PAMDataset>")
    assert "overview_file" in refused(lambda: read_raster(tmp_path / "t.tif", layer="elevation"))


def test_a_geopackage_with_a_virtual_table(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    settlements().to_file(path, driver="GPKG")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA writable_schema = ON")
        sql = "CREATE VIRTUAL TABLE x USING VirtualOGR('/etc/passwd')"
        database.execute(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table', 'x', 'x', 0, ?)", (sql,)
        )
        database.commit()
    text = refused(lambda: read_vector(path, layer="settlements"))
    assert "CREATE VIRTUAL TABLE" in text or "damaged" in text


def test_a_streamed_algorithm_in_json(tmp_path: Path) -> None:
    path = tmp_path / "t.geojson"
    path.write_text(
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd", "type": '
        '"FeatureCollection", "features": []}'
    )
    assert "gdal_streamed_alg" in refused(lambda: read_vector(path, layer="settlements"))


def test_a_gml_never_asks_for_its_schema(tmp_path: Path, no_network: None) -> None:
    path = tmp_path / "t.gml"
    settlements().to_crs(WGS84).to_file(path, driver="GML")
    (tmp_path / "t.xsd").unlink()
    text = path.read_text(encoding="utf-8").replace("t.xsd", "http://127.0.0.1:9/t.xsd")
    path.write_text(text, encoding="utf-8")
    before = sorted(part.name for part in tmp_path.iterdir())
    assert len(read_vector(path, layer="settlements", crs=WGS84)) == 6
    # and nothing is written beside it
    assert sorted(part.name for part in tmp_path.iterdir()) == before


# --- links, pipes, names ---


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["settlements", "roads", "elevation"])
def test_links_out_of_the_pack_are_refused(tmp_path: Path, layer: str) -> None:
    folder = write_pack(tmp_path / "pack")
    path = folder / FILES[layer]
    outside = tmp_path / path.name
    path.rename(outside)
    path.symlink_to(outside)
    texts = [str(finding) for finding in check_pack(folder) if finding.layer == layer]
    assert texts == [f"{layer}: {path.name} is a link that leads out of the pack. Copy the file itself into the pack."]


@pytest.mark.slow
def test_links_beside_a_file_are_refused_too(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    (tmp_path / "outside.msk").write_bytes(b"II*\x00")
    (folder / f"{FILES['elevation']}.msk").symlink_to(tmp_path / "outside.msk")
    assert any(
        "elevation.tif.msk is a link that leads out of the pack" in str(finding) for finding in check_pack(folder)
    )


@pytest.mark.slow
def test_links_inside_the_pack_are_read(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    path = folder / FILES["settlements"]
    path.rename(folder / "kept.csv")
    path.symlink_to(folder / "kept.csv")
    assert not [finding for finding in check_pack(folder) if finding.severity == "fault"]


@pytest.mark.slow
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    path = folder / FILES["villages"]
    path.unlink()
    os.mkfifo(path)
    texts = [str(finding) for finding in check_pack(folder) if finding.layer == "villages"]
    assert texts == ["villages: villages.csv is a pipe, device or socket, not a file. Give a regular file."]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["x" * 300, "a\\u0000b.csv"])
def test_names_that_no_system_takes(tmp_path: Path, name: str) -> None:
    folder = write_pack(tmp_path / "pack")
    catalog = folder / "catalog.toml"
    catalog.write_text(catalog.read_text(encoding="utf-8").replace(FILES["villages"], name), encoding="utf-8")
    texts = [str(finding) for finding in check_pack(folder) if finding.layer == "villages"]
    assert len(texts) == 1
    assert "cannot be opened" in texts[0] or "there is no file" in texts[0]


# --- bombs and sizes ---


@pytest.mark.slow
def test_a_zip_that_unpacks_without_end(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("t.shp", "w") as part:
        for _ in range(400):
            part.write(bytes(1_000_000))
    assert (tmp_path / "t.zip").stat().st_size < 1_000_000
    assert "t.zip has 400 MB, more than the 100 MB that are read" in refused(
        lambda: read_vector(tmp_path / "t.zip", layer="roads")
    )


@pytest.mark.parametrize("suffix", ["kml", "gml", "gpx"])
def test_entities_are_refused(tmp_path: Path, suffix: str) -> None:
    root = {"kml": "kml", "gml": "FeatureCollection", "gpx": "gpx"}[suffix]
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    (tmp_path / f"t.{suffix}").write_text(
        f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY l0 "ha">{laughs}]><{root}>&l11;</{root}>'
    )
    assert "holds 'DOCTYPE'" in refused(lambda: read_vector(tmp_path / f"t.{suffix}", layer="roads"))


def test_a_workbook_with_an_outer_entity(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    rewrite(
        path,
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace("<worksheet", '<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet', 1),
    )
    assert "holds 'DOCTYPE'" in refused(lambda: read_table(path, layer="settlements"))


def workbook(folder: Path) -> Path:
    path = folder / "t.xlsx"
    table_of(settlements().to_crs(WGS84)).to_excel(path, index=False)
    return path


def rewrite(path: Path, name: str, change: Callable[[str], str]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts[name] = change(parts[name].decode("utf-8")).encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def test_a_raster_of_a_million_by_a_million_cells(tmp_path: Path) -> None:
    with rasterio.open(
        tmp_path / "t.tif", "w", driver="GTiff", width=200_000, height=200_000, count=1, dtype="uint8", crs="EPSG:9208",
        transform=Affine(10, 0, 440_000, 0, -10, 2_430_000), sparse_ok=True, tiled=True, bigtiff="yes",
    ):  # fmt: skip
        pass
    assert "40,000,000,000 cells, more than the 150,000,000 cells" in refused(
        lambda: read_raster(tmp_path / "t.tif", layer="elevation")
    )


def test_json_nested_without_end(tmp_path: Path) -> None:
    (tmp_path / "t.geojson").write_text('{"type":"FeatureCollection","features":' + "[" * 200_000 + "]" * 200_000 + "}")
    assert "cut off or damaged" in refused(lambda: read_vector(tmp_path / "t.geojson", layer="roads"))


def test_limits_are_parameters(tmp_path: Path) -> None:
    roads().to_crs(WGS84).to_file(tmp_path / "t.geojson")
    with reading_limits(ReadingLimits(rows=5)):
        assert "has 6 rows, more than the 5 rows that are read" in refused(
            lambda: read_vector(tmp_path / "t.geojson", layer="roads")
        )
    assert len(read_vector(tmp_path / "t.geojson", layer="roads")) == 6


def test_a_catalogue_that_nests_or_never_ends(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text("a = " + "[" * 5_000 + "]" * 5_000)
    with pytest.raises(InfragapError, match="is not valid TOML"):
        read_pack(tmp_path)
    (tmp_path / "catalog.toml").write_text("# " + "x" * 6_000_000)
    with pytest.raises(InfragapError, match="a catalogue has at most 5 MB"):
        read_pack(tmp_path)


def test_a_line_of_many_columns_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes(b"a," * 200_000)
    assert "200,001 columns, more than the 2,000" in faults_of(tmp_path, "s.csv")[0]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "geojson", "xlsx", "kml"])
def test_refusing_takes_less_than_a_gigabyte(tmp_path: Path, kind: str) -> None:
    """The largest text that is looked at, and one that is too large."""
    path = tmp_path / f"t.{kind}"
    if kind == "csv":
        path.write_text("a,b\n" + "1,2\n" * 1_100_000)
    elif kind == "geojson":
        path.write_text('{"type":"FeatureCollection","features":[' + '{"a":[1.5,2.5]},' * 5_900_000 + "]")
    elif kind == "kml":
        path.write_text("<kml>" + "<a><b/></a>" * 8_000_000)
    else:
        workbook(tmp_path)
        row = '<row r="{0}"><c r="A{0}"><v>1</v></c></row>'
        rows = "".join(row.format(n) for n in range(1, 1_500_000))
        rewrite(
            path,
            "xl/worksheets/sheet1.xml",
            lambda text: text[: text.index("<sheetData>") + 11] + rows + "</sheetData></worksheet>",
        )
    program = f"""
        from pathlib import Path
        from infragap.gis.errors import LayerError
        from infragap.gis.reading.vector import read_vector
        try:
            read_vector(Path({str(path)!r}), layer="settlements")
        except LayerError as error:
            print(str(error)[:200])
        # not ru_maxrss, which a child takes over from the process that started it
        status = Path("/proc/self/status").read_text()
        print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True, timeout=120
    )
    said, peak_mb = done.stdout.strip().rsplit("\n", 1)
    assert said.startswith("settlements: "), said
    assert int(peak_mb) < 1_000, (said, peak_mb)
