"""Random numbers of Monte Carlo draws: each draw has its own stream, so that any split of the draws gives the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

import numpy as np

Shared = TypeVar("Shared")
Draw = TypeVar("Draw")


class Maker(Protocol):
    """Makes draws 0 to count - 1 by a function of what they share and their number, and gives them in that order."""

    def __call__(self, one_draw: Callable[[Any, int], Any], shared: Any, count: int) -> list[Any]:
        """Make all of them."""


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
    maker = _maker.get()
    return [one_draw(shared, draw) for draw in range(count)] if maker is None else maker(one_draw, shared, count)


@contextmanager
def draws_made_by(maker: Maker | None) -> Iterator[None]:
    """Have draws made elsewhere until the block ends; None for here."""
    token = _maker.set(maker)
    try:
        yield
    finally:
        _maker.reset(token)
