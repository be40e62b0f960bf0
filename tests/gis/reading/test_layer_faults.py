"""Every fault of a layer file named with layer, rows and repair."""

import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon

from infragap.gis.errors import InfragapError, LayerError, MissingDataError
from infragap.gis.reading.layers import read_layer
from infragap.gis.reading.tables import read_table
from infragap.gis.reading.vector import read_vector
from tests.gis.layer_factory import DRIVERS, WGS84, entry, faults_of, places, same_places, table_of
from tests.pack_factory import settlements, villages

# --- encodings ---


def cp1258(text: str) -> bytes:
    """Code page 1258 writes most vowels and their tones apart."""
    coded = b""
    for sign in text:
        try:
            coded += sign.encode("cp1258")
        except UnicodeEncodeError:
            vowel, tone = unicodedata.normalize("NFD", sign)[:-1], unicodedata.normalize("NFD", sign)[-1]
            if tone == "\u0302" or tone == "\u0306" or (len(vowel) > 1 and vowel[1] == "\u0323"):
                # ậ, ệ, ộ, ặ decompose with the dot first
                vowel, tone = vowel[0] + tone, "\u0323"
            coded += unicodedata.normalize("NFC", vowel).encode("cp1258") + tone.encode("cp1258")
    return coded


def test_windows_1258_is_named_with_its_rows(tmp_path: Path) -> None:
    lines = table_of(places(2)).assign(name=["Làng Mảnh", "Cum 2"], name_in_scheme="x").to_csv(index=False)
    (tmp_path / "s.csv").write_bytes(cp1258(lines))
    (fault,) = faults_of(tmp_path, "s.csv")
    assert fault.startswith(
        "settlements: s.csv is not UTF-8 but perhaps cp1258: 1 of 3 lines are affected (lines 2). Save it as 'CSV "
        "UTF-8'"
    )
    # named in the catalogue, it is unambiguous and read
    found, faults = read_layer(tmp_path, entry("s.csv", encoding="cp1258"), crs_measure="EPSG:9208")
    assert faults == []
    assert found is not None
    assert found["name"].iloc[0] == unicodedata.normalize("NFC", "Làng Mảnh")


def test_old_vietnamese_fonts_are_not_taken_for_windows_1258(tmp_path: Path) -> None:
    # TCVN3 (the .VnTime fonts): 'Làng Mảnh, Nậm Có, xã Chế Tạo' in its own code
    (tmp_path / "s.csv").write_bytes(b"name\nL\xb5ng M\xb6nh, N\xcbm C\xe3, x\xb7 Ch\xd5 T\xb9o\n")
    (fault,) = faults_of(tmp_path, "s.csv")
    assert "s.csv is not UTF-8 but perhaps tcvn3" in fault
    assert 'write encoding = "tcvn3"' in fault
    assert "1 of 2 lines are affected (lines 2)" in fault


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_named(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "s.csv").write_bytes(table_of(places()).to_csv(index=False).encode(encoding))
    (fault,) = faults_of(tmp_path, "s.csv")
    assert "settlements: s.csv is in UTF-" in fault
    assert "Save it as 'CSV UTF-8'" in fault
    assert "all rows" in fault


def test_geojson_in_another_encoding(tmp_path: Path) -> None:
    places().to_file(tmp_path / "s.geojson")
    content = (tmp_path / "s.geojson").read_text(encoding="utf-8")
    (tmp_path / "s.geojson").write_bytes(cp1258(content))
    assert "is not UTF-8 but perhaps cp1258" in faults_of(tmp_path, "s.geojson")[0]


def test_text_once_saved_wrongly_is_seen(tmp_path: Path) -> None:
    garbled = "Lùng Cúng".encode().decode("latin-1")
    table_of(places(1)).assign(name=garbled).to_csv(tmp_path / "s.csv", index=False)
    assert "1 of 1 rows have garbled name (S01" in faults_of(tmp_path, "s.csv")[0]


# --- damaged files ---


