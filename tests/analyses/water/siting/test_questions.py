"""The choice of works against another programme that knows only the exported tables."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infragap.analyses.solvers.stopping import Stop
from infragap.analyses.water.siting.choice import choose
from infragap.analyses.water.siting.model import Asked, build_model
from infragap.analyses.water.siting.relaxation import Relaxation
from infragap.analyses.water.works.candidate import Candidates
from tests.analyses.water.siting.independent import solve

EXACT = Stop(gap=1e-6, work_limit=1e9)


def _random(seed: int) -> tuple[Candidates, pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Up to 12 candidates on 6 sites, 5 villages, streams in a chain, some links with pipes of their own."""
    rng = np.random.default_rng(seed)
    gap = rng.integers(5, 60, 5).astype(float)
    size = np.round(rng.uniform(3, 6, 5), 2)
    rows, links = [], []
    for k in range(int(rng.integers(3, 13))):
        own = bool(rng.random() < 0.4)
        villages = rng.permutation(5)[: int(rng.integers(1, 4))]
        site = int(rng.integers(6))
        rows.append(
            {
                "candidate_id": f"C{k:02d}", "site": f"S{site}", "kind": "new", "listed": bool(rng.random() < 0.6),
                "capacity_households": float(rng.integers(5, 120)), "fixed_mvnd": float(rng.integers(0, 90)),
                "mvnd_per_household": 0.5 * site,
                "source_id": f"R{site}", "usable_flow_l_s": float(rng.integers(20, 100)),
                "withdrawal_l_s_per_household": 1.0,
                "downstream_id": f"R{site + 1}" if site < 5 and site % 2 == 0 else "",
            }
        )  # fmt: skip
        for place, village in enumerate(villages):
            links.append(
                {
                    "candidate": k, "village": int(village), "households_max": gap[village],
                    "people_per_household": size[village],
                    "cost_mvnd_per_household": float(rng.integers(0, 5)), "fixed_mvnd": float(rng.integers(1,
                    30)) if own else 0.0,
                    "parent_village": int(villages[place - 1]) if place and rng.random() < 0.5 else -1,
                }
            )  # fmt: skip
    table, frame = pd.DataFrame(rows), pd.DataFrame(links)
    # one source has one usable flow
    table["usable_flow_l_s"] = table.groupby("source_id")["usable_flow_l_s"].transform("first")
    exported = frame.assign(
        candidate_id=table["candidate_id"].to_numpy()[frame["candidate"]],
        village_id="V" + frame["village"].astype(str),
        parent_village_id=[f"V{p}" if p >= 0 else None for p in frame["parent_village"]],
    )
    return Candidates((), table, frame), table, exported, gap


@pytest.mark.slow
@settings(max_examples=4)
@given(st.integers(0, 2**20), st.sampled_from([1, 2, 3, None]))
def test_both_programmes_agree(seed: int, works: int | None) -> None:
    _agree(seed, works)


@pytest.mark.slow
@given(st.integers(0, 2**20), st.sampled_from([1, 2, 3, None]))
def test_both_programmes_agree_at_length(seed: int, works: int | None) -> None:
    _agree(seed, works)


def _agree(seed: int, works: int | None) -> None:
    candidates, table, links, gap = _random(seed)
    model = build_model(candidates, gap, np.zeros(len(gap), dtype=bool))
    relaxation = Relaxation(model)
    most = choose(model, relaxation, Asked(most_people=True, works_max=works), stop=EXACT)
    other, _, _ = solve(table, links, works_max=works)
    assert most.people == pytest.approx(other, rel=1e-4, abs=1e-3)
    assert most.bound >= other - 1e-3
    wanted = 0.6 * most.people
    least = choose(model, relaxation, Asked(works_max=works, people_min=wanted), stop=EXACT)
    cheapest, _, _ = solve(table, links, works_max=works, people_min=wanted)
    assert least.cost_mvnd == pytest.approx(cheapest, rel=1e-5, abs=1e-4)
    assert least.bound <= cheapest + 1e-4
    assert least.people >= wanted - 1e-4
    listed = choose(
        model,
        relaxation,
        Asked(most_people=True, works_max=works, allowed=table["listed"].to_numpy(dtype=bool)),
        stop=EXACT,
    )
    assert listed.people == pytest.approx(solve(table, links, works_max=works, listed=True)[0], rel=1e-4, abs=1e-3)


@pytest.mark.slow
@settings(max_examples=4)
@given(st.integers(0, 2**20))
def test_more_works_cost_no_more_and_forced_ones_are_built(seed: int) -> None:
    _more_works_and_forced(seed)


@pytest.mark.slow
@given(st.integers(0, 2**20))
def test_more_works_cost_no_more_at_length(seed: int) -> None:
    _more_works_and_forced(seed)


def _more_works_and_forced(seed: int) -> None:
    candidates, table, _, gap = _random(seed)
    model = build_model(candidates, gap, np.zeros(len(gap), dtype=bool))
    relaxation = Relaxation(model)
    wanted = 0.8 * choose(model, relaxation, Asked(most_people=True, works_max=2), stop=EXACT).people
    two = choose(model, relaxation, Asked(works_max=2, people_min=wanted), stop=EXACT)
    any_number = choose(model, relaxation, Asked(people_min=wanted), stop=EXACT)
    assert any_number.cost_mvnd <= two.cost_mvnd + 1e-4
    site = table["site"].iloc[0]
    forced = choose(model, relaxation, Asked(people_min=wanted, forced=(site,)), stop=EXACT)
    if forced.status != "infeasible":
        assert forced.cost_mvnd >= any_number.cost_mvnd - 1e-4


@pytest.mark.slow
def test_the_reference_pack_again_from_its_tables(reference_water: Path) -> None:
    """Every question of a run on the embedded pack, within the printed gap."""
    import json

    siting = json.loads((reference_water / "run.json").read_text(encoding="utf-8"))["water"]["siting"]
    candidates = pd.read_csv(reference_water / "tables" / "water_candidates.csv", encoding="utf-8-sig")
    links = pd.read_csv(
        reference_water / "tables" / "water_candidate_links.csv",
        encoding="utf-8-sig",
        dtype={"village_id": str, "parent_village_id": str},
    )
    works, wanted = siting["works_max"], siting["target_people"]
    asked = {
        "most_people": {"works_max": works},
        "least_cost": {"works_max": works, "people_min": wanted - 1e-3},
        "least_cost_unlimited": {"works_max": None, "people_min": wanted - 1e-3},
        # the list alone does not reach the target: the most that it can
        "listed_only": {"works_max": works, "listed": True},
        "of_list": {"works_max": works, "people_min": wanted - 1e-3, "listed_min": siting["of_list"]["listed_min"]},
    }
    assert not siting["listed_only"]["target_met_when_all_built"]
    for question, how in asked.items():
        told = siting[question]
        # solved as far as the printed gap: two such plans lie within it, whichever of them is the better
        gap = max(told["gap"], 1e-5)
        value, bound, _ = solve(candidates, links, gap=gap, **how)
        counts_people = question in ("most_people", "listed_only")
        ours = told["people"] if counts_people else told["cost_mvnd"]
        assert told["gap"] <= 0.005
        assert ours == pytest.approx(value, rel=gap + 1e-6)
        assert told["gap"] == pytest.approx(abs(told["bound"] - ours) / ours, abs=1e-6)
        # neither can be better than the other's bound
        if counts_people:
            assert ours <= bound * (1 + 1e-6)
            assert value <= told["bound"] * (1 + 1e-6)
        else:
            assert ours >= bound * (1 - 1e-6)
            assert value >= told["bound"] * (1 - 1e-6)
