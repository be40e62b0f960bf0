"""Which bytes of a FlatGeobuf hold the objects of a box: its header and its packed tree of boxes, read in spans.

The objects themselves are read by GDAL, from a file that has these spans and nothing between them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from infragap.fetching.client import WrongFileError
from infragap.fetching.grounds import Box
from infragap.gis.arrays import IntArray

MAGIC_BYTES = 8
NODE = np.dtype([("west", "<f8"), ("south", "<f8"), ("east", "<f8"), ("north", "<f8"), ("offset", "<u8")])
FIELD_COUNT, FIELD_NODE_SIZE = 8, 9
DEFAULT_NODE_SIZE = 16
FIRST_BYTES = 1 << 18
"""Read at the beginning: the header and the upper levels of the tree."""

GAP_BYTES = 1 << 16
"""Spans nearer than this are one: a request costs more than the bytes between."""

LARGEST_SPAN = 1 << 24

Span = tuple[int, int]
Read = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Head:
    """What the header says.

    Attributes
    ----------
    tree_at, objects_at
        Where the tree and the objects begin [bytes].
    count
        Objects.
    node_size
        Children of a node of the tree.
    """

    tree_at: int
    objects_at: int
    count: int
    node_size: int

    def node_at(self, number: IntArray) -> IntArray:
        """Where nodes of the tree stand [bytes]."""
        return self.tree_at + number * NODE.itemsize

    @property
    def levels(self) -> list[Span]:
        """First and last + 1 node of each level of the tree, the leaves first; the root stands at the beginning."""
        sizes = [self.count]
        while sizes[-1] > 1:
            sizes.append(-(-sizes[-1] // self.node_size))
        ends = [sum(sizes[level:]) for level in range(len(sizes))]
        return [(end - size, end) for end, size in zip(ends, sizes, strict=True)]


def spans_of(read: Read, box: Box, total: int) -> list[Span]:
    """Give the spans of a file that hold its objects whose boxes touch a box, in order; those of the header and the
    tree are what was read.

    Parameters
    ----------
    read
        Gives the bytes from the first to the last + 1.
    box
        West, south, east, north, in the coordinates of the file.
    total
        Bytes of the file.

    Raises
    ------
    WrongFileError
        It is no FlatGeobuf, or has no tree.
    """
    head = head_of(read(0, min(FIRST_BYTES, total)))
    wanted = np.array([0])
    for level, (_, end) in reversed(list(enumerate(head.levels))):
        width = 1 if level == len(head.levels) - 1 else head.node_size
        starts, ends = np.sort(wanted), np.minimum(np.sort(wanted) + width, end)
        kept = [np.zeros((0, 2), dtype=np.int64)]
        # one node further: where an object ends is where the next begins
        lasts = np.minimum(ends + 1, end)
        for first, last in runs(zip(head.node_at(starts).tolist(), head.node_at(lasts).tolist(), strict=True)):
            nodes = np.frombuffer(read(first, last), dtype=NODE)
            number = (first - head.tree_at) // NODE.itemsize + np.arange(len(nodes))
            above = np.searchsorted(starts, number, side="right") - 1
            mine = (above >= 0) & (number < ends[above]) & _touching(nodes, box)
            reach = np.column_stack([nodes["offset"].astype(np.int64), _ends(nodes, number, end, head, total)])
            kept.append(reach[mine])
        found = np.concatenate(kept)
        wanted = found[:, 0]
    return [(head.objects_at + int(a), head.objects_at + int(b)) for a, b in runs(map(tuple, found.tolist()))]


def head_of(begins: bytes) -> Head:
    """Read the header.

    Raises
    ------
    WrongFileError
        It is no FlatGeobuf, is longer than what was read, or has no tree.
    """
    try:
        (size,) = struct.unpack_from("<I", begins, MAGIC_BYTES)
        start = MAGIC_BYTES + 4
        (root,) = struct.unpack_from("<I", begins, start)
        table = start + root
        (back,) = struct.unpack_from("<i", begins, table)
        count = _field(begins, table, table - back, FIELD_COUNT, "<Q", 0)
        node_size = _field(begins, table, table - back, FIELD_NODE_SIZE, "<H", DEFAULT_NODE_SIZE)
    except struct.error as error:
        raise WrongFileError(f"a FlatGeobuf whose header cannot be read ({error})") from error
    if node_size < 2 or count < 1:
        raise WrongFileError("a FlatGeobuf without a tree of boxes: no part of it can be read alone")
    nodes, level = count, count
    while level > 1:
        level = -(-level // node_size)
        nodes += level
    tree_at = start + size
    return Head(tree_at, tree_at + nodes * NODE.itemsize, count, node_size)


def _field(content: bytes, table: int, offsets: int, number: int, kind: str, default: int) -> int:
    """Value of a field of a table whose offsets stand elsewhere; one that is not written has its default."""
    (length,) = struct.unpack_from("<H", content, offsets)
    at = 4 + 2 * number
    (place,) = struct.unpack_from("<H", content, offsets + at) if at < length else (0,)
    return int(struct.unpack_from(kind, content, table + place)[0]) if place else default


def _touching(nodes: np.ndarray, box: Box) -> np.ndarray:
    west, south, east, north = box
    inside = (nodes["west"] <= east) & (nodes["east"] >= west)
    return np.asarray(inside & (nodes["south"] <= north) & (nodes["north"] >= south))


def _ends(nodes: np.ndarray, number: IntArray, end: int, head: Head, total: int) -> IntArray:
    """Where the object of each leaf ends: where the next begins, or the file ends."""
    after = np.append(nodes["offset"][1:].astype(np.int64), 0)
    return np.where(number == end - 1, total - head.objects_at, after)


def runs(spans: Iterable[Span]) -> list[Span]:
    """Join spans that touch or nearly do."""
    joined: list[list[int]] = []
    for first, last in sorted(spans):
        if joined and first - joined[-1][1] <= GAP_BYTES:
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([first, last])
    return [(first, last) for first, last in joined]


def split(span: Span) -> list[Span]:
    """Give a span in pieces that are no longer than one request should be."""
    first, last = span
    return [(at, min(at + LARGEST_SPAN, last)) for at in range(first, last, LARGEST_SPAN)]