def test_truncated_geopackage(tmp_path: Path) -> None:
    many = pd.concat([villages()] * 100, ignore_index=True)
    many.to_file(tmp_path / "v.gpkg")
    content = (tmp_path / "v.gpkg").read_bytes()
    for part in (0.02, 0.3, 0.6, 0.9, 0.99):
        (tmp_path / "cut.gpkg").write_bytes(content[: int(len(content) * part)])
        (fault,) = faults_of(tmp_path, "cut.gpkg", name="villages")
        assert "villages: cut.gpkg" in fault
        assert "damaged" in fault or "is binary data" in fault or "0 bytes" in fault


@pytest.mark.parametrize("suffix", ["geojson", "shp", "zip", "fgb", "kml", "xlsx"])
def test_other_truncated_files(tmp_path: Path, suffix: str) -> None:
    many = pd.concat([villages()] * 30, ignore_index=True)
    if suffix == "zip":
        folder = tmp_path / "shape"
        folder.mkdir()
        many[["village_id", "geometry"]].to_file(folder / "v.shp")
        with zipfile.ZipFile(tmp_path / "v.zip", "w") as archive:
            for part in folder.iterdir():
                archive.write(part, part.name)
    elif suffix == "xlsx":
        table_of(many.to_crs(WGS84)).to_excel(tmp_path / "v.xlsx", index=False)
    else:
        many[["village_id", "geometry"]].to_crs(WGS84).to_file(tmp_path / f"v.{suffix}", driver=DRIVERS[suffix])
    path = tmp_path / f"v.{suffix}"
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    faults = faults_of(tmp_path, path.name, name="villages", rows=len(many))
    assert len(faults) >= 1
    assert all(fault.startswith("villages:") for fault in faults)


