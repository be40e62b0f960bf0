"""Files as people send them, read right: old encodings, sheets, percent cells, cut names, scaled and masked rasters,
styles beside a layer."""

import unicodedata
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import rasterio
from affine import Affine

from infragap.gis.errors import LayerError
from infragap.gis.findings import faults
from infragap.gis.reading.layers import read_layer
from infragap.gis.reading.rasters import read_raster
from infragap.gis.reading.tables import read_table
from infragap.gis.reading.vector import read_vector
from infragap.gis.schema import LAYERS
from tests.gis.layer_factory import entry, faults_of, places, same_places, table_of
from tests.pack_factory import BUILDERS, roads, settlements, water_households, water_schemes

WGS84 = "EPSG:4326"
# shapefiles cut names to ten letters: that is what is tested
pytestmark = [
    pytest.mark.filterwarnings("ignore:Column names longer than 10"),
    pytest.mark.filterwarnings("ignore:Normalized/laundered field name"),
    pytest.mark.filterwarnings("ignore:Value .* of field"),
]

TONES = "\u0300\u0301\u0303\u0309\u0323"


def cp1258(text: str) -> bytes:
    """Bytes of Windows-1258, which writes vowel and tone apart."""
    coded = b""
    for sign in unicodedata.normalize("NFC", text):
        try:
            coded += sign.encode("cp1258")
            continue
        except UnicodeEncodeError:
            marks = unicodedata.normalize("NFD", sign)
        tone = "".join(mark for mark in marks if mark in TONES)
        letter = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
        coded += letter.encode("cp1258") + tone.encode("cp1258")
    return coded


# --- shapefiles ---


def shapefile(folder: Path, frame: gpd.GeoDataFrame, coded: Any, cpg: str | None) -> Path:
    """A shapefile whose texts are bytes of any encoding."""
    frame = frame.to_crs(WGS84)
    for column in frame.columns:
        if column != "geometry" and frame[column].dtype == object:
            frame[column] = [coded(cell).decode("latin-1") if isinstance(cell, str) else cell for cell in frame[column]]
    frame.to_file(folder / "t.shp", encoding="ISO-8859-1")
    (folder / "t.cpg").unlink()
    if cpg is not None:
        (folder / "t.cpg").write_text(cpg)
    return folder / "t.shp"


@pytest.mark.parametrize(
    ("cpg", "encoding"),
    [
        ("1258", None),
        ("ANSI 1258", None),
        ("cp1258", None),
        ("windows-1258", None),
        (None, "cp1258"),
        ("UTF-8", "cp1258"),
    ],
)
def test_shapefile_in_windows_1258(tmp_path: Path, cpg: str | None, encoding: str | None) -> None:
    frame = settlements().assign(name="Nậm Có – Bản Phố")
    found = read_vector(shapefile(tmp_path, frame, cp1258, cpg), layer="settlements", encoding=encoding)
    assert set(found["name"]) == {"Nậm Có – Bản Phố"}
    assert "settlement_id" in found.columns


def test_shapefile_in_utf8_without_cpg(tmp_path: Path) -> None:
    found = read_vector(shapefile(tmp_path, settlements(), str.encode, None), layer="settlements")
    assert list(found["name"]) == list(settlements()["name"])


@pytest.mark.parametrize(
    ("encoding", "name", "typed"),
    [("tcvn3", "Làng Mảnh", b"L\xb5ng M\xb6nh"), ("vni", "Làng Mảnh", "Laøng Maûnh".encode("latin-1"))],
)
def test_shapefile_in_an_old_font_is_refused_and_the_advice_works(
    tmp_path: Path, encoding: str, name: str, typed: bytes
) -> None:
    path = shapefile(
        tmp_path, settlements().assign(name="x"), lambda text: typed if text == "x" else text.encode(), None
    )
    with pytest.raises(LayerError, match=f'perhaps {encoding}: 6 of 6 lines.*encoding = "{encoding}"'):
        read_vector(path, layer="settlements")
    assert set(read_vector(path, layer="settlements", encoding=encoding)["name"]) == {name}


