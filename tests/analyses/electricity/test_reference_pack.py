"""The plan on the embedded reference pack and on the one from real layers, whole."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import LINES, RANKING
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.analyses.electricity.result import ElectricityResult
from infragap.gis.pack import Pack, read_pack

pytestmark = pytest.mark.slow


QUICK = ElectricityParameters(draws=20, scenarios=False)


@pytest.fixture(scope="module", params=["embedded", "real layers"])
def pack(request: pytest.FixtureRequest, data_folder: Path) -> Pack:
    return read_pack(data_folder) if request.param == "embedded" else request.getfixturevalue("real_pack")


@pytest.fixture(scope="module")
def result(pack: Pack) -> ElectricityResult:
    return plan_electricity(pack, QUICK)


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
    # what is asked for is the gap of the whole; of the part that is chosen it is up to 0.24 % on the real layers, where
    # the price of households leaves a step
    assert record["gap_of_choice"] <= 3e-3
    assert record["lower_bound_mvnd"] <= record["cost_mvnd"]
    assert sum(record["parts_mvnd"].values()) == pytest.approx(record["cost_mvnd"])
    assert s["plan_mvnd"].sum() == pytest.approx(record["cost_mvnd"])
    grid = s[s["choice"] == "grid"]
    assert grid["grid_share_mvnd"].sum() == pytest.approx(result.lines["life_cycle_mvnd"].sum())
    assert result.years["spent_mvnd"].sum() == pytest.approx(record["investment_mvnd"])
    assert result.grid_extension["investment_mvnd"].sum() == pytest.approx(grid["plan_investment_mvnd"].sum())
    lines_km = result.lines["length_km"].sum()
    inner_km = result.grid_extension["mv_km"].sum() - lines_km
    assert inner_km >= -1e-9
    assert lines_km == pytest.approx(result.lines.geometry.length.sum() / 1000)


def test_no_plant_is_below_its_design_peak_without_priced_storage_or_backup(result: ElectricityResult) -> None:
    s = result.settlements
    off = s[(s["choice"] != "grid") & (s["households"] > 0)]
    given = off["plant_kw"] + off["backup_kw"]
    short = given < off["design_peak_kw"] * (1 - 1e-9)
    # water gives the rest of its peak from a battery with an inverter of the same power
    stored = off["battery_kwh"] > 0
    assert (~short | stored | off["shedding_priced"]).all()
    assert not (off["shedding_priced"] & (off["backup_kw"] > 0)).any()
    # without surveyed streams there is no water in the plan, and the rows say so
    assert not s["choice"].isin(("hydro", "hybrid")).any()
    assert s["ruled_out"].str.contains("hydro:not_surveyed").any()
    assert result.tables["streams"]["saving_if_proven_mvnd"].gt(0).all()


def test_every_branch_is_within_the_limits_of_its_type_and_conductor(result: ElectricityResult) -> None:
    # from the table alone: AC-50 has 0.595 Ω/km and carries 210 A; x is 0.40 at 35 kV and 0.37 at 22 kV; two wires
    # between phases drop twice as much at √3 times the current, phase and neutral six times at three times
    lines = result.lines
    assert set(lines["conductor"]) == {"AC-50"}
    drop_by, current_by, most_kw = (
        lines["line_type"].map(dict(zip(("three_phase", "two_phase", "single_phase"), values, strict=True)))
        for values in ((1.0, 2.0, 6.0), (1.0, 3**0.5, 3.0), (np.inf, 500.0, 300.0))
    )
    kv, mw = lines["voltage_kv"], lines["load_kw"] / 1000
    assert ((kv == 22) == (lines["line_type"] == "single_phase")).all()
    current_a = 1000 * mw / (0.9 * 3**0.5 * kv) * current_by
    assert (current_a <= 210).all()
    assert (lines["load_kw"] <= most_kw).all()
    x = np.where(kv == 35, 0.40, 0.37)
    drop = 100 * mw * (0.595 + x * 0.484322) * drop_by * lines["length_km"] / kv**2
    own = dict(zip(lines["line_id"], drop, strict=True))
    above = dict(zip(lines["line_id"], lines["upstream_line_id"], strict=True))
    for line in own:
        way, total = line, 0.0
        while way:
            total, way = total + own[way], above[way]
        assert total <= 2.0 + 1e-6
    assert (lines["voltage_status"] == "ok").all()
    assert (lines["loading_pct"] <= 100).all()
    near = (lines["added_drop_pct"] <= 2.5) | (lines["voltage_drop_pct"] <= 7.0)
    assert near.all()


def test_what_is_to_be_located_is_what_its_position_turns(result: ElectricityResult) -> None:
    s = result.settlements
    by_position = s["undecided_because"].str.contains("position")
    rough = s["position_accuracy_m"] > 1000
    assert (s["decision_class"] == "locate").equals(by_position & rough & (s["binding_limit"] == ""))
    # what half of the draws supply the other way is never called stable, whoever asks for the grid
    kept = s["grid_probability"].where(s["supply_kind"] == "national_grid", 1 - s["grid_probability"])
    assert (s.loc[kept < 0.5, "undecided_because"] != "").all()
    stream = s["undecided_because"].str.contains("stream")
    assert s.loc[stream, "decision_class"].isin(["locate", "survey"]).all()


def test_nothing_missing_is_shown_as_a_number(result: ElectricityResult) -> None:
    numbers = result.settlements.select_dtypes("number")
    assert np.isfinite(numbers.fillna(0).to_numpy(dtype=float)).all()
    assert (numbers.fillna(0).to_numpy(dtype=float) < 1e7).all()
    no_route = result.settlements[result.settlements["grid_alone_mvnd"].isna()]
    # without a way for a line only a station that stands already supplies it from the national grid
    assert (no_route["works"] != "new_station").all()
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


def test_no_budget_is_exceeded_and_every_year_is_used(pack: Pack) -> None:
    # two thirds of what the plan needs: every year's money is used up, and what it does not reach comes after
    given = ElectricityParameters(draws=0, scenarios=False, budgets_mvnd=(200_000.0,) * 5)
    result = plan_electricity(pack, given)
    years = result.years[result.years["budget_mvnd"].notna()]
    assert years["budget_mvnd"].tolist() == [200_000.0] * 5
    assert (years["spent_mvnd"].cumsum() <= years["budget_mvnd"].cumsum() + 1e-6).all()
    assert (years["spent_mvnd"].cumsum() > 0.95 * years["budget_mvnd"].cumsum()).all()
    s = result.settlements
    assert s["year"].isna().any()
    late = s["year"].astype(float).fillna(9999)
    assert (late[s.sort_values("priority_rank").index].diff().dropna() >= 0).all()


def test_every_settlement_has_a_place_in_the_order_of_building(result: ElectricityResult) -> None:
    assert sorted(result.settlements["priority_rank"]) == list(range(1, len(result.settlements) + 1))


def test_shuffled_settlements_get_the_same_plan(pack: Pack, result: ElectricityResult) -> None:
    mixed = pack.settlements.sample(frac=1, random_state=5).reset_index(drop=True)
    assert mixed["settlement_id"].tolist() != pack.settlements["settlement_id"].tolist()
    other = replace(pack, _read={**pack._read, "settlements": (mixed, ())})
    here = result.settlements.set_index("settlement_id").sort_index()
    there = plan_electricity(other, QUICK).settlements.set_index("settlement_id").sort_index()
    for column in ("choice", "runner_up", "rank", "priority_rank", "year", "grid_probability", "rank_low", "rank_high"):
        pd.testing.assert_series_equal(here[column], there[column])
    assert here["plan_mvnd"].to_numpy() == pytest.approx(there["plan_mvnd"].to_numpy(), rel=1e-9)
