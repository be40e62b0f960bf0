"""Transformer stations of the reference pack, and the 110-500 kV lines between them."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, transform
from infragap.reference.inputs import Base, Facts
from infragap.reference.words import Words

APART_M = 400.0
"""Stations that would share one registry point are put this far apart [m]."""

SITE_UNKNOWN_M = 30_000.0
TAP_KM = 20.0

_STATUS = {"under_construction": "under_construction", "in_plan": "planned", "in_operation": "existing"}
"""Pattern of `words.toml` that is found in the table's status → status of the layer; the first that fits counts."""


def build_substations(base: Base, facts: Facts) -> gpd.GeoDataFrame:
    """Build the station layer.

    Parameters
    ----------
    base, facts
        Communes and old communes; stations of facts/substations.csv.

    Returns
    -------
    GeoDataFrame
        48 rows in the order of the table; columns of `infragap.gis.schema.Substations`, and `code`. Points that come
        from OpenStreetMap (ODbL) are not used: those stations, and those without a point, stand at the old commune,
        town or commune that the table names, with the radius of that area. 'official' rows have a point of confidence A
        or B; for the others capacity and load are from the table and the position is not.

    Notes
    -----
    Load [MVA] = Σ transformer capacity × its peak loading, where the table gives the loading of every transformer
    ('46/41/84 %' of '63+40+63'); a range such as '46-80 %' counts at its middle.
    """
    table = facts.substations[facts.substations["kind"] == "substation"].reset_index(drop=True)
    points, accuracy_m, where, is_documented = _points(table, base)
    capacity = pd.Series([_capacity(text) for text in table["mva"]], dtype=float)
    loads = [_load(row["transformers"], row["max_load"]) for _, row in table.iterrows()]
    find = base.words.find
    status = [
        next(word for key, word in _STATUS.items() if re.search(find[key], text)) if text else "planned"
        for text in table["status"]
    ]
    frame = pd.DataFrame({
        "substation_id": [f"S{i:02d}" for i in range(1, len(table) + 1)], "code": table["code"], "name": table["name"],
        "voltage_kv": [float(text.split("/")[0]) for text in table["voltage_kv"]], "capacity_mva": capacity,
        "load_mva": loads, "status": status,
        "position_accuracy_m": np.round(accuracy_m, -2), "provenance": np.where(table["confidence"].isin(["A",
        "B"]) & is_documented, "official", "modelled"),
        "source": table["source"].str.split(";").str[0] + " (" + table["confidence"] + "); " + pd.Series(where),
    })  # fmt: skip
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(*points.T), crs=base.communes.crs)


def _points(
    table: pd.DataFrame, base: Base
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str], NDArray[np.bool_]]:
    """Points (n, 2) [m], radii [m], what the points rest on, and whether that is a document."""
    x, y = transform(table["lon"], table["lat"], source=WGS84, target=base.communes.crs)
    points, accuracy_m = np.column_stack([x, y]), table["accuracy_m"].to_numpy(dtype=np.float64).copy()
    note = base.words.note
    where = [note["station_documented"].format(confidence=grade) for grade in table["confidence"]]
    is_documented = np.isfinite(points[:, 0]) & ~table["source"].str.contains("OpenStreetMap").to_numpy()
    places = _named_places(base)
    for i, row in table.iterrows():
        place = int(str(i))
        if not is_documented[place]:
            named = _place_named(row["commune"], row["name"], places, base.words)
            points[place], accuracy_m[place], where[place] = named
    for place in range(len(points)):
        turn = 0
        while place and np.hypot(*(points[:place] - points[place]).T).min() < APART_M / 2:
            points[place] += APART_M * np.array([np.cos(turn), np.sin(turn)])
            turn += 1
    return np.round(points, 1), accuracy_m, where, is_documented


def _named_places(base: Base) -> dict[str, tuple[NDArray[np.float64], float]]:
    """Name → centre and radius [m]: old communes, and over them the new ones."""
    half_diagonal_m = (
        np.hypot(base.legacy["east"] - base.legacy["west"], base.legacy["north"] - base.legacy["south"]) / 2
    )
    places = {
        name: (np.array([point.x, point.y]), float(radius))
        for name, point, radius in zip(base.legacy["name"], base.legacy.geometry, half_diagonal_m, strict=True)
    }
    radius_m = np.sqrt(base.communes["area_km2"].to_numpy() * 1e6 / np.pi)
    for name, centre, radius in zip(base.communes["name"], base.commune_centres(), radius_m, strict=True):
        places[name] = (centre, float(radius))
    return places


