"""The chosen lines as a rooted tree of branches, and what hangs below each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.routing.line_components import line_km
from infragap.analyses.electricity.routing.network import CandidateNetwork


@dataclass(frozen=True, eq=False)
class Branches:
    """Planned lines between taps, forks and served settlements, every branch after the one above it.

    Attributes
    ----------
    parent
        (b,) branch above; -1 at a tap.
    node
        (b,) network node at its lower end.
    components
        (b, COMPONENTS) what it is made of.
    cells
        Flat cells of each branch from its upper to its lower end; the first of a branch with parent -1 is the tap on
        the existing line.
    branch_of
        (settlements,) branch at whose lower end a served settlement lies; -1 where it lies on a line or is not served.
    """

    parent: IntArray
    node: IntArray
    components: FloatArray
    cells: tuple[IntArray, ...]
    branch_of: IntArray

    def __len__(self) -> int:
        """Number of branches."""
        return len(self.parent)

    @property
    def length_km(self) -> FloatArray:
        """(b,) length."""
        return line_km(self.components)

    def below(self, value: FloatArray) -> FloatArray:
        """Sum of a settlement value over all settlements served through each branch, (b,)."""
        return self.gathered(self.at_end(value))

    def at_end(self, value: FloatArray) -> FloatArray:
        """Sum of a settlement value over those at the lower end of each branch itself, (b,)."""
        total = np.zeros(len(self.parent))
        served = self.branch_of >= 0
        np.add.at(total, self.branch_of[served], value[served])
        return total

    def gathered(self, value: FloatArray) -> FloatArray:
        """Sum of a branch value over each branch and all below it, (b,)."""
        total = np.array(value, dtype=np.float64)
        for branch in range(len(self.parent) - 1, -1, -1):
            if self.parent[branch] >= 0:
                total[self.parent[branch]] += total[branch]
        return total

    def along(self, value: FloatArray) -> FloatArray:
        """Sum of a branch value from the tap down to each branch, itself included, (b,)."""
        total = np.array(value, dtype=np.float64)
        for branch, above in enumerate(self.parent):
            if above >= 0:
                total[branch] += total[above]
        return total

    def tap(self) -> IntArray:
        """First branch of the tree that each branch belongs to, (b,)."""
        top = np.arange(len(self.parent))
        for branch, above in enumerate(self.parent):
            if above >= 0:
                top[branch] = top[above]
        return top


def grow_branches(network: CandidateNetwork, edges: BoolArray, served: BoolArray) -> Branches:
    """Order the chosen edges from the grid downwards and join pieces that nothing separates.

    Parameters
    ----------
    network
        Candidate network; node 0 is the grid.
    edges
        (edges,) chosen ones, a tree with node 0.
    served
        (settlements,) which get the grid.
    """
    neighbours: dict[int, list[tuple[int, int]]] = {}
    for number in np.flatnonzero(edges).tolist():
        a, b = (int(end) for end in network.ends[number])
        neighbours.setdefault(a, []).append((b, number))
        neighbours.setdefault(b, []).append((a, number))
    stops = {int(node) for node in network.terminal[served] if node > 0}
    stops |= {node for node, around in neighbours.items() if node != 0 and len(around) != 2}
    parent: list[int] = []
    node_of: list[int] = []
    components: list[FloatArray] = []
    cells: list[IntArray] = []
    waiting = [(0, -1, node, edge) for node, edge in sorted(neighbours.get(0, []))]
    while waiting:
        start, above, node, edge = waiting.pop(0)
        pieces = [_directed(network, edge, start)]
        total = network.components[edge].copy()
        while node not in stops:
            following = [(n, e) for n, e in neighbours[node] if e != edge]
            if len(following) != 1:
                break
            before, (node, edge) = node, following[0]
            pieces.append(_directed(network, edge, before)[1:])
            total += network.components[edge]
        branch = len(parent)
        parent.append(above)
        node_of.append(node)
        components.append(total)
        cells.append(np.concatenate(pieces))
        waiting += [(node, branch, n, e) for n, e in sorted(neighbours[node]) if e != edge]
    at_node = {node: branch for branch, node in enumerate(node_of)}
    terminal = network.terminal
    branch_of = [
        at_node.get(int(node), -1) if on and node > 0 else -1 for node, on in zip(terminal, served, strict=True)
    ]
    return Branches(
        parent=np.array(parent, dtype=np.int64),
        node=np.array(node_of, dtype=np.int64),
        components=np.array(components, dtype=np.float64).reshape(-1, network.components.shape[1]),
        cells=tuple(cells),
        branch_of=np.array(branch_of, dtype=np.int64),
    )


def _directed(network: CandidateNetwork, edge: int, start: int) -> IntArray:
    piece = network.cells(edge)
    return piece if int(network.ends[edge, 0]) == start else piece[::-1]


def edge_ratio(network: CandidateNetwork, edges: BoolArray, branches: Branches, of_branch: FloatArray) -> FloatArray:
    """Give each chosen edge the value of the branch that it belongs to, (chosen edges,)."""
    at = {cell: branch for branch, cells in enumerate(branches.cells) for cell in cells[1:].tolist()}
    found = []
    for edge in np.flatnonzero(edges).tolist():
        cells = network.cells(edge)
        # the cell next to an end lies within one branch; of a single step the end that no other branch begins with
        inner = cells[1:-1] if len(cells) > 2 else cells
        found.append(max(of_branch[at[int(cell)]] for cell in inner if int(cell) in at))
    return np.array(found, dtype=np.float64)
