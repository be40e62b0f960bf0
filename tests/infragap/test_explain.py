"""What `explain` finds and says, from result tables written by hand."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from infragap.explain import Result, index_of
from infragap.gis.errors import MissingDataError

COLUMNS = [
    ("electricity_ranking", "choice", "-", "Lựa chọn", "Choice"),
    ("electricity_ranking", "grid_alone_mvnd", "mvnd", "Chi phí nối lưới", "Cost of grid alone"),
    ("electricity_ranking", "households", "households", "Số hộ", "Households"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A result of two communes with places of the same name."""
    tables: dict[str, list[dict[str, Any]]] = {
        "electricity_ranking": [
            {"settlement_id": "V08", "name": "Lùng Cúng", "commune_code": "04462", "commune": "Nậm Có",
            "choice": "hydro", "households": 219, "year": 2027, "grid_alone_mvnd": 19377.25,
            "reason_vi": "Chọn thủy điện", "reason_en": "Hydro is chosen", "longitude": 104.123456},
            {"settlement_id": "V07", "name": "Làng Mảnh", "commune_code": "04603", "commune": "Tà Xi Láng",
            "choice": "grid", "households": 10, "year": "", "grid_alone_mvnd": 5.5, "reason_vi": "x", "reason_en": "y",
            "longitude": 104.2},
        ],
        "electricity_lines": [{"line_id": "L1", "to_settlement_id": "V07", "to_name": "Làng Mảnh",
        "commune": "Tà Xi Láng", "length_km": 3.25}],
        "water_villages": [
            {"village_id": "04462-001", "name": "Lung Cung", "commune_code": "04462", "commune": "Nậm Có",
            "work_id": "W1", "level": "none"},
            {"village_id": "04462-002", "name": "Bản Hai", "commune_code": "04462", "commune": "Nậm Có", "work_id": "",
            "level": "piped"},
            {"village_id": "04603-004", "name": "Làng Mảnh", "commune_code": "04603", "commune": "Tà Xi Láng",
            "work_id": "", "level": "none"},
            {"village_id": "04604-001", "name": "Làng Mảnh", "commune_code": "04604", "commune": "Sơn Lương",
            "work_id": "", "level": "none"},
        ],
        "water_works": [{"work_id": "W1", "name": "Công trình 1", "commune": "Nậm Có", "main_km": 2.5}],
        "communes": [{"commune_code": "04462", "name": "Nậm Có", "is_border": True}],
    }  # fmt: skip
    (tmp_path / "tables").mkdir()
    (tmp_path / "run.json").write_text(json.dumps({"files": {}}))
    for name, rows in tables.items():
        pd.DataFrame(rows).to_csv(tmp_path / "tables" / f"{name}.csv", index=False, encoding="utf-8-sig")
    described = pd.DataFrame(COLUMNS, columns=["table", "column", "unit", "heading_vi", "heading_en"])
    described.to_csv(tmp_path / "tables" / "columns.csv", index=False, encoding="utf-8-sig")
    return tmp_path


def _values(result: Result, asked: str, language: str) -> dict[str, dict[str, tuple[str, str]]]:
    [place] = result.find(asked)
    return {s.table: {e.column: (e.heading, e.text) for e in s.entries} for s in result.about(place, language)}


def test_by_id_with_all_that_belongs_to_it(folder: Path) -> None:
    said = _values(Result(folder), "v08", "en")
    assert list(said) == ["electricity_ranking", "water_villages", "communes", "water_works"]
    ranking = said["electricity_ranking"]
    assert ranking["choice"] == ("Choice", "Small hydro")
    assert ranking["grid_alone_mvnd"] == ("Cost of grid alone", "19,377 million VND")
    assert ranking["year"] == ("year", "2027")
    assert ranking["longitude"][1] == "104.12346"
    assert ranking["reason_en"][1] == "Hydro is chosen"
    assert "reason_vi" not in ranking
    assert said["water_works"]["main_km"] == ("main_km", "2.5")
    assert said["communes"]["is_border"][1] == "yes"


def test_in_vietnamese(folder: Path) -> None:
    ranking = _values(Result(folder), "V08", "vi")["electricity_ranking"]
    assert ranking["grid_alone_mvnd"] == ("Chi phí nối lưới", "19.377 tr.đ")
    assert ranking["reason_vi"][1] == "Chọn thủy điện"
    assert "reason_en" not in ranking


@pytest.mark.parametrize("asked", ["lung cung", "LÙNG CÚNG", "Lùng Cúng", "04462-001"])
def test_by_name_with_or_without_diacritics(folder: Path, asked: str) -> None:
    assert {"electricity_ranking", "water_villages"} <= set(_values(Result(folder), asked, "vi"))


def test_the_lines_of_a_settlement_and_empty_values(folder: Path) -> None:
    said = _values(Result(folder), "V07", "en")
    assert said["electricity_lines"]["length_km"][1] == "3.25"
    assert "year" not in said["electricity_ranking"]
    # the village of the same name in the same commune, not the one in another commune
    assert said["water_villages"]["village_id"][1] == "04603-004"


def test_places_of_one_name_are_told_apart(folder: Path) -> None:
    found = Result(folder).find("lang manh")
    assert [(place.key, place.commune) for place in found] == [("V07", "Tà Xi Láng"), ("04604-001", "Sơn Lương")]


def test_a_part_of_a_name(folder: Path) -> None:
    assert [place.key for place in Result(folder).find("hai")] == ["04462-002"]


@pytest.mark.parametrize("asked", ["Lùng Cùn", "x" * 100_000, "", "\x1b[2J"])
def test_no_such_place(folder: Path, asked: str) -> None:
    with pytest.raises(MissingDataError, match="names no such place") as error:
        Result(folder).find(asked)
    assert len(str(error.value)) < 1000
    assert "\x1b" not in str(error.value)
    assert ("Lùng Cúng (V08)" in str(error.value)) == (asked == "Lùng Cùn")


def test_no_result(tmp_path: Path) -> None:
    for opens in (Result, index_of):
        with pytest.raises(MissingDataError, match="no complete result"):
            opens(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b'a,b\n"'])
def test_a_damaged_result(folder: Path, content: bytes) -> None:
    (folder / "tables" / "columns.csv").write_bytes(content)
    with pytest.raises(MissingDataError, match="damaged"):
        Result(folder)
