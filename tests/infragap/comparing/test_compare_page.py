"""The page that compares two electricity results: what changed stands in it with its reason, other files are kept."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box
from typer.testing import CliRunner

from infragap.cli import app

RANKING = {
    "settlement_id": ["S1", "S2"], "name": ["Một", "Hai"], "commune_code": ["1", "1"], "commune": ["A", "A"],
    "choice": ["grid", "hydro"], "rank": [1, 2], "priority_rank": [1, 2], "year": [2026, 2027],
    "grid_alone_mvnd": [100.0, 300.0], "hydro_mvnd": [150.0, 200.0], "plan_mvnd": [100.0, 200.0],
    "plan_investment_mvnd": [80.0, 150.0], "longitude": [104.1, 104.15], "latitude": [21.9, 21.9],
}  # fmt: skip


def result(folder: Path, *, choice: str, hydro_mvnd: float) -> Path:
    """A result folder with an electricity plan; the second settlement varies."""
    (folder / "tables").mkdir(parents=True)
    (folder / "geojson").mkdir()
    table = pd.DataFrame(RANKING)
    table.loc[1, ["choice", "hydro_mvnd"]] = [choice, hydro_mvnd]
    table.to_csv(folder / "tables" / "electricity_ranking.csv", index=False)
    targets = pd.DataFrame({
        "target": ["villages_on_grid"], "year": [2030], "wanted": [18.0],
        "reached": [17.0 if choice == "hydro" else 18.0],
        "is_reached": [choice != "hydro"], "extra_mvnd": [0.0],
    })  # fmt: skip
    targets.to_csv(folder / "tables" / "electricity_targets.csv", index=False)
    frame = gpd.GeoDataFrame({"commune_code": ["1"]}, geometry=[box(104.0, 21.8, 104.2, 22.0)], crs="EPSG:4326")
    frame.to_file(folder / "geojson" / "communes.geojson", driver="GeoJSON")
    record = {
        "parameters": {"electricity": {"discount_rate_pct": 8 if choice == "hydro" else 10}},
        "electricity": {"plan": {"cost_mvnd": 300.0 if choice == "hydro" else 400.0}},
        "pack": {"layers": [], "province": "Lào Cai"},
    }
    (folder / "run.json").write_text(json.dumps(record))
    return folder


def test_what_changed_stands_on_the_page_with_its_reason(tmp_path: Path) -> None:
    a = result(tmp_path / "a", choice="hydro", hydro_mvnd=200.0)
    b = result(tmp_path / "b", choice="grid", hydro_mvnd=500.0)
    page = tmp_path / "compare.html"
    done = CliRunner().invoke(app, ["--language", "en", "compare", str(a), str(b), "--page", str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    assert "Small hydro, life cycle: 200 → 500 million VND" in text
    assert "Real discount rate (discount_rate_pct)" in text
    assert "17 → 18" in text
    assert text.count("<circle") == 2
    assert text.count('r="4"') == 1
    assert "Settlements whose choice or year changed: 1 of 2" in text


def test_a_file_that_is_no_comparison_is_kept(tmp_path: Path) -> None:
    a = result(tmp_path / "a", choice="hydro", hydro_mvnd=200.0)
    page = tmp_path / "mine.html"
    page.write_text("mine")
    done = CliRunner().invoke(app, ["compare", str(a), str(a), "--page", str(page)])
    assert done.exit_code == 1 or done.exception is not None
    assert page.read_text() == "mine"


@pytest.mark.parametrize("second", [[], ["{tmp}/none"]])
def test_a_folder_without_a_result_is_refused(tmp_path: Path, second: list[str]) -> None:
    arguments = [part.format(tmp=tmp_path) for part in second]
    page = tmp_path / "compare.html"
    done = CliRunner().invoke(app, ["compare", str(tmp_path / "none"), *arguments, "--page", str(page)])
    assert done.exception is not None
    assert not page.exists()
