"""The summary tells what the room on feeders and substations asks for."""

from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from infragap.maps.summary.electricity import _headroom
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
