"""The compiled part of `infragap.gis.lines.network`: a bucket queue over a graph in rows, label correcting in a bucket.

Nodes wait in buckets of equal width of cost, each bucket a doubly linked list, the buckets a ring that is longer than
the dearest link. A search may start on labels that are there already, so that the same code searches afresh and carries
on after links have become cheaper.

References
----------
.. [1] R. B. Dial, "Algorithm 360: shortest-path forest with topological ordering", CACM 12(11), 1969.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infragap.compiled import compiled

Whole = int | np.signedinteger[Any]
"""A whole number, of Python or of an array."""

RING = 2048
"""Buckets of the ring."""


@compiled
def _take(
    node: Whole, first: NDArray[np.int32], after: NDArray[np.int32], before: NDArray[np.int32], bucket: Whole
) -> None:
    """Take a node out of its bucket."""
    left, right = before[node], after[node]
    if left >= 0:
        after[left] = right
    else:
        first[bucket] = right
    if right >= 0:
        before[right] = left


@compiled
def _put(
    node: Whole, first: NDArray[np.int32], after: NDArray[np.int32], before: NDArray[np.int32], bucket: Whole
) -> None:
    """Put a node in front of a bucket."""
    head = first[bucket]
    after[node], before[node] = head, -1
    if head >= 0:
        before[head] = node
    first[bucket] = node


@compiled
def spread_labels(
    row: NDArray[np.int64],
    to: NDArray[np.int32],
    weight: NDArray[np.float32],
    seed: NDArray[np.int64],
    seed_cost: NDArray[np.float64],
    limit: float,
    until: NDArray[np.int64],
    width: float,
    cost: NDArray[np.float64],
    via: NDArray[np.int32],
    origin: NDArray[np.int32],
) -> None:
    """Spread labels from seeds over links; labels that are there and lower stay.

    `row` (n + 1), `to` and `weight` (links) hold the links by node; seeds ascend by cost. `cost` (n), `via` (n, place
    of the link that a label came by, -1 at a seed) and `origin` (n, number of the seed) are changed in place. No finite
    weight is above `width` times the ring's length less two.
    """
    ring = RING
    first = np.full(ring, -1, np.int32)
    after, before = np.full(len(cost), -1, np.int32), np.full(len(cost), -1, np.int32)
    bucket_of = np.full(len(cost), -1, np.int32)
    waiting, next_seed = 0, 0
    at = np.int64(0)
    asked, unsettled = np.zeros(len(cost), np.bool_), 0
    for node in until:
        if not asked[node]:
            asked[node] = True
            unsettled += 1
    while (waiting > 0 or next_seed < len(seed)) and (unsettled > 0 or len(until) == 0):
        if waiting == 0:
            at = np.int64(seed_cost[next_seed] / width)
        while next_seed < len(seed) and np.int64(seed_cost[next_seed] / width) <= at:
            node, value = seed[next_seed], seed_cost[next_seed]
            if value < cost[node] and value <= limit:
                if bucket_of[node] >= 0:
                    _take(node, first, after, before, bucket_of[node] % ring)
                    waiting -= 1
                cost[node], via[node], origin[node] = value, -1, next_seed
                bucket_of[node] = at
                _put(node, first, after, before, at % ring)
                waiting += 1
            next_seed += 1
        slot = at % ring
        while first[slot] >= 0:
            node = np.int64(first[slot])
            _take(node, first, after, before, slot)
            bucket_of[node] = -1
            waiting -= 1
            if asked[node]:
                asked[node] = False
                unsettled -= 1
            here = cost[node]
            for link in range(row[node], row[node + 1]):
                value = here + weight[link]
                other = to[link]
                if value < cost[other] and value <= limit:
                    if bucket_of[other] >= 0:
                        _take(other, first, after, before, bucket_of[other] % ring)
                        waiting -= 1
                    cost[other], via[other], origin[other] = value, link, origin[node]
                    bucket = np.int64(value / width)
                    bucket_of[other] = bucket
                    _put(other, first, after, before, bucket % ring)
                    waiting += 1
        at += 1
    if waiting > 0:
        for other in range(len(cost)):
            if bucket_of[other] >= 0:
                cost[other], via[other], origin[other] = np.inf, -1, -1


@compiled
def spread_many(
    row: NDArray[np.int64],
    to: NDArray[np.int32],
    weight: NDArray[np.float32],
    seed: NDArray[np.int64],
    node_at: NDArray[np.int64],
    limit: float,
    cost: NDArray[np.float64],
    via: NDArray[np.int32],
) -> None:
    """Spread labels of many searches at once, each from a seed of its own (-1 = none), side by side in the columns of
    `cost` and `via` (n, searches), which begin as inf and -1.

    `node_at` (n) is the order in which nodes are worked off. A node whose label falls later is worked off again, and
    with it what it lowers, so that any order ends at the same labels; one by distance from all seeds ends soonest.
    """
    nodes, searches = cost.shape
    place_of = np.empty(nodes, np.int64)
    for place in range(nodes):
        place_of[node_at[place]] = place
    waiting, at = np.zeros(nodes, np.bool_), np.int64(nodes)
    for search in range(searches):
        if seed[search] >= 0:
            cost[seed[search], search] = 0.0
            waiting[place_of[seed[search]]] = True
            at = min(at, place_of[seed[search]])
    here = np.empty(searches)
    while at < nodes:
        if not waiting[at]:
            at += 1
            continue
        waiting[at] = False
        node, following = node_at[at], at + 1
        for search in range(searches):
            here[search] = cost[node, search]
        for link in range(row[node], row[node + 1]):
            price, other, lowered = np.float64(weight[link]), to[link], False
            # without branches the compiler takes several searches in one step
            for search in range(searches):
                value = here[search] + price
                low = (value < cost[other, search]) & (value <= limit)
                cost[other, search] = value if low else cost[other, search]
                via[other, search] = link if low else via[other, search]
                lowered |= low
            if lowered:
                waiting[place_of[other]] = True
                following = min(following, place_of[other])
        at = following


@compiled
def rows_of(tail: NDArray[np.int32], nodes: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Where the links of each node begin (n + 1), and the links in that order, those of one node in the order given."""
    row = np.zeros(nodes + 1, np.int64)
    for node in tail:
        row[node + 1] += 1
    for node in range(nodes):
        row[node + 1] += row[node]
    place, order = row[:-1].copy(), np.empty(len(tail), np.int32)
    for link in range(len(tail)):
        order[place[tail[link]]] = link
        place[tail[link]] += 1
    return row, order


