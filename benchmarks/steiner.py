"""Prize-collecting trees: published instances, and random ones beside pcst_fast and networkx (both without a bound)."""

import csv
import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import numpy as np
from networkx.algorithms.approximation import steiner_tree
from scipy.spatial import cKDTree

from benchmarks import Row
from benchmarks.measure import peak_memory_mb, timed, timed_with_cpu
from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.solvers.steiner import TreeSolution, primal_tree, prize_collecting_tree
from infragap.analyses.solvers.stopping import UNTIL_PROVEN, Stop

GEOMETRIC = ((845, 0.0, 60.0), (5_000, 1e-3, 120.0), (20_000, 1e-2, 300.0))  # nodes, gap asked for, work limit
KINDS = ((1.0, 1.0), (0.3, 2.0), (0.1, 5.0))  # share of nodes with a prize, mean prize in mean edge costs
DRAWS = 20  # repeated plans with changed costs, as an uncertainty analysis makes them


class Instance(NamedTuple):
    """A graph with prizes and a root."""

    edges: IntArray
    edge_cost: FloatArray
    prize: FloatArray
    root: int


def geometric(n: int, share: float, scale: float, *, seed: int = 3) -> Instance:
    """Random points joined to their six nearest; costs are lengths times 1 to 1.5, prizes exponential."""
    random = np.random.default_rng(seed)
    points = random.random((n, 2))
    near = np.asarray(cKDTree(points).query(points, 7)[1])[:, 1:]
    pairs = np.stack([np.repeat(np.arange(n), 6), near.ravel()], axis=1)
    edges = np.unique(np.sort(pairs, axis=1), axis=0)
    cost = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1) * random.uniform(1, 1.5, len(edges))
    prize = np.where(random.random(n) < share, random.exponential(scale * cost.mean(), n), 0.0)
    return Instance(edges, cost, prize, 0)


def read(path: Path) -> Instance:
    """A rooted prize-collecting instance in the STP format."""
    edges, cost, prizes = [], [], {}
    n, root = 0, 0
    for line in path.read_text(encoding="utf-8").splitlines():
        match line.split():
            case ["Nodes", count]:
                n = int(count)
            case ["E", u, v, c]:
                edges.append((int(u) - 1, int(v) - 1))
                cost.append(float(c))
            case ["TP", v, p]:
                prizes[int(v) - 1] = float(p)
            case ["RootP", v]:
                root = int(v) - 1
    prize = np.zeros(n)
    prize[list(prizes)] = list(prizes.values())
    return Instance(np.array(edges), np.array(cost), prize, root)


def run_geometric(n: int, share: float, scale: float, gap: float, work_limit: float) -> None:
    """One run in a process of its own, for its memory."""
    prize_collecting_tree(*geometric(n, share, scale), stop=Stop(gap, work_limit))


def with_pcst_fast(instance: Instance) -> float | None:
    """Cost of the tree of pcst_fast (Goemans and Williamson's 2-approximation, strong pruning).

    None where it is not installed, or where the installed build repeats one index, as the wheel of 1.0.10 does
    beside numpy 2 (``pip install --no-binary pcst_fast pcst_fast`` builds one that does not).
    """
    if importlib.util.find_spec("pcst_fast") is None:
        return None
    solve = importlib.import_module("pcst_fast").pcst_fast
    nodes, edges = solve(instance.edges, instance.prize, instance.edge_cost, instance.root, 1, "strong", 0)
    if set(nodes.tolist()) != {instance.root, *instance.edges[edges].ravel().tolist()}:
        return None
    left_out = np.ones(len(instance.prize), np.bool_)
    left_out[nodes] = False
    return float(instance.edge_cost[edges].sum() + instance.prize[left_out].sum())


