"""Scores of communes for cells of the ground, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from infragap.compiled import compiled


@compiled
def candidates(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    box: NDArray[np.float64],
    box_owner: NDArray[np.int64],
    disc: NDArray[np.float64],
    keep: int,
    cap: float,
    weight: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:  # pragma: no cover - compiled
    """Owners with the smallest scores for each cell.

    Parameters
    ----------
    x, y
        (cells,) centres [m].
    box, box_owner
        (boxes, 4) centre x, y, half-width, half-height [m]; whose box it is, 0 = outside.
    disc
        (owners, 3) centroid x, y and radius [m]; row 0, the outside, is not used.
    keep
        How many owners to keep.
    cap
        Greatest value of the box metric.
    weight
        Of the distance to the centroid beside the box metric; outside, the box metric stands for both.

    Returns
    -------
    owners, scores
        (cells, keep), unordered.
    """
    owners = np.empty((len(x), keep), dtype=np.int64)
    scores = np.empty((len(x), keep))
    metric = np.empty(len(disc))
    for i in range(len(x)):
        metric[:] = cap * cap
        for b in range(len(box)):
            dx = abs(x[i] - box[b, 0]) / box[b, 2]
            dy = abs(y[i] - box[b, 1]) / box[b, 3]
            if dx < cap and dy < cap:
                metric[box_owner[b]] = min(metric[box_owner[b]], dx * dx + dy * dy)
        metric[0] = np.sqrt(metric[0]) * (1 + weight)
        for k in range(1, len(disc)):
            metric[k] = np.sqrt(metric[k]) + weight * np.hypot(x[i] - disc[k, 0], y[i] - disc[k, 1]) / disc[k, 2]
        held, worst = 0, 0
        for k in range(len(disc)):
            if held < keep:
                owners[i, held], scores[i, held] = k, metric[k]
                held += 1
                if held == keep:
                    worst = int(scores[i].argmax())
            elif metric[k] < scores[i, worst]:
                owners[i, worst], scores[i, worst] = k, metric[k]
                worst = int(scores[i].argmax())
    return owners, scores


@compiled
def winners(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    owners: NDArray[np.int64],
    scores: NDArray[np.float64],
    disc: NDArray[np.float64],
    prices: NDArray[np.float64],
) -> NDArray[np.int64]:  # pragma: no cover - compiled
    """Owner with the smallest priced score for each cell: score + shift + tilt along x and y (in radii from the
    centroid)."""
    best_owner = np.empty(len(x), dtype=np.int64)
    for i in range(len(x)):
        best = np.inf
        for c in range(owners.shape[1]):
            k = owners[i, c]
            priced = scores[i, c] + prices[0, k]
            if k > 0:
                priced += (prices[1, k] * (x[i] - disc[k, 0]) + prices[2, k] * (y[i] - disc[k, 1])) / disc[k, 2]
            if priced < best:
                best = priced
                best_owner[i] = k
    return best_owner
