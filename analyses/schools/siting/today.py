"""Which pupils need a boarding place: those whose way to the school of today entitles them.

The school of today is the nearest day school of the layer that teaches the level. Where a commune has none in the
layer, its centre (or largest village) stands for its schools; for upper secondary, which not every commune has, only
where the layer holds none at all. So who is entitled does not hang on where the new schools go, and the choice of
sites is one question with one answer. Where all day schools of a commune are modelled, results say so.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from infragap.analyses.arrays import BoolArray, IntArray
from infragap.analyses.schools.codes import MODELLED, Level, Mode, SchoolStatus, Season
from infragap.analyses.schools.pupils.entitlement import Entitlement, entitlement
from infragap.analyses.schools.pupils.terrain import WayToSchool, terrain_on_ways
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.open_ground import ground_cell
from infragap.analyses.schools.travel.ways import Travel, at_nodes, nearest
from infragap.gis.crs import WGS84


def ways_today(study: Study, levels: tuple[Level, ...], village: IntArray) -> dict[Level, WayToSchool]:
    """Way of some villages (rows) to the school of today, by level."""
    found: dict[Level, WayToSchool] = {}
    known: dict[tuple[int, ...], WayToSchool] = {}
    for level in levels:
        cells = schools_today(study, level)
        key = tuple(np.unique(cells).tolist())
        if key not in known:
            known[key] = way_to(study.travel, cells, study.village_cell[village])
        found[level] = known[key]
    return found


def schools_today(study: Study, level: Level) -> IntArray:
    """Cells of the day schools of a level, and of the centres that stand for the communes without one."""
    here = _day_schools(study, level)
    cells = np.asarray(study.school_cell[here], np.int64)
    return np.concatenate([cells, _centre_cells(study, communes_by_centre(study, level))])


def communes_by_centre(study: Study, level: Level) -> gpd.GeoDataFrame:
    """Communes for whose schools of a level the centre stands, because the layer holds none there: whoever lives far
    from the centre counts as far from school, though a school that the layer lacks may be near."""
    here, communes = _day_schools(study, level), study.communes
    if level == Level.UPPER_SECONDARY and here.any():
        return communes.iloc[:0]
    return communes[~communes["commune_code"].isin(study.schools.loc[here, "commune_code"])]


def communes_by_model(study: Study, level: Level) -> gpd.GeoDataFrame:
    """Communes with day schools of a level in the layer, all of them modelled: who is entitled there is an estimate."""
    rows, communes = study.schools[_day_schools(study, level)], study.communes
    surveyed = set(rows.loc[rows["provenance"] != MODELLED, "commune_code"])
    return communes[communes["commune_code"].isin(set(rows["commune_code"]) - surveyed)]


def _day_schools(study: Study, level: Level) -> BoolArray:
    schools = study.schools
    existing = schools["status"] == SchoolStatus.EXISTING
    return np.asarray(existing & schools[f"has_{level}"].astype(bool) & ~schools["boarding"], bool)


def _centre_cells(study: Study, communes: gpd.GeoDataFrame) -> IntArray:
    """Cell of each commune's centre; of its village with most people where the centre lies outside the commune or on no
    ground."""
    ground, villages = study.travel.ground, study.villages
    centres = gpd.GeoSeries.from_xy(communes["centre_longitude"], communes["centre_latitude"], crs=WGS84)
    centres = centres.to_crs(study.schools.crs)
    cells = ground_cell(ground, centres.x, centres.y)
    cells[~shapely.intersects_xy(np.asarray(communes.geometry.array, dtype=object), centres.x, centres.y)] = -1
    order = villages.sort_values(["population", "village_id"], ascending=[False, True]).index
    largest = villages.loc[order].drop_duplicates("commune_code").reset_index().set_index("commune_code")["index"]
    instead = communes["commune_code"].map(largest).fillna(-1).to_numpy(np.int64)
    use = (cells < 0) & (instead >= 0)
    cells[use] = study.village_cell[instead[use]]
    return np.asarray(cells, np.int64)


def way_to(travel: Travel, cells: IntArray, village_cell: IntArray) -> WayToSchool:
    """Way of villages to the nearest of some cells, by motorbike."""
    node = travel.node(village_cell)
    dry = nearest(travel, Mode.MOTORBIKE, Season.DRY, cells)
    rainy = nearest(travel, Mode.MOTORBIKE, Season.RAINY, cells)
    length = dry.sums(node, np.zeros(len(travel.kind), np.uint8), travel.km, kinds=1)[:, 0]
    dry_min = at_nodes(dry.cost, node, missing=np.inf)
    return WayToSchool(
        km=np.where(np.isfinite(dry_min), length, np.inf),
        dry_min=dry_min,
        rainy_min=at_nodes(rainy.cost, node, missing=np.inf),
        terrain=terrain_on_ways(travel, dry, node),
    )


def entitled_today(study: Study, ways: dict[Level, WayToSchool]) -> dict[Level, Entitlement]:
    """Who may board, by level."""
    return {level: entitlement(way, study.parameters) for level, way in ways.items()}
