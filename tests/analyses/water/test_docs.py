"""The numbers that docs/water.md quotes are those of a run on the embedded pack, and its sums are right."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.written import Written

PAGE = Path(__file__).parents[3] / "docs" / "water.md"
MARK = "<!-- checked by tests/analyses/water/test_docs.py -->"


def quoted() -> dict[str, str]:
    """Name → value, from the tables below the mark."""
    _, _, below = PAGE.read_text(encoding="utf-8").partition(MARK)
    rows = [line.strip("| \n").split("|") for line in below.splitlines() if line.startswith("| `")]
    return {row[0].strip(" `"): row[1].strip() for row in rows}


def followed() -> str:
    """Site of the work that the page follows."""
    found = re.search(r"Site `([^`]+)`", PAGE.read_text(encoding="utf-8"))
    assert found is not None
    return found.group(1)


class Run:
    """What a name on the page stands for in a run."""

    def __init__(self, folder: Path, site: str) -> None:
        written = Written(folder, "water")
        self.record = written.record
        works = written.table("works")
        self.work = works[works["site"] == site].iloc[0]
        self.pipes = written.table("pipes").query("work_id == @self.work.work_id").set_index("section")
        self.boq = written.table("boq").query("work_id == @self.work.work_id")

    def value(self, name: str) -> Any:
        first, *rest = name.split(".")
        if first == "work":
            return self.work[rest[0]]
        if first == "pipes":
            return self.pipes.loc[rest[0], rest[1]]
        if first == "boq":
            return self.boq.loc[self.boq["item"] == rest[0], rest[1]].sum()
        value = self.record[first]
        for part in rest:
            value = value[part]
        return value


@pytest.mark.slow
def test_quoted_numbers_are_those_of_the_run(reference_water: Path) -> None:
    run, table = Run(reference_water, followed()), quoted()
    assert len(table) >= 40
    for name, cell in table.items():
        value = run.value(name)
        if isinstance(value, str):
            assert value == cell, name
            continue
        decimals = len(cell.partition(".")[2])
        assert float(value) == pytest.approx(float(cell.replace(",", "")), abs=0.5001 * 10**-decimals), name


@pytest.mark.slow
def test_the_work_again_by_hand(reference_water: Path) -> None:
    """What the page reckons, reckoned again from the numbers that it quotes."""
    run = Run(reference_water, followed())
    people, work = float(run.work["people_gained"]), run.work
    # 80 l a head, a fifth lost, 1.3 times on the peak day
    day_m3 = people * 0.080 * 1.3 / 0.8
    assert run.value("boq.filter.quantity") == pytest.approx(day_m3, rel=1e-4)
    assert work["withdrawal_l_s"] == pytest.approx(day_m3 / 86.4, rel=1e-4)
    # at most half of the driest month, at most Q95 (0.675 of it; half of that below 1 km²)
    assert work["usable_flow_l_s"] <= 0.5 * work["dry_flow_l_s"] + 1e-3
    assert work["withdrawal_l_s"] <= work["usable_flow_l_s"]
    # twice at the peak hour, 10.67 · L · Q^1.852 / (140^1.852 · D^4.8704)
    flow = 2 * day_m3 / 86_400
    for _, pipe in run.pipes.iterrows():
        loss = 10.67 * pipe["length_m"] * flow**1.852 / (140**1.852 * (pipe["inside_mm"] / 1000) ** 4.8704)
        assert pipe["flow_l_s"] == pytest.approx(1000 * flow, rel=1e-4)
        assert pipe["loss_m"] == pytest.approx(loss, rel=2e-3)
    tap = run.pipes["tap_pressure_m"].dropna().iloc[0]
    below_tank = run.pipes["from_head_m"][run.pipes["from"].str.endswith("o")].iloc[0]
    lost = run.pipes["loss_m"][run.pipes["from_head_m"] <= below_tank].sum()
    assert tap == pytest.approx(below_tank - lost - run.pipes["to_elevation_m"].iloc[-1], abs=0.01)
    # storage: 35 % of the peak day at 3.5 on top of 25; filter at 1.5; design 22.5 %, tax 8 %
    assert run.value("boq.storage.cost_mvnd") == pytest.approx(25 + 3.5 * 0.35 * day_m3, rel=1e-4)
    assert run.value("boq.filter.cost_mvnd") == pytest.approx(max(80, 1.5 * day_m3), rel=1e-4)
    assert run.value("boq.connection.cost_mvnd") == pytest.approx(1.8 * work["households_gained"], rel=1e-4)
    assert run.value("boq.network.cost_mvnd") == pytest.approx(4.0 * work["households_gained"], rel=1e-4)
    net = run.boq.loc[~run.boq["item"].isin(["design", "vat"]), "cost_mvnd"].sum()
    assert work["cost_mvnd"] == pytest.approx(net * 1.225 * 1.08, rel=1e-5)
    # upkeep: 4 %, an operator at 12, 800 VND a cubic metre of mean days
    year_m3 = day_m3 / 1.3 * 365.25
    assert work["om_mvnd_per_year"] == pytest.approx(0.04 * work["cost_mvnd"] + 12 + 800e-6 * year_m3, rel=1e-4)
    assert work["om_vnd_per_m3"] == pytest.approx(work["om_mvnd_per_year"] * 1e6 / (0.8 * year_m3), rel=1e-4)
    assert work["people_after_5_years"] == pytest.approx(people * 0.93**5, rel=1e-4)
