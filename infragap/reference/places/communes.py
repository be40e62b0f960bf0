"""The commune layer: official facts of 99 communes, polygons approximated or given, and what must be modelled for each
commune."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, to_measure, transform
from infragap.gis.errors import LayerError
from infragap.gis.names import fold
from infragap.reference.inputs import CRS_MEASURE, Facts
from infragap.reference.places.commune_shapes import approximate_polygons
from infragap.reference.shares import largest_remainder

PROVINCE_HOUSEHOLDS = 416_273
"""Households of the province: 24,685 near-poor households are 5.93 % (provincial plan report, draft of 7 June 2026)."""

HOUSEHOLD_SIZE_LOW, HOUSEHOLD_SIZE_HIGH = 3.6, 5.5
"""Persons per household without minority people and where all are; assumption (highland 5.5), then scaled to the
province's total."""

PROVINCE_MINORITY_PCT = 60.9
PROVINCE_POOR_HOUSEHOLDS = 22_944
"""Poor households of 2025 (5.5 %) and share of minority people, provincial plan report, draft of 7 June 2026."""

POOR_COMMUNES, POOR_LOW_PCT, POOR_HIGH_PCT = 23, 20.0, 40.0
"""The scheme: 23 communes have 20 to 40 % poor households; four named ones have more."""

BOUNDARY_ACCURACY_M, GIVEN_ACCURACY_M = 1200.0, 50.0
"""Nine tenths of the approximated borders lie within this of the true ones (measured on real polygons: 1,179 m); for
given polygons an assumption."""

_CODE_COLUMNS = ("commune_code", "code", "ma_xa", "ward_code")


def build_communes(
    facts: Facts, *, boundaries: gpd.GeoDataFrame | None = None, forest_table: pd.DataFrame | None = None
) -> gpd.GeoDataFrame:
    """Build the commune layer.

    Parameters
    ----------
    facts
        Fact tables.
    boundaries
        Real polygons with a column of official codes (commune_code, code or ma_xa), any CRS; None approximates them.
    forest_table
        Forest hectares by commune code (natural_forest_ha, and optionally special_use_forest_ha, protection_forest_ha,
        production_forest_ha, forest_cover_pct) that replace those of the facts.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.Communes` and boundary_accuracy_m, in the order of the codes, in the measuring
        CRS.

    Raises
    ------
    LayerError
        The given polygons lack a commune or carry no code.
    """
    table = _attributes(facts)
    if forest_table is not None:
        table = _with_forest(table, forest_table)
    if boundaries is None:
        shapes, provenance = approximate_polygons(facts), "modelled"
        source = "polygon approximated from registry boxes, official area and centroid; " + table["source"]
    else:
        shapes, provenance = _given_polygons(boundaries, table["commune_code"]), "open-data"
        source = "polygon from the given boundary layer; " + table["source"]
    communes = gpd.GeoDataFrame(
        table.assign(
            provenance=provenance,
            source=source,
            boundary_accuracy_m=BOUNDARY_ACCURACY_M if boundaries is None else GIVEN_ACCURACY_M,
        ),
        geometry=gpd.GeoSeries(shapes.loc[table["commune_code"]].to_numpy(), crs=CRS_MEASURE),
    )
    return communes.assign(**_centres(facts, communes))


def _attributes(facts: Facts) -> pd.DataFrame:
    raw = facts.communes.sort_values("ma_xa").reset_index(drop=True)
    kind = raw["ten"].str.split(" ").str[0].str.lower()
    minority = minority_pct(facts)
    population = raw["dan_so_2025"].round().astype(int)
    poverty, poverty_provenance = poverty_rate_pct(facts, minority)
    return pd.DataFrame(
        {
            "commune_code": raw["ma_xa"],
            "name": raw["ten"].str.split(" ", n=1).str[1],
            "kind": kind,
            "area_km2": raw["dien_tich_km2"],
            "population": population,
            "households": households(population, minority),
            "poverty_rate_pct": np.round(poverty, 2),
            "poverty_provenance": poverty_provenance,
            "minority_pct": np.round(minority, 1),
            "is_border": raw["xa_bien_gioi_theo_TB81"] == "1",
            "natural_forest_ha": raw["rung_tu_nhien_ha"],
            "special_use_forest_ha": raw["rung_dac_dung_ha"],
            "protection_forest_ha": raw["rung_phong_ho_ha"],
            "production_forest_ha": raw["rung_san_xuat_ha"],
            "forest_cover_pct": raw["ty_le_che_phu_pct"],
            "merged_from": raw["sap_nhap_tu"].str.replace(", ", "; ", regex=False),
            "source": np.where(
                raw["note"] == "",
                raw["source"],
                raw["source"] + "; " + raw["note"],
            ),
        }
    )


