"""The prize-collecting tree solver against hand-computed sums, complete enumeration and an independent flow
programme."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_matrix
from scipy.spatial import cKDTree

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.solvers.infeasible import Infeasible
from infragap.analyses.solvers.prize_collecting import exact
from infragap.analyses.solvers.steiner import TreeSolution, primal_tree, prize_collecting_tree
from infragap.analyses.solvers.stopping import UNTIL_PROVEN, Stop

Graph = tuple[IntArray, FloatArray, FloatArray, int]


def check_tree(solution: TreeSolution, graph: Graph) -> None:
    """The edges span the nodes from the root without a cycle, and the cost is their sum."""
    edges, cost, prize, root = graph
    assert solution.nodes[root]
    assert solution.edges.sum() == solution.nodes.sum() - 1
    joined = {root}
    for _ in range(len(prize)):
        joined |= {int(b) for pair in edges[solution.edges] for a, b in (pair, pair[::-1]) if a in joined}
    assert joined == set(np.flatnonzero(solution.nodes))
    total = cost[solution.edges].sum() + prize[~solution.nodes].sum()
    assert solution.cost == pytest.approx(total, rel=1e-12)
    assert solution.lower_bound <= solution.cost
    if solution.cost > 0:
        assert solution.gap == pytest.approx((solution.cost - solution.lower_bound) / solution.cost)


def cheapest_by_enumeration(graph: Graph, required: set[int], forbidden: set[int]) -> float:
    """Least cost over all node sets: Kruskal's tree on each that hangs together."""
    edges, cost, prize, root = graph
    n = len(prize)
    by_cost = np.argsort(cost)
    best = np.inf
    for subset in range(1 << n):
        nodes = {v for v in range(n) if subset >> v & 1}
        if root not in nodes or not required <= nodes or nodes & forbidden:
            continue
        part = {v: v for v in nodes}
        total = sum(prize[v] for v in range(n) if v not in nodes)
        joins = 0
        for i in by_cost:
            u, v = int(edges[i, 0]), int(edges[i, 1])
            if u in nodes and v in nodes and part[u] != part[v]:
                old, new = part[v], part[u]
                part = {w: new if p == old else p for w, p in part.items()}
                total += cost[i]
                joins += 1
        if joins == len(nodes) - 1:
            best = min(best, float(total))
    return best


def random_graph(seed: int) -> tuple[Graph, set[int], set[int]]:
    """Small graphs with loops, parallel edges, parts that hang apart, zero costs, ties and forced nodes."""
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 8))
    m = int(random.integers(0, 2 * n + 4))
    edges = random.integers(0, n, (m, 2))
    whole = random.random() < 0.5
    cost = random.integers(0, 8, m).astype(float) if whole else random.random(m) * 8
    prize = random.integers(0, 10, n).astype(float) if whole else random.random(n) * 8
    prize[random.random(n) < 0.4] = 0
    root = int(random.integers(n))
    required = set(np.flatnonzero(random.random(n) < 0.1).tolist())
    forbidden = set(np.flatnonzero(random.random(n) < 0.1).tolist()) - required - {root}
    return (edges, cost, prize, root), required, forbidden


@pytest.mark.parametrize("block", range(8))
def test_bound_and_cost_enclose_the_enumerated_optimum(block: int) -> None:
    for seed in range(50 * block, 50 * (block + 1)):
        graph, required, forbidden = random_graph(seed)
        best = cheapest_by_enumeration(graph, required, forbidden)
        forced = {"required": np.array(sorted(required), int), "forbidden": np.array(sorted(forbidden), int)}
        if np.isinf(best):
            with pytest.raises(Infeasible):
                prize_collecting_tree(*graph, **forced)
            continue
        for solution in (
            prize_collecting_tree(*graph, **forced, stop=UNTIL_PROVEN),
            prize_collecting_tree(*graph, **forced, stop=Stop(0.3)),
            primal_tree(*graph, **forced),
        ):
            check_tree(solution, graph)
            assert solution.lower_bound <= best <= solution.cost * (1 + 1e-12), seed
            assert required <= set(np.flatnonzero(solution.nodes))
            assert not forbidden & set(np.flatnonzero(solution.nodes))
            if solution.status == "optimal":
                assert solution.cost == pytest.approx(best, rel=1e-8), seed
        assert prize_collecting_tree(*graph, **forced, stop=UNTIL_PROVEN).status == "optimal"


