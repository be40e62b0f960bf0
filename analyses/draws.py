"""Random numbers of Monte Carlo draws: each draw has its own stream, so that any split of the draws gives the same."""

from __future__ import annotations

import numpy as np


def draw_generator(seed: int, draw: int) -> np.random.Generator:
    """Give the generator of one draw: child number `draw` of the seed, whatever was drawn before.

    Examples
    --------
    >>> spawned = np.random.SeedSequence(42).spawn(3)[2]
    >>> draw_generator(42, 2).random() == np.random.default_rng(spawned).random()
    True
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(draw,)))
