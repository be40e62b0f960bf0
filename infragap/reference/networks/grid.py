"""Medium-voltage lines of the reference pack: documented feeders on modelled courses along roads."""

from __future__ import annotations

import re
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from infragap.reference.inputs import Base, Facts
from infragap.reference.networks import feeders
from infragap.reference.networks.courses import rounded
from infragap.reference.networks.roads import RoadPlan
from infragap.reference.networks.substations import build_transmission_lines

LV_REACH_M = 1500.0
"""Low-voltage lines reach this far along the road in the mountains (norms A3: 0.8-1.5 km)."""

DRAWING_M = 100.0
"""Kept back from that reach, because rounding a line off moves it by less than this."""

CLEAR_M = 2200.0
"""Lines keep this far from the 18 villages where they can; half of it from one beside a town."""

CLEAR_COST = 30.0

BRANCH_SHARE = 0.06
BRANCH_CONDUCTOR = "AC-70"
"""Branches with less than this share of their feeder's line behind them have this conductor, or the published one where
that is AC-50 (assumption); the others have the published one."""

SITE_M = 7000.0
SITE_FROM_KM = 20.0
"""Stations this near to each other, with that much published line each, feed one area together; those with less line
feed none (one has nine feeders of 0.6 km in all)."""

UNPUBLISHED_KM = 150.0
"""Length assumed for each of the three feeders whose length is not published when stations share the area [km];
afterwards they take what the published ones of their station leave, at least half of this."""


@dataclass(frozen=True, eq=False)
class Network:
    """Roads as a graph for lines: nodes are road cells, then one node without edges per feeding station.

    Attributes
    ----------
    points
        (n, 2) [m].
    graph
        (n, n) symmetric, metres times the price of passing near one of the 18 villages.
    service_m
        (n,) from the node to the farthest of its villages that have the grid [m], -inf where it has none.
    centres
        (n,) nodes of commune centres.
    stations
        (k,) nodes of the stations; they have no edges, their first span is drawn to `gates`.
    gates
        (k,) road cells where their lines begin; stations near to each other share one.
    """

    points: NDArray[np.float64]
    graph: sparse.csr_matrix
    service_m: NDArray[np.float64]
    centres: NDArray[np.bool_]
    stations: NDArray[np.int64]
    gates: NDArray[np.int64]