def test_text_cut_in_the_middle_of_a_letter(tmp_path: Path) -> None:
    # a field holds 254 bytes; 'ả' has three, so the 85th is cut
    frame = settlements()[["settlement_id", "geometry"]].assign(name="ả" * 100)
    frame.to_crs(WGS84).to_file(tmp_path / "t.shp", encoding="UTF-8")
    found = read_vector(tmp_path / "t.shp", layer="settlements")
    assert set(found["name"]) == {"ả" * 84}


@pytest.mark.parametrize(
    "layer", ["grid_lines", "settlements", "water_schemes", "communes", "roads", "schools", "villages", "substations"]
)
def test_own_layers_come_back_from_a_shapefile(tmp_path: Path, layer: str) -> None:
    built = BUILDERS[layer]()
    assert isinstance(built, gpd.GeoDataFrame)
    if layer == "grid_lines":
        built = built.assign(feeder_length_km=11.5, feeder_load_mw=3.0, feeder_loading_pct=60.0)
    built.to_crs(WGS84).to_file(tmp_path / "t.shp", encoding="UTF-8")
    found = read_vector(tmp_path / "t.shp", layer=layer)
    known = [name for name in LAYERS[layer].to_schema().columns if name in built.columns]
    assert set(known) <= set(found.columns)
    for name in known:
        if name == "feeder_loading_pct":
            assert set(found[name]) == {60.0}
        if name == "households_served":
            assert list(found[name]) == list(built[name])


def test_names_told_apart_by_their_order_are_said(tmp_path: Path) -> None:
    water_schemes().to_crs(WGS84).to_file(tmp_path / "t.shp", encoding="UTF-8")
    (notice,) = read_vector(tmp_path / "t.shp", layer="water_schemes").attrs["findings"]
    assert notice.severity == "notice"
    assert "households = households_design, househol_1 = households_served" in str(notice)


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_missing_parts(tmp_path: Path, suffix: str) -> None:
    roads().to_crs(WGS84).to_file(tmp_path / "t.shp")
    (tmp_path / f"t{suffix}").unlink()
    with pytest.raises(LayerError, match=f"t.shp lacks its {suffix}"):
        read_vector(tmp_path / "t.shp", layer="roads")


@pytest.mark.parametrize(
    ("part", "at", "value"),
    [
        ("shp", 104, b"\x40\x00\x00\x00"),
        ("shp", 24, b"\x00\x00\x00\x20"),
        ("dbf", 4, b"\xff\xff\xff\x7f"),
        ("dbf", 10, b"\x01\x00"),
    ],
)
def test_headers_that_lie(tmp_path: Path, part: str, at: int, value: bytes) -> None:
    roads().to_crs(WGS84).to_file(tmp_path / "t.shp")
    path = tmp_path / f"t.{part}"
    content = path.read_bytes()
    path.write_bytes(content[:at] + value + content[at + len(value) :])
    with pytest.raises(LayerError, match=r"t\.shp cannot be read, it is cut off or damaged"):
        read_vector(tmp_path / "t.shp", layer="roads")


@pytest.mark.parametrize("name", ["ROADS.ZIP", "roads.zip/roads.zip", "a.zip.zip"])
def test_zipped_shapefiles_under_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    (tmp_path / "s").mkdir()
    roads().to_crs(WGS84).to_file(tmp_path / "s" / "T.shp")
    with zipfile.ZipFile(path, "w") as archive:
        for part in (tmp_path / "s").iterdir():
            archive.write(part, f"inner/{part.name.upper()}")
    assert list(read_vector(path, layer="roads")["road_id"]) == list(roads()["road_id"])


# --- workbooks and text tables ---


def book(path: Path, sheets: dict[str, pd.DataFrame], *, hidden: tuple[str, ...] = ()) -> Path:
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        for name, table in sheets.items():
            table.to_excel(writer, sheet_name=name, index=False)
        for name in hidden:
            writer.sheets[name].sheet_state = "hidden"
    return path


