"""What may be true and seldom is: each kind planted in sound layers, the sentence that must come, and sound layers of
which nothing is said."""

import math
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from infragap.gis.checking.texts import text_findings
from infragap.gis.checking.units import unit_findings
from infragap.gis.checking.unlikely.offsets import offset_findings
from infragap.gis.checking.unlikely.parts import part_findings
from infragap.gis.findings import Finding, Severity
from infragap.gis.raster import Raster
from tests import pack_factory

CRS = pack_factory.CRS_MEASURE


def layers() -> dict[str, Any]:
    return {name: build() for name, build in pack_factory.BUILDERS.items()}


def many(layer: str, rows: int = 40) -> Any:
    """A layer with many rows like its first, each number a little different."""
    frame = pack_factory.BUILDERS[layer]()
    assert isinstance(frame, pd.DataFrame)
    repeated = pd.concat([frame.iloc[[0]]] * rows, ignore_index=True)
    for name in repeated.select_dtypes("float").columns.difference(["year"]):
        repeated[name] *= np.linspace(0.5, 2.0, rows)
    for name in repeated.columns.intersection(["population", "households", "households_design", "households_served"]):
        repeated[name] += np.arange(rows)
    counted = repeated.columns.intersection(["capacity_pupils"])
    repeated[counted] = repeated[counted].round()
    return repeated


def codes(found: list[Finding]) -> list[str]:
    return [finding.code for finding in found]


def test_sound_layers_are_let_pass() -> None:
    whole = layers()
    # the forest of the factory's raster is not that of its table
    assert set(codes(part_findings(whole))) <= {"sum.forest_mapped"}
    assert offset_findings(whole, whole["communes"]) == []
    for name, frame in whole.items():
        if isinstance(frame, pd.DataFrame):
            assert unit_findings(frame, layer=name) == []


COLUMNS = [
    ("bridges", "length_m"), ("substations", "capacity_mva"), ("substations", "load_mva"), ("stations", "capacity_kva"),
    ("water_schemes", "capacity_m3_day"), ("schools", "capacity_pupils"), ("grid_lines", "length_km"),
    ("communes", "protection_forest_ha"), ("solar", "ghi_daily_sd_kwh_per_m2_day"),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "column"), COLUMNS)
@pytest.mark.parametrize("factor", [100.0, 0.01])
def test_one_row_in_another_unit_is_told_in_every_column(layer: str, column: str, factor: float) -> None:
    frame = many(layer)
    assert unit_findings(frame, layer=layer) == []
    frame.loc[7, column] *= factor
    (finding,) = unit_findings(frame, layer=layer)
    assert finding.code in ("unit.alone", "unit.other", "unit.range")
    assert len(finding.rows) == 1


def test_values_within_ten_times_the_others_and_many_of_them_are_let_pass() -> None:
    frame = many("bridges")
    frame.loc[7, "length_m"] = 9 * frame["length_m"].max()
    assert unit_findings(frame, layer="bridges") == []
    # a tenth of the rows is another kind of bridge
    frame.loc[::10, "length_m"] = 19_000.0
    assert unit_findings(frame, layer="bridges") == []


@pytest.mark.parametrize(("value", "told"), [(9999.0, True), (99999.0, True), (999.0, False), (10_000.0, False)])
def test_codes_for_no_data_inside_the_range(value: float, told: bool) -> None:
    frame = many("schools").assign(cost_mvnd=np.linspace(8_000.0, 120_000.0, 40))
    frame.loc[3, "cost_mvnd"] = value
    assert ("unit.code" in codes(unit_findings(frame, layer="schools"))) == told


