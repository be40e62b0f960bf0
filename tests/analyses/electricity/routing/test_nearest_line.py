"""Whoever no way leads to still loads the nearest line, by a station that stands already."""

from pathlib import Path

import numpy as np

from infragap.analyses.electricity.least_cost.study import prepare
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.routing.routes import _nearest_line
from infragap.gis.pack import read_pack
from tests.pack_factory import write_pack


def test_the_nearest_line_against_all_distances(tmp_path: Path) -> None:
    surface = prepare(read_pack(write_pack(tmp_path / "pack")), ElectricityParameters(no_road_km=1000.0)).surface
    cells = np.random.default_rng(0).integers(0, surface.passable.size, 200)
    columns = surface.grid.shape[1]
    rows, cols = np.divmod(cells, columns)
    away = np.hypot(rows[:, None] - surface.line_cells[:, 0], cols[:, None] - surface.line_cells[:, 1])
    found = _nearest_line(surface, cells)
    for k, line in enumerate(found):
        nearest = surface.line_of_cell[np.isclose(away[k], away[k].min())]
        assert line in nearest