def test_a_hidden_first_sheet_is_not_read(tmp_path: Path) -> None:
    table = table_of(places())
    path = book(tmp_path / "s.xlsx", {"cu_2020": table.assign(households=1), "2025": table}, hidden=("cu_2020",))
    assert list(read_table(path, layer="settlements")["households"]) == list(table["households"])


def test_several_sheets_are_asked_about(tmp_path: Path) -> None:
    table = table_of(places())
    path = book(tmp_path / "s.xlsx", {"2024": table, "2025": table})
    with pytest.raises(LayerError, match=r"s.xlsx holds several sheets \(2024, 2025\). Name the right one as `sheet`"):
        read_table(path, layer="settlements")
    assert len(read_table(path, layer="settlements", sheet="2025")) == 3


def test_percent_cells_are_percent(tmp_path: Path) -> None:
    path = book(tmp_path / "w.xlsx", {"t": water_households().assign(basic_pct=[0.332, 0.9, 0.98, 1.0])})
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["t"]
    column = next(cell.column for cell in sheet[1] if cell.value == "basic_pct")
    for row in range(2, 6):
        sheet.cell(row, column).number_format = "0.0%"
    workbook.save(path)
    assert list(read_table(path, layer="water_households")["basic_pct"]) == [33.2, 90.0, 98.0, 100.0]
    sheet.cell(3, column).number_format = "0.0"
    workbook.save(path)
    with pytest.raises(LayerError, match=r"3 of 4 numbers of the column basic_pct in w\.xlsx are formatted as percent"):
        read_table(path, layer="water_households")


@pytest.mark.parametrize("stated", ["A1", "A1:C2", "A1:P9999"])
def test_a_stale_dimension_loses_no_row(tmp_path: Path, stated: str) -> None:
    path = book(tmp_path / "s.xlsx", {"t": table_of(places())})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["xl/worksheets/sheet1.xml"].decode()
    start = text.index('<dimension ref="') + len('<dimension ref="')
    parts["xl/worksheets/sheet1.xml"] = (text[:start] + stated + text[text.index('"', start) :]).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    found, said = read_layer(tmp_path, entry("s.xlsx"), crs_measure="EPSG:9208")
    assert said == []
    same_places(found, places())


def test_title_rows_are_said_with_the_row_of_the_headings(tmp_path: Path) -> None:
    rows = [
        ["BẢNG 3. CỤM DÂN CƯ"],
        [],
        list(table_of(places()).columns),
        *table_of(places()).astype(object).to_numpy().tolist(),
    ]
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append([None if cell is None or cell != cell else cell for cell in row])
    workbook.save(tmp_path / "s.xlsx")
    assert faults_of(tmp_path, "s.xlsx") == [
        "settlements: the headings of s.xlsx stand in row 3, below 'BẢNG 3. CỤM DÂN CƯ'. Delete the rows above the "
        "headings, or write heading_row = 3 for this layer in catalog.toml."
    ]


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"'])
def test_the_separator_that_excel_names(tmp_path: Path, first: str) -> None:
    (tmp_path / "s.csv").write_text(f"{first}\n{table_of(places()).to_csv(index=False, sep=';')}", encoding="utf-8")
    found, said = read_layer(tmp_path, entry("s.csv"), crs_measure="EPSG:9208")
    assert said == []
    same_places(found, places())


