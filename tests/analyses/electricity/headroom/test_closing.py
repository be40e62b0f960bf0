"""Prices raised until a relaxed plan exceeds next to nothing."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from infragap.analyses.electricity.headroom.closing import dearer, enough_kw
from infragap.analyses.electricity.headroom.prices import Proven
from infragap.analyses.electricity.headroom.signs import Priced

NOTHING = np.zeros(3)


def test_prices_rise_twice_as_fast_each_time_where_load_is_beyond_and_nowhere_else() -> None:
    over = np.array([True, True, False])
    found, pace = Proven(0.0, np.array([0.0, 60.0, 7.0]), NOTHING), np.ones(3)
    price, pace = dearer(found, over, pace)
    assert price == pytest.approx([1.0, 63.0, 7.0])
    price, pace = dearer(Proven(0.0, price, NOTHING), over, pace)
    assert price == pytest.approx([3.0, 69.3, 7.0])
    # done once, a limit begins anew
    price, pace = dearer(Proven(0.0, price, NOTHING), np.array([False, True, False]), pace)
    price, pace = dearer(Proven(0.0, price, NOTHING), over, pace)
    assert price[0] == pytest.approx(4.0)


def test_next_to_nothing_is_a_hundredth_of_the_room_or_a_part_of_all_load() -> None:
    rooms = [1_000.0, 50_000.0, 0.0]
    relaxation = SimpleNamespace(
        load_kw=np.full(10, 10_000.0), limits=[SimpleNamespace(limit=SimpleNamespace(headroom_kw=kw)) for kw in rooms]
    )
    priced = SimpleNamespace(relaxation=relaxation, lift_kw=np.full(3, 20_000.0))
    found = enough_kw(cast(Priced, priced), np.array([False, False, True]))
    assert found == pytest.approx([50.0, 500.0, 200.0])
