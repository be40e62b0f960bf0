"""Location: published instances, and random villages beside spopt's p-median (HiGHS through PuLP)."""

import csv
import importlib
import importlib.util
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from scipy.sparse.csgraph import shortest_path

from benchmarks import Row
from benchmarks.measure import peak_memory_mb, timed
from infragap.analyses.arrays import FloatArray
from infragap.analyses.solvers.location import Capacity, LocationSolution, maximal_coverage, p_center, p_median

VILLAGES = ((500, 100, 10), (2_693, 300, 9), (2_693, 300, 30))  # customers, sites, p
PEER_PAIRS = (
    60_000  # customers x sites up to which spopt is run: beyond, the root relaxation alone takes more than 200 s
)
PEER_LIMIT_S = 120.0

PUBLISHED: tuple[tuple[str, Callable[..., LocationSolution], str], ...] = (
    ("p_median", p_median, "p_median_optimum"),
    ("p_center", p_center, "p_center_optimum"),
)


def villages(n: int, n_sites: int, *, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """Straight-line costs from n random villages to sites among them, and how many pupils each village has."""
    random = np.random.default_rng(seed)
    points = random.random((n, 2)) * 100
    sites = points[random.choice(n, n_sites, replace=False)]
    cost = np.hypot(*(points[:, None] - sites[None]).transpose(2, 0, 1))
    return cost, random.integers(5, 300, n).astype(np.float64)


def graph(n: int, p: int) -> FloatArray:
    """Costs between all nodes of a random graph made as the OR-Library's: n^2 / 50 edges of length 1 to 100."""
    random = np.random.default_rng(n + p)
    length = np.zeros((n, n))
    path = random.integers(1, 101, n - 1)
    length[np.arange(n - 1), np.arange(1, n)] = length[np.arange(1, n), np.arange(n - 1)] = path
    for i, j in random.integers(0, n, (n * n // 50, 2)):
        if i != j:
            length[i, j] = length[j, i] = random.integers(1, 101)
    return np.asarray(shortest_path(length, directed=False))


def read_graph(path: Path) -> tuple[FloatArray, int]:
    """Costs between all nodes of an OR-Library p-median instance, and p; a repeated edge counts with its last cost."""
    with path.open(encoding="utf-8") as lines:
        n, _, p = (int(word) for word in next(lines).split())
        length = np.zeros((n, n))
        for line in lines:
            if line.split():
                i, j, cost = (int(word) for word in line.split())
                length[i - 1, j - 1] = length[j - 1, i - 1] = cost
    return np.asarray(shortest_path(length, directed=False)), p


def read_capacitated(path: Path) -> tuple[FloatArray, int, FloatArray, FloatArray, float]:
    """Costs, p, capacities, demands and published best of an Osman and Christofides instance."""
    words = path.read_text(encoding="utf-8").split()
    n, p, capacity = (int(word) for word in words[2:5])
    rows = np.array(words[5 : 5 + 4 * n], dtype=np.float64).reshape(n, 4)
    x, y = rows[:, 1], rows[:, 2]
    cost = np.floor(np.hypot(x[:, None] - x, y[:, None] - y))
    return cost, p, np.full(n, float(capacity)), rows[:, 3], float(words[1])


def run_villages(n: int, n_sites: int, p: int) -> None:
    """One run in a process of its own, for its memory."""
    cost, weight = villages(n, n_sites)
    p_median(cost, p, weight=weight)


def with_spopt(cost: FloatArray, weight: FloatArray, p: int) -> float | None:
    """Objective of spopt's p-median on HiGHS, weights times distance; None where not installed."""
    if any(importlib.util.find_spec(name) is None for name in ("spopt", "pulp")):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        locate = importlib.import_module("spopt.locate")
        pulp = importlib.import_module("pulp")
        model = locate.PMedian.from_cost_matrix(cost, weight, p_facilities=p)
        solver = pulp.HiGHS(msg=False, timeLimit=PEER_LIMIT_S, gapRel=0.0)
        return float(pulp.value(model.solve(solver).problem.objective))


def row(routine: str, instance: str, size: int, seconds: float, found: LocationSolution, **more: object) -> Row:
    """One row from a solution."""
    return Row(
        routine=routine,
        instance=instance,
        size=size,
        seconds=seconds,
        objective=found.cost,
        lower_bound=found.lower_bound,
        gap=found.gap,
        status=found.status,
        **more,  # type: ignore[arg-type]
    )


def _compile() -> None:
    """Compile every routine before anything is measured."""
    cost, weight = villages(40, 20)
    p_median(cost, 4, weight=weight)
    p_median(cost, 4, capacity=Capacity(np.full(20, 15.0), np.ones(40)))


def _published(folder: Path, *, quick: bool) -> Iterator[Row]:
    with (folder / "pmedian" / "optima.csv").open(encoding="utf-8") as lines:
        optima = list(csv.DictReader(lines))
    for known in optima[::6] if quick else optima:
        cost, p = read_graph(folder / "pmedian" / known["file"])
        for routine, solve, column in PUBLISHED:
            seconds, found = timed(partial(solve, cost, p))
            best = float(known[column])
            name = f"{known['file'].removesuffix('.txt')}, p = {p}"
            yield row(routine, name, len(cost), seconds, found, peer="published optimum", peer_objective=best)
    numbers = (2, 5) if quick else range(1, 11)
    for number in numbers:
        cost, p, capacity, demand, best = read_capacitated(folder / "cpmedian" / f"pmedcap1_{number}.txt")
        seconds, found = timed(partial(p_median, cost, p, capacity=Capacity(capacity, demand)))
        yield row(
            "p_median, capacities",
            f"pmedcap1_{number}, p = {p}",
            len(cost),
            seconds,
            found,
            peer="published best",
            peer_objective=best,
        )


def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]:
    """Published instances where they are at hand, graphs of 900 nodes, villages beside spopt, coverage of villages."""
    _compile()
    for n, n_sites, p in VILLAGES[: 2 if quick else None]:
        cost, weight = villages(n, n_sites)
        seconds, found = timed(partial(p_median, cost, p, weight=weight))
        peer_s = peer_objective = None
        if n * n_sites <= PEER_PAIRS:
            peer_s, peer_objective = timed(partial(with_spopt, cost, weight, p))
        yield row(
            "p_median",
            f"random villages, {n_sites} sites, p = {p}, seed 0",
            n,
            seconds,
            found,
            peak_memory_mb=peak_memory_mb(run_villages, n, n_sites, p),
            peer=None if peer_objective is None else "spopt PMedian, HiGHS",
            peer_seconds=None if peer_objective is None else peer_s,
            peer_objective=peer_objective,
            note=""
            if n * n_sites <= PEER_PAIRS
            else "spopt not run: the plain programme has not solved its root relaxation after 200 s",
        )
    for n, p in ((900, 90),) if quick else ((900, 5), (900, 10), (900, 90), (900, 200)):
        cost = graph(n, p)
        seconds, found = timed(partial(p_median, cost, p))
        yield row("p_median", f"random graph, p = {p}, seed {n + p}", n, seconds, found)
    cost, weight = villages(2_693, 2_000)
    seconds, found = timed(partial(maximal_coverage, cost < 3.0, 177, weight=weight))
    yield row("maximal_coverage", "random villages, 2,000 sites, p = 177, seed 0", 2_693, seconds, found)
    if shared is not None:
        yield from _published(shared / "instances", quick=quick)
