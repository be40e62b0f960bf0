"""`check --workbook`: the wrong cells, and no others, are red with the repair as comment; nothing is a formula."""

from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from infragap.cli import app
from infragap.gis.catalog import LayerEntry
from infragap.gis.findings import Finding, Severity
from infragap.readiness.judging import judge_folder
from infragap.readiness.workbook import MOST_MARKED, _marks, write_check_workbook
from tests.pack_factory import write_pack

RED = "FFFFCDD2"
HOSTILE = '=HYPERLINK("http://x","y")'


def red_cells(path: Path, sheet: str) -> dict[tuple[str, int], str]:
    page = openpyxl.load_workbook(path)[sheet]
    headings = [cell.value for cell in page[1]]
    return {
        (headings[cell.column - 1], cell.row): cell.comment.text if cell.comment else ""
        for row in page.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb == RED
    }


def spoil(frame: pd.DataFrame) -> pd.DataFrame:
    """Third settlement: households below zero, an unknown word; first: a hostile name."""
    changed = frame.astype({"households": object, "supply": object, "name": object})
    changed.loc[2, "households"] = -5
    changed.loc[2, "supply"] = "kerosene"
    changed.loc[0, "name"] = HOSTILE
    return changed


@pytest.mark.slow
def test_wrong_cells_are_red_with_their_repair(tmp_path: Path) -> None:
    folder, path = write_pack(tmp_path / "pack", settlements=spoil), tmp_path / "wrong.xlsx"
    readiness = judge_folder(folder, ["electricity"])
    count, full = write_check_workbook(readiness, folder, path, "en")
    marked = red_cells(path, "settlements")
    assert {key for key in marked if key[0] in ("households", "supply")} == {("households", 4), ("supply", 4)}
    own = [finding for finding in readiness.findings if finding.layer == "settlements"]
    said = {finding.values["column"]: finding.repair("en") for finding in own if "column" in finding.values}
    assert {"households", "supply"} <= set(said)
    for column in ("households", "supply"):
        assert said[column] in marked[column, 4]
    assert count >= 2
    assert full == []


@pytest.mark.slow
def test_cells_of_the_planners_own_headings_are_marked(tmp_path: Path) -> None:
    folder = write_pack(
        tmp_path / "pack", settlements=lambda frame: spoil(frame).rename(columns={"supply": "Lighting"})
    )
    catalog = folder / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    head, tail = text.split('name = "settlements"', 1)
    block, rest = tail.split("[[layer]]", 1)
    mapping = '\n[layer.columns]\nsupply = "Lighting"\n\n'
    catalog.write_text(f'{head}name = "settlements"{block}{mapping}[[layer]]{rest}', encoding="utf-8")
    write_check_workbook(judge_folder(folder, []), folder, tmp_path / "wrong.xlsx", "vi")
    assert ("Lighting", 4) in red_cells(tmp_path / "wrong.xlsx", "settlements")


def test_rows_that_the_catalogue_numbers_and_columns_of_a_formula_are_marked() -> None:
    frame = pd.DataFrame({"place": ["Tatu", "Nne"], "persons": ["44", "many"]})
    entry = LayerEntry(
        name="settlements", title="s", file="s.csv", kind="vector", geometry="Point", provenance="official",
        columns={"name": "place", "households": "persons / 4.4"}, defaults={"settlement_id": "S{row}"},
    )  # fmt: skip
    values = {"column": "households", "unit": "households"}
    found = Finding("cell.no_whole_number", Severity.FAULT, "settlements", ("S00002",), 2, values=values)
    assert list(_marks(frame, entry, [found], "en")) == [(2, 1)]


@pytest.mark.slow
def test_no_formula_no_link(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack", settlements=spoil)
    write_check_workbook(judge_folder(folder, []), folder, tmp_path / "wrong.xlsx", "en")
    with ZipFile(tmp_path / "wrong.xlsx") as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    page = openpyxl.load_workbook(tmp_path / "wrong.xlsx")["settlements"]
    (cell,) = [cell for row in page.iter_rows() for cell in row if cell.value == HOSTILE]
    assert cell.data_type == "s"
    assert cell.quotePrefix


@pytest.mark.slow
def test_marks_are_limited_and_said(tmp_path: Path) -> None:
    def many(frame: pd.DataFrame) -> pd.DataFrame:
        whole = pd.concat([frame] * 400, ignore_index=True)
        return whole.assign(settlement_id=[f"S{i}" for i in range(len(whole))], households=-1)

    folder = write_pack(tmp_path / "pack", settlements=many)
    count, full = write_check_workbook(judge_folder(folder, []), folder, tmp_path / "wrong.xlsx", "en")
    assert full == ["settlements"]
    assert count >= MOST_MARKED


@pytest.mark.slow
def test_a_sound_pack_and_an_unreadable_one(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    assert CliRunner().invoke(app, ["check", str(folder), "--workbook", str(tmp_path / "a.xlsx")]).exit_code == 0
    assert (tmp_path / "a.xlsx").exists()
    (folder / "catalog.toml").write_text("[pack", encoding="utf-8")
    assert CliRunner().invoke(app, ["check", str(folder), "--workbook", str(tmp_path / "b.xlsx")]).exit_code == 1
    assert openpyxl.load_workbook(tmp_path / "b.xlsx").sheetnames[0]
