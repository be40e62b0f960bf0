"""The whole build: same bytes twice, sound pack, published totals, real layers, nothing half-written."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from infragap.gis.catalog import read_catalog
from infragap.gis.crs import WGS84, transform
from infragap.gis.errors import LayerError, ParameterError
from infragap.gis.findings import faults
from infragap.gis.pack import Pack, check_pack, read_pack
from infragap.gis.raster import sample
from infragap.gis.reading.rasters import read_raster
from infragap.reference.build import build_pack, layer_rng
from infragap.reference.pack_writer import FILES, replaced


def test_layers_do_not_share_random_numbers() -> None:
    assert layer_rng("villages").random() == layer_rng("villages").random()
    assert layer_rng("villages").random() != layer_rng("forest").random()


def test_a_folder_that_is_no_pack_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("keep me")
    with pytest.raises(ParameterError, match="not a data pack"), replaced(tmp_path / "letters"):
        pass
    assert (tmp_path / "letters" / "a.txt").read_text() == "keep me"


def test_a_failed_build_leaves_the_former_pack(tmp_path: Path) -> None:
    out = tmp_path / "pack"
    (out / "facts").mkdir(parents=True)
    (out / "facts" / "x.csv").write_text("a\n1\n")
    with pytest.raises(LayerError, match="faults"), replaced(out) as folder:
        (folder / "catalog.toml").write_text("[pack]\n")
    assert (out / "facts" / "x.csv").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pack"]


@pytest.mark.slow
def test_embedded_pack_is_sound_small_and_names_its_sources(data_folder: Path) -> None:
    assert faults(check_pack(data_folder)) == []
    catalog = read_catalog(data_folder)
    assert {entry.name for entry in catalog.layer} == set(FILES)
    assert all(entry.method and entry.licence for entry in catalog.layer)
    size = sum(path.stat().st_size for path in data_folder.rglob("*") if path.is_file())
    assert size < 15e6
    for table in (data_folder / "facts").rglob("*.csv"):
        text = table.read_text(encoding="utf-8")
        assert "OpenStreetMap" not in text
        assert "ODbL" not in text


@pytest.mark.slow
def test_embedded_pack_has_the_published_totals(data_folder: Path) -> None:
    pack = read_pack(data_folder)
    settlements, villages, communes = pack.settlements, pack.villages, pack.communes
    assert len(villages) == 2693
    assert villages["on_grid"].sum() == 2675
    clusters = settlements[settlements["kind"] == "cluster"]
    assert (len(settlements), len(clusters), clusters["households"].sum()) == (845, 827, 22_940)
    # 98.28 %: clusters on unsafe self-pulled wires count as electrified, solar lighting sets do not
    without = settlements.loc[settlements["supply"] != "unsafe", "households"].sum()
    assert 100 * (1 - without / communes["households"].sum()) == pytest.approx(98.28, abs=0.005)
    assert villages["population"].sum() == communes["population"].sum() == 1_770_645


@pytest.mark.slow
def test_two_builds_have_the_same_bytes(data_folder: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    build_pack(tmp_path / "pack", facts=data_folder / "facts", progress=steps.append)
    built = {path.relative_to(tmp_path / "pack"): path.read_bytes() for path in (tmp_path / "pack").rglob("*.*")}
    assert built, "nothing was built"
    assert len(steps) > 8
    differing = [str(path) for path, content in built.items() if (data_folder / path).read_bytes() != content]
    assert not differing


@pytest.mark.slow
def test_real_layers_make_a_sound_pack(real_pack: Pack) -> None:
    assert faults(check_pack(real_pack.folder)) == []
    entries = {entry.name: entry for entry in real_pack.catalog.layer}
    assert entries["communes"].provenance == entries["elevation"].provenance == "open-data"
    assert "communes_fixed_simpl50m.geojson" in entries["communes"].method
    assert "dem_vfp_15s.tif" in entries["elevation"].method
    assert "communes_forest_2025.csv" in entries["forest"].method
    assert "pop_density_worldpop2020_1km_UNadj.tif" in entries["settlements"].method


@pytest.mark.slow
def test_every_settlement_lies_in_its_commune_on_populated_ground(real_pack: Pack, shared: Path) -> None:
    settlements, communes = real_pack.settlements, real_pack.communes.set_index("commune_code")
    own = gpd.GeoSeries(communes.geometry.loc[settlements["commune_code"]].to_numpy(), crs=settlements.crs)
    assert own.buffer(2).contains(settlements.geometry.reset_index(drop=True), align=False).all()
    people = read_raster(shared / "laocai/fetched/pop_density_worldpop2020_1km_UNadj.tif")
    lon, lat = transform(settlements.geometry.x, settlements.geometry.y, source=real_pack.crs_measure, target=WGS84)
    density = sample(people, lon, lat, method="nearest")
    assert not np.isnan(density).any()
    assert (density > 0).all()
