"""The 18 villages without grid: as the scheme names them, with what else is known, and a point that says how rough it
is."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, transform
from infragap.reference.inputs import Base, Facts
from infragap.reference.land.ground import Ground, distance_to, draw_spaced, habitability, within_cells

SPACING_M = 2500.0
"""Villages that share one registry point are spread at least this far apart (assumption: spacing of hamlets in the high
communes)."""

CLEARANCE_M = 3000.0
"""A village without grid lies this far from main roads, centres of communes and old communes and documented hamlets
with a point, or, where its area has no such place, as far as a tenth of the area allows (assumption; one beside a town
is the known exception)."""


@dataclass(frozen=True)
class SearchArea:
    """Where a text narrows a village down: round a peak, or along the province border between two heights.

    Attributes
    ----------
    near_peak, within_m_of_peak
        Name in the spot heights and radius [m]; '' and NaN where no peak is named.
    within_m_of_border, lowest_m, highest_m
        Distance from the border and heights [m]; NaN where none is named.
    """

    near_peak: str
    within_m_of_peak: float
    within_m_of_border: float
    lowest_m: float
    highest_m: float


@dataclass(frozen=True)
class UnelectrifiedVillage:
    """One of the 18 villages of the scheme (section II.3).

    Attributes
    ----------
    settlement_id
        V01 to V18 in the order of the scheme.
    name, name_in_scheme
        Spelling corrected, and as the scheme writes it.
    commune_code, commune_in_scheme
        New commune, and how the scheme writes its name.
    legacy_commune
        Commune before July 2025, None where not established.
    basis
        What the position and the counts rest on.
    accuracy_m
        90 % radius [m] where the facts know better than the registry's point of the old commune, else NaN.
    households, population
        From the press, NaN where no text gives them.
    supply
        'solar_home' where solar home systems were handed over, else 'none'.
    spot_height
        Name of its point among the spot heights, None where it has none.
    is_near_town
        It lies beside a town, so that lines and other villages come nearer to it.
    search
        Where a text narrows it down.
    """

    settlement_id: str
    name: str
    name_in_scheme: str
    commune_code: str
    commune_in_scheme: str
    legacy_commune: str | None
    basis: str
    accuracy_m: float
    households: float
    population: float
    supply: str
    spot_height: str | None
    is_near_town: bool
    search: SearchArea


def read_unelectrified(facts: Facts) -> tuple[UnelectrifiedVillage, ...]:
    """Read the list of the scheme, section II.3, with what else is known: facts/unelectrified_villages.csv."""
    return tuple(
        UnelectrifiedVillage(
            settlement_id=row["settlement_id"],
            name=row["name"],
            name_in_scheme=row["name_in_scheme"],
            commune_code=row["commune_code"],
            commune_in_scheme=row["commune_in_scheme"],
            legacy_commune=row["legacy_commune"] or None,
            basis=row["basis"],
            accuracy_m=row["accuracy_m"],
            households=row["households"],
            population=row["population"],
            supply=row["supply"],
            spot_height=row["spot_height"] or None,
            is_near_town=row["near_town"] == "yes",
            search=SearchArea(*row[["near_peak", "within_m_of_peak", "within_m_of_border", "lowest_m", "highest_m"]]),
        )
        for _, row in facts.unelectrified_villages.iterrows()
    )


def unelectrified_villages(
    base: Base, facts: Facts, ground: Ground, *, main_roads: NDArray[np.float64], rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Give the 18 villages a point each.

    Parameters
    ----------
    base, facts
        Communes and old communes; registry radii and spot heights.
    ground
        The placing grid.
    main_roads
        (k, 2) points along the main roads [m].
    rng
        Drives the spread of villages that share a registry point.

    Returns
    -------
    GeoDataFrame
        18 rows in the order of the scheme; columns as in `UnelectrifiedVillage` up to `is_near_town`, with `accuracy_m`
        known everywhere, and `position_note`.

    Notes
    -----
    A documented point is kept where it lies in its commune. The others are drawn on habitable ground of the part of the
    new commune inside the old commune's box, remote (`CLEARANCE_M`), high rather than low, 2.5 km from one another, and
    in the `SearchArea` where a text gives one. Where no text narrows it, the radius is that of the registry position.
    """
    radius_m = facts.villages18.set_index("id")["uncertainty_registry_m"]
    polygons = base.communes.set_index("commune_code").geometry
    # the list is one of high hamlets: ground below 500 m counts little
    weight = (habitability(ground) * np.clip((ground.elevation.values - 500.0) / 500.0, 0.02, 1.0)).ravel()
    hamlets = facts.villages[
        facts.villages["lon"].notna()
        & ~facts.villages["electrified_status"].str.contains(facts.words.find["without_electricity"])
    ]
    hamlet_points = np.column_stack(transform(hamlets["lon"], hamlets["lat"], source=WGS84, target=base.communes.crs))
    old_centres = np.column_stack([base.legacy.geometry.x, base.legacy.geometry.y])
    clearance = distance_to(ground, np.vstack([main_roads, base.commune_centres(), old_centres, hamlet_points])).ravel()
    points: list[NDArray[np.float64]] = []
    notes: list[str] = []
    listed = read_unelectrified(facts)
    for village in listed:
        polygon = polygons[village.commune_code]
        known = _spot(facts.heights, village.spot_height, base)
        if known is not None and polygon.contains(shapely.Point(known)):
            points.append(known)
            notes.append(facts.words.note["spot_height"])
            continue
        inside = (
            ground.commune == int(np.flatnonzero(base.communes["commune_code"] == village.commune_code)[0])
        ).ravel()
        narrow, note = _narrowed(village, base, facts, ground)
        cells = np.flatnonzero(inside & narrow & (weight > 0))
        if not len(cells):
            cells = np.flatnonzero(inside & (weight > 0))
        cells = cells[clearance[cells] >= min(CLEARANCE_M, float(np.quantile(clearance[cells], 0.9)))]
        taken = np.array(points).reshape(-1, 2)
        cell = draw_spaced(cells, weight[cells], 1, ground=ground, spacing_m=SPACING_M, taken=taken, rng=rng)
        points.append(within_cells(ground, cell, gpd.GeoSeries([polygon], crs=base.communes.crs), rng=rng)[0])
        notes.append(note)
    frame = pd.DataFrame([vars(village) for village in listed]).drop(columns=["spot_height", "search"])
    frame = frame.assign(position_note=notes)
    frame["accuracy_m"] = frame["accuracy_m"].fillna(frame["settlement_id"].map(radius_m))
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(*np.array(points).T), crs=base.communes.crs)


