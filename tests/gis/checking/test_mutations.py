"""Files damaged at random: whatever the bytes, reading gives a layer or sentences, never a trace, and no sentence harms
a terminal."""

import tempfile
import unicodedata
import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infragap.gis.catalog import LayerEntry
from infragap.gis.errors import InfragapError
from infragap.gis.findings import Finding
from infragap.gis.pack import check_pack, read_pack
from infragap.gis.raster import write_raster
from infragap.gis.reading.layers import read_layer
from infragap.gis.reading.rasters import read_raster
from tests.gis.layer_factory import table_of
from tests.pack_factory import elevation, roads, settlements, write_pack

WGS84 = "EPSG:4326"
FORMATS = ("csv", "geojson", "gpkg", "fgb", "kml", "zip", "xlsx", "tif")


@cache
def sound(suffix: str) -> bytes:
    """A sound file of a format: roads, for tables settlements, for rasters heights."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"t.{suffix}"
        table = table_of(settlements().to_crs(WGS84))
        if suffix == "csv":
            table.to_csv(path, index=False)
        elif suffix == "xlsx":
            table.to_excel(path, index=False)
        elif suffix == "tif":
            write_raster(elevation(), path)
        elif suffix == "zip":
            roads().to_crs(WGS84).to_file(Path(name) / "t.shp")
            with zipfile.ZipFile(path, "w") as archive:
                for part in sorted(Path(name).glob("t.*")):
                    if part != path:
                        archive.write(part, part.name)
        else:
            driver = {"geojson": "GeoJSON", "gpkg": "GPKG", "fgb": "FlatGeobuf", "kml": "KML"}[suffix]
            roads().to_crs(WGS84).to_file(path, driver=driver)
        return path.read_bytes()


@st.composite
def damage(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """One to four cuts, flips, doublings and insertions."""
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["cut", "flip", "drop", "double", "insert", "zeros"]),
                st.floats(0, 1),
                st.floats(0, 1),
                st.binary(min_size=1, max_size=12)
                | st.sampled_from(
                    [b"\x00", b"\xff\xfe", b'"', b"\n", b";", b"1e999", b"-", b"{", b"&x;", "Ơ".encode()]
                ),
            ),
            min_size=1,
            max_size=4,
        )
    )

    def damaged(content: bytes) -> bytes:
        for kind, where, how_much, extra in steps:
            at = int(where * len(content))
            end = min(len(content), at + 1 + int(how_much**4 * len(content) / 4))
            if kind == "cut":
                content = content[:at]
            elif kind == "flip":
                content = content[:at] + bytes(byte ^ 0xFF for byte in content[at : at + 1]) + content[at + 1 :]
            elif kind == "drop":
                content = content[:at] + content[end:]
            elif kind == "double":
                content = content[:end] + content[at:end] + content[end:]
            elif kind == "insert":
                content = content[:at] + extra + content[at:]
            else:
                content = content[:at] + bytes(end - at) + content[end:]
        return content

    return damaged


def is_printable(text: str) -> bool:
    return all(unicodedata.category(sign) not in ("Cc", "Cf", "Cs") for sign in text) and len(text) < 4_000


def require_sentences(found: list[Finding] | tuple[Finding, ...], layer: str) -> None:
    for finding in found:
        assert finding.layer == layer
        for language in ("en", "vi"):
            assert is_printable(finding.spoken(language)), finding
        assert finding.as_json()["sentence"]


def require_told(error: InfragapError, layer: str) -> None:
    assert len(error.findings) > 0
    require_sentences(error.findings, layer)


def read_damaged(suffix: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"t.{suffix}"
        path.write_bytes(content)
        if suffix == "tif":
            try:
                read_raster(path, layer="elevation")
            except InfragapError as error:
                require_told(error, "elevation")
            return
        layer = "settlements" if suffix in ("csv", "xlsx") else "roads"
        shape = "Point" if layer == "settlements" else "LineString"
        entry = LayerEntry.model_validate(
            {
                "name": layer,
                "title": "t",
                "file": path.name,
                "kind": "vector",
                "geometry": shape,
                "crs": WGS84,
                "provenance": "modelled",
            }
        )
        frame, found = read_layer(Path(name), entry, crs_measure="EPSG:9208")
        require_sentences(found, layer)
        assert frame is None or isinstance(frame, gpd.GeoDataFrame | pd.DataFrame)
        assert frame is not None or found


@pytest.mark.slow
@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=12)
@given(change=damage())
def test_damaged_files(suffix: str, change: Callable[[bytes], bytes]) -> None:
    read_damaged(suffix, change(sound(suffix)))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=400)
@given(change=damage())
def test_damaged_files_at_length(suffix: str, change: Callable[[bytes], bytes]) -> None:
    read_damaged(suffix, change(sound(suffix)))


@st.composite
def zipped_damage(draw: st.DrawFn) -> bytes:
    """A workbook that is a sound ZIP with damaged parts inside."""
    change = draw(damage())
    number = draw(st.integers(0, 30))
    source = zipfile.ZipFile(BytesIO(sound("xlsx")))
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        names = source.namelist()
        for position, name in enumerate(names):
            content = source.read(name)
            target.writestr(name, change(content) if position == number % len(names) else content)
    return out.getvalue()


@pytest.mark.slow
@settings(max_examples=15)
@given(content=zipped_damage())
def test_workbooks_with_damaged_parts(content: bytes) -> None:
    read_damaged("xlsx", content)


@pytest.mark.slow
@settings(max_examples=400)
@given(content=zipped_damage())
def test_workbooks_with_damaged_parts_at_length(content: bytes) -> None:
    read_damaged("xlsx", content)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("mutations") / "pack")


@settings(max_examples=40)
@given(change=damage())
def test_damaged_catalogues(folder: Path, change: Callable[[bytes], bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "catalog.toml").write_bytes(change((folder / "catalog.toml").read_bytes()))
        try:
            read_pack(Path(name))
        except InfragapError as error:
            require_told(error, "catalog")


WORDS = st.text(max_size=20) | st.sampled_from(
    ["EPSG:4326", "EPSG:1", "utf-7", "tcvn3", "../x", "/etc/passwd", "a\x00b", "x" * 3_000, "NaN", "vn2000"]
)
VALUES = st.one_of(WORDS, st.integers(), st.floats(), st.booleans(), st.lists(st.integers(), max_size=2))


@pytest.mark.slow
@settings(max_examples=25)
@given(key=st.sampled_from(sorted(LayerEntry.model_fields)), value=VALUES)
def test_any_value_of_an_entry(folder: Path, key: str, value: object) -> None:
    lines = (folder / "catalog.toml").read_text(encoding="utf-8").split("\n")
    start = next(number for number, line in enumerate(lines) if line == 'name = "settlements"')
    kept = [
        line
        for number, line in enumerate(lines)
        if not (number >= start and line.startswith(f"{key} = ") and number < start + 14)
    ]
    text = (
        repr(value).lower()
        if isinstance(value, bool | float)
        else toml_text(value)
        if isinstance(value, str)
        else repr(value)
    )
    kept.insert(start, f"{key} = {text}")
    (folder / "catalog.toml").write_text("\n".join(kept), encoding="utf-8", errors="surrogatepass")
    try:
        for finding in check_pack(folder):
            assert is_printable(str(finding)), finding
    finally:
        (folder / "catalog.toml").write_text("\n".join(lines), encoding="utf-8")


def toml_text(text: str) -> str:
    escaped = "".join(sign if sign.isalnum() else f"\\U{ord(sign):08X}" for sign in text)
    return f'"{escaped}"'
