"""A step is taken over only where nothing that it read, or was given, has changed."""

from collections.abc import Callable
from threading import Barrier

import numpy as np
import pytest

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.reuse import Memory, content_of, remembered, remembering
from infragap.analyses.together import both


class Counted:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, p: ElectricityParameters) -> float:
        self.calls += 1
        return p.discount_rate + p.routing_cell_m


def test_outside_of_a_memory_every_step_is_made() -> None:
    make, p = Counted(), ElectricityParameters()
    assert remembered("a", make, p, ()) == remembered("a", make, p, ()) == 0.1 + p.routing_cell_m
    assert make.calls == 2


def test_what_is_not_read_may_change_what_is_read_may_not() -> None:
    make, p, pack = Counted(), ElectricityParameters(), object()
    with remembering(Memory()):
        first = remembered("a", make, p, (pack, "x"))
        assert remembered("a", make, p.model_copy(update={"draws": 3}), (pack, "x")) == first
        assert make.calls == 1
        # read through a property
        other = remembered("a", make, p.model_copy(update={"discount_rate_pct": 12.0}), (pack, "x"))
        assert (make.calls, other) == (2, 0.12 + p.routing_cell_m)
        remembered("a", make, p.model_copy(update={"discount_rate_pct": 12.0}), (object(), "x"))
        remembered("a", make, p, (pack, "y"))
        remembered("b", make, p, (pack, "y"))
        assert make.calls == 5


@pytest.mark.parametrize("reads_all", [lambda p: p.model_copy(), lambda p: p.model_dump(), lambda p: p == p])
def test_whoever_takes_all_has_read_all(reads_all: object) -> None:
    p, memory = ElectricityParameters(), Memory()
    with remembering(memory):
        remembered("a", reads_all, p, ())  # type: ignore[arg-type]
    assert set(memory.steps["a"].read) == set(type(p).model_fields)


def test_a_step_has_read_what_the_steps_inside_it_read() -> None:
    p, memory = ElectricityParameters(), Memory()

    def outer(q: ElectricityParameters) -> float:
        return q.draws + remembered("inner", lambda r: r.discount_rate_pct, q, ())

    with remembering(memory):
        for _ in range(2):
            remembered("outer", outer, p, ())
            assert set(memory.steps["outer"].read) == {"draws", "discount_rate_pct"}
            memory.steps.pop("outer")


def test_arrays_count_by_content() -> None:
    assert content_of(np.arange(4)) != content_of(np.arange(4.0))
    assert content_of(np.arange(4)[::2]) == content_of(np.array([0, 2]))


def test_steps_in_threads_watch_what_they_read_apart() -> None:
    p, memory = ElectricityParameters(), Memory()
    met = Barrier(2)

    def reads(name: str) -> Callable[[ElectricityParameters], float]:
        def make(q: ElectricityParameters) -> float:
            met.wait(10)  # both steps are under way
            value = float(getattr(q, name))
            met.wait(10)
            return value

        return make

    def outer(q: ElectricityParameters) -> tuple[float, float]:
        return both(
            lambda: remembered("a", reads("discount_rate_pct"), q, ()),
            lambda: remembered("b", reads("routing_cell_m"), q, ()),
        )

    with remembering(memory):
        assert remembered("outer", outer, p, ()) == (p.discount_rate_pct, p.routing_cell_m)
    assert set(memory.steps["a"].read) == {"discount_rate_pct"}
    assert set(memory.steps["b"].read) == {"routing_cell_m"}
    assert set(memory.steps["outer"].read) == {"discount_rate_pct", "routing_cell_m"}


def test_of_two_failures_the_first_tells() -> None:
    def fails(what: str) -> None:
        raise ValueError(what)

    with pytest.raises(ValueError, match="first"):
        both(lambda: fails("first"), lambda: fails("second"))
    with pytest.raises(ValueError, match="second"):
        both(lambda: None, lambda: fails("second"))
