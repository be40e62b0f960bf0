"""The compiled part of the search: a label-correcting bucket queue on a padded, flattened raster.

Cells wait in buckets of equal width of distance. A bucket is a chain of small chunks of (cell, distance)
pairs that are appended and read in order; a cell that is improved is appended again, and a pair whose
distance is no longer the cell's is skipped when it is read. So the queue is as large as the front, not as the
raster, it is written and read in sequence, and chunks are used again while they still lie in the cache.
Buckets cover a window of distances; what lies beyond waits in one far bucket, from which the next window is
filled.

References
----------
.. [1] R. B. Dial, "Algorithm 360: shortest-path forest with topological ordering", CACM 12(11), 1969.
.. [2] A. V. Goldberg, "A simple shortest path algorithm with linear average time", ESA 2001 (multi-level
buckets).
"""

import math

import numpy as np
from numpy.typing import NDArray

from infragap.compiled import compiled

__all__ = ["label_regions", "led_over", "spread", "walk_back"]

# Pairs per chunk: 512 bytes, eight cache lines. Chunk c is read from position c · CHUNK on; the position after a pair,
# and so the end of a bucket, lies in (c · CHUNK, (c + 1) · CHUNK]. A full chunk c - 1 thus ends where chunk c starts:
# ends are compared only with positions after a pair that was read.
CHUNK = 64
WINDOW = 512  # buckets in the window; bucket WINDOW is the far one
STRAIGHT, DIAGONAL = 4, 8  # moves 0–3 are straight, 4–7 diagonal, 8–15 knight's moves
SPARE = 20  # chunks that relaxing one cell can take at most (16), and a few
INFINITY = np.float32(np.inf)


@compiled
def _push(
    item: NDArray[np.int32],
    value: NDArray[np.float32],
    following: NDArray[np.int32],
    end: NDArray[np.int64],
    first: NDArray[np.int64],
    free: int,
    fresh: int,
    bucket: int,
    cell: int,
    distance: float,
) -> tuple[int, int]:
    """Append a pair to a bucket; return the first chunk on the free list (-1 if none) and the first never
    used."""
    at = end[bucket]
    if (at & (CHUNK - 1)) == 0:
        # one past a full chunk, or 0 for an empty bucket: a chunk is taken only when there is something to
        # put in
        if free >= 0:
            chunk = free
            free = int(following[chunk])
        else:
            chunk = fresh
            fresh += 1
        if at == 0:
            first[bucket] = chunk
        else:
            following[at // CHUNK - 1] = chunk
        at = chunk * CHUNK
    item[at] = cell
    value[at] = distance
    end[bucket] = at + 1
    return free, fresh


@compiled
def _effort(rise_per_run: float) -> float:
    """Time on a slope over time on the flat by Tobler's function: v(0) / v(S), v = 6 exp(-3.5 |S + 0.05|)."""
    return math.exp(3.5 * (abs(rise_per_run + 0.05) - 0.05))


@compiled
def _grown(
    item: NDArray[np.int32], value: NDArray[np.float32], following: NDArray[np.int32], chunks: int
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32]]:
    """Copies of the three queue arrays with room for `chunks`."""
    new_item = np.empty(chunks * CHUNK, np.int32)
    new_value = np.empty(chunks * CHUNK, np.float32)
    new_following = np.empty(chunks, np.int32)
    # element by element: a slice brings its error message along, and with it all of the compiler's texts
    for k in range(item.size):
        new_item[k] = item[k]
        new_value[k] = value[k]
    for k in range(following.size):
        new_following[k] = following[k]
    return new_item, new_value, new_following


@compiled
def _next_window(
    item: NDArray[np.int32],
    value: NDArray[np.float32],
    following: NDArray[np.int32],
    end: NDArray[np.int64],
    first: NDArray[np.int64],
    free: int,
    fresh: int,
    distance: NDArray[np.float32],
    per_width: float,
) -> tuple[float, int, int, int]:
    """Fill the empty window from the far bucket.

    Returns the start of the window in bucket widths, or -1 when nothing waits; the pairs in it; and the first
    free and the first unused chunk.
    """
    chunk, stop = first[WINDOW], end[WINDOW]
    if stop == 0:
        return -1.0, 0, free, fresh
    least = INFINITY
    at = chunk * CHUNK
    while True:  # there is a pair to read: a test for the end comes after it, see CHUNK
        if at == (chunk + 1) * CHUNK:
            chunk = int(following[chunk])
            at = chunk * CHUNK
        if value[at] < least and distance[item[at]] == value[at]:
            least = value[at]
        at += 1
        if at == stop:
            break
    if least == INFINITY:
        return -1.0, 0, free, fresh
    base = math.floor(least * per_width)
    near = 0
    chunk = first[WINDOW]
    first[WINDOW] = 0
    end[WINDOW] = 0
    at = chunk * CHUNK
    while True:
        if at == (chunk + 1) * CHUNK:
            emptied = chunk
            chunk = int(following[chunk])
            at = chunk * CHUNK
            following[emptied] = free
            free = emptied
        cell, waiting = item[at], value[at]
        at += 1
        if distance[cell] == waiting:
            place = waiting * per_width - base
            bucket = WINDOW
            if place < WINDOW:
                bucket = int(place)
                near += 1
            free, fresh = _push(item, value, following, end, first, free, fresh, bucket, cell, waiting)
        if at == stop:
            break
    following[chunk] = free
    return base, near, chunk, fresh


