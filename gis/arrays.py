"""The array types of gis, once: their shapes stand in the docstrings of whatever takes or gives them; and what many
arrays need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.int64]
Int32Array = NDArray[np.int32]
BoolArray = NDArray[np.bool_]
AnyArray = NDArray[Any]


Numbers = TypeVar("Numbers", IntArray, FloatArray)

STRIP_ROWS = 256
"""So many rows of a raster are worked on at a time."""


def strips(rows: int) -> Iterator[slice]:
    """Rows of a raster, some at a time: what is worked out on the way takes a country no more memory than a district.

    Examples
    --------
    >>> [(each.start, each.stop) for each in strips(300)]
    [(0, 256), (256, 300)]
    """
    for top in range(0, rows, STRIP_ROWS):
        yield slice(top, min(top + STRIP_ROWS, rows))


def each_once(values: Numbers) -> Numbers:
    """Values in ascending order, each once, (k,).

    Notes
    -----
    As `np.unique`, which since NumPy 2.3 takes four times as long for whole numbers: it hashes them before it sorts.

    Examples
    --------
    >>> each_once(np.array([[3, 1], [3, 2]])).tolist()
    [1, 2, 3]
    """
    ordered = np.sort(values, axis=None)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered
