"""The summary tells what the room on feeders and substations asks for."""

import re
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from infragap.analyses.electricity.tables.summary import _voltage
from infragap.maps.summary.electricity import _feeders, _headroom, _unknown_room
from infragap.wording.catalogue import words


def result(names: list[str], waiting: int) -> Any:
    plan = {
        "headroom_reinforced": names,
        "headroom_waiting_settlements": waiting,
        "headroom_reinforcement_mvnd": 41_000.0,
    }
    parts = [name.split(" ", 2) for name in names]
    headroom = pd.DataFrame(
        {
            "limit": ["substation" if kind == "station" else kind for kind, *_ in parts],
            "substation": [station for _, station, *_ in parts],
            "feeder": [" ".join(rest) for _, _, *rest in parts],
            "headroom_kw": 77.0,
            "added_load_kw": 1234.5,
            "settlements": 6,
            "reinforcement_mvnd": 20_500.0,
            "year": pd.array([2027, None][: len(names)], dtype="Int64"),
        }
    )
    return cast(Any, SimpleNamespace(plan=plan, tables={"headroom": headroom}))


@pytest.mark.parametrize("language", ["en", "vi"])
def test_reinforced_limits_and_their_cost_stand_in_the_summary(language: str) -> None:
    text = "\n".join(_headroom(words(language), result(["feeder S1 <b>|E1", "station S2"], 3)))
    assert "41,0" in text or "41.0" in text
    first, second = text.splitlines()[-2:]
    assert "S1 &lt;b&gt;\\|E1 |" in first
    assert "| 77 |" in first
    assert first.endswith("| 2027 |")
    # no money reaches it
    assert "S2 |" in second
    assert second.endswith("|  |")
    assert _headroom(words(language), result([], 0)) == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_load_where_nobody_knows_the_room_stands_in_the_summary(language: str) -> None:
    known = result(["feeder S1 E1", "station S1"], 0)
    known.settlements = pd.DataFrame(
        {
            # on a known feeder of a known station, on an unknown feeder of it, below an unknown station, off the grid
            "fed_by_line_id": ["L1", "L2", "L3", ""],
            "fed_by_substation": ["S1", "S1", "S9", ""],
            "feeder": ["E1", "E2", "E9", ""],
            "added_load_kw": [1000.0, 300.0, 2000.0, 0.0],
        }
    )
    (text,) = _unknown_room(words(language), known)
    # feeders E2 and E9, station S9: 0.3 + 2 MW
    assert re.findall(r"\d+(?:[.,]\d+)?", text) == [
        "2",
        "1",
        "2,3" if language == "vi" else "2.3",
    ]
    known.settlements = known.settlements.iloc[[0, 3]]
    assert _unknown_room(words(language), known) == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_voltage_of_existing_feeders_stands_in_the_summary(language: str) -> None:
    settlements = pd.DataFrame(
        {
            "fed_by_line_id": ["L1", "L1", "L2", ""],
            "voltage_drop_pct": [6.9, 7.4, np.nan, np.nan],
            "households": [10, 20, 30, 40],
        }
    )
    feeders = pd.DataFrame(
        {
            "fault": ["today", "plan", ""],
            "remedy": ["regulators", "nearer_substation", ""],
            "remedy_mvnd": [1500.0, np.nan, np.nan],
        }
    )
    counted = _voltage(cast(Any, settlements), feeders, 7.0)
    assert (counted["settlements_beyond_voltage_share"], counted["households_beyond_voltage_share"]) == (1, 20)
    assert (counted["settlements_without_voltage"], counted["feeders_without_priced_remedy"]) == (1, 1)
    (text,) = _feeders(words(language), cast(Any, SimpleNamespace(summary=counted)))
    numbers = re.findall(r"\d+(?:[.,]\d+)?", text)
    assert numbers == ["1", "7", "2", "1", "20", "1", "1,5" if language == "vi" else "1.5", "1"]
    nothing = _voltage(cast(Any, settlements.iloc[[0]]), feeders.iloc[[2]], 7.0)
    assert _feeders(words(language), cast(Any, SimpleNamespace(summary=nothing))) == []
