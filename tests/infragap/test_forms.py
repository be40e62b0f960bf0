"""`data template`: forms filled as a planner fills them read back as the same layers, in each language."""

import shutil
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest

from infragap.gis import schema
from infragap.gis.catalog import read_catalog
from infragap.gis.errors import ParameterError
from infragap.gis.findings import faults
from infragap.gis.pack import Pack, read_pack
from infragap.profiles.profile import read_profile
from infragap.starting.form_words import form_columns, place_headings
from infragap.starting.forms import GEOPACKAGE, WORKBOOK, write_forms
from infragap.starting.init import start_pack
from infragap.wording.catalogue import words
from infragap.wording.country import speaking_for
from tests.pack_factory import write_pack

POINTS = [name for name, kinds in schema.GEOMETRY.items() if kinds in ((), ("Point",))]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return read_pack(write_pack(tmp_path_factory.mktemp("pack") / "pack"))


def fill(folder: Path, pack: Pack, language: str) -> None:
    """Type the rows of a pack into the forms, by their headings and in their words."""
    profile, say = read_profile(), words(language)
    book = openpyxl.load_workbook(folder / WORKBOOK)
    for layer in filter(pack.has, schema.LAYERS):
        frame = pack.layer(layer)
        form = form_columns(layer, profile, say)
        if layer not in POINTS:
            # as drawn: a pack that is read has its lines in an order of its own
            drawn = gpd.read_file(pack.folder / pack.catalog.entry(layer).file)
            rows = drawn[[column.name for column in form if column.name in drawn] + ["geometry"]].to_crs("EPSG:4326")
            multi = any(kind.startswith("Multi") for kind in schema.GEOMETRY[layer])
            pyogrio.write_dataframe(
                rows, folder / GEOPACKAGE, layer=layer, driver="GPKG", append=True, promote_to_multi=multi
            )
            continue
        sheet = book[say(f"form.layer.{layer}")]
        headings = [cell.value for cell in sheet[1]]
        x, y = place_headings(say)
        places = frame.to_crs("EPSG:4326").geometry if isinstance(frame, gpd.GeoDataFrame) else None
        for row, (_, values) in enumerate(frame.iterrows(), start=2):
            for column in form:
                value = values.get(column.name)
                if value is None or pd.isna(value):
                    continue
                back = {code: word for word, code in column.choices.items()}
                typed = back.get(value, value)
                sheet.cell(row, headings.index(column.heading) + 1, typed.item() if hasattr(typed, "item") else typed)
            if places is not None:
                sheet.cell(row, headings.index(x) + 1, places.iloc[row - 2].x)
                sheet.cell(row, headings.index(y) + 1, places.iloc[row - 2].y)
    book.save(folder / WORKBOOK)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["vi", "en"])
def test_filled_forms_are_the_same_layers(tmp_path: Path, sound: Pack, language: str) -> None:
    folder = tmp_path / "mine"
    write_forms(folder, read_profile(), "vn", language=language)
    fill(folder, sound, language)
    for raster in ("elevation", "forest", "runoff"):
        shutil.copy(sound.folder / sound.catalog.entry(raster).file, folder)
    start_pack(folder)
    pack = read_pack(folder)
    assert faults(pack.findings()) == []
    assert {entry.name for entry in pack.catalog.layer} == {entry.name for entry in sound.catalog.layer}
    for layer in filter(sound.has, schema.LAYERS):
        columns = [c.name for c in form_columns(layer, read_profile(), words(language)) if c.name in sound.layer(layer)]
        got, wanted = pd.DataFrame(pack.layer(layer))[columns], pd.DataFrame(sound.layer(layer))[columns]
        pd.testing.assert_frame_equal(got, wanted, check_dtype=False, obj=layer)


@pytest.mark.slow
def test_forms_left_empty_are_left_out_and_said(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    write_forms(folder, read_profile("mw"), "mw", language="en", middle=(35.5, -16.0))
    book = openpyxl.load_workbook(folder / WORKBOOK)
    book["Settlements without supply"]["A2"] = "S001"
    book.save(folder / WORKBOOK)
    start = start_pack(folder)
    assert [entry.name for entry in read_catalog(folder).layer] == ["settlements"]
    assert sum("nothing is filled" in guess for guess in start.guesses) == len(schema.LAYERS) - 1
    assert read_catalog(folder).pack.crs_measure == "EPSG:32736"


def test_headings_are_unique_and_words_of_the_country() -> None:
    with speaking_for(read_profile("mw")):
        say = words("en")
        for layer in schema.LAYERS:
            headings = [column.heading for column in form_columns(layer, read_profile("mw"), say)]
            assert len(set(headings)) == len(headings), layer
            for column in form_columns(layer, read_profile("mw"), say):
                assert len(set(column.choices)) == len(column.choices)
        kinds = next(c for c in form_columns("communes", read_profile("mw"), say) if c.name == "kind")
        cost = next(c for c in form_columns("schools", read_profile("mw"), say) if c.name == "cost_mvnd")
    assert list(kinds.choices) == ["traditional authority", "town", "city"]
    assert "MWK" in cost.heading
    assert "VND" not in cost.heading


def test_drop_downs_hold_the_words(tmp_path: Path) -> None:
    write_forms(tmp_path / "mine", read_profile(), "vn", language="en")
    book = openpyxl.load_workbook(tmp_path / "mine" / WORKBOOK)
    sheet, lists = book["Settlements without supply"], book["lists"]
    heading = next(cell for cell in sheet[1] if cell.value.startswith("Supply today"))
    (rule,) = [v for v in sheet.data_validations.dataValidation if f"{heading.column_letter}2" in v.sqref]
    column = rule.formula1.split("$")[1]
    assert {cell.value for cell in lists[column] if cell.value} == {
        "no supply", "solar home systems", "unsafe self-made wires",
    }  # fmt: skip
    assert lists.sheet_state == "hidden"


def test_lines_and_areas_have_aliases_and_value_lists(tmp_path: Path) -> None:
    import sqlite3

    write_forms(tmp_path / "mine", read_profile(), "vn", language="vi")
    with sqlite3.connect(tmp_path / "mine" / GEOPACKAGE) as file:
        titles = dict(file.execute("SELECT column_name, title FROM gpkg_data_columns WHERE table_name = 'grid_lines'"))
        coded = file.execute(
            "SELECT value, description FROM gpkg_data_column_constraints WHERE constraint_name = 'grid_lines.status'"
        ).fetchall()
    assert titles["voltage_kv"] == "Điện áp (kV) *"
    assert dict(coded)["planned"] == "dự kiến"
    assert "grid_lines" in {name for name, _ in pyogrio.list_layers(tmp_path / "mine" / GEOPACKAGE)}


def test_nothing_filled_in_is_overwritten(tmp_path: Path) -> None:
    write_forms(tmp_path, read_profile(), "vn", language="vi")
    with pytest.raises(ParameterError, match=r"forms\.xlsx"):
        write_forms(tmp_path, read_profile(), "vn", language="vi")
    with pytest.raises(ParameterError, match="--middle"):
        write_forms(tmp_path / "other", read_profile("mw"), "mw", language="en")
