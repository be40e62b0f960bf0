"""p-median, p-center and capacitated p-median on published instances with known optima."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import shortest_path

from infragap.analyses.arrays import FloatArray
from infragap.analyses.solvers.location import Capacity, p_center, p_median

pytestmark = pytest.mark.slow


def read_graph(path: Path) -> tuple[FloatArray, int]:
    """Costs between all nodes and p; a repeated edge counts with its last cost."""
    with path.open() as lines:
        n, _, p = (int(word) for word in next(lines).split())
        length = np.zeros((n, n))
        for line in lines:
            if line.split():
                i, j, cost = (int(word) for word in line.split())
                length[i - 1, j - 1] = length[j - 1, i - 1] = cost
    return shortest_path(length, directed=False), p


def optima(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "optima.csv").open() as lines:
        return {row["file"]: row for row in csv.DictReader(lines)}


@pytest.mark.parametrize("number", range(1, 21))
def test_p_median_optimum_is_proven(shared: Path, number: int) -> None:
    folder = shared / "instances" / "pmedian"
    cost, p = read_graph(folder / f"pmed{number}.txt")
    found = p_median(cost, p)
    assert found.cost == float(optima(folder)[f"pmed{number}.txt"]["p_median_optimum"])
    assert found.gap <= 0.005
    assert len(found.sites) == p
    assert cost[:, found.sites].min(axis=1).sum() == found.cost


@pytest.mark.parametrize("number", range(1, 21))
def test_p_center_optimum_is_proven(shared: Path, number: int) -> None:
    folder = shared / "instances" / "pmedian"
    cost, p = read_graph(folder / f"pmed{number}.txt")
    found = p_center(cost, p)
    assert found.cost == float(optima(folder)[f"pmed{number}.txt"]["p_center_optimum"])
    assert found.status == "optimal"
    assert cost[:, found.sites].min(axis=1).max() == found.cost


@pytest.mark.parametrize("number", range(1, 11))
def test_capacitated_p_median_meets_the_published_best(shared: Path, number: int) -> None:
    words = (shared / "instances" / "cpmedian" / f"pmedcap1_{number}.txt").read_text().split()
    best = float(words[1])
    n, p, capacity = (int(word) for word in words[2:5])
    rows = np.array(words[5 : 5 + 4 * n], dtype=np.float64).reshape(n, 4)
    x, y, demand = rows[:, 1], rows[:, 2], rows[:, 3]
    cost = np.floor(np.hypot(x[:, None] - x, y[:, None] - y))
    found = p_median(cost, p, capacity=Capacity(np.full(n, capacity), demand))
    assert found.cost == best
    assert found.lower_bound <= best
    assert found.gap <= 0.01
    assert (np.bincount(found.assignment, weights=demand, minlength=n) <= capacity).all()
    assert cost[np.arange(n), found.assignment].sum() == found.cost
