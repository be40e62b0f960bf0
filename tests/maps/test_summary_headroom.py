"""The summary tells what the room on feeders and substations asks for."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from infragap.maps.summary.electricity import _headroom
from infragap.wording.catalogue import words


def result(names: list[str], waiting: int) -> Any:
    plan = {
        "headroom_reinforced": names,
        "headroom_waiting_settlements": waiting,
        "headroom_reinforcement_mvnd": 41_000.0,
        "headroom_added_kw": dict.fromkeys(names, 1234.5),
    }
    return cast(Any, SimpleNamespace(plan=plan))


@pytest.mark.parametrize("language", ["en", "vi"])
def test_reinforced_limits_and_their_cost_stand_in_the_summary(language: str) -> None:
    text = "\n".join(_headroom(words(language), result(["feeder <b>|E1", "station S2"], 3)))
    assert "41,0" in text or "41.0" in text
    assert "| feeder &lt;b&gt;\\|E1 |" in text
    assert "station S2" in text
    assert _headroom(words(language), result([], 0)) == []