def minority_pct(facts: Facts) -> NDArray[np.float64]:
    """Share of minority people per commune, in the order of the codes.

    Notes
    -----
    The old district's share (general knowledge, ±6 points: an assumption), odds multiplied by one factor so that the
    population-weighted mean is the province's published 60.9 %.
    """
    poverty = facts.poverty
    districts = poverty[poverty["level"] == "old_district"]
    by_district = {
        fold(name): share for name, share in zip(districts["name"], districts["ethnic_minority_share_pct"], strict=True)
    }
    communes = poverty[poverty["level"] == "commune"].sort_values("code")
    share = communes["old_district"].map(lambda name: by_district[fold(name)]).to_numpy(dtype=float) / 100
    people = communes["population_2025"].to_numpy(dtype=float)
    odds = share / (1 - share)
    factors = np.geomspace(0.2, 5, 2001)
    means = [float(np.average(odds * k / (1 + odds * k), weights=people)) for k in factors]
    factor = float(np.interp(PROVINCE_MINORITY_PCT / 100, means, factors))
    return np.asarray(100 * odds * factor / (1 + odds * factor))


def households(population: pd.Series[int], minority: NDArray[np.float64]) -> NDArray[np.int64]:
    """Households per commune, summing to the published total of the province.

    Notes
    -----
    size = low + (high - low)·share², share of minority people; then scaled. 416,273 households of 1,778,785 people give
    the mean of 4.27 persons; the 99 communes' populations sum to 8,140 people fewer, so their mean comes out at 4.25.
    """
    size = HOUSEHOLD_SIZE_LOW + (HOUSEHOLD_SIZE_HIGH - HOUSEHOLD_SIZE_LOW) * (minority / 100) ** 2
    return largest_remainder(PROVINCE_HOUSEHOLDS, population.to_numpy() / size)


