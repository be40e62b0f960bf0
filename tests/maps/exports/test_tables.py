"""CSV: read back by others, harmless whatever the names are; the dictionary in every language."""

import csv
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from infragap.analyses.electricity import columns
from infragap.maps.exports.tables import safe_cell, write_csv, write_dictionary
from tests.maps.exports.conftest import HOSTILE


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_formulas_are_disarmed(text: str) -> None:
    assert safe_cell(text) == "'" + text
    assert safe_cell("Lùng Cúng") == "Lùng Cúng"
    assert safe_cell(-1.5) == -1.5


def test_csv_has_a_bom_and_no_formula(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_csv(points, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0]["name"] == "Lùng Cúng"
    assert rows[1]["name"] == "'" + HOSTILE
    assert "geometry" not in rows[0]


def test_the_dictionary_says_headings_and_meanings_in_each_language(tmp_path: Path) -> None:
    write_dictionary({"electricity_years": columns.YEARS}, tmp_path / "columns.csv")
    table = pd.read_csv(tmp_path / "columns.csv", encoding="utf-8-sig").set_index("column")
    assert list(table.columns) == [
        "table",
        "unit",
        "heading_vi",
        "heading_en",
        "meaning_vi",
        "meaning_en",
        "derived_from",
    ]
    assert len(table) == len(columns.YEARS)
    assert table.loc["year", "heading_vi"] == "Năm"
    assert table.notna().all(axis=None)
