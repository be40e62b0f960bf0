"""The CRS that a pack is measured in: that of the elevation where it can measure, so that heights are never
resampled."""

import shutil
from pathlib import Path

import numpy as np
import pyproj
import pytest

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.gis.crs import measures_truly
from infragap.gis.findings import faults
from infragap.gis.pack import Pack, check_pack, read_pack
from infragap.gis.raster import sample, warp
from tests import pack_factory
from tests.pack_factory import write_pack
from tests.written import Written


def measured_in(folder: Path, crs: str) -> Pack:
    """The pack with another `crs_measure` in its catalogue."""
    catalog = folder / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    assert text.count('crs_measure = "EPSG:9208"') == 1
    catalog.write_text(text.replace('crs_measure = "EPSG:9208"', f'crs_measure = "{crs}"'), encoding="utf-8")
    return read_pack(folder)


@pytest.mark.slow
def test_metric_elevation_keeps_its_cells(tmp_path: Path) -> None:
    pack = measured_in(write_pack(tmp_path / "pack"), "EPSG:32648")
    assert faults(pack.findings()) == []
    assert pack.crs_measure == "EPSG:9208"
    whole = pack_factory.elevation()
    np.testing.assert_array_equal(pack.elevation.values, whole.values)
    assert pack.elevation.transform == whole.transform
    for name in ("communes", "villages", "settlements", "roads", "grid_lines"):
        assert pack.layer(name).crs == "EPSG:9208"
    assert pack.forest.crs == pack.runoff.crs == pack.elevation.crs


@pytest.mark.slow
def test_elevation_in_another_metric_crs_takes_all_layers_with_it(tmp_path: Path) -> None:
    heights = warp(pack_factory.elevation(), crs="EPSG:32648", cell_size_m=90)
    folder = write_pack(tmp_path / "pack", elevation=heights, entries={"elevation": {"crs": "EPSG:32648"}})
    assert faults(check_pack(folder)) == []
    pack = read_pack(folder)
    assert pack.crs_measure == "EPSG:32648"
    np.testing.assert_array_equal(pack.elevation.values, heights.values)
    assert pack.villages.crs == pack.communes.crs == pack.forest.crs == pack.elevation.crs
    # a village lies on the same height wherever it is measured: 10 % northwards from 300 m at y = 2 409 800
    here = sample(pack.elevation, pack.villages.geometry.x, pack.villages.geometry.y)
    north = pack_factory.villages().geometry.y.to_numpy()
    assert here == pytest.approx(300 + 0.1 * (north - 2_409_850), abs=5)


@pytest.mark.parametrize(("crs", "cell"), [("EPSG:4326", 0.001), ("EPSG:3857", 100), ("EPSG:32647", 100)])
def test_elevation_that_cannot_measure_moves_to_the_catalogue(tmp_path: Path, crs: str, cell: float) -> None:
    heights = warp(pack_factory.elevation(), crs=crs, cell_size_m=cell)
    folder = write_pack(tmp_path / "pack", elevation=heights, entries={"elevation": {"crs": crs}})
    pack = read_pack(folder)
    assert pack.crs_measure == "EPSG:9208"
    elevation = pack.elevation
    assert elevation.crs == pack.villages.crs == "EPSG:9208"
    assert sample(elevation, [450_000], [2_415_000])[0] == pytest.approx(300 + 10 * 51.5, abs=8)


@pytest.mark.slow
def test_vietnamese_coordinates_stay_in_the_crs_of_the_catalogue(tmp_path: Path) -> None:
    """A table with X and Y that names no CRS is in the catalogue's, whatever the elevation is in."""
    heights = warp(pack_factory.elevation(), crs="EPSG:32648", cell_size_m=90)
    folder = tmp_path / "pack"
    folder.mkdir()
    frame = pack_factory.water_schemes()
    frame.drop(columns="geometry").assign(X=frame.geometry.y, Y=frame.geometry.x).to_csv(folder / "w.csv", index=False)
    entries = {
        "elevation": {"crs": "EPSG:32648"},
        "water_schemes": {"file": "w.csv", "crs": None, "x": "X", "y": "Y", "axis_order": "vn2000"},
    }
    write_pack(folder, elevation=heights, entries=entries)
    pack = read_pack(folder)
    assert faults(pack.findings()) == []
    assert pack.water_schemes.crs == "EPSG:32648"
    assert pack.water_schemes.to_crs("EPSG:9208").geometry.distance(frame.geometry).max() < 0.01


def test_scale_limit() -> None:
    """Scale of a transverse Mercator grid off its meridian by d rad of arc: k0 (1 + d² / 2); 0.9996 at 105° E, 0.9999
    at 104.75° E."""
    lao_cai = (104.0, 22.0)
    for code, true in ((9208, True), (32648, True), (32647, False), (3857, False), (4326, False)):
        crs = pyproj.CRS.from_epsg(code)
        x, y = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(*lao_cai)
        assert measures_truly(crs, x=x, y=y) is true, code


@pytest.mark.slow
@pytest.mark.long
def test_no_choice_of_the_reference_pack_hangs_on_the_measuring_crs(
    data_folder: Path, reference_electricity: Path, tmp_path: Path
) -> None:
    pack = measured_in(Path(shutil.copytree(data_folder, tmp_path / "utm")), "EPSG:32648")
    assert faults(pack.findings()) == []
    one = Written(reference_electricity, "electricity").table("ranking")
    other = plan_electricity(pack, ElectricityParameters(draws=0, scenarios=False)).settlements
    assert len(one) == 845
    for name in ("settlement_id", "choice", "rank"):
        assert other[name].tolist() == one[name].tolist()