def with_networkx(instance: Instance, terminals: IntArray) -> float:
    """Cost of networkx's Steiner tree (Mehlhorn's 2-approximation) that joins the terminals and the root."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_weighted_edges_from(
        (int(u), int(v), float(c)) for (u, v), c in zip(instance.edges, instance.edge_cost, strict=True)
    )
    tree = steiner_tree(graph, [instance.root, *terminals.tolist()], method="mehlhorn")
    return float(tree.size(weight="weight"))


def row_of(solution: TreeSolution, routine: str, name: str, size: int, seconds: float, **more: object) -> Row:
    """The part of a row that a solution fills."""
    return Row(
        routine=routine,
        instance=name,
        size=size,
        seconds=seconds,
        objective=solution.cost,
        lower_bound=solution.lower_bound,
        gap=solution.gap,
        status=solution.status,
        **more,  # type: ignore[arg-type]
    )


def published(folder: Path) -> Iterator[Row]:
    """Rooted instances with proven optima, to gap 0."""
    for record in csv.DictReader((folder / "optima.csv").read_text(encoding="utf-8").splitlines()):
        instance = read(folder / record["file"])
        seconds, cpu, solution = timed_with_cpu(lambda one=instance: prize_collecting_tree(*one, stop=UNTIL_PROVEN))  # type: ignore[misc]
        yield row_of(
            solution,
            "prize_collecting_tree",
            f"rpcst {record['file']}",
            len(instance.prize),
            seconds,
            peer="published optimum",
            peer_objective=float(record["optimum"]),
            note=f"{cpu:.2f} s CPU",
        )


def random_graphs(sizes: tuple[tuple[int, float, float], ...]) -> Iterator[Row]:
    """Random geometric graphs beside pcst_fast."""
    for n, gap, work_limit in sizes:
        for share, scale in KINDS:
            instance = geometric(n, share, scale)
            seconds, cpu, solution = timed_with_cpu(
                lambda one=instance, g=gap, s=work_limit: prize_collecting_tree(*one, stop=Stop(g, s))  # type: ignore[misc]
            )
            peer_seconds, theirs = timed(lambda one=instance: with_pcst_fast(one))  # type: ignore[misc]
            yield row_of(
                solution,
                "prize_collecting_tree",
                f"geometric, {share:.0%} prizes of {scale:g} edges, gap {gap:g}",
                n,
                seconds,
                peak_memory_mb=peak_memory_mb(run_geometric, n, share, scale, gap, work_limit),
                peer=None if theirs is None else "pcst_fast (no bound)",
                peer_seconds=None if theirs is None else peer_seconds,
                peer_objective=theirs,
                note=f"{cpu:.2f} s CPU",
            )


def repeated_plans(n: int) -> Iterator[Row]:
    """The fast tree from a known one, with all costs changed by up to 30 %: what one draw takes."""
    instance = geometric(n, 0.3, 2.0)
    random = np.random.default_rng(1)
    known = primal_tree(*instance).nodes
    draws = [
        instance._replace(edge_cost=instance.edge_cost * random.uniform(0.7, 1.3, len(instance.edges)))
        for _ in range(DRAWS)
    ]
    seconds, cpu, solutions = timed_with_cpu(lambda: [primal_tree(*draw, start=known) for draw in draws])
    peer_seconds, theirs = timed(lambda: [with_pcst_fast(draw) for draw in draws])
    there = theirs[0] is not None
    yield Row(
        routine="primal_tree from a known tree",
        instance=f"geometric, 30% prizes of 2 edges, mean of {DRAWS} draws",
        size=n,
        seconds=seconds / DRAWS,
        objective=float(np.mean([solution.cost for solution in solutions])),
        lower_bound=float(np.mean([solution.lower_bound for solution in solutions])),
        gap=float(np.mean([solution.gap for solution in solutions])),
        peer="pcst_fast (no bound)" if there else None,
        peer_seconds=peer_seconds / DRAWS if there else None,
        peer_objective=float(np.mean([cost for cost in theirs if cost is not None])) if there else None,
        note=f"{cpu / DRAWS:.3f} s CPU",
    )


def steiner_trees(n: int) -> Iterator[Row]:
    """All terminals required and no prizes: the plain Steiner tree that networkx approximates."""
    instance = geometric(n, 0.1, 5.0)
    terminals = np.flatnonzero(instance.prize)
    plain = instance._replace(prize=np.zeros(n))
    seconds, cpu, solution = timed_with_cpu(
        lambda: prize_collecting_tree(*plain, required=terminals, stop=UNTIL_PROVEN)
    )
    peer_seconds, theirs = timed(lambda: with_networkx(instance, terminals))
    yield row_of(
        solution,
        "prize_collecting_tree, all required",
        f"geometric, {len(terminals)} required",
        n,
        seconds,
        peer="networkx steiner_tree (no bound)",
        peer_seconds=peer_seconds,
        peer_objective=theirs,
        note=f"{cpu:.2f} s CPU",
    )


def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]:
    """Published instances where they are there, random graphs of 845, 5,000 and (not quick) 20,000 nodes, repeated
    plans."""
    prize_collecting_tree(*geometric(200, 0.3, 2.0), stop=UNTIL_PROVEN)  # compile before measuring
    primal_tree(*geometric(200, 0.3, 2.0))
    if shared is not None:
        yield from published(shared / "instances" / "rpcst")
    yield from random_graphs(GEOMETRIC[:2] if quick else GEOMETRIC)
    yield from repeated_plans(2_000)
    yield from repeated_plans(4_000)
    yield from steiner_trees(845)