@pytest.mark.parametrize(
    ("layer", "column", "factor"),
    [
        ("stations", "capacity_kva", 100.0), ("stations", "capacity_kva", 0.05), ("schools", "capacity_pupils", 0.05),
        ("solar", "ghi_daily_sd_kwh_per_m2_day", 0.1),
    ],
)  # fmt: skip
def test_the_middle_of_a_layer_seldom_lies_there(layer: str, column: str, factor: float) -> None:
    frame = many(layer)
    frame[column] *= factor
    assert {"unit.middle", "unit.range", "unit.other"} & set(codes(unit_findings(frame, layer=layer)))


@pytest.mark.parametrize(("provenance", "told"), [("modelled", True), ("official", False)])
def test_modelled_places_are_not_known_to_some_metres(provenance: str, told: bool) -> None:
    frame = pack_factory.villages().assign(position_accuracy_m=6.2, provenance=provenance)
    assert codes(unit_findings(frame, layer="villages")) == ["accuracy.modelled"] * told


def test_counts_are_whole() -> None:
    frame = pack_factory.villages().assign(scheme_persons=120.5)
    assert codes(unit_findings(frame, layer="villages")) == ["unit.fraction"]


def test_a_column_that_was_filled_down() -> None:
    frame = many("water_schemes").assign(capacity_m3_day=60.0)
    assert "unit.constant" in codes(unit_findings(frame, layer="water_schemes"))
    assert "unit.constant" not in codes(unit_findings(frame.iloc[:19], layer="water_schemes"))


def column(layer: str, name: str, value: Any, row: int | None = None) -> Callable[[dict[str, Any]], None]:
    def change(whole: dict[str, Any]) -> None:
        frame = whole[layer]
        new = value(frame[name]) if callable(value) else value
        whole[layer] = frame.assign(**{name: new if row is None else frame[name].where(frame.index != row, new)})

    return change


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (column("villages", "population", 1_300, 2), "sum.household_size", "V0003 = 1,300 / 62"),
        (column("villages", "pupils_primary", 200, 2), "sum.pupils_many", "V0003 = 200 / 310"),
        (column("villages", "pupils_upper_secondary", 80), "sum.pupils_levels", "4.44 times as many"),
        (column("villages", "own_source_households", 70, 2), None, ""),
        (column("stations", "voltage_kv", 350.0), "voltage.nominal", "350"),
        (column("stations", "voltage_kv", 22.0), "voltage.no_line", "T0 = 22"),
        (column("stations", "load_kva", 170.0), "sum.load_station", "T0 = 170 / 100"),
        (column("communes", "is_border", lambda border: ~border), "schools.border", "T02 = 90003"),
        (column("water_households", "household_works", 4_500), "works.many", "4,500 / 1,000"),
        # 150 m are 492 feet, beside a drawn bridge of 200 m
        (column("bridges", "length_m", 150 * 3.28084), None, ""),
        (column("bridges", "length_m", 612 * 3.28084), "length.bridge", "drawn 200 m"),
        # 10 km² instead of 1,000 ha: 1,510 of 2,500 ha
        (column("communes", "production_forest_ha", 10.0), "sum.forest_column", "production_forest_ha"),
        (column("communes", "protection_forest_ha", 15.0), "sum.forest_column", "looks like km²"),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit(change: Callable[[dict[str, Any]], None], code: str | None, said: str) -> None:
    whole = layers()
    if code is None and "own_source_households" not in whole["villages"]:
        whole["villages"]["own_source_households"] = 10.0
    change(whole)
    found = [finding for finding in part_findings(whole) if finding.code != "sum.forest_mapped"]
    if code is None and not any(finding.code == "sum.own_source_households" for finding in found):
        assert found == []
        return
    texts = [finding.spoken() for finding in found if finding.code == (code or "sum.own_source_households")]
    assert texts
    assert said in texts[0]


