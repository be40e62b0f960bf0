"""Random numbers of Monte Carlo draws: each draw has its own stream, so that any split of the draws gives the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import numpy as np

Shared = TypeVar("Shared")
Draw = TypeVar("Draw")


class Maker(Protocol):
    """Makes draws 0 to count - 1 by a function of what they share and their number."""

    def __call__(
        self, one_draw: Callable[[Any, int], Any], shared: Any, count: int, alone: Collection[int] = ()
    ) -> AbstractContextManager[Callable[[], list[Any]]]:
        """Begin them; the block receives a function that waits for all, in the order of their numbers. Those that are
        to be alone take as long as many others."""


_maker: ContextVar[Maker | None] = ContextVar("maker_of_draws", default=None)


def draw_generator(seed: int, draw: int) -> np.random.Generator:
    """Give the generator of one draw: child number `draw` of the seed, whatever was drawn before.

    Examples
    --------
    >>> spawned = np.random.SeedSequence(42).spawn(3)[2]
    >>> draw_generator(42, 2).random() == np.random.default_rng(spawned).random()
    True
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(draw,)))


def all_draws(one_draw: Callable[[Shared, int], Draw], shared: Shared, count: int) -> list[Draw]:
    """Make all draws: one after the other, or as `draws_made_by` says.

    Parameters
    ----------
    one_draw
        Function of a module that depends on its two arguments alone.
    shared
        What all draws need; it must bear being pickled.
    count
        Number of draws.

    Examples
    --------
    >>> all_draws(lambda shared, draw: shared + draw, 10, 3)
    [10, 11, 12]
    """
    with begun_draws(one_draw, shared, count) as made:
        return made()


@contextmanager
def begun_draws(
    one_draw: Callable[[Shared, int], Draw], shared: Shared, count: int, alone: Collection[int] = ()
) -> Iterator[Callable[[], list[Draw]]]:
    """Begin draws that are asked for later; else as `all_draws`. The block receives the function that asks: here it
    makes them then, elsewhere they may be under way since the block began. Numbers that are to be alone are pieces of
    work of their own wherever others are handed out together."""
    maker = _maker.get()
    if maker is None or count == 0:
        yield lambda: [one_draw(shared, draw) for draw in range(count)]
    else:
        with maker(one_draw, shared, count, alone) as made:
            yield made


def chunks_of(count: int, size: int, alone: Collection[int] = ()) -> list[range]:
    """Split numbers 0 to count - 1 into pieces of work of so many that follow each other.

    Examples
    --------
    >>> chunks_of(7, 3, [4])
    [range(0, 3), range(3, 4), range(4, 5), range(5, 7)]
    """
    marks = sorted({0, count, *alone, *(number + 1 for number in alone)})
    return [range(at, min(at + size, end)) for begin, end in pairwise(marks) for at in range(begin, end, size)]


@contextmanager
def draws_made_by(maker: Maker | None) -> Iterator[None]:
    """Have draws made elsewhere until the block ends; None for here."""
    token = _maker.set(maker)
    try:
        yield
    finally:
        _maker.reset(token)
