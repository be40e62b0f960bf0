"""Blocks of height 0: a gap between high ground is told; the sea, a lake with an inlet, small blocks are let pass."""

import numpy as np
import pytest

from infragap.gis.checking.grids import ground_findings
from tests.gis.raster_factory import grid


def ground(holes: list[tuple[slice, slice]]) -> np.ndarray:
    """Ground of 94 to 331 m, 20 × 20 cells, with blocks of 0."""
    heights = np.linspace(94.0, 331.0, 400).reshape(20, 20)
    for rows, columns in holes:
        heights[rows, columns] = 0.0
    return heights


@pytest.mark.parametrize(
    ("holes", "cell_m", "cells"),
    [
        ([(slice(8, 12), slice(8, 12))], 1000.0, 16),
        ([(slice(2, 5), slice(2, 5)), (slice(12, 15), slice(9, 13))], 1000.0, 9 + 12),
        # 16 cells of 200 m are 0.64 km²
        ([(slice(8, 12), slice(8, 12))], 200.0, 0),
        # three cells
        ([(slice(8, 9), slice(8, 11))], 1000.0, 0),
        ([], 1000.0, 0),
        # nothing around it
        ([(slice(0, 20), slice(0, 20))], 1000.0, 0),
    ],
)
def test_blocks_of_nothing(holes: list[tuple[slice, slice]], cell_m: float, cells: int) -> None:
    found = ground_findings(grid(ground(holes), cell=cell_m), layer="elevation")
    assert [finding.code for finding in found] == ["raster.hole"] * (cells > 0)
    assert all(f"{cells} of 400 cells" in str(finding) for finding in found)


def test_a_shore_or_an_inlet_is_let_pass() -> None:
    heights = ground([(slice(8, 12), slice(8, 12))])
    heights[9, 12:] = np.linspace(5.0, 60.0, 8)
    assert ground_findings(grid(heights, cell=1000.0), layer="elevation") == []


def test_a_rim_that_warping_has_smoothed_is_looked_over() -> None:
    heights = ground([(slice(8, 12), slice(8, 12))])
    heights[7, 7:13] = heights[12, 7:13] = heights[7:13, 7] = heights[7:13, 12] = 20.0
    assert [finding.code for finding in ground_findings(grid(heights, cell=1000.0), layer="elevation")] == [
        "raster.hole"
    ]
