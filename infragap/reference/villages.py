"""Villages of the reference pack: documented hamlets first, the rest modelled up to each commune's share of the population."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, transform
from infragap.reference.ground import (
    BORDER_M,
    Ground,
    distance_to,
    draw_spaced,
    habitability,
    points_frame,
    within_cells,
)
from infragap.reference.inputs import Base, Facts
from infragap.reference.shares import largest_remainder
from infragap.reference.village_people import households_by_village, people_by_village, pupils_and_minorities

VILLAGES = 2693
"""Villages of the province (scheme, section I)."""

ACCESS_SCALE_M = 3500.0
"""Villages thin out over this distance from main roads, to a tenth at the farthest (assumption)."""

CLEAR_OF_UNELECTRIFIED_M = 3000.0
"""No modelled village, which has the grid, lies nearer than this to one of the 18 (1,200 m for Sáng Nhù beside the town)."""


def build_villages(
    base: Base,
    facts: Facts,
    ground: Ground,
    unelectrified: gpd.GeoDataFrame,
    *,
    main_roads: NDArray[np.float64],
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Build the village layer.

    Parameters
    ----------
    base, facts
        Communes (population and households are met exactly), old communes; documented hamlets.
    ground
        The placing grid; with a population raster villages are drawn by it.
    unelectrified
        The 18 from `unelectrified_villages`.
    main_roads
        (k, 2) points along main roads [m].
    rng
        Of this layer.

    Returns
    -------
    GeoDataFrame
        2,693 rows by commune code, documented ones first; columns of `infragap.gis.schema.Villages`, and `fact_id` (row of facts/villages.csv),
        `settlement_id` (of the 18), `name_provenance`. Counts are modelled throughout, so `provenance` is 'modelled'; a name from a
        published list has `name_provenance` 'official'.
    """
    documented = _documented(base, facts)
    frame = pd.concat([documented, _modelled(base, documented)], ignore_index=True)
    frame["row"] = frame["commune_code"].map({code: i for i, code in enumerate(base.communes["commune_code"])})
    frame = _with_unelectrified(frame.sort_values("row", kind="stable").reset_index(drop=True), unelectrified)
    frame["households"] = households_by_village(frame, base.communes, unelectrified, rng=rng)
    frame["population"] = people_by_village(frame, base.communes, unelectrified, rng=rng)
    frame = frame.join(pupils_and_minorities(frame, base.communes, rng=rng))
    points, accuracy_m, notes = _place(frame, base, ground, unelectrified, main_roads=main_roads, rng=rng)
    number = frame.groupby("row").cumcount() + 1
    return points_frame(
        {
            "village_id": frame["commune_code"] + "-" + number.astype(str).str.zfill(3), "name": frame["name"], "commune_code": frame["commune_code"],
            "legacy_commune": frame["legacy_commune"], "households": frame["households"], "population": frame["population"],
            "pupils_primary": frame["pupils_primary"], "pupils_lower_secondary": frame["pupils_lower_secondary"],
            "pupils_upper_secondary": frame["pupils_upper_secondary"], "minority_pct": frame["minority_pct"], "on_grid": frame["settlement_id"] == "",
            "scheme_persons": frame["scheme_persons"], "position_accuracy_m": np.round(accuracy_m, -2), "fact_id": frame["fact_id"],
            "settlement_id": frame["settlement_id"], "name_provenance": np.where(frame["fact_id"] == "", "modelled", "official"),
            "provenance": "modelled", "source": frame["source"] + "; " + pd.Series(notes),
        },
        points,
        base.communes.crs,
    )  # fmt: skip