def _place_named(
    text: str, name: str, places: dict[str, tuple[NDArray[np.float64], float]], spoken: Words
) -> tuple[NDArray[np.float64], float, str]:
    """Find the first place that a cell of the table names: an old commune in brackets first, then the communes in
    order."""
    bracket = re.findall(r"\(([^)]*)\)", text)
    words = [w for part in [*bracket, re.sub(r"\([^)]*\)", "", text)] for w in re.split(r"[/,]", part)]
    for word in [*words, name]:
        plain = re.sub(spoken.find["station_commune"], "", word.strip()).strip()
        if plain in places:
            centre, radius_m = places[plain]
            return centre, radius_m, spoken.note["station_at_place"].format(place=plain)
    return places[spoken.word["place_of_last_resort"]][0], SITE_UNKNOWN_M, spoken.note["station_unknown"]


def _capacity(text: str) -> float:
    """Read '2x63' and '126' as MVA."""
    if not text:
        return np.nan
    factors = [float(part) for part in text.split("x")]
    return float(np.prod(factors))


def _load(transformers: str, loading: str) -> float:
    """Peak load [MVA] where the loading of every transformer is given, else NaN."""
    match = re.fullmatch(r"([\d/]+|\d+-\d+) %", loading)
    if not match or not transformers:
        return np.nan
    sizes = [float(part) for part in transformers.split("+")]
    if "-" in match[1]:
        low, high = (float(part) for part in match[1].split("-"))
        return round(sum(sizes) * (low + high) / 200, 1)
    shares = [float(part) for part in match[1].split("/")]
    return (
        round(sum(s * p / 100 for s, p in zip(sizes, shares, strict=True)), 1) if len(sizes) == len(shares) else np.nan
    )


def build_transmission_lines(substations: gpd.GeoDataFrame, facts: Facts) -> gpd.GeoDataFrame:
    """Straight lines of 110 kV and above between stations that are both in the layer.

    Parameters
    ----------
    substations
        From `build_substations`.
    facts
        Lines of facts/substations.csv with from_node and to_node.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.GridLines`; `length_km` as published, or the straight line where that is longer.
        Lines to power plants, whose points are not in the facts, are left out.
    """
    table = facts.substations[facts.substations["kind"] == "line"]
    rows, geometry = [], []
    for _, line in table.iterrows():
        ends = [_station(substations, line[node], float(line["voltage_kv"])) for node in ("from_node", "to_node")]
        if None in ends or ends[0] == ends[1]:
            continue
        start, end = (substations.iloc[int(str(place))] for place in ends)
        course = shapely.LineString([start.geometry, end.geometry])
        if course.length / 1000 > line["length_km"] + TAP_KM:
            continue  # a tap off another line, not a line between the two
        load = re.match(r"Pmax ([\d.]+) MW(?:, ([\d.]+) %)?", line["max_load"])
        note = "transmission" if np.isnan(line["length_km"]) else "transmission_published"
        rows.append({
            "feeder": line["name"], "substation_id": start["substation_id"], "voltage_kv": float(line["voltage_kv"]),
            "conductor": line["conductor"] or None,
            "status": "existing" if re.search(facts.words.find["in_operation"], line["status"]) else "planned",
            "length_km": round(float(np.nanmax([line["length_km"], course.length / 1000])), 3),
            "feeder_length_km": line["length_km"], "feeder_load_mw": float(load[1]) if load else np.nan,
            "feeder_loading_pct": float(load[2]) if load and load[2] else np.nan, "provenance": "modelled",
            "source": facts.words.note[note].format(length_km=line["length_km"]),
        })  # fmt: skip
        geometry.append(course)
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=geometry, crs=substations.crs)


def _station(substations: gpd.GeoDataFrame, node: str, voltage_kv: float) -> int | None:
    """Row of the station that a line's end names: by its code (E20.1), or at 220 kV and above by its name."""
    code = re.search(r"E\d+\.\d+", node)
    if code:
        found = np.flatnonzero(substations["code"] == code[0])
    elif node.startswith("T500"):
        found = np.flatnonzero(substations["code"] == "T500LC")
    elif voltage_kv >= 220:
        found = np.flatnonzero(substations["name"] == f"TBA {voltage_kv:.0f} kV {node}")
    else:
        found = np.array([], dtype=int)
    return int(found[0]) if len(found) else None