def test_csv_in_an_old_font(tmp_path: Path) -> None:
    text = table_of(places(1)).assign(name="x", name_in_scheme="").to_csv(index=False)
    (tmp_path / "s.csv").write_bytes(text.replace(",x,", ",~,").encode().replace(b"~", b"N\xcbm C\xe3"))
    found, said = read_layer(tmp_path, entry("s.csv", encoding="tcvn3"), crs_measure="EPSG:9208")
    assert said == []
    assert found is not None
    assert found["name"].iloc[0] == "Nậm Có"
    # typed in the font and saved as UTF-8: told, and the advice works
    (tmp_path / "u.csv").write_text(text.replace(",x,", ",NËm BiÕu,"), encoding="utf-8")
    assert "1 of 1 rows have a name typed in TCVN3, not in Unicode (S01 = NËm BiÕu)" in faults_of(tmp_path, "u.csv")[0]
    found, said = read_layer(tmp_path, entry("u.csv", encoding="tcvn3"), crs_measure="EPSG:9208")
    assert said == []
    assert found is not None
    assert found["name"].iloc[0] == "Nậm Biếu"


def test_names_of_other_languages_pass(tmp_path: Path) -> None:
    table = table_of(places(3)).assign(name=["São José", "Möller", "Ñandú Ørsted"])
    table.to_csv(tmp_path / "s.csv", index=False)
    assert faults_of(tmp_path, "s.csv") == []


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["2.000", "3.000"], None),
        (["1.234.567", "10"], None),
        (["0.512", "1.234"], [0.512, 1.234]),
        (["12.5", "1.234"], [12.5, 1.234]),
        (["2,5", "10"], [2.5, 10.0]),
    ],
)
def test_thousands_dot_in_a_vietnamese_file(tmp_path: Path, cells: list[str], read: list[float] | None) -> None:
    table = table_of(places(2)).assign(position_accuracy_m=cells)
    table.to_csv(tmp_path / "s.csv", index=False, sep=";")
    found, said = read_layer(tmp_path, entry("s.csv"), crs_measure="EPSG:9208")
    if read is None:
        assert any("with a dot that may part thousands" in str(finding) for finding in said)
    else:
        assert faults(said) == []
        assert found is not None
        assert list(found["position_accuracy_m"]) == read


@pytest.mark.parametrize(
    ("column", "cells", "asked"),
    [
        ("households", ["2,000", "10"], True),
        ("households", ["1,234,567", "10"], True),
        ("position_accuracy_m", ["1,500", "950"], True),
        ("position_accuracy_m", ["1,500", "60,5"], False),
        ("position_accuracy_m", ["0,512", "1,250"], False),
    ],
)
def test_thousands_comma_where_the_comma_may_be_decimal(
    tmp_path: Path, column: str, cells: list[str], asked: bool
) -> None:
    table_of(places(2)).assign(**{column: cells}).to_csv(tmp_path / "s.csv", index=False, sep=";")
    assert (
        any(f"have {column} with a comma that may part thousands" in text for text in faults_of(tmp_path, "s.csv"))
        == asked
    )


@pytest.mark.parametrize("form", ['0.0"%"', "0.0\\%", "0.0"])
def test_a_percent_sign_that_is_only_shown_multiplies_nothing(tmp_path: Path, form: str) -> None:
    assert percent_sheet(tmp_path, 25.0, form) == 25.0


@pytest.mark.parametrize("form", ["0%", "0.00 %", "[>=0.5]0%;0.0%"])
def test_percent_formats(tmp_path: Path, form: str) -> None:
    assert percent_sheet(tmp_path, 0.25, form) == 25.0


def percent_sheet(folder: Path, value: float, form: str) -> float:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["share"])
    sheet.append([value])
    sheet["A2"].number_format = form
    book.save(folder / "p.xlsx")
    return float(read_table(folder / "p.xlsx", layer="settlements")["share"].iloc[0])


def test_a_count_shown_in_percent_is_asked_about(tmp_path: Path) -> None:
    table_of(places(2)).to_excel(tmp_path / "s.xlsx", index=False)
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    cells = next(column for column in book.worksheets[0].columns if column[0].value == "households")
    for cell in cells[1:]:
        cell.number_format = "0%"
    book.save(tmp_path / "s.xlsx")
    assert any("cells of households are shown in percent" in text for text in faults_of(tmp_path, "s.xlsx"))


