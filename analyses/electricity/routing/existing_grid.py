"""The existing medium-voltage lines: which lines count, the cells that they touch, and the feeder that each belongs to."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from infragap.analyses.arrays import BoolArray, IntArray, ObjectArray
from infragap.gis.errors import MissingDataError
from infragap.gis.raster import Raster, rasterize

MV_KV = (35.0, 22.0)


def is_existing_mv(grid_lines: gpd.GeoDataFrame) -> BoolArray:
    """Whether each line is an existing one of 35 or 22 kV, which settlements can be connected to, (rows,)."""
    return np.asarray(grid_lines["voltage_kv"].isin(MV_KV) & (grid_lines["status"] == "existing"))


def existing_line_cells(grid_lines: gpd.GeoDataFrame, grid: Raster) -> tuple[IntArray, IntArray]:
    """Cells that existing 35 or 22 kV lines touch, and the row of the line in the layer.

    Where several touch a cell the highest voltage wins, then the last `line_id`: never the order of the rows.
    """
    chosen = grid_lines[is_existing_mv(grid_lines)]
    if chosen.empty:
        raise MissingDataError(
            "grid_lines: no existing line of 35 or 22 kV. Add the lines that settlements could be connected to."
        )
    ordered = chosen.assign(row_number=grid_lines.index.get_indexer(chosen.index) + 1).sort_values(
        ["voltage_kv", "line_id"], kind="stable"
    )
    burnt = rasterize(ordered, grid, column="row_number", all_touched=True, dtype="int32").values
    cells = np.argwhere(burnt > 0).astype(np.int64)
    if len(cells) == 0:
        raise MissingDataError(
            "grid_lines: the lines lie outside the elevation layer. Check their coordinates and CRS."
        )
    return cells, burnt[cells[:, 0], cells[:, 1]].astype(np.int64) - 1


def feeder_keys(grid_lines: gpd.GeoDataFrame) -> ObjectArray:
    """Station, feeder and voltage of each existing line in one text, (rows,)."""
    return np.asarray(
        grid_lines["substation_id"].fillna("").astype(str)
        + " "
        + grid_lines["feeder"].fillna("").astype(str)
        + " "
        + grid_lines["voltage_kv"].astype(str)
    )
