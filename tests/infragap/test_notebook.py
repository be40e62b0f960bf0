"""The notebook of the documentation runs, cell by cell, in a fresh namespace."""

import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "own-province.ipynb"


def test_the_notebook_is_saved_without_results() -> None:
    content = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert content["nbformat"] == 4
    assert all(not cell["outputs"] for cell in content["cells"] if cell["cell_type"] == "code")


@pytest.mark.slow
def test_every_cell_runs() -> None:
    names: dict[str, Any] = {}
    for number, cell in enumerate(json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"cell {number}", "exec"), names)
    plan, dear = names["plan"].settlements, names["dear"].settlements
    assert len(plan) == len(dear) == 8
    assert set(plan["choice"]) <= {"grid", "minigrid", "hydro", "solar_home"}
    # the line runs along the south: whoever is nearest to it joins if anybody does
    assert plan["households"].sum() == pytest.approx((names["places"]["persons"] / 4.4).sum(), abs=5)