@pytest.mark.parametrize(
    ("layer", "column", "seldom", "rows"),
    [("water_households", "is_karst", True, 20), ("water_schemes", "is_private", True, 20),
     ("schools", "site_known", False, 3)],
)  # fmt: skip
def test_yes_and_no_exchanged(layer: str, column: str, seldom: bool, rows: int) -> None:
    frame = many(layer, 40)
    if layer == "schools":
        frame["status"] = "existing"
    # four of forty say the seldom answer: true, and so is the same column with nine tenths of them
    frame[column] = [seldom] * 4 + [not seldom] * 36
    assert "marks.turned" not in codes(part_findings({**layers(), layer: frame}))
    frame[column] = ~frame[column]
    assert "marks.turned" not in codes(part_findings({**layers(), layer: frame}))
    frame.loc[0, column] = seldom
    found = [finding for finding in part_findings({**layers(), layer: frame}) if finding.code == "marks.turned"]
    assert [finding.severity for finding in found] == [Severity.NOTICE]
    assert f"{column} is {str(seldom).lower()} in 37 of 40 rows" in found[0].spoken()
    assert "marks.turned" not in codes(part_findings({**layers(), layer: frame.iloc[-(rows - 1) :]}))


def test_a_planned_school_may_have_no_site() -> None:
    frame = many("schools", 40).assign(status="planned", site_known=False)
    assert "marks.turned" not in codes(part_findings({**layers(), "schools": frame}))


def test_numbers_beyond_all_bounds_do_no_harm() -> None:
    whole = layers()
    for layer, name in (("grid_lines", "voltage_kv"), ("stations", "load_kva"), ("bridges", "length_m")):
        whole[layer] = whole[layer].assign(**{name: 1e308})
    assert "voltage.nominal" in codes(part_findings(whole))
    tiny = many("bridges").assign(length_m=np.geomspace(1e-300, 1e300, 40))
    assert unit_findings(tiny, layer="bridges")


def test_forest_of_the_table_and_of_the_raster() -> None:
    whole = layers()
    forest = whole["forest"]
    assert isinstance(forest, Raster)
    # all protection forest: 40,000 ha on 400 km², the table says 6,000 ha
    whole["forest"] = forest.with_values(np.full_like(forest.values, 2))
    texts = [f.spoken() for f in part_findings(whole) if f.code == "sum.forest_mapped"]
    assert [text for text in texts if "protection_forest_ha sums to 6,000 ha" in text]
    # forest or none, without kinds: no stand would be forbidden to lines
    whole["forest"] = forest.with_values(np.where(forest.values > 0, 1, 0).astype(forest.values.dtype))
    texts = [f.spoken() for f in part_findings(whole) if f.code == "sum.forest_mapped"]
    for column in ("natural_forest_ha sums to 8,000 ha", "protection_forest_ha sums to 6,000 ha"):
        assert [text for text in texts if column in text and "shows 0 ha" in text], texts
    # the columns were never filled: nothing is known against the raster
    whole["communes"] = whole["communes"].assign(natural_forest_ha=0.0, protection_forest_ha=0.0)
    told = [f.values["column"] for f in part_findings(whole) if f.code == "sum.forest_mapped"]
    assert not {"natural_forest_ha", "protection_forest_ha"} & set(told)


# --- layers a little off ---


