"""The existing medium-voltage lines: which lines count, the cells that they touch, and the feeder that each belongs
to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.electricity.assumptions.voltages import MediumVoltage
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.gis.errors import MissingDataError
from infragap.gis.raster import Raster, rasterize

KW_PER_MVA_AT_UNITY = 1000.0


@dataclass(frozen=True, eq=False)
class CapacityLimit:
    """What one feeder or substation has left.

    Attributes
    ----------
    name
        'feeder …' or 'station …'.
    lines
        Rows of `grid_lines` that it feeds.
    headroom_kw
        Load that may be added.
    """

    name: str
    lines: frozenset[int]
    headroom_kw: float


@dataclass(frozen=True, eq=False)
class ExistingGrid:
    """The grid as it stands today.

    Attributes
    ----------
    lines
        Layer `grid_lines`, rows numbered from 0; wherever a row of a line is meant, it is a row of this frame.
    substations
        Layer `substations`.
    limits
        What feeders and substations have left, where that is published and to be respected.
    levels
        Voltages of lines that settlements can be connected to.
    """

    lines: gpd.GeoDataFrame
    substations: gpd.GeoDataFrame
    limits: tuple[CapacityLimit, ...]
    levels: MediumVoltage

    @cached_property
    def keys(self) -> ObjectArray:
        """(rows,) substation, feeder and voltage of each line in one text: equal for the pieces of one feeder."""
        return feeder_keys(self.lines)

    @cached_property
    def voltage_kv(self) -> FloatArray:
        """(rows,) nominal voltage."""
        return np.asarray(self.lines["voltage_kv"], dtype=np.float64)

    def pieces(self, key: str) -> gpd.GeoDataFrame:
        """Give the existing medium-voltage lines of one feeder."""
        return self.lines.iloc[self._pieces.get(key, np.empty(0, dtype=np.int64))]

    @cached_property
    def _pieces(self) -> dict[str, IntArray]:
        rows = np.flatnonzero(is_existing_mv(self.lines, self.levels))
        return {key: rows[places] for key, places in rows_of_each(self.keys[rows]).items()}

    def station_of(self, pieces: gpd.GeoDataFrame) -> shapely.Point | None:
        """Give the substation that some lines start from; None where it is not in the layer."""
        known = self.substations[self.substations["substation_id"].isin(pieces["substation_id"].dropna())]
        return known.geometry.iloc[0] if len(known) else None


def existing_grid(
    grid_lines: gpd.GeoDataFrame, substations: gpd.GeoDataFrame, parameters: ElectricityParameters
) -> ExistingGrid:
    """Put the existing grid together from its layers."""
    lines = grid_lines.reset_index(drop=True)
    limits = capacity_limits(lines, substations, parameters) if parameters.respect_headroom else []
    return ExistingGrid(lines=lines, substations=substations, limits=tuple(limits), levels=parameters.levels)


def capacity_limits(
    grid_lines: gpd.GeoDataFrame, substations: gpd.GeoDataFrame, parameters: ElectricityParameters
) -> list[CapacityLimit]:
    """Headroom of every feeder with a published load and loading, and of every substation with capacity and load.

    Notes
    -----
    A feeder's capacity is its peak load by its published loading. What is not published does not limit.
    """
    p = parameters
    found = []
    rows = grid_lines.reset_index(drop=True)
    for (station, feeder), group in rows.groupby(["substation_id", "feeder"], dropna=True, sort=True):
        load_mw, loading = group["feeder_load_mw"].max(), group["feeder_loading_pct"].max()
        if pd.notna(load_mw) and pd.notna(loading) and loading > 0:
            capacity_kw = load_mw * 1000 / (loading / 100)
            left = capacity_kw * p.loading_limit_pct / 100 - load_mw * 1000
            found.append(CapacityLimit(f"feeder {station} {feeder}", frozenset(group.index), max(float(left), 0.0)))
    by_id = substations.drop_duplicates("substation_id").set_index("substation_id")
    for station, group in rows.groupby("substation_id", dropna=True, sort=True):
        if station not in by_id.index:
            continue
        capacity, load = by_id.loc[station, "capacity_mva"], by_id.loc[station, "load_mva"]
        if pd.notna(capacity) and pd.notna(load):
            left = (float(capacity) * p.loading_limit_pct / 100 - float(load)) * KW_PER_MVA_AT_UNITY * p.power_factor
            found.append(CapacityLimit(f"station {station}", frozenset(group.index), max(left, 0.0)))
    return found


def is_existing_mv(grid_lines: gpd.GeoDataFrame, levels: MediumVoltage) -> BoolArray:
    """Whether each line is an existing one of medium voltage, which settlements can be connected to, (rows,)."""
    return np.asarray(levels.holds(grid_lines["voltage_kv"]) & (grid_lines["status"] == "existing").to_numpy())


def existing_line_cells(grid_lines: gpd.GeoDataFrame, grid: Raster, levels: MediumVoltage) -> tuple[IntArray, IntArray]:
    """Cells that existing medium-voltage lines touch, and the row of the line in the layer.

    Where several touch a cell the highest voltage wins, then the last `line_id`: never the order of the rows.
    """
    chosen = grid_lines[is_existing_mv(grid_lines, levels)]
    if chosen.empty:
        raise MissingDataError(
            f"grid_lines: no existing line of {levels.upper_kv:g} or {levels.lower_kv:g} kV. "
            "Add the lines that settlements could be connected to."
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


def standing_line_cells(grid_lines: gpd.GeoDataFrame, grid: Raster, levels: MediumVoltage) -> NDArray[np.int32]:
    """Row of the medium-voltage line that was built but never switched on in each cell that one touches, (rows, cols);
    -1 elsewhere."""
    chosen = grid_lines[levels.holds(grid_lines["voltage_kv"]) & (grid_lines["status"] == "not_energised").to_numpy()]
    if chosen.empty:
        return np.full(grid.shape, -1, dtype=np.int32)
    ordered = chosen.assign(row_number=grid_lines.index.get_indexer(chosen.index) + 1).sort_values(
        ["voltage_kv", "line_id"], kind="stable"
    )
    burnt = rasterize(ordered, grid, column="row_number", all_touched=True, dtype="int32").values
    return np.asarray(burnt, dtype=np.int32) - np.int32(1)


def rows_of_each(keys: ObjectArray) -> dict[str, IntArray]:
    """Places of each text among some, ascending.

    Examples
    --------
    >>> {key: rows.tolist() for key, rows in rows_of_each(np.array(["b", "a", "b"], dtype=object)).items()}
    {'a': [1], 'b': [0, 2]}
    """
    return {str(key): np.asarray(rows, dtype=np.int64) for key, rows in pd.Series(keys).groupby(keys).indices.items()}


def feeder_keys(grid_lines: gpd.GeoDataFrame) -> ObjectArray:
    """Station, feeder and voltage of each existing line in one text, (rows,)."""
    return np.asarray(
        grid_lines["substation_id"].fillna("").astype(str)
        + " "
        + grid_lines["feeder"].fillna("").astype(str)
        + " "
        + grid_lines["voltage_kv"].astype(str)
    )
