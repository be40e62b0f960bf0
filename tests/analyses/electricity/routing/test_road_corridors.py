"""Roads through forest: courses that an earlier plan has found are those that a new search finds."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.routing.road_corridors import RoadCorridors, road_corridors
from infragap.gis.raster import Raster

CELLS, CELL_M = 50, 100.0


def looked_at(corridors: RoadCorridors) -> dict[tuple[int, int], bytes | None]:
    """Courses of all steps to cells beside, from road cells on."""
    found = {}
    for start in np.flatnonzero(corridors.on_road).tolist():
        for step in (1, CELLS, CELLS + 1, CELLS - 1, 2 * CELLS + 1):
            course = corridors.course(start, start + step)
            found[start, start + step] = None if course is None else course.tobytes()
    return found


@pytest.mark.parametrize("seed", range(2))
def test_courses_are_taken_over_only_where_nothing_has_changed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = Raster(np.zeros((CELLS, CELLS)), Affine(CELL_M, 0, 0, 0, -CELL_M, 0), pyproj.CRS.from_epsg(32648))
    winding = rng.uniform(-60, 60, (5, 45, 2)).cumsum(axis=1) + rng.uniform(1500, 3500, (5, 1, 2))
    roads = gpd.GeoDataFrame(geometry=[shapely.LineString(each * [1, -1]) for each in winding], crs=grid.crs)
    restricted: BoolArray = rng.random((CELLS, CELLS)) < 0.8
    restricted[-3:] = False
    first = road_corridors(roads, grid, restricted)
    looked_at(first)
    row, col = divmod(int(rng.choice(np.flatnonzero(first.on_road))), CELLS)
    cleared = restricted.copy()
    cleared[row : row + 2, col : col + 2] = False
    again, fresh = (road_corridors(roads, grid, cleared) for _ in range(2))
    # where a line is met, another point may stand for a cell
    cell = int(again.cell[-1])
    again.anchor[cell] = fresh.anchor[cell] = int(np.flatnonzero(again.cell == cell)[0])
    again.take_over_courses(first)
    assert 0 < len(again._known) < len(first._known)
    assert looked_at(again) == looked_at(fresh)
    # all of them where nothing has changed at all
    same = replace(first, _known={})
    same.take_over_courses(first)
    assert same._known.keys() == first._known.keys()
