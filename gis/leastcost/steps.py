"""How a search steps from cell to cell: the moves, what they touch, and what a slope does to them."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infragap.gis.errors import ParameterError

__all__ = ["MOVES", "STRAIGHT_MOVES", "Rules", "Slopes", "cells_beside"]

MOVES: NDArray[np.int64] = np.array(
    [
        *((0, -1), (0, 1), (-1, 0), (1, 0)),
        *((-1, -1), (-1, 1), (1, -1), (1, 1)),
        *((-1, -2), (-1, 2), (1, -2), (1, 2), (-2, -1), (-2, 1), (2, -1), (2, 1)),
    ]
)
"""(16, 2) moves as (row, column) steps: straight 0–3, diagonal 4–7, knight's 8–15; `predecessor` holds their
numbers."""

STRAIGHT_MOVES = 4  # the first moves, which touch no cell besides their ends


@dataclass(frozen=True, eq=False)
class Slopes:
    """What makes a step up or down cost more or less than one on the flat.

    Parameters
    ----------
    elevation
        (rows, columns), height of each cell [m].
    cell_size_m
        Width of the square cells [m].
    toward_sources
        Whether paths are walked from the cells to the sources (pupils to a school) or from the sources outwards.
    """

    elevation: NDArray[Any]
    cell_size_m: float
    toward_sources: bool = False


@dataclass(frozen=True, eq=False)
class Rules:
    """How steps go, as in `infragap.gis.leastcost.distance.cost_distance`.

    Attributes
    ----------
    slopes
        Heights of the cells, or None.
    cut_corners
        Whether a diagonal step may pass where one of the two cells beside it is a barrier.
    neighbours
        8, or 16 with knight's moves.
    limit
        Nothing is reached beyond this distance [units of cost].
    """

    slopes: Slopes | None = None
    cut_corners: bool = False
    neighbours: int = 8
    limit: float = math.inf

    def __post_init__(self) -> None:
        """Refuse what there is not."""
        if self.neighbours not in (8, 16):
            raise ParameterError(f"neighbours: {self.neighbours} given; use 8, or 16 with knight's moves.")
        if not self.limit >= 0:
            raise ParameterError(f"limit: {self.limit} given; use a distance of at least 0, or inf for none.")

    @property
    def moves(self) -> NDArray[np.int64]:
        """(`neighbours`, 2) moves as (row, column) steps."""
        return MOVES[: self.neighbours]

    @property
    def reach(self) -> int:
        """Rows and columns that one step crosses at most."""
        return 1 if self.neighbours == 8 else 2


@lru_cache(maxsize=2)
def cells_beside(neighbours: int) -> NDArray[np.int64]:
    """(2, moves, 2) cells that a move touches besides its ends: at the corner of a diagonal, crossed by a
    knight's."""
    moves = MOVES[:neighbours]
    beside = np.zeros((2, *moves.shape), np.int64)
    for number, (rows, columns) in enumerate(moves):
        if abs(rows) == 1 and abs(columns) == 1:
            beside[:, number] = (rows, 0), (0, columns)
        elif abs(rows) == 2 or abs(columns) == 2:
            # half way along the long side, first without, then with the step across
            beside[:, number] = (int(rows / 2), int(columns / 2)), (np.sign(rows), np.sign(columns))
    return beside