def places_on_a_road(count: int = 60) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A winding road and places within 20 m of it."""
    along = np.linspace(0, 15_000, 300)
    way = np.column_stack([442_000 + along, 2_415_000 + 1_500 * np.sin(along / 1_200)])
    road = pack_factory.roads().iloc[[0]].set_geometry([LineString(way)])
    random = np.random.default_rng(4)
    chosen = way[random.integers(0, len(way), count)] + random.uniform(-20, 20, (count, 2))
    rows = pd.concat([pack_factory.villages().iloc[[0]].drop(columns="geometry")] * count, ignore_index=True)
    rows["commune_code"] = np.where(chosen[:, 0] < 450_000, "90001", "90002")
    rows["village_id"] = [f"V{number:03}" for number in range(count)]
    return road, gpd.GeoDataFrame(rows, geometry=[Point(xy) for xy in chosen], crs=CRS)


@pytest.mark.parametrize(("east", "north"), [(0, 300), (-500, 600), (1_500, 900), (0, -2_000)])
def test_a_layer_a_little_off_is_told_with_distance_and_direction(east: float, north: float) -> None:
    road, villages = places_on_a_road()
    assert offset_findings({"roads": road, "villages": villages}, None) == []
    moved = road.set_geometry(road.geometry.translate(east, north))
    (finding,) = offset_findings({"roads": moved, "villages": villages}, None)
    assert (finding.code, finding.severity, finding.layer) == ("shift.offset", Severity.NOTICE, "roads")
    back = math.degrees(math.atan2(-east, -north)) % 360
    assert abs(finding.values["metres"] - math.hypot(east, north)) < 40
    assert abs((finding.values["bearing"] - back + 180) % 360 - 180) < 6


def test_places_a_little_outside_the_communes_that_they_name() -> None:
    random = np.random.default_rng(2)
    communes = pack_factory.communes()
    count = 400
    x, y = random.uniform(440_000, 460_000, count), random.uniform(2_410_000, 2_430_000, count)
    rows = pd.concat([pack_factory.villages().iloc[[0]].drop(columns="geometry")] * count, ignore_index=True)
    rows["commune_code"] = np.where(
        y < 2_420_000, np.where(x < 450_000, "90001", "90002"), np.where(x < 450_000, "90003", "90004")
    )
    right = gpd.GeoDataFrame(rows, geometry=[Point(a, b) for a, b in zip(x, y, strict=True)], crs=CRS)
    assert offset_findings({"villages": right}, communes) == []
    off = right.set_geometry(right.geometry.translate(900, 0))
    (finding,) = offset_findings({"villages": off}, communes)
    # as far as no place is outside: the nearest place to a border decides
    assert 750 < finding.values["metres"] < 950
    assert abs(finding.values["bearing"] - 270) < 6
    # both layers of places off in the same way: it is the communes
    apart = communes.set_geometry([box(*shape.bounds) for shape in communes.geometry.translate(900, 0)])
    both = {"villages": right, "settlements": right}
    (finding,) = offset_findings(both, apart)
    assert (finding.layer, finding.values["near"]) == ("communes", "villages")
    assert abs(finding.values["bearing"] - 270) < 6


def test_places_that_are_off_one_by_one_are_no_shift() -> None:
    road, villages = places_on_a_road()
    random = np.random.default_rng(7)
    loose = [Point(p.x + dx, p.y + dy) for p, (dx, dy) in zip(villages.geometry, random.normal(0, 700, (60, 2)),
             strict=True)]  # fmt: skip
    assert offset_findings({"roads": road, "villages": villages.set_geometry(loose)}, None) == []


# --- names ---


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Bản Ph?", "text.doubt"), ("Bản Phố?", "text.doubt"), ("Bản ?", "text.doubt"), ("?iện Biên", "text.garbled"),
        ("<b>Bản Phố</b>", "text.tags"), ("Bản Phố<br/>", "text.tags"), ("None", "text.no_name"),
        ("nan", "text.no_name"), ("N/A", "text.no_name"), ("???", "text.no_name"), ("Bản Phố 2 < 3", None),
        ("Nà Nan", None), ("Bản Phố", None),
    ],
)  # fmt: skip
def test_names(name: str, code: str | None) -> None:
    villages = pack_factory.villages()
    villages.loc[2, "name"] = name
    found = text_findings(villages, layer="villages")
    assert codes(found) == ([] if code is None else [code])
    assert all(finding.rows == ("V0003",) for finding in found)


def test_marks_of_a_web_page_in_other_columns_and_words_of_a_choice_are_let_pass() -> None:
    frame = pack_factory.settlements().assign(description="<table><tr><td>KML</td></tr></table>")
    assert text_findings(frame, layer="settlements") == []