@pytest.mark.parametrize("encoding", ["cp1250", "cp1251", "cp437", "cp850", "gbk", "cp874"])
def test_utf8_read_as_another_encoding(tmp_path: Path, encoding: str) -> None:
    name = "Làng Mảnh".encode().decode(encoding, "replace")
    table_of(places(1)).assign(name=[name]).to_csv(tmp_path / "s.csv", index=False)
    assert any("garbled name" in text for text in faults_of(tmp_path, "s.csv"))


@pytest.mark.parametrize("name", ["L□ng", "Làng_x000D_", "L=C3=A0ng"])
def test_other_traces_of_a_wrong_export(tmp_path: Path, name: str) -> None:
    table_of(places(1)).assign(name=[name]).to_csv(tmp_path / "s.csv", index=False)
    assert any("garbled name" in text for text in faults_of(tmp_path, "s.csv"))


@pytest.mark.parametrize("name", ["Hà Khẩu (河口)", "A区 5", "Trạm 10kΩ, 5μm", "Лаокай", "Łódź", "Straße São"])
def test_other_scripts_beside_latin_pass(tmp_path: Path, name: str) -> None:
    table_of(places(1)).assign(name=[name]).to_csv(tmp_path / "s.csv", index=False)
    assert faults_of(tmp_path, "s.csv") == []


def test_an_error_value_is_no_name(tmp_path: Path) -> None:
    table_of(places(1)).assign(name=["#N/A"]).to_csv(tmp_path / "s.csv", index=False)
    assert any("error value of a formula in name (S01 = #N/A)" in text for text in faults_of(tmp_path, "s.csv"))


def test_a_shapefile_with_names_in_capitals(tmp_path: Path) -> None:
    frame = places(2)
    capitals = frame.rename(columns={name: name.upper() for name in frame.columns if name != "geometry"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        capitals.to_file(tmp_path / "s.shp")
    found, said = read_layer(tmp_path, entry("s.shp"), crs_measure="EPSG:9208")
    assert [finding for finding in said if finding.severity == "fault"] == []
    same_places(found, frame)


def test_kml_values_ask_about_the_thousands_dot_too(tmp_path: Path) -> None:
    frame = settlements().to_crs(WGS84).assign(households="1.000")
    frame.to_file(tmp_path / "s.kml", driver="KML")
    assert any("households with a dot that may part thousands" in text for text in faults_of(tmp_path, "s.kml"))


# --- GeoPackage with styles ---


def test_styles_beside_a_layer_need_no_sheet(tmp_path: Path) -> None:
    settlements().to_file(tmp_path / "s.gpkg", layer="anything")
    styles = pd.DataFrame({"f_table_name": ["anything"], "styleQML": ["<qgis/>"]})
    pyogrio.write_dataframe(styles, tmp_path / "s.gpkg", layer="layer_styles", append=True)
    assert len(read_vector(tmp_path / "s.gpkg", layer="settlements")) == 6


# --- rasters ---


GRID = Affine(100, 0, 440_000, 0, -100, 2_430_000)


def tif(path: Path, values: Any, *, transform: Affine = GRID, **more: Any) -> Path:
    bands = values if values.ndim == 3 else values[None]
    extra = {name: more.pop(name) for name in ("scales", "offsets", "units", "mask") if name in more}
    with rasterio.open(
        path, "w", driver="GTiff", width=bands.shape[2], height=bands.shape[1], count=len(bands), dtype=bands.dtype,
        crs=more.pop("crs", "EPSG:9208"), transform=transform, **more,
    ) as dataset:  # fmt: skip
        dataset.write(bands)
        for name in ("scales", "offsets", "units"):
            if name in extra:
                setattr(dataset, name, extra[name])
        if "mask" in extra:
            dataset.write_mask(extra["mask"])
    return path


VALUES = np.arange(12, dtype=np.int16).reshape(3, 4) * 100


def test_scale_and_offset(tmp_path: Path) -> None:
    found = read_raster(tif(tmp_path / "t.tif", VALUES, scales=(0.5,), offsets=(-100.0,)), layer="elevation")
    np.testing.assert_allclose(found.values, VALUES * 0.5 - 100)


def test_scale_leaves_no_data_unknown(tmp_path: Path) -> None:
    found = read_raster(tif(tmp_path / "t.tif", VALUES, nodata=300, scales=(2.0,)), layer="elevation")
    assert np.isnan(found.floats()[0, 3])
    assert found.floats()[0, 2] == 400


@pytest.mark.parametrize(
    ("unit", "factor"), [("ft", 0.3048), ("m", 1.0), ("metre", 1.0), ("US survey foot", 1200 / 3937)]
)
def test_units_of_heights(tmp_path: Path, unit: str, factor: float) -> None:
    found = read_raster(tif(tmp_path / "t.tif", VALUES, units=(unit,)), layer="elevation")
    np.testing.assert_allclose(found.values, VALUES * factor, rtol=1e-6)


def test_an_unknown_unit_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match=r"elevation: t\.tif says that its unit is 'furlong'"):
        read_raster(tif(tmp_path / "t.tif", VALUES, units=("furlong",)), layer="elevation")


def test_mask_band(tmp_path: Path) -> None:
    mask = np.full((3, 4), 255, dtype=np.uint8)
    mask[1, 1] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        inner = tif(tmp_path / "inner.tif", VALUES, mask=mask)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False):
        outer = tif(tmp_path / "outer.tif", VALUES, mask=mask)
    assert (tmp_path / "outer.tif.msk").exists()
    for path in (inner, outer):
        assert read_raster(path, layer="elevation").valid().tolist() == (mask > 0).tolist()


