import numpy as np
import pyproj
import pytest
from affine import Affine

from infragap.gis.errors import LayerError
from infragap.gis.hydrology import DAYS_IN_MONTH, dry_season_flow, falls, flow_directions, monthly_flow
from infragap.gis.raster import Raster


def raster(values: np.ndarray, *, cell_m: float = 200.0) -> Raster:
    return Raster(
        values=values,
        transform=Affine(cell_m, 0, 400_000, 0, -cell_m, 2_500_000),
        crs=pyproj.CRS.from_epsg(9208),
        nodata=None,
    )


def valley(rows: int = 30, cols: int = 21) -> Raster:
    """A V-shaped valley that falls 8 m per cell southwards, with sides rising 20 m per cell away from the middle
    column."""
    r, c = np.mgrid[0:rows, 0:cols]
    return raster((1000 - 8.0 * r + 20.0 * abs(c - cols // 2)).astype(np.float32))


def test_all_water_runs_to_the_middle_and_down() -> None:
    streams = flow_directions(valley())
    area = streams.upstream_km2
    middle = area[:, 10]
    assert (np.diff(middle) > 0).all()
    # every cell of the raster drains through the last cells of the valley: 30 · 21 · 0.04 km², less the rim that leaves
    # at the south edge
    assert middle[-1] == area.max()
    assert middle[-1] <= 30 * 21 * 0.04


def test_upstream_area_against_following_every_cell() -> None:
    streams = flow_directions(valley())
    count = np.zeros(streams.grid.shape, dtype=int).ravel()
    for start in range(count.size):
        here = start
        while True:
            count[here] += 1
            below = int(streams.downstream[here])
            if below in (here, -1):
                break
            here = below
    assert streams.upstream_km2.ravel() == pytest.approx(count * 0.04, rel=1e-5)


def test_flow_is_runoff_times_area() -> None:
    streams = flow_directions(valley())
    runoff = raster(
        np.arange(10.0, 130.0, 10.0, dtype=np.float32)[:, None, None] * np.ones((12, 3, 3), np.float32), cell_m=2_100.0
    )
    january = next(monthly_flow(streams, runoff))
    # January, 10 mm over the catchment: 10e-3 m · km² · 1e6 / (31 · 86,400 s)
    expected = streams.upstream_km2[20, 10] * 1e6 * 0.010 / (DAYS_IN_MONTH[0] * 86_400)
    assert january[20, 10] == pytest.approx(expected, rel=1e-4)
    assert dry_season_flow(streams, runoff)[20, 10] == pytest.approx(expected, rel=1e-4)


def test_falls_follow_the_stream() -> None:
    streams = flow_directions(valley())
    flow = np.full(streams.grid.shape, 0.05, dtype=np.float32)
    found = falls(streams, flow, min_upstream_km2=6.0, canal_km=0.6, min_head_m=15.0)
    # 8 m per cell of 200 m: two cells give 16 m, three 24 m and 0.6 km; one cell is too little
    in_valley = np.isclose(found.x, 400_000 + 10.5 * 200)
    assert set(np.round(found.head_m[in_valley])) == {16, 24}
    assert found.canal_km[in_valley].max() == pytest.approx(0.6)
    assert (found.upstream_km2 >= 6.0).all()


def test_a_level_plain_has_no_falls() -> None:
    streams = flow_directions(raster(np.full((20, 20), 100.0, dtype=np.float32)))
    assert len(falls(streams, np.ones((20, 20), dtype=np.float32)).x) == 0


def test_runoff_needs_twelve_bands_and_relief_some_height() -> None:
    with pytest.raises(LayerError, match="Twelve"):
        dry_season_flow(flow_directions(valley()), raster(np.ones((3, 2, 2), dtype=np.float32)))
    with pytest.raises(LayerError, match="no cell has a height"):
        flow_directions(raster(np.full((5, 5), np.nan, dtype=np.float32)))