def poverty_rate_pct(facts: Facts, minority: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Poor households per commune [%] and what each rate rests on ('official' or 'modelled').

    Notes
    -----
    Four rates are published. The others are modelled: communes are ordered by a score (minority share, region III,
    people per km²; weights are an assumption); the first 23 get 40 to 20 % as the scheme counts them, and the rest fall
    off exponentially so that all poor households sum to the published 22,944.
    """
    rows = facts.poverty[facts.poverty["level"] == "commune"].sort_values("code")
    area = facts.communes.sort_values("ma_xa")["dien_tich_km2"].to_numpy(dtype=float)
    people = rows["population_2025"].to_numpy(dtype=float)
    counts = households(pd.Series(people), minority).astype(float)
    published = rows["poor_rate_2025_pct"].to_numpy(dtype=float)
    region3 = rows["region_class"].str.startswith("III").to_numpy(dtype=float)
    score = minority / 100 + 0.4 * region3 - 0.4 * np.log10(people / area / 100)
    known = ~np.isnan(published)
    order = np.argsort(np.where(known, -np.inf, score), kind="stable")[::-1][: int((~known).sum())]
    rate = np.where(known, published, 0.0)
    poor, rest = order[:POOR_COMMUNES], order[POOR_COMMUNES:]
    left = PROVINCE_POOR_HOUSEHOLDS - float((rate * counts).sum()) / 100
    # the 23 lie between 20 and 40 %: how fast they fall is set so that at least a quarter of what is left remains for
    # the others
    fall = np.linspace(0, 1, POOR_COMMUNES)
    steepness = np.linspace(0.2, 12, 600)
    sums = [
        float((POOR_LOW_PCT + (POOR_HIGH_PCT - POOR_LOW_PCT) * (1 - fall) ** k) @ counts[poor]) / 100 for k in steepness
    ]
    fit = next((k for k, poor_households in zip(steepness, sums, strict=True) if poor_households <= 0.75 * left), 12.0)
    rate[poor] = POOR_LOW_PCT + (POOR_HIGH_PCT - POOR_LOW_PCT) * (1 - fall) ** fit
    left -= float((rate[poor] * counts[poor]).sum()) / 100
    shape = np.exp(-np.arange(len(rest)) / (len(rest) / 3))
    rate[rest] = shape * 100 * left / float(shape @ counts[rest])
    return rate, np.where(known, "official", "modelled")


def _given_polygons(boundaries: gpd.GeoDataFrame, codes: pd.Series[str]) -> gpd.GeoSeries:
    column = next((c for c in _CODE_COLUMNS if c in boundaries.columns), None)
    if column is None:
        raise LayerError(f"boundaries: no column of official codes. Name it one of {', '.join(_CODE_COLUMNS)}.")
    frame = to_measure(boundaries, CRS_MEASURE, layer="boundaries")
    shapes = gpd.GeoSeries(
        frame.geometry.to_numpy(), index=frame[column].astype(str).str.zfill(5), crs=CRS_MEASURE
    ).make_valid()
    missing = [code for code in codes if code not in shapes.index]
    if missing:
        raise LayerError(
            f"boundaries: {len(missing)} communes are missing ({', '.join(missing[:5])}). Add their polygons."
        )
    doubled = shapes.index[shapes.index.duplicated()]
    if len(doubled):
        raise LayerError(f"boundaries: codes occur twice ({', '.join(doubled[:5])}). Merge or drop the extra polygons.")
    return shapes


def _with_forest(table: pd.DataFrame, forest: pd.DataFrame) -> pd.DataFrame:
    column = next((c for c in _CODE_COLUMNS if c in forest.columns), None)
    if column is None:
        raise LayerError(f"forest: no column of official codes. Name it one of {', '.join(_CODE_COLUMNS)}.")
    given = forest.assign(code=forest[column].astype(str).str.zfill(5)).set_index("code")
    result = table.copy()
    for name in (
        "natural_forest_ha", "special_use_forest_ha", "protection_forest_ha", "production_forest_ha",
        "forest_cover_pct",
    ):  # fmt: skip
        if name in given.columns:
            values = pd.to_numeric(result["commune_code"].map(given[name]))
            result[name] = values.fillna(result[name])
    return result


def _centres(facts: Facts, communes: gpd.GeoDataFrame) -> dict[str, NDArray[np.float64]]:
    """Centre of each commune: the registry point of the town or old commune that it is named for, else its own registry
    point.

    The registry points of the new communes are the centroids of their polygons, which often lie on a mountain; the old
    communes' points lie at their centres. One that falls outside the polygon is not used.
    """
    legacy = facts.legacy
    # registry point of the new commune; that of 04714 lies 52 km away, its old town stands in for it
    own = facts.communes_points.set_index("code").loc[communes["commune_code"]]
    own_x, own_y = transform(own["lon"], own["lat"], source=WGS84, target=CRS_MEASURE)
    xs, ys = np.empty(len(communes)), np.empty(len(communes))
    for i, commune in enumerate(communes.itertuples()):
        parts = legacy[(legacy["commune_code"] == commune.commune_code) & legacy.within(commune.geometry)]
        is_town = parts["full_name"].str.contains(facts.words.find["town"])
        same = parts["name"].map(fold) == fold(str(commune.name))
        best = parts[same & is_town] if (same & is_town).any() else parts[same] if same.any() else parts[is_town]
        if len(best):
            xs[i], ys[i] = best.geometry.iloc[0].x, best.geometry.iloc[0].y
        else:
            xs[i], ys[i] = own_x[i], own_y[i]
        if not commune.geometry.buffer(1).contains(shapely.Point(xs[i], ys[i])):
            inner = commune.geometry.representative_point()
            xs[i], ys[i] = inner.x, inner.y
    longitude, latitude = transform(xs, ys, source=CRS_MEASURE, target=WGS84)
    return {"centre_longitude": np.round(longitude, 5), "centre_latitude": np.round(latitude, 5)}
