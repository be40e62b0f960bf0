"""A pack as a whole: lazily read, in metres, and all faults of all layers told at once."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from infragap.gis import pack as packs
from infragap.gis.errors import InfragapError, LayerError, MissingDataError
from infragap.gis.findings import faults
from infragap.gis.pack import read_pack
from infragap.gis.raster import Raster, sample
from infragap.gis.reading.vector import read_vector
from infragap.gis.schema import NEEDS_ROWS
from tests import pack_factory
from tests.pack_factory import write_pack


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("pack") / "sound")


def changed(column: str, position: int, value: Any) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        frame = frame.copy()
        if column != "geometry":
            frame[column] = frame[column].astype(object)
        frame.loc[position, column] = value
        return frame

    return change


def check_pack(folder: Path) -> list[str]:
    return [str(finding) for finding in faults(packs.check_pack(folder))]


# --- a sound pack ---


def test_the_folder_may_be_a_text(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    assert read_pack(str(folder)).has("communes")


@pytest.mark.slow
def test_a_raster_with_a_fault_of_its_own_is_told_once(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack", elevation=lambda r: r.with_values(np.stack([r.values, r.values])))
    codes = [finding.code for finding in packs.check_pack(folder) if finding.layer == "elevation"]
    assert codes == ["raster.bands"]


@pytest.mark.slow
def test_a_folder_in_the_place_of_a_raster(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    (folder / "terrain" / "elevation.tif").unlink()
    (folder / "terrain" / "elevation.tif").mkdir()
    assert any("elevation.tif is folder, not TIFF" in str(finding) for finding in packs.check_pack(folder))


@pytest.mark.slow
def test_sound(sound: Path) -> None:
    assert check_pack(sound) == []
    read_pack(sound).require_sound()


def test_layers_come_in_metres_and_in_the_order_of_their_ids(sound: Path) -> None:
    pack = read_pack(sound)
    assert pack.crs_measure == "EPSG:9208"
    settlements = pack.settlements
    assert settlements.crs == "EPSG:9208"
    written = pack_factory.settlements().sort_values("settlement_id", ignore_index=True)
    assert list(settlements["settlement_id"]) == list(written["settlement_id"])
    # five decimals are about a metre
    assert settlements.geometry.distance(written.geometry).max() < 1.5
    assert pack.settlements is settlements
    for name in (
        "communes",
        "villages",
        "roads",
        "rivers",
        "lakes",
        "bridges",
        "grid_lines",
        "substations",
        "water_schemes",
        "schools",
    ):
        frame = getattr(pack, name)
        assert isinstance(frame, gpd.GeoDataFrame)
        assert frame.crs == "EPSG:9208"
        assert isinstance(frame.index, pd.RangeIndex)
    assert pack.communes.area.sum() / 1e6 == pytest.approx(400, rel=1e-3)
    assert pack.solar.shape[0] == 48
    assert pack.runoff.bands == 12
    assert pack.elevation.cell_size_m == 100
    # 300 m at the south edge of the grid, 10 m a cell: 2 415 000 lies 52 cells above 2 409 800
    assert sample(pack.elevation, [450_000], [2_415_000])[0] == pytest.approx(300 + 10 * 51.5)


@pytest.mark.slow
def test_absent_layers_are_asked_for_by_name(tmp_path: Path) -> None:
    pack = read_pack(write_pack(tmp_path / "pack", lakes=None, bridges=None))
    assert faults(pack.findings()) == []
    assert not pack.has("lakes")
    with pytest.raises(MissingDataError, match=r"lakes: the pack 'Thử' has no such layer\. Add the file"):
        _ = pack.lakes
    assert check_pack(write_pack(tmp_path / "other", elevation=None)) == [
        "elevation: the pack has no such layer. Add the file and its [[layer]] to catalog.toml."
    ]


def test_no_pack(tmp_path: Path) -> None:
    (fault,) = check_pack(tmp_path / "nowhere")
    assert "there is no catalog.toml" in fault


def test_measuring_crs_in_degrees(sound: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sound, tmp_path / "pack")
    path = folder / "catalog.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('crs_measure = "EPSG:9208"', 'crs_measure = "EPSG:4326"'),
        encoding="utf-8",
    )
    with pytest.raises(LayerError, match="does not measure in true metres"):
        read_pack(folder)


# --- the faults that the issue lists ---


@pytest.mark.slow
def test_missing_column(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack", settlements=lambda frame: frame.drop(columns="households"))
    assert check_pack(folder) == [
        "settlements: columns are missing in all 6 rows (households); the file has besides: -. Add them; an absent "
        "column is never taken as 0."
    ]
    with pytest.raises(LayerError, match="settlements: columns are missing"):
        _ = read_pack(folder).settlements


@pytest.mark.slow
def test_duplicate_id(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack", villages=changed("village_id", 3, "V0001"))
    assert check_pack(folder) == [
        "villages: 2 of 12 rows have a village_id that another row has too (V0001, V0001). Give each row its own "
        "village_id or drop the repeated rows."
    ]


@pytest.mark.slow
def test_negative_households(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack", settlements=changed("households", 2, -4))
    assert check_pack(folder) == [
        "settlements: 1 of 6 rows have households below 0 (C0001 = -4). Correct the values (households) or drop the "
        "rows."
    ]


@pytest.mark.slow
def test_settlement_outside_the_province(tmp_path: Path) -> None:
    # 5 km east of the east edge; its own accuracy of 1 km does not excuse it, nor would a larger one
    for accuracy_m in (1_000.0, 50_000.0):
        folder = write_pack(
            tmp_path / f"pack{accuracy_m}",
            settlements=lambda frame, radius=accuracy_m: changed("geometry", 3, Point(465_000, 2_416_000))(
                frame
            ).assign(position_accuracy_m=radius),
        )
        assert check_pack(folder) == [
            "settlements: 1 of 6 rows have a point outside the province (C0002 = 5.0 km). Correct the coordinates or "
            "their CRS, or drop the rows."
        ]


@pytest.mark.slow
def test_layer_without_crs(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    (folder / "villages").mkdir(parents=True)
    frame = pack_factory.settlements()
    bare = gpd.GeoDataFrame(pd.DataFrame(frame.drop(columns="geometry")), geometry=list(frame.geometry))
    with pytest.warns(UserWarning, match="crs"):
        bare.to_file(folder / "villages" / "s.gpkg")
    write_pack(folder, entries={"settlements": {"file": "villages/s.gpkg", "crs": None}})
    assert check_pack(folder) == [
        "settlements: s.gpkg has no CRS (all 6 rows). Write it into the file (QGIS: Set layer CRS) or as `crs` of the "
        "layer in catalog.toml."
    ]


@pytest.mark.slow
def test_truncated_geopackage(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    pack_factory.villages().to_file(folder / "v.gpkg")
    content = (folder / "v.gpkg").read_bytes()
    (folder / "v.gpkg").write_bytes(content[: len(content) * 2 // 3])
    write_pack(folder, entries={"villages": {"file": "v.gpkg"}})
    (fault,) = check_pack(folder)
    assert "villages: v.gpkg cannot be read, it is cut off or damaged" in fault


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_wrong_encoding(sound: Path, tmp_path: Path, encoding: str) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    text = (sound / "villages" / "villages.csv").read_text(encoding="utf-8").replace("Bản", "Bàn").replace("ọ", "ó")
    (folder / "v.csv").write_text(text, encoding=encoding)
    write_pack(folder, entries={"villages": {"file": "v.csv"}})
    (fault,) = check_pack(folder)
    assert fault.startswith("villages: v.csv is ")
    assert "Save it as 'CSV UTF-8'" in fault


@pytest.mark.slow
def test_changed_file_is_told_after_what_is_wrong_in_it(sound: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sound, tmp_path / "pack")
    path = folder / "villages" / "settlements.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("C0004", "C0003"), encoding="utf-8")
    faults = check_pack(folder)
    assert len(faults) == 2
    assert "settlements: 2 of 6 rows have a settlement_id that another row has too (C0003, C0003)" in faults[0]
    assert "settlements: villages/settlements.csv was changed after the catalogue was written" in faults[1]
    (folder / "villages" / "settlements.csv").unlink()
    (fault,) = check_pack(folder)
    assert "settlements: there is no file" in fault


@pytest.mark.slow
def test_faults_of_several_layers_come_together(tmp_path: Path) -> None:
    folder = write_pack(
        tmp_path / "pack",
        settlements=changed("households", 0, -1),
        villages=changed("commune_code", 0, "99999"),
        roads=changed("road_class", 1, "path"),
        substations=None,
        targets={"clusters": 5},
    )
    faults = check_pack(folder)
    assert [fault.split(":")[0] for fault in faults] == ["settlements", "roads", "settlements", "villages"]
    with pytest.raises(LayerError) as caught:
        read_pack(folder).require_sound()
    assert str(caught.value).split("\n") == faults


@pytest.mark.slow
@pytest.mark.parametrize("name", NEEDS_ROWS)
def test_a_layer_without_rows_is_told(tmp_path: Path, name: str) -> None:
    pack = read_pack(write_pack(tmp_path / "pack", **{name: lambda frame: frame.iloc[:0]}))
    (fault,) = map(str, faults(pack.findings()))
    assert fault.startswith(f"{name}: the layer has no rows. Export {pack_factory.FILES[name]} again")
    with pytest.raises(LayerError, match="has no rows"):
        pack.layer(name)


@pytest.mark.slow
def test_a_province_without_bridges_and_stations(tmp_path: Path) -> None:
    none = {name: lambda frame: frame.iloc[:0] for name in ("bridges", "substations")}
    pack = read_pack(write_pack(tmp_path / "pack", **none))
    assert faults(pack.findings()) == []
    assert len(pack.bridges) == 0
    assert pack.bridges.crs == "EPSG:9208"


@pytest.mark.slow
def test_household_works_of_every_commune(tmp_path: Path) -> None:
    assert check_pack(write_pack(tmp_path / "pack", water_households=lambda f: f.iloc[1:])) == [
        "water_households: 1 of 4 communes have no household water works (90001). Add their rows, with 0 where there "
        "are none."
    ]


# --- between layers ---


@pytest.mark.slow
def test_place_outside_its_commune(tmp_path: Path) -> None:
    # V0001 lies at x = 442 000, y = 2 414 000 in 90001; 90002 begins 8 km east of it
    folder = write_pack(
        tmp_path / "near", villages=lambda f: changed("commune_code", 0, "90002")(f).assign(position_accuracy_m=8_100.0)
    )
    assert check_pack(folder) == []
    folder = write_pack(
        tmp_path / "far", villages=lambda f: changed("commune_code", 0, "90002")(f).assign(position_accuracy_m=7_800.0)
    )
    assert check_pack(folder) == [
        "villages: 1 of 12 rows have a point outside their own commune (V0001 = 8.0 km). Correct the point, its "
        "commune_code, or position_accuracy_m."
    ]


@pytest.mark.slow
def test_approximate_boundaries_are_allowed_for(tmp_path: Path) -> None:
    villages = changed("commune_code", 0, "90002")
    folder = write_pack(
        tmp_path / "pack", villages=villages, communes=lambda frame: frame.assign(boundary_accuracy_m=8_000.0)
    )
    assert check_pack(folder) == []


@pytest.mark.slow
def test_unknown_commune(tmp_path: Path) -> None:
    (fault,) = check_pack(write_pack(tmp_path / "pack", schools=changed("commune_code", 1, "90009")))
    assert "schools: 1 of 2 rows have an unknown commune_code (T02 = 90009). Write the code of a commune" in fault


@pytest.mark.slow
def test_exchanged_metres_are_seen(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    frame = pack_factory.water_schemes()
    table = pd.DataFrame(frame.drop(columns="geometry")).assign(px=frame.geometry.y, py=frame.geometry.x)
    table.to_csv(folder / "w.csv", index=False)
    # said to be in mathematical order, but X is the northing
    write_pack(folder, entries={"water_schemes": {"file": "w.csv", "crs": "EPSG:9208", "x": "px", "y": "py"}})
    (fault,) = check_pack(folder)
    assert (
        "water_schemes: 3 of 3 rows have a point outside the province (W0001, W0002, W0003). X and Y are exchanged"
        in fault
    )
    write_pack(
        folder,
        entries={"water_schemes": {"file": "w.csv", "crs": "EPSG:9208", "x": "px", "y": "py", "axis_order": "vn2000"}},
    )
    assert check_pack(folder) == []


@pytest.mark.slow
def test_lines_in_a_wrong_crs(tmp_path: Path) -> None:
    (fault,) = check_pack(
        write_pack(tmp_path / "pack", roads=lambda f: f.set_geometry(f.geometry.translate(500_000, 0)))
    )
    assert "roads: 6 of 6 rows have a place or vertex more than 100 km from the province" in fault


@pytest.mark.slow
def test_raster_that_does_not_cover_the_province(tmp_path: Path) -> None:
    whole = pack_factory.elevation()
    west_half = Raster(values=whole.values[:, :102], transform=whole.transform, crs=whole.crs, nodata=-9999)
    (fault,) = check_pack(write_pack(tmp_path / "half", elevation=west_half))
    assert "elevation: 2 of 4 communes have ground that the raster 'elevation' does not cover (90002, 90004)" in fault
    holed = whole.values.copy()
    holed[50:60, 50:60] = -9999
    (fault,) = check_pack(write_pack(tmp_path / "holes", elevation=whole.with_values(holed, nodata=-9999)))
    assert "elevation: 100 of " in fault
    assert "cells inside the province hold no value" in fault


@pytest.mark.slow
def test_runoff_needs_twelve_bands(tmp_path: Path) -> None:
    runoff = pack_factory.runoff()
    (fault,) = check_pack(write_pack(tmp_path / "pack", runoff=runoff.with_values(runoff.values[:11])))
    assert "runoff: climate/runoff.tif has 11 bands, 12 are needed" in fault


@pytest.mark.slow
def test_values_that_cannot_be(tmp_path: Path) -> None:
    heights = pack_factory.elevation()
    values = heights.values.copy()
    values[0, :3] = -32768
    (fault,) = check_pack(write_pack(tmp_path / "heights", elevation=heights.with_values(values)))
    assert "elevation: 3 of 41,616 cells lie outside -500 to 9,000 (down to -32,768, up to 2,330;" in fault
    assert "Declare the no-data value" in fault
    forest = pack_factory.forest()
    (fault,) = check_pack(
        write_pack(tmp_path / "forest", forest=forest.with_values(np.where(forest.values == 12, 7, 0).astype(np.uint8)))
    )
    assert fault == "forest: cells hold codes that are no forest class (7). Use 0, 1, 2, 3, 10, 11, 12, 13."


@pytest.mark.slow
def test_places_listed_as_a_table(tmp_path: Path) -> None:
    (fault,) = check_pack(write_pack(tmp_path / "pack", entries={"villages": {"kind": "table"}}))
    assert "villages: the catalogue lists villages/villages.csv as a table, but its rows are places" in fault


@pytest.mark.slow
def test_geometry_of_the_catalogue(tmp_path: Path) -> None:
    (fault,) = check_pack(write_pack(tmp_path / "pack", entries={"lakes": {"geometry": "Point"}}))
    assert (
        "lakes: water/lakes.geojson holds Polygon (all 1 rows), the catalogue says Point. Correct `geometry`" in fault
    )


@pytest.mark.slow
def test_every_month_of_sunshine(tmp_path: Path) -> None:
    assert check_pack(write_pack(tmp_path / "pack", solar=lambda f: f.drop(index=5).reset_index(drop=True))) == [
        "solar: 1 of 4 communes have not all twelve months of sunshine (90001). Add the months."
    ]


@pytest.mark.slow
def test_published_totals(tmp_path: Path) -> None:
    # households without the grid but for the 20 with unsafe wires: 160 of 4,200; on rural schemes: 60 + 120; people:
    # 5,000 + 6,000 + 5,000 + 6,000
    right = {
        "villages": 12, "villages_on_grid": 11, "settlements_villages": 2, "clusters": 4, "cluster_households": 80,
        "water_schemes": 2,
        "water_scheme_households": 180, "boarding_schools_border": 1, "schools_raised": 0,
        "schools_new_upper_secondary": 0,
        "population_communes_2025": 22_000, "household_electrification_pct": 96.19,
    }  # fmt: skip
    assert check_pack(write_pack(tmp_path / "right", targets=right)) == []
    wrong = {**right, "cluster_households": 22_940, "villages_on_grid": 12}
    assert check_pack(write_pack(tmp_path / "wrong", targets=wrong)) == [
        "villages: the rows hold 11 for the target villages_on_grid, the catalogue says 12. Complete the rows or "
        "correct [targets].",
        "settlements: the rows hold 80 for the target cluster_households, the catalogue says 22,940. Complete the rows "
        "or correct [targets].",
    ]


def test_any_damage_is_told_and_never_crashes(sound: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sound, tmp_path / "pack")
    for name, file in pack_factory.FILES.items():
        if name in pack_factory.RARE:
            continue
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(content[: len(content) // 2])
        pack = read_pack(folder)
        faults = [str(finding) for finding in pack.layer_findings(name)]
        assert all(fault.startswith(f"{name}:") for fault in faults), faults
        assert len(faults) >= 1, faults
        with pytest.raises(InfragapError, match=name):
            pack.layer(name)
        (folder / file).write_bytes(content)


# --- the real layers ---


def test_real_communes(shared: Path) -> None:
    communes = read_vector(shared / "laocai" / "fetched" / "communes_fixed_simpl50m.geojson", layer="communes")
    assert len(communes) == 99
    assert communes.crs == "EPSG:4326"
    assert communes.is_valid.all()
    # the official area is 13 256.92 km²; the TM-3 grid is true to scale within 0.1 ‰ near its meridian
    assert communes.to_crs("EPSG:9208").area.sum() / 1e6 == pytest.approx(13_256.92, rel=0.002)
    assert np.allclose(communes.total_bounds, [103.5, 21.3, 105.2, 22.9], atol=0.4)


@pytest.mark.slow
def test_a_layer_without_rows_has_its_columns(tmp_path: Path) -> None:
    """A GeoJSON file without features has no columns either; whoever asks for one finds it."""
    pack = read_pack(write_pack(tmp_path / "pack", rivers=lambda rivers: rivers.iloc[:0]))
    assert len(pack.rivers[pack.rivers["is_major"]]) == 0
    assert pack.rivers["is_major"].dtype == bool
    assert faults(pack.findings()) == []