def _narrowed(village: UnelectrifiedVillage, base: Base, facts: Facts, ground: Ground) -> tuple[NDArray[np.bool_], str]:
    """Cells (flat) where the village may lie by what is known, and that knowledge in words."""
    cells, note, search = ground.centres, facts.words.note, village.search
    peak = _spot(facts.heights, search.near_peak, base)
    if peak is not None:
        near = np.hypot(*(cells - peak).T) <= search.within_m_of_peak
        reach_km = search.within_m_of_peak / 1000
        return np.asarray(near), note["near_peak"].format(reach_km=reach_km, peak=village.name)
    if np.isfinite(search.within_m_of_border):
        height = ground.elevation.values.ravel()
        province = shapely.union_all(base.communes.geometry.to_numpy(), grid_size=1.0)
        polygon = base.communes.set_index("commune_code").geometry[village.commune_code]
        strip = shapely.boundary(province).buffer(search.within_m_of_border).intersection(polygon)
        near = shapely.contains_xy(strip, *cells.T) & (height >= search.lowest_m) & (height <= search.highest_m)
        heights = {"from_m": _dotted(search.lowest_m), "to_m": _dotted(search.highest_m)}
        return near, note["near_border"].format(reach_km=search.within_m_of_border / 1000, **heights)
    same = base.legacy[
        (base.legacy["commune_code"] == village.commune_code) & (base.legacy["name"] == village.legacy_commune)
    ]
    if same.empty:
        return np.ones(len(cells), dtype=bool), note["in_commune"]
    box = same.iloc[0]
    inside = (cells >= [box["west"], box["south"]]).all(axis=1) & (cells <= [box["east"], box["north"]]).all(axis=1)
    return np.asarray(inside), note["in_old_commune"]


def _dotted(metres: float) -> str:
    """Whole number with a dot between thousands, as Vietnamese writes it."""
    return f"{metres:,.0f}".replace(",", ".")


def _spot(heights: pd.DataFrame, name: str | None, base: Base) -> NDArray[np.float64] | None:
    spot = heights[heights["name"] == name]
    if name is None or spot.empty:
        return None
    return np.asarray(
        np.column_stack(transform(spot["lon"], spot["lat"], source=WGS84, target=base.communes.crs))[0].round(1)
    )
