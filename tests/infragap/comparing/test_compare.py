"""Two runs side by side, from result folders written by hand."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from infragap.comparing.electricity import compare
from infragap.comparing.printed import print_comparison
from infragap.console.terminal import Terminal
from infragap.gis.errors import MissingDataError, ParameterError


def _result(folder: Path, rows: list[dict[str, Any]], *, cost_mvnd: float, rate: float) -> Path:
    (folder / "tables").mkdir(parents=True)
    record = {
        "parameters": {"electricity": {"discount_rate_pct": rate, "draws": 200}},
        "pack": {"layers": [{"name": "roads", "sha256": "aa"}]},
        "electricity": {"plan": {"cost_mvnd": cost_mvnd, "status": "optimal"}},
    }
    (folder / "run.json").write_text(json.dumps(record))
    pd.DataFrame(rows).to_csv(folder / "tables" / "electricity_ranking.csv", index=False, encoding="utf-8-sig")
    return folder


def _row(name: str, choice: str, rank: int, grid: float, minigrid: float | None) -> dict[str, Any]:
    return {
        "settlement_id": name, "name": name, "commune_code": "04462", "commune": "Nậm Có", "choice": choice,
        "rank": rank,
        "grid_alone_mvnd": grid, "minigrid_mvnd": minigrid,
    }  # fmt: skip


def test_changed_choice_with_its_reason(tmp_path: Path) -> None:
    a = _result(
        tmp_path / "a", [_row("V1", "grid", 1, 100, 120), _row("V2", "grid", 2, 50, 90)], cost_mvnd=150, rate=10
    )
    b = _result(
        tmp_path / "b", [_row("V1", "minigrid", 2, 130, 120), _row("V2", "grid", 1, 50.1, None)], cost_mvnd=170, rate=8
    )
    found = compare(a, b)
    assert found.parameters.to_dict("records") == [{"parameter": "discount_rate_pct", "a": "10", "b": "8"}]
    assert found.inputs.empty
    totals = found.totals.set_index("quantity")["change"]
    assert totals["cost_mvnd"] == 20
    assert totals["settlements: grid"] == -1
    rows = found.settlements.set_index("settlement_id")
    assert rows["changed"].to_dict() == {"V1": True, "V2": False}
    assert rows.loc["V1", "why"] == "Grid by an own line, life cycle: 100 → 130 million VND"
    assert rows.loc["V2", "why"] == "Solar mini-grid, life cycle: no longer possible"


def test_a_settlement_in_one_run_only(tmp_path: Path) -> None:
    a = _result(tmp_path / "a", [_row("V1", "grid", 1, 100, 120)], cost_mvnd=1, rate=10)
    b = _result(tmp_path / "b", [_row("V2", "grid", 1, 100, 120)], cost_mvnd=1, rate=10)
    assert compare(a, b).settlements["why"].tolist() == ["only in one of the two runs"] * 2


def test_not_a_result(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="no complete electricity result"):
        compare(tmp_path, tmp_path)


@pytest.mark.parametrize("content", ["{", "{}", "[]", "\xff"])
def test_a_damaged_result_is_told(tmp_path: Path, content: str) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "tables").mkdir(parents=True)
        (tmp_path / name / "run.json").write_text(content, encoding="latin-1")
        (tmp_path / name / "tables" / "electricity_ranking.csv").write_text("settlement_id\n001\n")
    with pytest.raises(MissingDataError, match="damaged"):
        compare(tmp_path / "a", tmp_path / "b")


def test_the_table_never_replaces_another_file(tmp_path: Path) -> None:
    row = [_row("V1", "grid", 1, 100, 120)]
    found = compare(
        _result(tmp_path / "a", row, cost_mvnd=1, rate=10), _result(tmp_path / "b", row, cost_mvnd=1, rate=10)
    )
    out = tmp_path / "comparison.csv"
    for _ in range(2):
        print_comparison(found, Terminal(), out)
    assert pd.read_csv(out)["settlement_id"].tolist() == ["V1"]
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "thesis.csv").write_text("mine")
    for other in ("thesis.csv", "pipe", "a"):
        with pytest.raises(ParameterError, match="no earlier comparison"):
            print_comparison(found, Terminal(), tmp_path / other)
    assert (tmp_path / "thesis.csv").read_text() == "mine"


def test_a_comparison_is_told_in_each_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a = _result(tmp_path / "a", [_row("V1", "grid", 1, 1000, 120)], cost_mvnd=150, rate=10)
    b = _result(tmp_path / "b", [_row("V1", "minigrid", 2, 1300, 120)], cost_mvnd=170, rate=8)
    for language, change, said in (
        ("en", "Grid by an own line, life cycle: 1,000 → 1,300 million VND", "1 of 1 settlements changed"),
        ("vi", "Nối lưới bằng nhánh riêng, vòng đời: 1.000 → 1.300 tr.đ", "1 trong 1 điểm dân cư đổi"),
    ):
        terminal = Terminal()
        terminal.language = language
        print_comparison(compare(a, b, language), terminal, None)
        printed = capsys.readouterr().out
        assert change in printed
        assert said in printed


@pytest.mark.parametrize(
    "change", [{"pack": {"layers": [3]}}, {"electricity": {"plan": 3}}, {"parameters": {"electricity": []}}]
)
def test_a_record_of_another_shape_is_told(tmp_path: Path, change: dict[str, Any]) -> None:
    row = [_row("V1", "grid", 1, 100, 120)]
    a, b = (_result(tmp_path / name, row, cost_mvnd=1, rate=10) for name in "ab")
    (a / "run.json").write_text(json.dumps({**json.loads((a / "run.json").read_text()), **change}))
    with pytest.raises(MissingDataError, match="damaged"):
        compare(a, b)