def test_alpha_band_is_no_band_of_data(tmp_path: Path) -> None:
    alpha = np.full((3, 4), 255, dtype=np.int16)
    alpha[2, 3] = 0
    found = read_raster(tif(tmp_path / "t.tif", np.stack([VALUES, alpha]), alpha="yes"), layer="elevation")
    assert found.bands == 1
    assert not found.valid()[2, 3]
    assert found.valid().sum() == 11


def test_rows_from_south_to_north_are_turned(tmp_path: Path) -> None:
    north_up = read_raster(tif(tmp_path / "n.tif", VALUES), layer="elevation")
    south_up = read_raster(
        tif(tmp_path / "s.tif", VALUES[::-1].copy(), transform=Affine(100, 0, 440_000, 0, 100, 2_429_700)),
        layer="elevation",
    )
    mirrored = read_raster(
        tif(tmp_path / "m.tif", VALUES[:, ::-1].copy(), transform=Affine(-100, 0, 440_400, 0, -100, 2_430_000)),
        layer="elevation",
    )
    for other in (south_up, mirrored):
        assert other.transform == north_up.transform
        np.testing.assert_array_equal(other.values, north_up.values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"transform": Affine(100, 10, 440_000, 10, -100, 2_430_000)}, "elevation: the grid of t.tif is rotated"),
        ({"crs": "EPSG:4326"}, r"elevation: t.tif says EPSG:4326 \(degrees\) but its corners are in metres"),
        ({"transform": Affine(0.001, 0, 104, 0, -0.001, 22)},
        r"elevation: t.tif says EPSG:9208 \(metres\) but its corners are in degrees"),
        ({"crs": 'LOCAL_CS["x",UNIT["metre",1]]'}, "elevation: t.tif is in a system without a place on Earth"),
    ],
)  # fmt: skip
def test_grids_that_lie_nowhere_name_layer_and_file(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(LayerError, match=message):
        read_raster(tif(tmp_path / "t.tif", VALUES, **change), layer="elevation")


def test_a_plain_raster_keeps_its_dtype(tmp_path: Path) -> None:
    found = read_raster(tif(tmp_path / "t.tif", VALUES, nodata=-9999), layer="elevation")
    assert found.values.dtype == np.int16
    assert found.nodata == -9999
