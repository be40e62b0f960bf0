"""Main roads of the reference pack: expressway, national and provincial roads through their documented waypoints."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, transform
from infragap.reference.inputs import Base, Facts
from infragap.reference.land.ground import Ground
from infragap.reference.networks.courses import (
    LOCAL_WATER_COST,
    WATER_COST,
    CellNetwork,
    Piece,
    branches,
    course,
    path_cost,
    rough_ground,
    snapped,
)
from infragap.reference.words import Words

SLOPE_SCALE_PCT = {"expressway": 60.0, "national": 20.0, "provincial": 22.0, "commune": 25.0, "track": 35.0}
"""Slope at which a cell costs a road of this class twice a flat one (assumption: the poorer the road, the steeper it
climbs)."""

WINDING = {"commune": 1.25, "track": 1.4}
"""Real over drawn length of modelled roads (assumption; documented mountain roads here run 1.1-2.3 times their drawn
line)."""

ROUGH_WAYPOINT_M = 2500.0
"""Waypoints between the ends that are this rough are left out [m]."""

LEAST_WINDING = 0.85
"""Official lengths shorter than this share of the drawn line are not used: the waypoints or the length are wrong."""


@dataclass(frozen=True)
class RoadCourse:
    """One road as it was laid: a documented route has a `road_id`, and an official length [km] where one is
    published."""

    name: str
    road_class: str
    surface: str
    source: str
    road_id: str = ""
    official_km: float = math.nan


@dataclass
class RoadPlan:
    """Road networks under construction: courses so far, and what each course is.

    Attributes
    ----------
    ground
        The grid.
    bridges
        (k, 2) documented bridges [m].
    ordinary, expressway
        Networks of all other roads, and of the expressway, which others meet at its interchanges only.
    courses
        What each course is, by its number.
    interchanges
        Cells where expressway and ordinary roads meet.
    roughness
        Factors on the cost of cells.
    major_rivers
        Lines that only bridges cross.
    terminals
        Place (x, y) → cell where its road ends.
    words
        Names and notes of roads.
    stubs
        (cell, point): places in the same cell as another one, joined to it by a straight track.
    """

    ground: Ground
    bridges: NDArray[np.float64]
    ordinary: CellNetwork
    expressway: CellNetwork
    courses: list[RoadCourse] = field(default_factory=list)
    interchanges: set[int] = field(default_factory=set)
    roughness: NDArray[np.float64] = field(kw_only=True)
    major_rivers: shapely.Geometry = field(kw_only=True)
    words: Words = field(kw_only=True)
    terminals: dict[tuple[float, float], int] = field(default_factory=dict)
    stubs: list[tuple[int, tuple[float, float]]] = field(default_factory=list)

    def number(self, course: RoadCourse) -> int:
        """Register a course and give its number."""
        self.courses.append(course)
        return len(self.courses) - 1

    def cost(self, road_class: str) -> NDArray[np.float32]:
        """Cost of each cell for a road of this class, in widths of a flat cell."""
        scale = SLOPE_SCALE_PCT[road_class]
        water = LOCAL_WATER_COST if road_class in WINDING else WATER_COST
        return path_cost(self.ground, self.bridges, slope_scale_pct=scale, water_cost=water, roughness=self.roughness)

    def points(self) -> NDArray[np.float64]:
        """Cell centres (k, 2) [m] of the ordinary network."""
        return self.ground.xy(self.ordinary.cells())


def plan_main_roads(base: Base, facts: Facts, ground: Ground, *, rng: np.random.Generator) -> RoadPlan:
    """Lay the documented roads over the ground.

    Parameters
    ----------
    base
        Bridges are used, and the CRS.
    facts
        Road waypoints; railways are left out.
    ground
        The grid.
    rng
        Of the roads layer.

    Returns
    -------
    RoadPlan
        Between two waypoints a road takes the least-cost course on the relief. Waypoints within their accuracy of a
        road that is already there move onto it, so that roads join; a road that still hangs loose gets a modelled link
        to the next one.
    """
    find = base.words.find
    left_out = base.bridges["name"].astype(str).str.contains(find["bridge_of_main_road_left_out"])
    documented = base.bridges[~left_out]
    plan = RoadPlan(
        ground,
        np.column_stack([documented.geometry.x, documented.geometry.y]),
        CellNetwork(ground),
        CellNetwork(ground),
        roughness=rough_ground(ground, rng=rng),
        major_rivers=_major_rivers(base),
        words=base.words,
    )
    waypoints = facts.roads[facts.roads["road_class"] != base.words.word["railway"]]
    for _, route in waypoints.groupby("road_id", sort=False):
        _add_route(plan, route.sort_values("order"), base)
    _link_components(plan)
    return plan


def _add_route(plan: RoadPlan, route: pd.DataFrame, base: Base) -> None:
    first = route.iloc[0]
    road_class = plan.words.road_class[first["road_class"]]
    inner = np.arange(len(route)) % (len(route) - 1) > 0
    # centres of old communes are not on the expressway, and the roughest points would only add bends
    doubtful = (route["accuracy_m"] >= ROUGH_WAYPOINT_M) | (
        (road_class == "expressway") & route["commune"].str.contains(plan.words.find["old_commune"])
    )
    route = route[~(inner & doubtful)]
    points = np.column_stack(transform(route["lon"], route["lat"], source=WGS84, target=base.communes.crs))
    network = plan.expressway if road_class == "expressway" else plan.ordinary
    cells = snapped(
        points,
        route["accuracy_m"].to_numpy(),
        network.cells() if network.owner else np.array([], dtype=np.int64),
        plan.ground,
    )
    number = plan.number(
        RoadCourse(
            name=first["road_name"],
            road_class=road_class,
            surface=_surface(str(first["surface"]), road_class, plan.words.find),
            source=plan.words.note["road"].format(road_id=first["road_id"]),
            road_id=first["road_id"],
            official_km=float(first["length_km"]),
        )
    )
    cost = plan.cost(road_class)
    if network.owner:
        # a road that meets another one in the same valley runs on it rather than beside it
        cost.ravel()[network.cells()] *= 0.6
    for start, end in zip(cells[:-1].tolist(), cells[1:].tolist(), strict=True):
        if start != end:
            network.add(course(cost, start, end), number)
    if road_class == "expressway":
        plan.interchanges.update(
            cells[route["waypoint"].str.startswith("IC") | (np.arange(len(route)) == len(route) - 1)].tolist()
        )


def _surface(text: str, road_class: str, find: dict[str, str]) -> str:
    """Surface class of the words in the table; roads that are only planned or under construction are earth today."""
    if re.search(find["road_planned"], text):
        return "earth"
    if re.search(find["road_bad"], text):
        return "gravel"
    if re.search(find["asphalt"], text) or road_class in ("expressway", "national"):
        return "asphalt"
    return "concrete" if re.search(find["concrete"], text) else "asphalt"


def _link_components(plan: RoadPlan) -> None:
    """Join the parts of the ordinary network and the interchanges by modelled links."""
    cost = plan.cost("commune")
    link = RoadCourse(plan.words.name["link_road"], "commune", "concrete", plan.words.note["modelled"])
    while len(parts := _components(plan.ordinary)) > 1:
        main, loose = parts[0], parts[-1]
        courses, reach = branches(cost, np.array(sorted(main)), np.array(sorted(loose)))
        plan.ordinary.add(courses[int(np.argmin(reach))], plan.number(link))
    for cell in sorted(plan.interchanges):
        courses, _ = branches(cost, plan.ordinary.cells(), np.array([cell]))
        if len(courses[0]) > 1:
            plan.ordinary.add(courses[0], plan.number(link))


def _components(network: CellNetwork) -> list[set[int]]:
    graph: nx.Graph[int] = nx.Graph(list(network.owner))
    return sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))


def build_roads(plan: RoadPlan, base: Base) -> gpd.GeoDataFrame:
    """Turn the plan into the road layer.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.Roads` and `routes` (all documented roads that run on the piece, '; ' between),
        pieces cut at junctions, in the measuring CRS. `length_km` of a documented road's pieces sums to its official
        length; other pieces have drawn length times `WINDING`.
    """
    rows: list[dict[str, object]] = []
    geometry: list[shapely.LineString] = []
    for network in (plan.ordinary, plan.expressway):
        pieces = network.pieces(breaks=plan.interchanges)
        lines = [network.line(piece.cells) for piece in pieces]
        crosses = _crossing(lines, plan)
        for place in np.flatnonzero(crosses & ~np.array([piece.is_bridge for piece in pieces])):
            # simplifying has carried it over the river bend: draw it cell by cell
            lines[place] = network.line(pieces[place].cells, exact=True)
        crosses = _crossing(lines, plan)
        lengths_km = _lengths_km(plan, pieces, [line.length for line in lines])
        for piece, length_km, is_bridge in zip(pieces, lengths_km, crosses, strict=True):
            kind = plan.courses[piece.number]
            routes = [plan.courses[n].name for n in (piece.number, *piece.others) if plan.courses[n].road_id]
            rows.append(_row(kind, length_km, is_bridge=bool(is_bridge), routes="; ".join(routes)))
        geometry.extend(lines)
    stub = RoadCourse(plan.words.name["village_road"], "track", "earth", plan.words.note["modelled"])
    for cell, point in plan.stubs:
        line = shapely.LineString([plan.ordinary.points[cell], point])
        length_km = max(line.length * WINDING["track"] / 1000, 0.001)
        rows.append(_row(stub, length_km, is_bridge=bool(_crossing([line], plan)[0]), routes=""))
        geometry.append(line)
    frame = pd.DataFrame(rows)
    frame.insert(0, "road_id", [f"R{i:05d}" for i in range(1, len(frame) + 1)])
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=base.communes.crs)


def _row(kind: RoadCourse, length_km: float, *, is_bridge: bool, routes: str) -> dict[str, object]:
    return {
        "name": kind.name,
        "road_class": kind.road_class,
        "surface": kind.surface,
        "length_km": round(length_km, 3),
        "is_bridge": is_bridge,
        "routes": routes,
        "provenance": "modelled",
        "source": kind.source,
    }


def _crossing(lines: list[shapely.LineString], plan: RoadPlan) -> NDArray[np.bool_]:
    """Whether each line crosses a major river."""
    return np.asarray(shapely.intersects(plan.major_rivers, np.array(lines, dtype=object)))


def _major_rivers(base: Base) -> shapely.Geometry:
    rivers = shapely.union_all(base.rivers.geometry[base.rivers["is_major"]].to_numpy())
    shapely.prepare(rivers)
    return rivers


def _lengths_km(plan: RoadPlan, pieces: list[Piece], drawn_m: list[float]) -> list[float]:
    """Length of each piece along the real road."""
    by_course: dict[int, list[int]] = defaultdict(list)
    for place, piece in enumerate(pieces):
        for number in (piece.number, *piece.others):
            by_course[number].append(place)
    lengths = [0.0] * len(pieces)
    for number in sorted(by_course):
        kind = plan.courses[number]
        own = [i for i in by_course[number] if pieces[i].number == number]
        drawn_km = sum(drawn_m[i] for i in own) / 1000
        if not own:
            continue
        shared_km = sum(lengths[i] for i in by_course[number] if pieces[i].number != number)
        left_km = kind.official_km - shared_km
        factor = WINDING.get(kind.road_class, WINDING["commune"])
        if np.isfinite(left_km):
            factor = left_km / drawn_km if left_km >= LEAST_WINDING * drawn_km else 1.0
        for i in own:
            lengths[i] = factor * drawn_m[i] / 1000
    return lengths
