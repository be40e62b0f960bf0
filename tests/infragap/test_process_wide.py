"""States of the process that threads share: made once, and ended by the last who wants them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from infragap.process_wide import UNWARNED, WhileWanted, as_a_worker


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def state(told: list[str]) -> WhileWanted:
    @contextmanager
    def made() -> Iterator[None]:
        told.append("made")
        yield
        told.append("ended")

    return WhileWanted(made)


def test_the_first_makes_it_and_the_last_ends_it_whoever_that_is(state: WhileWanted, told: list[str]) -> None:
    state.__enter__()
    state.__enter__()
    state.__exit__(None, None, None)
    assert told == ["made"]
    state.__exit__(None, None, None)
    assert told == ["made", "ended"]
    with state:
        pass
    assert told == ["made", "ended"] * 2


def test_it_ends_where_work_breaks(state: WhileWanted, told: list[str]) -> None:
    with pytest.raises(OSError, match="broken"), state:
        raise OSError("broken")
    assert told == ["made", "ended"]


def test_whoever_ends_first_leaves_the_others_their_one_thread() -> None:
    def blas_threads() -> set[int]:
        return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}

    with threadpool_limits(2, user_api="blas"):
        first, second = as_a_worker(), as_a_worker()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert blas_threads() == {1}
        warnings.warn("nobody is told", UserWarning, stacklevel=1)
        second.__exit__(None, None, None)
        assert blas_threads() == {2}


def test_a_layer_that_is_read_stays_unwarned_when_another_is_done() -> None:
    UNWARNED.__enter__()
    UNWARNED.__enter__()
    UNWARNED.__exit__(None, None, None)
    warnings.warn("nobody is told", UserWarning, stacklevel=1)
    UNWARNED.__exit__(None, None, None)
    with pytest.warns(UserWarning, match="heard"):
        warnings.warn("heard", UserWarning, stacklevel=1)
