"""Villages of the reference pack: documented hamlets first, the rest modelled up to each commune's share of the
population."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, transform
from infragap.reference.inputs import Base, Facts
from infragap.reference.land.ground import (
    BORDER_M,
    Ground,
    distance_to,
    draw_spaced,
    habitability,
    points_frame,
    within_cells,
)
from infragap.reference.places.village_people import households_by_village, people_by_village, pupils_and_minorities
from infragap.reference.shares import largest_remainder

VILLAGES = 2693
"""Villages of the province (scheme, section I)."""

ACCESS_SCALE_M = 3500.0
"""Villages thin out over this distance from main roads, to a tenth at the farthest (assumption)."""

CLEAR_OF_UNELECTRIFIED_M = 3000.0
"""No modelled village, which has the grid, lies nearer than this to one of the 18."""

CLEAR_BESIDE_TOWN_M = 1200.0
"""The same for a village without grid beside a town."""


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
        2,693 rows by commune code, documented ones first; columns of `infragap.gis.schema.Villages`, and `fact_id` (row
        of facts/villages.csv), `settlement_id` (of the 18), `name_provenance`. Counts are modelled throughout, so
        `provenance` is 'modelled'; a name from a published list has `name_provenance` 'official'.
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
            "village_id": frame["commune_code"] + "-" + number.astype(str).str.zfill(3), "name": frame["name"],
            "commune_code": frame["commune_code"],
            "legacy_commune": frame["legacy_commune"], "households": frame["households"],
            "population": frame["population"],
            "pupils_primary": frame["pupils_primary"], "pupils_lower_secondary": frame["pupils_lower_secondary"],
            "pupils_upper_secondary": frame["pupils_upper_secondary"], "minority_pct": frame["minority_pct"],
            "on_grid": frame["settlement_id"] == "",
            "scheme_persons": frame["scheme_persons"], "position_accuracy_m": np.round(accuracy_m, -2),
            "fact_id": frame["fact_id"],
            "settlement_id": frame["settlement_id"], "name_provenance": np.where(frame["fact_id"] == "", "modelled",
            "official"),
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
        "legacy_commune": kept["commune_old"].str.replace(base.words.find["commune_prefix"], "", regex=True).replace("",
        None),
        "scheme_persons": pd.to_numeric(kept["scheme_persons"]), "known_households": pd.to_numeric(kept["households"]),
        "x": x, "y": y, "accuracy_m": kept["accuracy_m"],
        "source": [
            base.words.note["village_name"].format(source=source.split(";")[0][:80], confidence=confidence)
            for source, confidence in zip(kept["source"], kept["confidence"], strict=True)
        ],
    }).reset_index(drop=True)  # fmt: skip


def _modelled(base: Base, documented: pd.DataFrame) -> pd.DataFrame:
    """Modelled villages: as many as each commune's share of the population leaves after its documented ones."""
    communes = base.communes
    there = documented.groupby("commune_code").size().reindex(communes["commune_code"], fill_value=0).to_numpy()
    total = largest_remainder(VILLAGES, communes["population"], minimum=np.maximum(there, 1))
    rows = np.repeat(np.arange(len(communes)), total - there)
    number = np.concatenate([np.arange(1, k + 1) for k in total - there])
    words = base.words
    urban = (communes["kind"] == words.word["urban_commune"]).to_numpy()[rows]
    name = np.where(urban, words.name["urban_village"], words.name["village"])
    return pd.DataFrame({
        "fact_id": "", "name": [text.format(number=n) for text, n in zip(name, number, strict=True)],
        "commune_code": communes["commune_code"].to_numpy()[rows], "legacy_commune": None, "scheme_persons": np.nan,
        "known_households": np.nan, "x": np.nan, "y": np.nan,
        "accuracy_m": np.nan, "source": words.note["village_modelled"],
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
        clear_m = CLEAR_BESIDE_TOWN_M if village.is_near_town else CLEAR_OF_UNELECTRIFIED_M
        free[distance_to(ground, np.array([[village.geometry.x, village.geometry.y]])) < clear_m] = 0.0
    placing = _Placing(
        base, ground, weight.ravel(), free.ravel(), rng,
        points=frame[["x", "y"]].to_numpy(dtype=np.float64),
        accuracy_m=frame["accuracy_m"].to_numpy(dtype=np.float64).copy(),
        notes=[""] * len(frame),
    )  # fmt: skip
    for row in range(len(base.communes)):
        group = frame[frame["row"] == row]
        placing.move_inside(group[group["x"].notna()], base.communes.geometry.iloc[row])
        placing.draw(group[group["x"].isna()], row)
    for village in unelectrified.itertuples():
        placing.notes[int(np.flatnonzero(frame["settlement_id"] == village.settlement_id)[0])] = village.position_note
    return placing.points, placing.accuracy_m, placing.notes


@dataclass(eq=False)
class _Placing:
    """Places of the villages, filled commune by commune.

    Attributes
    ----------
    base, ground
        Communes and the placing grid.
    weight, free
        (cells,) weight of each cell as a place for a village, and the same with the surroundings of villages without
        grid at 0.
    rng
        Of the layer.
    points, accuracy_m, notes
        (n, 2) [m] (NaN where not yet known), (n,) [m], (n,) in the order of the villages.
    """

    base: Base
    ground: Ground
    weight: NDArray[np.float64]
    free: NDArray[np.float64]
    rng: np.random.Generator
    points: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    notes: list[str]

    def move_inside(self, group: pd.DataFrame, polygon: shapely.Polygon) -> None:
        """Move known points that lie outside their commune to its nearest inner point; the radius grows by the
        shift."""
        inner, well_inside = polygon.buffer(-2 * BORDER_M), polygon.buffer(-BORDER_M / 2)
        for place in group.index:
            old = shapely.Point(self.points[place])
            new = old if well_inside.contains(old) else shapely.ops.nearest_points(inner, old)[0]
            shift_m = float(old.distance(new))
            self.points[place] = np.round([new.x, new.y], 1)
            self.accuracy_m[place] += shift_m
            note = self.base.words.note["village_moved" if shift_m else "village_documented"]
            self.notes[place] = note.format(shift_m=shift_m)

    def draw(self, group: pd.DataFrame, row: int) -> None:
        """Draw places for the villages of one commune that have no point, those with a known old commune inside its
        box."""
        commune = self.base.communes.iloc[row]
        polygon: shapely.Polygon = commune.geometry
        radius_m = float(np.sqrt(float(commune["area_km2"]) * 1e6 / np.pi))
        spacing_m = float(0.6 * radius_m * np.sqrt(np.pi / max(len(group), 1)))
        of_old = [(name, part) for name, part in group.groupby("legacy_commune", sort=True)]
        near = (np.abs(self.points - [polygon.centroid.x, polygon.centroid.y]) < 5 * radius_m).all(axis=1)
        taken = self.points[near]
        for name, part in [*of_old, ("", group[group["legacy_commune"].isna()])]:
            if part.empty:
                continue
            cells, accuracy_m, note = self._area(row, str(name), len(part), radius_m)
            drawn = draw_spaced(
                cells, self._weights(cells, len(part)), len(part),
                ground=self.ground, spacing_m=spacing_m, taken=taken, rng=self.rng,
            )  # fmt: skip
            polygons = gpd.GeoSeries([polygon] * len(part), crs=self.base.communes.crs)
            self.points[part.index] = within_cells(self.ground, drawn, polygons, rng=self.rng)
            taken = np.vstack([taken, self.points[part.index]])
            self.accuracy_m[part.index] = accuracy_m
            for place in part.index:
                self.notes[place] = self.base.words.note[note]

    def _area(self, row: int, old_commune: str, count: int, radius_m: float) -> tuple[NDArray[np.int64], float, str]:
        """Cells in which `count` villages of a commune may lie, the radius of that area [m], and the key of its
        note."""
        inside = np.flatnonzero(self.ground.commune.ravel() == row)
        legacy = self.base.legacy
        code = self.base.communes["commune_code"].iloc[row]
        box = legacy[(legacy["commune_code"] == code) & (legacy["name"] == old_commune)]
        if len(box):
            edges, xy = box.iloc[0], self.ground.xy(inside)
            in_box = (xy >= [edges["west"], edges["south"]]).all(axis=1)
            in_box &= (xy <= [edges["east"], edges["north"]]).all(axis=1)
            if (self.free[inside[in_box]] > 0).sum() >= count:
                half_diagonal_m = float(np.hypot(edges["east"] - edges["west"], edges["north"] - edges["south"])) / 2
                return inside[in_box], half_diagonal_m, "village_in_old_commune"
        return inside, radius_m, "village_in_commune"

    def _weights(self, cells: NDArray[np.int64], count: int) -> NDArray[np.float64]:
        """Weights of the cells: away from villages without grid where that leaves room, else anywhere."""
        for weights in (self.free[cells], self.weight[cells]):
            if (weights > 0).sum() >= count:
                return weights
        return np.ones(len(cells))
