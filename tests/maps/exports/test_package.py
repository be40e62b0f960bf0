"""The description of results: it names every column of the written file, in order, and every row fits it."""

import csv
import json
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from infragap.analyses.columns import Column
from infragap.analyses.electricity.columns import YEARS
from infragap.maps.contents import declared_tables
from infragap.maps.exports.package import write_package
from infragap.maps.exports.tables import write_csv
from infragap.profiles.profile import read_profile
from infragap.wording.country import speaking_for

FRAME = pd.DataFrame(
    {"rank": [1, 2], "name": ["Lùng Cúng", None], "plan_mvnd": [1.25, None], "core_is_empty": [True, False]}
)
COLUMNS = (
    Column("rank", "-", "x", "electricity.ranking"),
    Column("name", "-", "x", "electricity.ranking"),
    Column("plan_mvnd", "mvnd", "x", "electricity.ranking"),
    Column("core_is_empty", "-", "x", "electricity.ranking", deprecated="core, gone with 2.0"),
)


@pytest.fixture(params=["vn", "mw"])
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    (tmp_path / "tables").mkdir()
    with speaking_for(read_profile(request.param)):
        write_csv(FRAME, tmp_path / "tables" / "t_t.csv")
        write_package(tmp_path, {"t_t": (FRAME, COLUMNS)}, {"t_t": ("rank",)}, "a title")
    return tmp_path


def test_fields_are_those_of_the_file(written: Path) -> None:
    package = json.loads((written / "datapackage.json").read_text(encoding="utf-8"))
    (resource,) = package["resources"]
    with (written / resource["path"]).open(encoding="utf-8-sig") as file:
        head = next(csv.reader(file))
    fields = resource["schema"]["fields"]
    assert [field["name"] for field in fields] == head
    assert [field["type"] for field in fields] == ["integer", "string", "number", "boolean"]
    assert fields[2]["unit"] in ("mvnd", "mmwk")
    assert fields[2]["name"].endswith(fields[2]["unit"])
    assert resource["schema"]["primaryKey"] == ["rank"]
    assert fields[3]["deprecated"] == "core, gone with 2.0"


def test_rows_fit_and_others_do_not(written: Path) -> None:
    whole = json.loads((written / "results.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator({**whole, "$ref": "#/$defs/t_t"})
    money = next(name for name in whole["$defs"]["t_t"]["properties"] if name.startswith("plan_"))
    row = {"rank": 1, "name": None, money: 1.25, "core_is_empty": True}
    assert not list(validator.iter_errors(row))
    assert list(validator.iter_errors({**row, money: "dear"}))
    assert whole["$defs"]["t_t"]["properties"]["core_is_empty"]["deprecated"] is True


def test_every_table_of_a_run_is_declared_once() -> None:
    declared = declared_tables()
    assert declared["electricity_years"] == YEARS
    for name, columns in declared.items():
        names = [column.name for column in columns]
        assert len(names) == len(set(names)), name
