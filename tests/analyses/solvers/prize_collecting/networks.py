"""Random networks for the parts of the tree solver."""

import numpy as np
from scipy.spatial import cKDTree

from infragap.analyses.solvers.prize_collecting.graph import Network, build_network


def network_of(n: int, seed: int, share: float = 0.4) -> tuple[Network, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    points = random.random((n, 2))
    near = cKDTree(points).query(points, 6)[1][:, 1:]
    edges = np.unique(np.sort(np.stack([np.repeat(np.arange(n), 5), near.ravel()], 1), axis=1), axis=0)
    cost = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1) * random.uniform(1, 1.5, len(edges))
    prize = np.where(random.random(n) < share, random.exponential(1.5 * cost.mean(), n), 0)
    network = build_network(edges, cost, prize, 0, node_of=np.arange(n), edge_of=np.arange(len(edges)))
    return network, edges, cost, prize
