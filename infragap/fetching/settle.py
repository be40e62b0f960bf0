"""`infragap data build PACK`: where there is no list of settlements, people on a raster or buildings become some.

DBSCAN over the cells that hold people, or the buildings, each weighted by its people: a place with at least
`people_min` within `reach_m` is dense, dense places within reach of each other are one settlement, others join the one
in whose reach they lie. What is near a power line is taken as served.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import rasterio
import shapely
from sklearn.cluster import DBSCAN

from infragap.disk.exchange import put_text
from infragap.fetching.described import SOURCES, describe_fetched, say_derived
from infragap.fetching.fetch import PEOPLE
from infragap.fetching.footprints import FILE as BUILDINGS
from infragap.fetching.osm import EXTRACTS
from infragap.gis.arrays import FloatArray
from infragap.gis.errors import InfragapError, LayerError, MissingDataError, ParameterError
from infragap.gis.pack import Pack, read_pack
from infragap.gis.raster import sample
from infragap.gis.reading.files import require_file
from infragap.gis.reading.osm_layers import read_osm_layer
from infragap.gis.reading.vector import read_vector

FILE = "settlements.csv"
ORIGINS = ("auto", "people", "buildings")
GATHERED = 5
"""Buildings in the same square of the reach by this are one point: hundreds of neighbours each are otherwise held in
memory."""

NAMED_WITHIN_M = 1_500.0
LEAST_PEOPLE = 0.5
"""Cells below hold nobody: the model of people spreads them thin."""


@dataclass(frozen=True)
class Clustering:
    """How people become settlements; all of it assumptions that the layer states.

    Attributes
    ----------
    reach_m
        Cells so near are neighbours.
    people_min
        People within reach that make a cell dense; below it lone houses remain unplanned for.
    served_within_m
        Settlements so near an existing line count as served.
    people_per_building
        Where buildings are clustered: a household's house, kitchen and stable are several.
    """

    reach_m: float = 250.0
    people_min: int = 20
    served_within_m: float = 1_000.0
    people_per_building: float = 2.5


class Settled(NamedTuple):
    """What `build_settlements` has written.

    Attributes
    ----------
    settlements
        Written.
    served
        Left out as served.
    scattered
        People in no settlement.
    buildings
        File whose buildings were clustered; None: people were.
    """

    settlements: int
    served: int
    scattered: int
    buildings: Path | None


def build_settlements(
    folder: Path, how: Clustering | None = None, *, buildings: Path | None = None, origin: str = ORIGINS[0]
) -> Settled:
    """Write the layer `settlements` of a pack from its buildings or its people.

    Parameters
    ----------
    folder
        A fetched pack, with `base/buildings.fgb` or `base/population.tif`.
    how
        The parameters; None for the defaults.
    buildings
        Footprints or points in any format that a layer may have, which take the place of what was fetched.
    origin
        Of `ORIGINS`; 'auto' takes the buildings where there are any.

    Raises
    ------
    MissingDataError
        There is no raster of people and no file of buildings, or a list of settlements is there already.
    LayerError
        The file of buildings cannot be read, or holds none within the heights of the pack.
    """
    how = how or Clustering()
    pack = read_pack(folder)
    if pack.has("settlements"):
        raise MissingDataError("settlements: the pack has a list already; take it out of catalog.toml to make another")
    buildings = buildings or _chosen(folder, origin)
    x, y, people = _cells(folder / PEOPLE, pack.crs_measure) if buildings is None else _houses(buildings, pack, how)
    label = clustered(x, y, people, how)
    points = _settlements(x, y, people, label, pack)
    served = _near_lines(points, pack, how.served_within_m)
    kept = points[~served].reset_index(drop=True)
    table = _table(kept, pack, folder, how, buildings)
    put_text(folder / FILE, table.to_csv(index=False, lineterminator="\n"))
    base = PEOPLE if buildings is None else BUILDINGS if buildings == folder / BUILDINGS else ""
    say_derived(folder, FILE, base, _method(how, buildings, pack.profile.household_size))
    if (folder / SOURCES).exists():
        describe_fetched(folder, pack.catalog.pack.profile, pack.catalog.pack.province)
    return Settled(len(kept), int(served.sum()), int(people[label < 0].sum()), buildings)


def _chosen(folder: Path, origin: str) -> Path | None:
    """Buildings that were fetched, where they are wanted; None: the people."""
    if origin not in ORIGINS:
        raise ParameterError(f"--origin {origin!r}: there are {', '.join(ORIGINS)}")
    fetched, people = folder / BUILDINGS, folder / PEOPLE
    if origin != "people" and fetched.exists():
        return fetched
    if origin == "buildings":
        raise MissingDataError(
            f"settlements: there is no {BUILDINGS}; fetch with --country and --layers …,buildings, or name --buildings"
        )
    if not people.exists():
        raise MissingDataError(
            f"settlements: there is no {PEOPLE} to make them from; fetch with --country, name --buildings, or give a "
            "list"
        )
    return None


def clustered(x: FloatArray, y: FloatArray, people: FloatArray, how: Clustering) -> np.ndarray:
    """Give the number of each cell's settlement, -1 for none; numbered from west to east.

    Parameters
    ----------
    x, y
        (n,) metres.
    people
        (n,) people of each cell.
    how
        Reach and density.
    """
    if len(x) == 0:
        return np.zeros(0, dtype=int)
    found = DBSCAN(eps=how.reach_m, min_samples=how.people_min).fit(np.column_stack([x, y]), sample_weight=people)
    labels = found.labels_
    # the numbers of the library hang on the order of the cells
    corners = pd.DataFrame({"x": x, "y": y}).groupby(labels).min().drop(index=-1, errors="ignore")
    order = corners.sort_values(["x", "y"], kind="stable").index.to_numpy()
    place = np.full(labels.max(initial=-1) + 2, -1)
    place[order] = np.arange(len(order))
    # the last place is that of -1
    return np.asarray(place[labels], dtype=int)


def _cells(path: Path, crs: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    with rasterio.open(path, driver="GTiff") as dataset:
        values, transform, own = dataset.read(1).astype(np.float64), dataset.transform, dataset.crs
    rows, cols = np.nonzero(values >= LEAST_PEOPLE)
    longitude, latitude = rasterio.transform.xy(transform, rows, cols)
    to_metres = pyproj.Transformer.from_crs(own, crs, always_xy=True)
    x, y = to_metres.transform(np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float))
    return np.asarray(x), np.asarray(y), values[rows, cols]


def _houses(path: Path, pack: Pack, how: Clustering) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Middles of the buildings that stand on the heights of the pack, in metres, and the people of each."""
    require_file(path, layer="buildings")
    frame = read_vector(path, layer="buildings").to_crs(pack.crs_measure)
    middle = frame.geometry[frame.geometry.notna() & ~frame.geometry.is_empty].centroid
    x, y = middle.x.to_numpy(), middle.y.to_numpy()
    inside = np.isfinite(sample(pack.elevation, x, y))
    if not inside.any():
        raise LayerError(
            f"buildings: {path.name} has no building on the heights of the pack; take the file of this area"
        )
    return _gathered(x[inside], y[inside], how)