@compiled
def _empty_bucket(
    item: NDArray[np.int32],
    value: NDArray[np.float32],
    following: NDArray[np.int32],
    end: NDArray[np.int64],
    first: NDArray[np.int64],
    free: int,
    fresh: int,
    current: int,
    at: int,
    base: float,
    per_width: float,
    half_cost: NDArray[np.float32],
    distance: NDArray[np.float32],
    direction: NDArray[np.int8] | None,
    elevation: NDArray[np.float32] | None,
    offset: tuple[int, ...],
    side: tuple[int, ...],
    other_side: tuple[int, ...],
    length: tuple[float, ...],
    rise_factor: tuple[float, ...],
    limit: float,
    cut_corners: bool,
) -> tuple[bool, int, int, int, int]:
    """Relax the cells of one bucket from position `at` on, until it is empty or the chunks run short.

    Returns whether it is empty, the position reached, the change in the number of pairs in the window, the first free
    and the first unused chunk.
    """
    near = 0
    empty = False
    chunk = first[current]
    while not empty:  # there is a pair to read
        if fresh + SPARE > following.size:
            break
        if at == (chunk + 1) * CHUNK:
            emptied = chunk
            chunk = int(following[chunk])
            at = chunk * CHUNK
            following[emptied] = free
            free = emptied
        cell = np.int64(item[at])
        here = value[at]
        at += 1
        near -= 1
        if distance[cell] != here:
            empty = at == end[current]
            continue
        half = half_cost[cell]
        for move in range(len(offset)):
            to = np.uintp(cell + offset[move])  # unsigned: no test for negative indices
            step = half + half_cost[to]
            if move >= STRAIGHT:
                beside = half_cost[np.uintp(cell + side[move])] + half_cost[np.uintp(cell + other_side[move])]
                if move >= DIAGONAL:
                    step = np.float32(0.5) * (step + beside)
                elif beside == INFINITY and not cut_corners:
                    continue
                step *= length[move]
            if elevation is not None:
                step *= np.float32(_effort(rise_factor[move] * (elevation[to] - elevation[cell])))
            reached = here + step
            if not (reached < distance[to] and reached <= limit):
                continue
            distance[to] = reached
            if direction is not None:
                direction[to] = move
            place = reached * per_width - base
            bucket = WINDOW
            if place < WINDOW:
                bucket = int(place)
                near += 1
            # as in _push, written out: the call alone cost a third of the whole search
            slot = end[bucket]
            if (slot & (CHUNK - 1)) == 0:
                if free >= 0:
                    taken = free
                    free = int(following[taken])
                else:
                    taken = fresh
                    fresh += 1
                if slot == 0:
                    first[bucket] = taken
                else:
                    following[slot // CHUNK - 1] = taken
                slot = taken * CHUNK
            item[slot] = to
            value[slot] = reached
            end[bucket] = slot + 1
        empty = at == end[current]
    first[current] = chunk
    return empty, at, near, free, fresh


@compiled
def spread(
    half_cost: NDArray[np.float32],
    distance: NDArray[np.float32],
    direction: NDArray[np.int8] | None,
    elevation: NDArray[np.float32] | None,
    starts: NDArray[np.int64],
    offset: tuple[int, ...],
    side: tuple[int, ...],
    other_side: tuple[int, ...],
    length: tuple[float, ...],
    rise_factor: tuple[float, ...],
    limit: float,
    width: float,
    cut_corners: bool,
) -> None:
    """Spread distances from `starts` over the raster, in place.

    Parameters
    ----------
    half_cost
        Half the cost of each cell, flattened, with a border of inf so wide that no move leaves the array.
    distance
        Start values at `starts`, inf elsewhere; at return the least distances.
    direction
        The move that led into each cell, -1 before; None where nobody asks for it.
    elevation
        Height of each cell [m], or None for cost without direction.
    starts
        Cells to start from, ascending.
    offset
        Change of the flat index for each of the 8 or 16 moves; a tuple, so that the loop over it is unrolled.
    side, other_side
        The same for the two cells beside each move: for diagonals those whose corner is passed, for knight's
        moves those crossed.
    length
        Length of each move in cell widths.
    rise_factor
        What the rise of a move [m] is multiplied by to give its slope, negative when paths are walked against
        the direction of the search.
    limit
        Nothing is written beyond this distance.
    width
        Width of a bucket in units of distance.
    cut_corners
        Whether a diagonal may pass the corner of a barrier.
    """
    per_width = 1.0 / width
    item = np.empty(0, np.int32)
    value = np.empty(0, np.float32)
    following = np.empty(0, np.int32)
    item, value, following = _grown(item, value, following, starts.size // CHUNK + 2 * WINDOW)
    end = np.zeros(WINDOW + 1, np.int64)  # one past the last pair of each bucket, 0 when it is empty
    first = np.zeros(WINDOW + 1, np.int64)  # the chunk that each bucket starts with
    # a written 0 is a type of its own to the compiler, and each kernel that gets it would be compiled once more
    nothing = int(end[0])
    free, fresh, far = nothing - 1, nothing, nothing + WINDOW
    for start in starts:
        free, fresh = _push(item, value, following, end, first, free, fresh, far, start, distance[start])
    base, near, free, fresh = _next_window(item, value, following, end, first, free, fresh, distance, per_width)
    current = nothing
    while base >= 0.0:
        if end[current] != 0:
            at = first[current] * CHUNK
            empty = False
            while not empty:
                empty, at, change, free, fresh = _empty_bucket(
                    item,
                    value,
                    following,
                    end,
                    first,
                    free,
                    fresh,
                    current,
                    at,
                    base,
                    per_width,
                    half_cost,
                    distance,
                    direction,
                    elevation,
                    offset,
                    side,
                    other_side,
                    length,
                    rise_factor,
                    limit,
                    cut_corners,
                )
                near += change
                if not empty:
                    item, value, following = _grown(item, value, following, following.size * 3 // 2)
            following[first[current]] = free
            free = first[current]
            end[current] = 0
        current += 1
        if current == WINDOW or near == 0:
            if fresh + WINDOW + SPARE > following.size:
                item, value, following = _grown(item, value, following, following.size + WINDOW + SPARE)
            base, near, free, fresh = _next_window(item, value, following, end, first, free, fresh, distance, per_width)
            current = nothing


@compiled
def label_regions(
    distance: NDArray[np.float32],
    direction: NDArray[np.int8],
    offset: NDArray[np.int64],
    region: NDArray[np.int32],
) -> None:
    """Give each reached cell the region of the start that its path comes from.

    `region` holds the labels of the starts where `direction` is -1, and -1 elsewhere; each path is walked
    back only as far as the first cell that has its label.
    """
    for cell in range(region.size):
        if region[cell] >= 0 or distance[cell] == INFINITY:
            continue
        root = cell
        while region[root] < 0:
            root -= offset[direction[root]]
        label = region[root]
        root = cell
        while region[root] < 0:
            region[root] = label
            root -= offset[direction[root]]


@compiled
def led_over(first: NDArray[np.int64], direction: NDArray[np.int8], offset: NDArray[np.int64]) -> NDArray[np.int64]:
    """Some cells and all whose paths lead over them, ascending."""
    found = np.zeros(direction.size, np.bool_)
    queue = np.empty(direction.size, np.int32)
    count = read = 0
    for cell in first:
        if not found[cell]:
            found[cell] = True
            queue[count] = cell
            count += 1
    while read < count:
        for move in range(offset.size):
            to = queue[read] + offset[move]
            if 0 <= to < direction.size and direction[to] == move and not found[to]:
                found[to] = True
                queue[count] = to
                count += 1
        read += 1
    return np.sort(queue[:count]).astype(np.int64)


@compiled
def walk_back(direction: NDArray[np.int8], moves: NDArray[np.int64], row: int, column: int) -> NDArray[np.int64]:
    """Cells (row, column) from the one given back to where `direction` is -1."""
    size = 1
    y, x = row, column
    while direction[y, x] >= 0:
        move = direction[y, x]
        y, x = y - moves[move, 0], x - moves[move, 1]
        size += 1
    path = np.empty((size, 2), np.int64)
    y, x = row, column
    for k in range(size):
        path[k, 0], path[k, 1] = y, x
        move = direction[y, x]
        y, x = y - moves[move, 0], x - moves[move, 1]
    return path