@compiled
def sum_by_kind(
    target: NDArray[np.int64],
    via: NDArray[np.int32],
    from_node: NDArray[np.int32],
    link_of: NDArray[np.int32],
    kind: NDArray[np.uint8],
    amount: NDArray[np.float32],
    kinds: int,
) -> NDArray[np.float64]:
    """Amounts along the way of each target back to its seed, by kind of link: (targets, kinds)."""
    total = np.zeros((len(target), kinds))
    for number in range(len(target)):
        node = target[number]
        while node >= 0 and via[node] >= 0:
            link = link_of[via[node]]
            total[number, kind[link]] += amount[link]
            node = np.int64(from_node[via[node]])
    return total


@compiled
def links_along(
    target: int, via: NDArray[np.int32], from_node: NDArray[np.int32], link_of: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Links of the way of a target, from the target back to its seed."""
    count, node = 0, np.int64(target)
    while via[node] >= 0:
        count += 1
        node = np.int64(from_node[via[node]])
    links, node = np.empty(count, np.int32), np.int64(target)
    for place in range(count):
        links[place] = link_of[via[node]]
        node = np.int64(from_node[via[node]])
    return links


@compiled
def spread_through(
    row: NDArray[np.int64],
    to: NDArray[np.int32],
    weight: NDArray[np.float32],
    cost: NDArray[np.float64],
    near: NDArray[np.int64],
    far: NDArray[np.int64],
    minutes: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Lower the labels that some further links lower, `cost` in place: nodes changed in order and what they were
    before.

    Link k takes a label from node `near[k]` to node `far[k]`. Taking the changes back in reverse order restores the
    labels.
    """
    nodes, old = [np.int64(0) for _ in range(0)], [0.0 for _ in range(0)]
    heap = [(0.0, np.int64(0)) for _ in range(0)]
    changed = True
    while changed:
        changed = False
        for link in range(len(near)):
            value = cost[near[link]] + minutes[link]
            if value < cost[far[link]] - 1e-9:
                nodes.append(far[link])
                old.append(cost[far[link]])
                cost[far[link]] = value
                heapq.heappush(heap, (value, far[link]))
                changed = True
        while len(heap) > 0:
            here, node = heapq.heappop(heap)
            if here > cost[node]:
                continue
            for link in range(row[node], row[node + 1]):
                value, other = here + weight[link], np.int64(to[link])
                if value < cost[other] - 1e-9:
                    nodes.append(other)
                    old.append(cost[other])
                    cost[other] = value
                    heapq.heappush(heap, (value, other))
    return np.array(nodes), np.array(old)


@compiled
def put_back(cost: NDArray[np.float64], nodes: NDArray[np.int64], before: NDArray[np.float64]) -> None:
    """Take the changes of `spread_through` back: a node may have changed more than once, and was at first as it is put
    back last."""
    for place in range(len(nodes) - 1, -1, -1):
        cost[nodes[place]] = before[place]