def _documented(base: Base, facts: Facts) -> pd.DataFrame:
    """Hamlets of the fact table, one per (commune, name), with points in the measuring CRS (NaN where none)."""
    table = facts.villages
    name = table["village"].str.normalize("NFC").str.strip()
    repeated = pd.DataFrame({"code": table["commune_code"], "name": name.str.casefold()}).duplicated()
    known = table["commune_code"].isin(base.communes["commune_code"])
    kept = table[known & ~repeated]
    x, y = transform(kept["lon"], kept["lat"], source=WGS84, target=base.communes.crs)
    return pd.DataFrame({
        "fact_id": kept["id"], "name": name[kept.index], "commune_code": kept["commune_code"],
        "legacy_commune": kept["commune_old"].str.replace(r"^(Xã|Phường|Thị trấn) ", "", regex=True).replace("", None),
        "scheme_persons": pd.to_numeric(kept["scheme_persons"]), "known_households": pd.to_numeric(kept["households"]),
        "x": x, "y": y, "accuracy_m": kept["accuracy_m"],
        "source": "tên: " + kept["source"].str.split(";").str[0].str.slice(0, 80) + " (" + kept["confidence"] + ")",
    }).reset_index(drop=True)  # fmt: skip


def _modelled(base: Base, documented: pd.DataFrame) -> pd.DataFrame:
    """Modelled villages: as many as each commune's share of the population leaves after its documented ones."""
    communes = base.communes
    there = documented.groupby("commune_code").size().reindex(communes["commune_code"], fill_value=0).to_numpy()
    total = largest_remainder(VILLAGES, communes["population"], minimum=np.maximum(there, 1))
    rows = np.repeat(np.arange(len(communes)), total - there)
    number = np.concatenate([np.arange(1, k + 1) for k in total - there])
    urban = (communes["kind"] == "phường").to_numpy()[rows]
    word = np.where(urban, "Tổ dân phố số ", "Thôn số ")
    return pd.DataFrame({
        "fact_id": "", "name": [f"{w}{n} (mô phỏng)" for w, n in zip(word, number, strict=True)],
        "commune_code": communes["commune_code"].to_numpy()[rows], "legacy_commune": None, "scheme_persons": np.nan, "known_households": np.nan, "x": np.nan, "y": np.nan,
        "accuracy_m": np.nan, "source": "thôn mô phỏng",
    })  # fmt: skip


def _with_unelectrified(frame: pd.DataFrame, unelectrified: gpd.GeoDataFrame) -> pd.DataFrame:
    """Mark the 18 among the documented hamlets and give them their points."""
    marked = frame.assign(settlement_id="")
    for village in unelectrified.itertuples():
        same = (
            (marked["commune_code"] == village.commune_code)
            & (marked["name"] == village.name)
            & (marked["fact_id"] != "")
        )
        if same.sum() != 1:
            raise ValueError(
                f"{village.name} ({village.commune_code}): {same.sum()} rows in facts/villages.csv, one expected"
            )
        where = marked.index[same][0]
        values = (
            village.settlement_id,
            village.legacy_commune,
            village.geometry.x,
            village.geometry.y,
            village.accuracy_m,
        )
        marked.loc[where, ["settlement_id", "legacy_commune", "x", "y", "accuracy_m"]] = pd.Series(
            values, index=["settlement_id", "legacy_commune", "x", "y", "accuracy_m"], dtype=object
        )
    return marked.astype({"x": float, "y": float, "accuracy_m": float})