def test_beside_other_costs_a_search_ends_at_the_gap_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "_SMALL_FOR_ASCENTS", 0)
    graph = geometric_graph(300, 4, 0.3, 3.0, 5)
    best = prize_collecting_tree(*graph, stop=UNTIL_PROVEN).cost
    alone = prize_collecting_tree(*graph, stop=Stop(1e-6))
    found = prize_collecting_tree(*graph, beside=1e7 * best, stop=Stop(1e-6))
    check_tree(found, graph)
    assert found.lower_bound <= best <= found.cost * (1 + 1e-12)
    assert found.status in ("gap", "optimal")
    assert found.gap >= alone.gap


def geometric_graph(n: int, neighbours: int, share: float, scale: float, seed: int) -> Graph:
    """Random points joined to their nearest; a share of them with prizes of a few edges' cost."""
    random = np.random.default_rng(seed)
    points = random.random((n, 2))
    near = cKDTree(points).query(points, neighbours + 1)[1][:, 1:]
    pairs = np.stack([np.repeat(np.arange(n), neighbours), near.ravel()], axis=1)
    edges = np.unique(np.sort(pairs, axis=1), axis=0)
    cost = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1) * random.uniform(1, 1.5, len(edges))
    prize = np.where(random.random(n) < share, random.exponential(scale * cost.mean(), n), 0.0)
    return edges, cost, prize, 0


def cheapest_by_flow(graph: Graph) -> float:
    """Optimum by a one-commodity flow formulation and scipy's branch and bound: nothing shared with the solver."""
    edges, cost, prize, root = graph
    n, k = len(prize), 2 * len(edges)
    arcs = np.vstack([edges, edges[:, ::-1]])
    rows = lil_matrix((2 * n + k, 2 * k + n))  # columns: arc used, flow on arc, node taken
    low, high = np.zeros(2 * n + k), np.zeros(2 * n + k)
    for a, (u, v) in enumerate(arcs):
        rows[v, k + a], rows[u, k + a] = 1, -1
        rows[n + v, a] = 1
        rows[2 * n + a, a], rows[2 * n + a, k + a] = n, -1
    for v in range(n):
        if v != root:
            rows[v, 2 * k + v] = rows[n + v, 2 * k + v] = -1
    low[root] = -n
    high[2 * n :] = np.inf
    lower, upper = np.zeros(2 * k + n), np.concatenate([np.ones(k), np.full(k, n), np.ones(n)])
    lower[2 * k + root] = 1
    found = milp(
        np.concatenate([cost, cost, np.zeros(k), -prize]),
        constraints=LinearConstraint(rows.tocsr(), low, high),
        bounds=Bounds(lower, upper),
        integrality=np.concatenate([np.ones(k), np.zeros(k), np.ones(n)]),
        options={"mip_rel_gap": 1e-9},
    )
    assert found.status == 0
    return float(found.fun + prize.sum())


@pytest.mark.parametrize("seed", range(8))
def test_optimum_of_a_flow_programme_on_geometric_graphs(seed: int) -> None:
    graph = geometric_graph(16, 3, [1.0, 0.5][seed % 2], [0.5, 1.0, 2.0, 4.0][seed % 4], seed)
    solution = prize_collecting_tree(*graph, stop=UNTIL_PROVEN)
    assert solution.status == "optimal"
    assert solution.cost == pytest.approx(cheapest_by_flow(graph), rel=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("name_optimum", range(14))
def test_published_instances(name_optimum: int, shared: Path) -> None:
    folder = shared / "instances" / "rpcst"
    rows = list(csv.DictReader((folder / "optima.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 14
    row = rows[name_optimum]
    edges, cost, prize, root = [], [], np.zeros(int(row["nodes"])), -1
    for line in (folder / row["file"]).read_text(encoding="utf-8").splitlines():
        match line.split():
            case ["E", u, v, c]:
                edges.append((int(u) - 1, int(v) - 1))
                cost.append(float(c))
            case ["TP", v, p]:
                prize[int(v) - 1] = float(p)
            case ["RootP", v]:
                root = int(v) - 1
    solution = prize_collecting_tree(np.array(edges), np.array(cost), prize, root, stop=UNTIL_PROVEN)
    assert solution.status == "optimal"
    assert solution.cost == pytest.approx(float(row["optimum"]), rel=1e-6)