def test_csv_that_breaks_off(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text('a,b\n1,"cut', encoding="utf-8")
    with pytest.raises(LayerError, match="breaks off inside a quoted cell"):
        read_table(tmp_path / "s.csv", layer="settlements")
    (tmp_path / "s.csv").write_text("a,b\n1,2\n3\n4,5,6\n", encoding="utf-8")
    with pytest.raises(LayerError, match=r"2 of 3 rows of s.csv do not have the 2 cells of the heading \(lines 3, 4\)"):
        read_table(tmp_path / "s.csv", layer="settlements")
    (tmp_path / "s.csv").write_text("", encoding="utf-8")
    with pytest.raises(LayerError, match="is empty"):
        read_table(tmp_path / "s.csv", layer="settlements")
    (tmp_path / "s.csv").write_text("a,a\n1,2\n", encoding="utf-8")
    with pytest.raises(LayerError, match="headings twice"):
        read_table(tmp_path / "s.csv", layer="settlements")


def test_absent_and_unknown_files(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="settlements: there is no file"):
        read_vector(tmp_path / "s.gpkg", layer="settlements")
    (tmp_path / "s.dwg").write_text("x")
    with pytest.raises(LayerError, match=r"s\.dwg is of no known format"):
        read_vector(tmp_path / "s.dwg", layer="settlements")


def test_geopackage_with_several_layers(tmp_path: Path) -> None:
    places().to_file(tmp_path / "all.gpkg", layer="settlements")
    villages().to_file(tmp_path / "all.gpkg", layer="villages")
    same_places(read_vector(tmp_path / "all.gpkg", layer="settlements"), places())
    assert len(read_vector(tmp_path / "all.gpkg", layer="x", sheet="villages")) == 12
    with pytest.raises(LayerError, match=r"x: all.gpkg holds several layers \(.*\)\. Name the right one as `sheet`"):
        read_vector(tmp_path / "all.gpkg", layer="x")


# --- faults of rows ---


def written(folder: Path, frame: gpd.GeoDataFrame) -> list[str]:
    table_of(frame).to_csv(folder / "s.csv", index=False)
    return faults_of(folder, "s.csv")


def test_empty_cells_are_never_zero(tmp_path: Path) -> None:
    frame = places().astype({"households": object})
    frame.loc[[0, 2], "households"] = None
    assert written(tmp_path, frame) == [
        "settlements: 2 of 3 rows have no households (S01, C0001). Fill the column or drop the rows."
    ]


def test_missing_columns(tmp_path: Path) -> None:
    faults = written(tmp_path, places().drop(columns=["households", "supply"]))
    assert faults == [
        "settlements: columns are missing in all 3 rows (households, supply); the file has besides: -. Add them; an "
        "absent column is never taken as 0."
    ]


def test_all_faults_of_a_layer_at_once(tmp_path: Path) -> None:
    frame = places().astype({"households": object})
    frame.loc[0, "households"] = -3
    frame.loc[1, "households"] = "nhiều"
    frame.loc[1, "settlement_id"] = "S01"
    frame.loc[2, "supply"] = "diesel"
    frame.loc[2, "position_accuracy_m"] = -1.0
    faults = written(tmp_path, frame)
    assert faults == [
        "settlements: 2 of 3 rows have a settlement_id that another row has too (S01, S01). Give each row its own "
        "settlement_id or drop the repeated rows.",
        "settlements: 1 of 3 rows have households that is not a whole number (S01 = nhiều). Write a whole number "
        "(households).",
        "settlements: 1 of 3 rows have households below 0 (S01 = -3). Correct the values (households) or drop the "
        "rows.",
        "settlements: 1 of 3 rows have a supply that is not one of none, solar_home, unsafe (C0001 = diesel). Use one "
        "of these words.",
        "settlements: 1 of 3 rows have position_accuracy_m below 0 (C0001 = -1.0). Correct the values (m) or drop the "
        "rows.",
    ]


def test_counts_are_not_rounded(tmp_path: Path) -> None:
    frame = places().astype({"households": object})
    frame["households"] = ["12.0", "12.5", "1e400"]
    (fault,) = written(tmp_path, frame)
    assert "2 of 3 rows have households that is not a whole number (S02 = 12.5, C0001 = 1e400)" in fault


@pytest.mark.parametrize(("text", "value"), [("True", True), ("FALSE", False), ("1", True), ("0", False)])
def test_truth_values(tmp_path: Path, text: str, value: bool) -> None:
    frame = villages()[:2].to_crs(WGS84)
    table_of(frame).assign(on_grid=text).to_csv(tmp_path / "v.csv", index=False)
    found, faults = read_layer(tmp_path, entry("v.csv", name="villages"), crs_measure="EPSG:9208")
    assert faults == []
    assert found is not None
    assert found["on_grid"].dtype == bool
    assert list(found["on_grid"]) == [value, value]


@pytest.mark.parametrize("text", ["có", "yes", "2", "x"])
def test_other_words_are_not_truth_values(tmp_path: Path, text: str) -> None:
    table_of(villages()[:2].to_crs(WGS84)).assign(on_grid=text).to_csv(tmp_path / "v.csv", index=False)
    (fault,) = faults_of(tmp_path, "v.csv", name="villages")
    assert f"2 of 2 rows have on_grid that is not true or false (V0001 = {text}" in fault


def test_many_rows_are_counted(tmp_path: Path) -> None:
    frame = villages().to_crs(WGS84).assign(households=-1)
    table_of(frame).to_csv(tmp_path / "v.csv", index=False)
    (fault,) = faults_of(tmp_path, "v.csv", name="villages")
    assert "12 of 12 rows" in fault
    assert "V0010 = -1 and 2 more)" in fault


# --- geometry and CRS ---


def faults_with_geometry(
    folder: Path, shapes: list[Any], *, name: str = "settlements", crs: str = WGS84, **changes: Any
) -> list[str]:
    frame = settlements()[: len(shapes)].set_geometry(shapes, crs=crs)
    frame.to_file(folder / "g.gpkg")
    found, faults = read_layer(folder, entry("g.gpkg", name=name, crs=crs, **changes), crs_measure="EPSG:9208")
    assert found is None
    return [str(fault) for fault in faults if fault.code != "column.missing"]


def test_absent_and_wrong_geometry(tmp_path: Path) -> None:
    faults = faults_with_geometry(tmp_path, [Point(104, 22), None, LineString([(104, 22), (104, 22.1)])])
    assert faults == [
        "settlements: 1 of 3 rows have no geometry (S02). Digitise the places or drop the rows.",
        "settlements: 1 of 3 rows have geometry that is not Point (C0001 = LineString). Split multipart features "
        "(QGIS: Multipart to singleparts) "
        "or give the right layer.",
    ]


def test_invalid_polygons(tmp_path: Path) -> None:
    bow = Polygon([(104, 22), (104.1, 22.1), (104.1, 22), (104, 22.1)])
    good = Polygon([(104, 22), (104.1, 22), (104.1, 22.1)])
    faults = faults_with_geometry(tmp_path, [good, MultiPolygon([bow])], name="lakes", geometry="Polygon")
    assert "lakes: 1 of 2 rows have invalid geometry (row 2 = Self-intersection" in faults[-1]


def test_real_multipart_lines_are_refused(tmp_path: Path) -> None:
    shape = MultiLineString([[(104, 22), (104.1, 22)], [(104.2, 22), (104.3, 22)]])
    faults = faults_with_geometry(tmp_path, [shape], name="roads", geometry="LineString")
    assert "roads: 1 of 1 rows have geometry that is not LineString (row 1 = MultiLineString)" in faults[-1]


def test_layer_without_crs(tmp_path: Path) -> None:
    frame = settlements()
    frame = gpd.GeoDataFrame(pd.DataFrame(frame.drop(columns="geometry")), geometry=list(frame.geometry))
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(tmp_path / "s.gpkg")
    assert faults_of(tmp_path, "s.gpkg", crs=None) == [
        "settlements: s.gpkg has no CRS (all 6 rows). Write it into the file (QGIS: Set layer CRS) or as `crs` of the "
        "layer in catalog.toml."
    ]
    found, faults = read_layer(tmp_path, entry("s.gpkg", crs="EPSG:9208"), crs_measure="EPSG:9208")
    assert faults == []
    assert found is not None


def test_metres_called_degrees_and_the_other_way_round(tmp_path: Path) -> None:
    metres = [Point(440_000, 2_420_000), Point(441_000, 2_420_000)]
    (fault,) = faults_with_geometry(tmp_path, metres)
    assert (
        "settlements: 2 of 2 rows have coordinates in metres (S01, S02). The layer says EPSG:4326 (degrees) but holds "
        "metres" in fault
    )
    (fault,) = faults_with_geometry(tmp_path, [Point(104, 22), Point(104.2, 22)], crs="EPSG:9208")
    assert "2 of 2 rows have coordinates in degrees" in fault
    (fault,) = faults_with_geometry(tmp_path, [Point(22, 104), Point(22.1, 104.2)])
    assert "2 of 2 rows have a latitude above 90°" in fault
    assert "exchanged" in fault


def test_catalogue_and_file_disagree(tmp_path: Path) -> None:
    places().to_file(tmp_path / "s.gpkg")
    faults = faults_of(tmp_path, "s.gpkg", crs="EPSG:9208", rows=7, id="code")
    assert faults == [
        "settlements: the file is in EPSG:4326, the catalogue says EPSG:9208 (all 3 rows). Correct `crs` in "
        "catalog.toml.",
        "settlements: s.gpkg has 3 rows, the catalogue says 7. Restore the file or correct `rows` in catalog.toml.",
        "settlements: the id column code of the catalogue is missing in all 3 rows. Add it or correct `id`.",
    ]


def test_coordinates_that_are_no_numbers(tmp_path: Path) -> None:
    table = table_of(places()).astype({"longitude": object})
    table.loc[1, "longitude"] = "104°30'"
    table.loc[2, "longitude"] = None
    table.to_csv(tmp_path / "s.csv", index=False)
    assert faults_of(tmp_path, "s.csv") == [
        "settlements: 2 of 3 rows have a coordinate longitude that is empty or no number (S02 = 104°30', C0001 = "
        "empty). Write plain numbers (decimal "
        "degrees or metres) or drop the rows."
    ]
    table.drop(columns="longitude").to_csv(tmp_path / "s.csv", index=False)
    assert "no coordinate columns in all 3 rows" in faults_of(tmp_path, "s.csv")[0]


def test_every_error_is_one_of_ours(tmp_path: Path) -> None:
    for suffix in ("gpkg", "geojson", "shp", "zip", "kml", "csv", "xlsx", "fgb"):
        path = tmp_path / f"noise.{suffix}"
        path.write_bytes(bytes(range(256)) * 4)
        with pytest.raises(InfragapError, match="noise"):
            read_vector(path, layer="noise")