def _place(
    frame: pd.DataFrame,
    base: Base,
    ground: Ground,
    unelectrified: gpd.GeoDataFrame,
    *,
    main_roads: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Points (n, 2) [m], radii (n,) [m] and notes, in the order of `frame`."""
    weight = habitability(ground) * (0.1 + 0.9 * np.exp(-distance_to(ground, main_roads) / ACCESS_SCALE_M))
    free = weight.copy()
    for village in unelectrified.itertuples():
        clear_m = 1200.0 if village.settlement_id == "V12" else CLEAR_OF_UNELECTRIFIED_M
        free[distance_to(ground, np.array([[village.geometry.x, village.geometry.y]])) < clear_m] = 0.0
    points = frame[["x", "y"]].to_numpy(dtype=np.float64)
    accuracy = frame["accuracy_m"].to_numpy(dtype=np.float64).copy()
    notes = [""] * len(frame)
    for row in range(len(base.communes)):
        commune, group = base.communes.iloc[row], frame[frame["row"] == row]
        moved_m = _moved_inside(points, group.index.to_numpy(), commune.geometry)
        for place in group.index[group["x"].notna()]:
            shift = moved_m[place]
            accuracy[place] += shift
            notes[place] = "điểm theo tài liệu" + (f", dời {shift:.0f} m vào trong xã" if shift else "")
        _draw(group[group["x"].isna()], commune, base, ground, weight, free, points, accuracy, notes, rng)
    for village in unelectrified.itertuples():
        notes[int(np.flatnonzero(frame["settlement_id"] == village.settlement_id)[0])] = village.position_note
    return points, accuracy, notes


def _moved_inside(points: NDArray[np.float64], places: NDArray[np.int64], polygon: shapely.Polygon) -> dict[int, float]:
    """Move known points that lie outside the commune to its nearest inner point, in place; how far each moved [m]."""
    inner = polygon.buffer(-2 * BORDER_M)
    moved: dict[int, float] = {}
    for place in places.tolist():
        if np.isnan(points[place, 0]):
            continue
        old = shapely.Point(points[place])
        new = old if polygon.buffer(-BORDER_M / 2).contains(old) else shapely.ops.nearest_points(inner, old)[0]
        points[place] = np.round([new.x, new.y], 1)
        moved[place] = float(old.distance(new))
    return moved


def _draw(
    group: pd.DataFrame,
    commune: pd.Series[str],
    base: Base,
    ground: Ground,
    weight: NDArray[np.float64],
    free: NDArray[np.float64],
    points: NDArray[np.float64],
    accuracy: NDArray[np.float64],
    notes: list[str],
    rng: np.random.Generator,
) -> None:
    """Draw places for the villages of one commune that have no point, those with a known old commune inside its box, in place."""
    row = int(group["row"].iloc[0]) if len(group) else -1
    polygon: shapely.Polygon = base.communes.geometry.iloc[row]
    inside = np.flatnonzero(ground.commune.ravel() == row)
    radius_m = float(np.sqrt(float(commune["area_km2"]) * 1e6 / np.pi))
    spacing_m = 0.6 * radius_m * np.sqrt(np.pi / max(len(group), 1))
    parts = [(name, part) for name, part in group.groupby("legacy_commune", sort=True)] + [
        ("", group[group["legacy_commune"].isna()])
    ]
    taken = points[(np.abs(points - [polygon.centroid.x, polygon.centroid.y]) < 5 * radius_m).all(axis=1)]
    for name, part in parts:
        if part.empty:
            continue
        cells, box_radius_m, note = inside, radius_m, "vị trí mô phỏng trong xã"
        box = base.legacy[(base.legacy["commune_code"] == commune["commune_code"]) & (base.legacy["name"] == name)]
        if len(box):
            xy = ground.xy(inside)
            edges = box.iloc[0]
            in_box = (xy >= [edges["west"], edges["south"]]).all(axis=1) & (xy <= [edges["east"], edges["north"]]).all(
                axis=1
            )
            if (free.ravel()[inside[in_box]] > 0).sum() >= len(part):
                cells, note = inside[in_box], "vị trí mô phỏng trong khung xã cũ"
                box_radius_m = float(np.hypot(edges["east"] - edges["west"], edges["north"] - edges["south"])) / 2
        weights = free.ravel()[cells]
        if (weights > 0).sum() < len(part):
            weights = weight.ravel()[cells]
        if (weights > 0).sum() < len(part):
            weights = np.ones(len(cells))
        drawn = draw_spaced(cells, weights, len(part), ground=ground, spacing_m=float(spacing_m), taken=taken, rng=rng)
        polygons = gpd.GeoSeries([polygon] * len(part), crs=base.communes.crs)
        points[part.index] = within_cells(ground, drawn, polygons, rng=rng)
        taken = np.vstack([taken, points[part.index]])
        accuracy[part.index] = box_radius_m
        for place in part.index:
            notes[place] = note
