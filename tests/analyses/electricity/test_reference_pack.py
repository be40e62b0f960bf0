"""The plan on the embedded reference pack, whole."""

from pathlib import Path

import numpy as np
import pytest

from analyses.electricity.columns import LINES, RANKING, names
from analyses.electricity.parameters import ElectricityParameters
from analyses.electricity.plan import plan_electricity
from analyses.electricity.result import ElectricityResult
from gis.pack import read_pack

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def result(data_folder: Path) -> ElectricityResult:
    if not (data_folder / "catalog.toml").exists():
        pytest.skip("the embedded pack is not built")
    return plan_electricity(read_pack(data_folder), ElectricityParameters(draws=20, scenarios=False))


def test_845_settlements_with_the_18_villages_and_every_column(result: ElectricityResult) -> None:
    s = result.settlements
    assert len(s) == 845
    assert (s["kind"] == "village").sum() == 18
    assert s.loc[s["kind"] == "cluster", "households"].sum() == 22_940
    twins = s[s["name"] == "Làng Mảnh"]
    assert sorted(twins["commune"]) == ["Sơn Lương", "Tà Xi Láng"]
    assert list(s.columns) == [*names(RANKING), "geometry"]
    assert list(result.lines.columns) == [*names(LINES), "geometry"]
    assert (s["provenance"] == "modelled").all()
    assert s["modelled_inputs"].str.contains("grid_lines").all()


def test_the_gap_is_proven_and_the_parts_sum(result: ElectricityResult) -> None:
    record, s = result.plan, result.settlements
    assert record["gap"] <= 1e-3
    assert record["gap_of_choice"] <= 1e-3
    assert record["lower_bound_mvnd"] <= record["cost_mvnd"]
    assert sum(record["parts_mvnd"].values()) == pytest.approx(record["cost_mvnd"])
    assert s["plan_mvnd"].sum() == pytest.approx(record["cost_mvnd"])
    grid = s[s["choice"] == "grid"]
    assert grid["grid_share_mvnd"].sum() == pytest.approx(result.lines["life_cycle_mvnd"].sum())
    assert result.years["spent_mvnd"].sum() == pytest.approx(record["investment_mvnd"])


def test_nothing_missing_is_shown_as_a_number(result: ElectricityResult) -> None:
    numbers = result.settlements.select_dtypes("number")
    assert np.isfinite(numbers.fillna(0).to_numpy(dtype=float)).all()
    assert (numbers.fillna(0).to_numpy(dtype=float) < 1e7).all()
    no_route = result.settlements[result.settlements["grid_alone_mvnd"].isna()]
    assert (no_route["choice"] != "grid").all()
    assert no_route["grid_to_offgrid_ratio"].isna().all()


def test_every_planned_line_starts_on_the_existing_grid_or_a_planned_line(result: ElectricityResult) -> None:
    lines, existing = result.lines, result.existing_grid.union_all()
    for _, line in lines[lines["upstream_line_id"] == ""].iterrows():
        start = line.geometry.interpolate(0)
        assert start.distance(existing) <= 75  # within the cell that the line touches
    by_id = lines.set_index("line_id").geometry
    for _, line in lines[lines["upstream_line_id"] != ""].iterrows():
        assert (
            line.geometry.interpolate(0).distance(by_id[line["upstream_line_id"]].interpolate(1, normalized=True))
            < 1e-6
        )
