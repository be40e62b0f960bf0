"""Tables of zones on the ground: travel-time rings around the placed schools with the pupils inside, and catchments."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.columns import in_order
from infragap.analyses.schools import columns
from infragap.analyses.schools.codes import CatchmentKind, Mode, Season
from infragap.analyses.schools.tables.findings import Findings
from infragap.analyses.schools.travel.zones import catchments, time_zones
from infragap.gis.lines.network import Ways

SPOT_M = 5.0
"""Half the width of the spot that a village keeps in its own ring where it stands on another cell than the one that
holds its point."""


def isochrone_table(findings: Findings) -> gpd.GeoDataFrame:
    """Rings of `columns.ISOCHRONES`."""
    study, siting = findings.study, findings.siting
    parts = [
        _rings(findings, ways, mode).assign(mode=mode, season=season) for (mode, season), ways in siting.ways.items()
    ]
    zones = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=study.schools.crs)
    site = zones["site"].to_numpy(np.int64)
    names, row = findings.site_names(), findings.site_school[site]
    named = zones.assign(
        school_id=[names[number][0] for number in site],
        name=[names[number][1] for number in site],
        provenance=np.where(row >= 0, study.school_provenance[row], "modelled"),
    )
    return in_order(named, columns.ISOCHRONES)


def _rings(findings: Findings, ways: Ways, mode: Mode) -> gpd.GeoDataFrame:
    """Rings of one mode and season: a village lies in a ring exactly if its row of the village table says so."""
    study, ground = findings.study, findings.study.travel.ground
    ends = np.array(sorted(findings.parameters.isochrone_minutes))
    minutes = findings.shown_minutes(ways, mode)
    raster = ground.on_raster(minutes, missing=np.inf)
    site = ground.on_raster(ways.place.astype(np.float64), missing=-1).astype(np.int32)
    site[~np.isfinite(raster)] = -1
    rings = time_zones(raster.astype(np.float64), site, ground.elevation, upper_min=ends.tolist())
    own = findings.village_minutes(ways, mode)
    pupils = sum(study.villages[f"pupils_{level}"].to_numpy(float) for level in findings.siting.question.levels)
    of_village = np.full(len(own), -1, np.int64)
    standing = study.village_node >= 0
    of_village[standing] = ways.place[study.village_node[standing]]
    rings = _spotted(rings, study.villages, own, of_village, ends)
    band = np.searchsorted(ends, own)
    rings["pupils_inside"] = [
        round(float(np.asarray(pupils)[(of_village == one) & (band == np.searchsorted(ends, end))].sum()))
        for one, end in zip(rings["site"], rings["minutes_to"], strict=True)
    ]
    return rings


def _spotted(
    rings: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, minutes: FloatArray, site: IntArray, ends: FloatArray
) -> gpd.GeoDataFrame:
    """Give villages whose point lies in another ring than they do a spot of their own ring."""
    points = np.asarray(villages.geometry.array, dtype=object)
    shapes, uppers = np.asarray(rings.geometry.array, dtype=object), rings["minutes_to"].to_numpy(float)
    found = np.full(len(points), np.inf)
    if len(shapes):
        point, ring = shapely.STRtree(shapes).query(points, predicate="intersects")
        found[point] = uppers[ring]
    band = np.searchsorted(ends, minutes)
    own = np.where(band < len(ends), ends[np.minimum(band, len(ends) - 1)], np.inf)
    wrong = np.flatnonzero(found != own)
    rows = rings.to_dict("records")
    for village in wrong.tolist():
        x, y = points[village].x, points[village].y
        spot = shapely.box(x - SPOT_M, y - SPOT_M, x + SPOT_M, y + SPOT_M)
        for row in rows:
            row["geometry"] = shapely.difference(row["geometry"], spot)
        if not np.isfinite(own[village]):
            continue
        mine = [row for row in rows if row["site"] == site[village] and row["minutes_to"] == own[village]]
        if mine:
            mine[0]["geometry"] = shapely.union(mine[0]["geometry"], spot)
        else:
            start = float(np.concatenate([[0.0], ends])[band[village]])
            rows.append(
                {"site": int(site[village]), "minutes_from": start, "minutes_to": float(own[village]), "geometry": spot}
            )
    if not rows:
        return rings
    changed = gpd.GeoDataFrame(rows, geometry="geometry", crs=rings.crs)
    return changed.assign(area_km2=changed.area / 1e6)


def catchment_table(findings: Findings) -> gpd.GeoDataFrame:
    """Table of `columns.CATCHMENTS`."""
    study, siting, upper = findings.study, findings.siting, findings.upper
    ground, like = study.travel.ground, study.travel.ground.elevation
    names = findings.site_names()
    home = siting.question.candidates["commune_code"].iloc[siting.chosen.sites]
    within = study.communes[study.communes["commune_code"].isin(home)]
    dry = siting.ways[Mode.MOTORBIKE, Season.DRY]
    parts = []
    placed = catchments(ground.on_raster(dry.place.astype(float), missing=-1).astype(np.int32), like, within=within)
    site = placed["site"].to_numpy(np.int64)
    parts.append(
        placed.assign(
            kind=CatchmentKind.BORDER_BOARDING,
            school_id=[names[number][0] for number in site],
            name=[names[number][1] for number in site],
            row=findings.site_school[site],
        )
    )
    for kind, nearest in (
        (CatchmentKind.UPPER_SECONDARY_BEFORE, upper.before),
        (CatchmentKind.UPPER_SECONDARY_AFTER, upper.after),
    ):
        raster = ground.on_raster(nearest.ways.place.astype(float), missing=-1).astype(np.int32)
        zones = catchments(raster, like, within=study.communes)
        row = nearest.row[zones["site"].to_numpy(np.int64)] if len(nearest.row) else np.zeros(0, np.int64)
        parts.append(
            zones.assign(
                kind=kind,
                school_id=study.schools["school_id"].to_numpy()[row],
                name=study.schools["name"].to_numpy()[row],
                row=row,
            )
        )
    every = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=study.schools.crs)
    row = every["row"].to_numpy(np.int64)
    every["provenance"] = np.where(row >= 0, study.school_provenance[row], "modelled")
    return in_order(every, columns.CATCHMENTS)
