"""The schema for others: the rows of a pack fit its JSON Schema, wrong ones do not, and a newer pack is refused."""

import json
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from infragap.gis import schema
from infragap.gis.dictionary import layer_fields, pack_json_schema
from infragap.gis.errors import LayerError
from infragap.gis.pack import read_pack
from infragap.profiles.profile import read_profile
from infragap.starting.described import describe_pack
from infragap.starting.files import found_in
from tests.pack_factory import write_pack


def _rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return json.loads(plain.to_json(orient="records"))


@pytest.fixture(scope="module")
def pack_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("pack") / "pack")


@pytest.mark.slow
def test_every_row_of_a_sound_pack_fits(pack_folder: Path) -> None:
    pack, whole = read_pack(pack_folder), pack_json_schema()
    jsonschema.Draft202012Validator.check_schema(whole)
    for name in filter(pack.has, schema.LAYERS):
        validator = jsonschema.Draft202012Validator({**whole, "$ref": f"#/$defs/{name}"})
        for row in _rows(getattr(pack, name)):
            assert not list(validator.iter_errors(row)), (name, row)


@pytest.mark.parametrize(
    ("column", "value"),
    [("households", -1), ("households", 2.5), ("supply", "kerosene"), ("name", None), ("position_accuracy_m", "far")],
)
def test_a_wrong_cell_does_not_fit(pack_folder: Path, column: str, value: object) -> None:
    validator = jsonschema.Draft202012Validator({**pack_json_schema(), "$ref": "#/$defs/settlements"})
    row = _rows(read_pack(pack_folder).settlements)[0]
    assert [list(error.path) for error in validator.iter_errors({**row, column: value})] == [[column]]


def test_the_catalogue_fits_and_its_faults_do_not(pack_folder: Path) -> None:
    import tomllib

    validator = jsonschema.Draft202012Validator({**pack_json_schema(), "$ref": "#/$defs/catalog"})
    content = tomllib.loads((pack_folder / "catalog.toml").read_text(encoding="utf-8"))
    assert not list(validator.iter_errors(content))
    assert list(validator.iter_errors(content | {"layers": []}))


def test_codes_and_words_are_those_of_the_country() -> None:
    fields = {field.name: field for field in layer_fields("communes", read_profile("mw"))}
    assert fields["kind"].constraints == {"enum": ["traditional authority", "town", "city"]}
    assert fields["commune_code"].constraints == {"pattern": r"^MW\d{5}$", "unique": True}


def test_a_pack_is_described_beside_its_catalogue(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    package, rows = describe_pack(folder)
    content = json.loads(package.read_text(encoding="utf-8"))
    named = {resource["name"]: resource for resource in content["resources"]}
    assert set(named) == {entry.name.replace("_", "-") for entry in read_pack(folder).catalog.layer}
    settlements = named["settlements"]
    assert (folder / settlements["path"]).stat().st_size == settlements["bytes"]
    assert settlements["schema"]["primaryKey"] == ["settlement_id"]
    assert set(json.loads(rows.read_text(encoding="utf-8"))["$defs"]) == {*schema.LAYERS, "catalog"}
    assert not any("json" in problem for problem in found_in(folder)[1])


def test_a_pack_of_a_newer_schema_is_refused_and_of_a_newer_minor_one_read(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    path = folder / "catalog.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[pack]\n", '[pack]\nschema_version = "1.7"\n'), encoding="utf-8")
    assert read_pack(folder).catalog.pack.schema_version == "1.7"
    path.write_text(text.replace("[pack]\n", '[pack]\nschema_version = "2.0"\n'), encoding="utf-8")
    with pytest.raises(LayerError, match=r"schema 2\.0.*reads 1\.0.*install"):
        read_pack(folder)