def build_grid_lines(
    base: Base, facts: Facts, plan: RoadPlan, villages: gpd.GeoDataFrame, substations: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Build the layer of power lines.

    Parameters
    ----------
    base, facts
        Communes; feeders and lines of facts/substations.csv.
    plan
        Roads with commune and village roads, before the tracks to unserved settlements.
    villages, substations
        Their layers.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.GridLines`: 110-500 kV lines between stations, then the 35 and 22 kV feeders.
        The pieces of a feeder make a tree whose root is the point of its station; ends coincide exactly. Every commune
        centre lies on a line, every village with the grid within 1.5 km of road from one.

    Notes
    -----
    Stations share the roads so that their lines come near to the sum of their published feeder lengths; each station's
    lines are a short tree over its villages, cut into feeders in the proportion of their lengths. Drawn length is kept
    as `length_km`, the published one stands beside it.
    """
    table = _feeder_table(facts, substations)
    hosts = substations[substations["name"].isin(table["station"])]
    published_km = (
        table["length_km"].fillna(UNPUBLISHED_KM).groupby(table["station"]).sum().reindex(hosts["name"]).to_numpy()
    )
    network = _network(base, plan, villages, hosts, published_km, _keep_off(villages, facts))
    everywhere = feeders.trimmed(*_tree(network), reach_m=LV_REACH_M - DRAWING_M)
    edge_m = _edge_lengths(network.points, everywhere)
    gates, site = np.unique(network.gates, return_inverse=True)
    site_km = np.bincount(site, published_km).astype(np.float64)
    # a station whose feeders have hardly begun has no area of its own
    hosting = np.flatnonzero(site_km >= SITE_FROM_KM)
    distance = feeders.node_distances(network.graph, gates[hosting])
    owner = hosting[feeders.territories(distance, gates[hosting], edge_m / 1000, site_km[hosting])]
    parts = [build_transmission_lines(substations, facts)]
    for number, gate in enumerate(gates.tolist()):
        names = hosts["name"][site == number]
        parts.append(_site_lines(network, owner == number, gate, hosts, table[table["station"].isin(names)], base))
    lines = pd.concat(parts, ignore_index=True)
    lines.insert(0, "line_id", [f"L{i:05d}" for i in range(1, len(lines) + 1)])
    return gpd.GeoDataFrame(lines, geometry="geometry", crs=base.communes.crs)


def _feeder_table(facts: Facts, substations: gpd.GeoDataFrame) -> pd.DataFrame:
    """Feeders with station name as in the station layer, voltage, conductor, published length, load and loading; short
    ones first."""
    table = facts.substations[facts.substations["kind"].str.startswith("feeder")].copy()
    # the list of stations adds another name in brackets to one of them
    plain = {re.sub(r"\s*\(.*\)$", "", name): name for name in substations["name"][substations["status"] == "existing"]}
    load = table["max_load"].str.extract(r"Pmax ([\d.]+) MW(?:, ([\d.]+) %)?").astype(float)
    return pd.DataFrame({
        "feeder": table["name"], "station": table["from_node"].map(plain),
        "voltage_kv": table["voltage_kv"].astype(float),
        "conductor": [_conductor(text) for text in table["conductor"]], "length_km": table["length_km"],
        "load_mw": load[0], "loading_pct": load[1],
    }).sort_values(["station", "length_km"], kind="stable", na_position="last").reset_index(drop=True)  # fmt: skip


def _conductor(text: str) -> str | None:
    """Standard name of a bare conductor (AC120 → AC-120); cables keep theirs."""
    bare = re.fullmatch(r"(?:AC|ACSR)\s*-?(\d+)", text.strip())
    return f"AC-{bare[1]}" if bare else (text.strip() or None)


def _network(
    base: Base,
    plan: RoadPlan,
    villages: gpd.GeoDataFrame,
    hosts: gpd.GeoDataFrame,
    published_km: NDArray[np.float64],
    keep_off: NDArray[np.float64],
) -> Network:
    """Lay the graph; near the places `keep_off` (x, y, radius [m]) its edges cost more."""
    roads = plan.ordinary
    cells = roads.cells()
    points = plan.ground.xy(cells)
    special = np.array(sorted(roads.points), dtype=np.int64)
    special = special[np.isin(special, cells)]
    points[np.searchsorted(cells, special)] = [roads.points[cell] for cell in special.tolist()]
    served = villages[villages["on_grid"]]
    village_nodes = np.searchsorted(cells, [plan.terminals[point.x, point.y] for point in served.geometry])
    centre_nodes = np.searchsorted(cells, [plan.terminals[x, y] for x, y in base.commune_centres().tolist()])
    station_points = np.column_stack([hosts.geometry.x, hosts.geometry.y])
    _, gates = cKDTree(points).query(_site_centres(station_points, published_km >= SITE_FROM_KM))
    count, total = len(cells), len(cells) + len(hosts)
    a, b = np.searchsorted(cells, np.array(sorted(roads.owner), dtype=np.int64)).T
    points = np.vstack([points, station_points])
    length = np.maximum(np.hypot(*(points[a] - points[b]).T), 1.0)
    length *= np.where(_is_near(points, keep_off)[[a, b]].any(axis=0), CLEAR_COST, 1.0)
    graph = sparse.csr_matrix((np.append(length, length), (np.append(a, b), np.append(b, a))), shape=(total, total))
    service_m = np.full(total, -np.inf)
    stub_m = np.hypot(points[village_nodes, 0] - served.geometry.x, points[village_nodes, 1] - served.geometry.y)
    np.maximum.at(service_m, village_nodes, stub_m)
    centres = np.zeros(total, dtype=bool)
    centres[centre_nodes] = True
    return Network(points, graph, service_m, centres, np.arange(count, total), np.asarray(gates))


def _site_centres(stations: NDArray[np.float64], joins: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean point of the stations of each station's site: those that join, within `SITE_M` of one another or by way of
    others."""
    near = np.hypot(*(stations[:, None] - stations[None]).transpose(2, 0, 1)) <= SITE_M
    near &= joins[:, None] & joins[None]
    _, site = csgraph.connected_components(sparse.csr_matrix(near), directed=False)
    return np.array([stations[site == number].mean(axis=0) for number in site])


def _keep_off(villages: gpd.GeoDataFrame, facts: Facts) -> NDArray[np.float64]:
    """Points of the villages without grid, and how far lines keep from each: (n, 3) x, y, radius [m]."""
    without = villages[~villages["on_grid"]]
    is_near_town = facts.unelectrified_villages.set_index("settlement_id")["near_town"] == "yes"
    clear_m = np.where(without["settlement_id"].map(is_near_town), CLEAR_M / 2, CLEAR_M)
    return np.column_stack([without.geometry.x, without.geometry.y, clear_m])


def _is_near(points: NDArray[np.float64], keep_off: NDArray[np.float64]) -> NDArray[np.bool_]:
    near = np.zeros(len(points), dtype=bool)
    for x, y, clear_m in keep_off.tolist():
        near |= np.hypot(points[:, 0] - x, points[:, 1] - y) < clear_m
    return near


def _tree(
    network: Network,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Tree over all villages and commune centres from all stations at once, as arguments of `feeders.trimmed`."""
    hub = network.graph.shape[0]
    gates = np.unique(network.gates)
    edges = sparse.coo_matrix(network.graph)
    # a hub joins the gates for next to nothing
    row, col = (
        np.concatenate([edges.row, gates, np.full(len(gates), hub)]),
        np.concatenate([edges.col, np.full(len(gates), hub), gates]),
    )
    graph = sparse.csr_matrix(
        (np.append(edges.data, np.full(2 * len(gates), 1e-3)), (row, col)), shape=(hub + 1, hub + 1)
    )
    parent = feeders.steiner_tree(
        graph, hub, np.append(np.flatnonzero(np.isfinite(network.service_m) | network.centres), gates)
    )[:hub]
    parent[parent == hub] = -1
    return parent, _edge_lengths(network.points, parent), network.service_m, network.centres


def _edge_lengths(points: NDArray[np.float64], parent: NDArray[np.int64]) -> NDArray[np.float64]:
    """Length of the edge from each node to its parent [m], 0 at roots and outside."""
    above = np.where(parent >= 0, parent, np.arange(len(parent)))
    return np.asarray(np.hypot(*(points - points[above]).T))


def _site_lines(
    network: Network, own: NDArray[np.bool_], gate: int, hosts: gpd.GeoDataFrame, table: pd.DataFrame, base: Base
) -> gpd.GeoDataFrame:
    """Feeders of the stations of one site as pieces."""
    inside = sparse.diags_array(own.astype(float))
    graph = sparse.csr_matrix(inside @ network.graph @ inside)
    graph.eliminate_zeros()
    terminals = np.flatnonzero((np.isfinite(network.service_m) | network.centres) & own)
    if not len(terminals):
        # feeders that have hardly begun: as far along the next road as the longest of them
        way_m = feeders.node_distances(network.graph, np.array([gate]))[0]
        end = np.argmin(np.where(way_m >= 1000 * table["length_km"].max(), way_m, np.inf))
        parent = feeders.steiner_tree(network.graph, gate, np.array([end]))
    else:
        parent = feeders.steiner_tree(graph, gate, terminals)
        parent = feeders.trimmed(
            parent,
            _edge_lengths(network.points, parent),
            network.service_m,
            network.centres,
            reach_m=LV_REACH_M - DRAWING_M,
        )
    length_m = _edge_lengths(network.points, parent)
    table = table.sort_values(["length_km", "feeder"], kind="stable", na_position="last")
    quota_m, shares = _split(parent, length_m, gate, 1000 * table["length_km"].to_numpy())
    return _pieces(network, parent, gate, hosts, table.assign(wanted_m=quota_m), shares, base)


def _split(
    parent: NDArray[np.int64], length_m: NDArray[np.float64], gate: int, published_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[feeders.Share]]:
    """Quotas [m] and feeders; those of unpublished length take as much as brings the others nearest to their published
    lengths."""
    unknown = np.isnan(published_m)
    known_m = float(published_m[~unknown].sum())
    rest_m = max((float(length_m.sum()) - known_m) / max(int(unknown.sum()), 1), 500 * UNPUBLISHED_KM)
    best: tuple[float, NDArray[np.float64], list[feeders.Share]] | None = None
    for factor in (1.0, 1.5, 2.2, 3.2, 4.5) if unknown.any() else (1.0,):
        quota_m = np.where(unknown, factor * rest_m, published_m)
        shares = feeders.split(parent, length_m, gate, quota_m)
        miss_m = abs(sum(share.length_m for share, free in zip(shares, unknown, strict=True) if not free) - known_m)
        if best is None or miss_m < best[0]:
            best = (miss_m, quota_m, shares)
    assert best is not None
    return best[1], best[2]


def _pieces(
    network: Network,
    parent: NDArray[np.int64],
    gate: int,
    hosts: gpd.GeoDataFrame,
    table: pd.DataFrame,
    shares: list[feeders.Share],
    base: Base,
) -> gpd.GeoDataFrame:
    """Pieces of the feeders, each from the point of its station."""
    rows: list[dict[str, object]] = []
    geometry: list[shapely.LineString] = []
    station_row = {name: place for place, name in enumerate(hosts["name"])}
    for share, (_, feeder) in zip(shares, table.iterrows(), strict=True):
        place = station_row[feeder["station"]]
        root = int(network.stations[place])
        hung = parent.copy()
        hung[gate], hung[root] = root, -1
        length_m = _edge_lengths(network.points, hung)
        nodes = (
            share.nodes
            if len(share.nodes)
            else feeders.first_way(parent, length_m, gate, feeder["wanted_m"] - length_m[gate])
        )
        for chain, behind in feeders.chains(np.append(nodes, gate), hung, length_m, root):
            line = rounded(network.points[chain])
            trunk = behind >= BRANCH_SHARE
            rows.append({
                "feeder": feeder["feeder"], "substation_id": hosts["substation_id"].iloc[place],
                "voltage_kv": feeder["voltage_kv"],
                "conductor": feeder["conductor"] if trunk or feeder["conductor"] == "AC-50" else BRANCH_CONDUCTOR,
                "status": "existing", "length_km": max(round(line.length / 1000, 4), 0.0001),
                "feeder_length_km": feeder["length_km"], "feeder_load_mw": feeder["load_mw"],
                "feeder_loading_pct": feeder["loading_pct"],
                "provenance": "modelled", "source": base.words.note["feeder" if trunk else "feeder_branch"],
            })  # fmt: skip
            geometry.append(line)
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=geometry, crs=base.communes.crs)