def _gathered(x: FloatArray, y: FloatArray, how: Clustering) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Buildings of each small square as one point in their middle, with the people of all."""
    side = how.reach_m / GATHERED
    squares = np.column_stack([np.floor(x / side), np.floor(y / side)]).astype(np.int64)
    _, square, count = np.unique(squares, axis=0, return_inverse=True, return_counts=True)
    square = square.ravel()
    middle_x, middle_y = (np.bincount(square, weights=values) / count for values in (x, y))
    return middle_x, middle_y, np.asarray(count * how.people_per_building, dtype=np.float64)


def _settlements(x: FloatArray, y: FloatArray, people: FloatArray, label: np.ndarray, pack: Pack) -> gpd.GeoDataFrame:
    rows = []
    order = np.argsort(label, kind="stable")
    rims = np.searchsorted(label[order], np.arange(label.max(initial=-1) + 2))
    for first, last in pairwise(rims.tolist()):
        own = order[first:last]
        weight = people[own]
        cx, cy = np.average(x[own], weights=weight), np.average(y[own], weights=weight)
        away = np.hypot(x[own] - cx, y[own] - cy)
        outwards = np.argsort(away, kind="stable")
        inside = np.searchsorted(np.cumsum(weight[outwards]), 0.9 * weight.sum())
        spread = max(float(away[outwards][min(inside, len(outwards) - 1)]), 50.0)
        rows.append({"people": weight.sum(), "spread_m": round(spread), "geometry": shapely.Point(cx, cy)})
    return gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["people", "spread_m", "geometry"]), geometry="geometry", crs=pack.crs_measure
    )


def _near_lines(points: gpd.GeoDataFrame, pack: Pack, within_m: float) -> np.ndarray:
    if not pack.has("grid_lines") or pack.layer_faults("grid_lines") or not len(points):
        return np.zeros(len(points), dtype=bool)
    lines = pack.grid_lines
    existing = lines.geometry[lines["status"] == "existing"]
    near, _ = existing.sindex.query(points.geometry, predicate="dwithin", distance=within_m)
    served = np.zeros(len(points), dtype=bool)
    served[near] = True
    return served


def _table(points: gpd.GeoDataFrame, pack: Pack, folder: Path, how: Clustering, buildings: Path | None) -> pd.DataFrame:
    places = points.to_crs("EPSG:4326")
    size = pack.profile.household_size
    return pd.DataFrame(
        {
            "settlement_id": [f"C{number:05d}" for number in range(1, len(points) + 1)],
            "name": _names(points, folder),
            "kind": "cluster",
            "commune_code": _codes(points, pack),
            "households": np.maximum(np.round(points["people"] / size), 1).astype(int),
            "households_provenance": "modelled",
            "supply": "none",
            "position_accuracy_m": 100.0,
            "spread_m": points["spread_m"],
            "provenance": "modelled",
            "source": _method(how, buildings, size),
            "longitude": places.geometry.x.round(6),
            "latitude": places.geometry.y.round(6),
        }
    )


def _method(how: Clustering, buildings: Path | None, household_size: float) -> str:
    origin, each = "WorldPop", ""
    if buildings is not None:
        origin, each = f"buildings ({buildings.name})", f"; {how.people_per_building:g} people a building"
    return (
        f"clusters of {origin} (DBSCAN, reach {how.reach_m:g} m, {how.people_min} people), farther than "
        f"{how.served_within_m:g} m from a line; {household_size:g} persons a household{each}; without supply by "
        "assumption"
    )


def _names(points: gpd.GeoDataFrame, folder: Path) -> list[str]:
    """Name of the nearest place of the extract, with the settlement's number where none is near."""
    plain = [f"C{number:05d}" for number in range(1, len(points) + 1)]
    extract = next((folder / name for name in EXTRACTS if (folder / name).exists()), None)
    if extract is None or not len(points):
        return plain
    try:
        places = read_osm_layer(extract, "settlements").to_crs(points.crs)
    except InfragapError:
        return plain
    places = places[places["name"].notna()].reset_index(drop=True)
    if not len(places):
        return plain
    near, far = places.sindex.nearest(points.geometry, return_all=False, return_distance=True)
    return [
        str(places["name"].iloc[place]) if away <= NAMED_WITHIN_M else own
        for own, place, away in zip(plain, near[1], far, strict=True)
    ]


def _codes(points: gpd.GeoDataFrame, pack: Pack) -> list[str]:
    if not pack.has("communes") or pack.layer_faults("communes") or not len(points):
        return [pack.profile.administration.area_code_example] * len(points)
    communes = pack.communes
    near = communes.sindex.nearest(points.geometry, return_all=False)[1]
    return [str(communes["commune_code"].iloc[place]) for place in near]
