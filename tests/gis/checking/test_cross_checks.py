"""What does not fit between columns, layers and targets: each kind of fault planted in sound layers, and the sentence
that must come."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, Point

from infragap.gis.checking.between import cross_findings
from infragap.gis.checking.twins import twin_findings
from infragap.gis.findings import Finding, faults
from infragap.gis.raster import Raster
from infragap.profiles.profile import read_profile
from tests import pack_factory

Change = Callable[[Any], Any]


def layers(**changes: Change) -> dict[str, Any]:
    built: dict[str, Any] = {name: build() for name, build in pack_factory.BUILDERS.items()}
    return {name: changes[name](layer) if name in changes else layer for name, layer in built.items()}


def found(targets: dict[str, float] | None = None, **changes: Change) -> list[Finding]:
    return cross_findings(layers(**changes), targets=targets or {}, profile=read_profile())


def said(**changes: Change) -> list[str]:
    return [str(finding) for finding in faults(found(**changes))]


def column(name: str, value: Any, rows: Any = None) -> Change:
    """A change of a column: a value or a function of the column, in all rows or in some."""

    def change(frame: Any) -> Any:
        frame = frame.copy()
        new = value(frame[name]) if callable(value) else value
        if rows is None:
            frame[name] = new
        else:
            frame[name] = frame[name].astype(object)
            frame.loc[rows, name] = new if np.isscalar(new) else new.loc[rows]
            frame[name] = frame[name].infer_objects()
        return frame

    return change


def test_sound_layers_have_no_fault() -> None:
    assert said() == []


def test_notices_of_the_small_pack_are_true() -> None:
    # made up by hand: the villages hold a fifth of the people; 1 village off the grid against 2 settlements; V0004 8.5
    # km from the line …
    texts = [str(finding) for finding in found() if finding.severity == "notice"]
    assert (
        "villages: 1 villages of 12 are without the grid, the layer 'settlements' lists 2. Bring the two layers in "
        "line." in texts
    )
    assert any(
        text.startswith(
            "communes: 4 of 4 communes have another population than their villages together (90001 = 960 / 5,000"
        )
        for text in texts
    )


@pytest.mark.parametrize(
    ("layer", "change", "sentence"),
    [
        # stated against drawn
        ("roads", column("length_km", lambda c: c * 1000),
        "roads: 6 of 6 rows have length_km that is 1,000 times the drawn length"),
        ("roads", column("length_km", 80.0, [1]),
        "roads: 1 of 6 rows have length_km that is less than 0.5 or more than 5 times the drawn length (R2 = 80 km, "
        "drawn 10.90 km)"),
        ("grid_lines", column("length_km", lambda c: c * 1000),
        "grid_lines: 2 of 2 rows have length_km that is 1,000 times the drawn length"),
        ("communes", column("area_km2", 10_000.0),
        "communes: 4 of 4 rows have an area_km2 that looks like hectares (90001 = 10000 km², drawn 100.0 km²"),
        ("communes", column("area_km2", 250.0, [2]),
        "communes: 1 of 4 rows have an area_km2 that differs by more than 50 % from the drawn area (90003 = 250 km²"),
        # parts and wholes
        ("communes", column("households", 10_000),
        "communes: 4 of 4 rows have more households than people (90001 = 10,000 / 5,000"),
        ("communes", column("households", 0), "communes: 4 of 4 rows have people but no households"),
        ("communes", column("production_forest_ha", 12_000.0, [0]),
        "communes: 1 of 4 rows have more forest than area (90001 = 13,500 of 10,000 ha)"),
        ("communes", column("natural_forest_ha", 20.0),
        "communes: all 4 rows have forest (natural_forest_ha) that is 0.008 times what forest_cover_pct says: it looks "
        "like km²"),
        ("villages", column("households", 400, [3]),
        "villages: 1 of 12 rows have more households than people (V0004 = 400 / 315)"),
        ("villages", column("pupils_primary", 400, [3]),
        "villages: 1 of 12 rows have more pupils than people (V0004 = 428 / 315)"),
        ("villages", column("scheme_persons", 6_500.0, [3]),
        "villages: 1 of 12 rows have more scheme_persons than their commune has people (V0004 = 6500)"),
        ("villages", column("population", 12_000, [0]),
        "communes: 1 of 4 communes have villages with more than twice their population (90001 = 12,660 / 5,000"),
        ("water_schemes", column("households_served", 500, [0]),
        "water_schemes: 1 of 3 rows serve more than three times the households that they were designed for (W0001 = "
        "500 / 80)"),
        ("water_schemes", column("capacity_m3_day", lambda c: c / 86.4),
        "water_schemes: 3 of 3 rows have a capacity of less than 0.02 m³ a day for each household"),
        ("water_schemes", column("capacity_m3_day", 90_000.0, [1]),
        "water_schemes: 1 of 3 rows have a capacity of less than 0.02 or more than 20 m³ a day"),
        ("water_schemes", column("source_elevation_m", lambda c: c * 3.28084),
        "water_schemes: 3 of 3 rows have a source"),
        ("water_households", column("basic_pct", 20.0, [2]),
        "water_households: 1 of 4 rows have own_source_to_standard_pct above basic_pct (90003 = 25 / 20)"),
        ("substations", column("load_mva", 800.0),
        "substations: 1 of 1 rows have a load of more than three times their capacity (E99.1 = 800 / 25)"),
        ("substations", column("capacity_mva", 2_500.0),
        "substations: 1 of 1 rows have a capacity that no station of their voltage has (E99.1 = 2,500 MVA at 110 kV): "
        "these look like kVA"),
        ("solar", column("pv_kwh_per_kwp", lambda c: c * 2.4),
        "solar: 48 of 48 rows have a yield of less than 0.3 or more than 1.6 kWh/kWp"),
        ("solar", column("month", 3, [1]), "solar: 1 of 4 communes have not all twelve months of sunshine (90001)"),
        # sums
        ("settlements", column("households", 1_200, [4]),
        "communes: 1 of 4 communes have settlements with more households than the commune (90003 = 1,240 / 1,000"),
        ("settlements", column("households", 2_000),
        "settlements: 12,000 households in 6 rows are more than the 4,200 of all communes"),
        ("villages", column("on_grid", True), "villages: all 12 villages are on the grid, but the layer 'settlements' "
                                              "lists 2 villages without it"),
        # twins
        ("settlements", lambda f: pd.concat([f, f.iloc[[2]].assign(settlement_id="TWIN")], ignore_index=True),
        "settlements: 2 of 7 rows are equal to another in name, place and all numbers (C0001 = Cụm 1, TWIN = Cụm 1)"),
        # places
        ("settlements", lambda f: f.set_geometry(f.geometry.translate(0, 40_000)),
        "settlements: 6 of 6 rows have a point outside the province"),
        ("communes", lambda f: f.set_geometry([f.geometry[0], f.geometry[1], f.geometry[3], f.geometry[3]]),
        "communes: 2 of 4 rows have a polygon that overlaps another by up to 100 % of the smaller (90003, 90004)"),
        ("roads", lambda f: f.set_geometry([LineString([(445_000, 2_415_000), (445_010, 2_500_000), (445_020,
        2_415_000)]), *f.geometry[1:]]), "roads: 1 of 6 rows have a vertex far away from both its neighbours (R1 = 85 "
                                         "km)"),
    ],
)  # fmt: skip
def test_planted_fault(layer: str, change: Change, sentence: str) -> None:
    texts = said(**{layer: change})
    assert texts
    assert any(text.startswith(sentence) for text in texts), texts


def shifted(east_m: float) -> Change:
    return lambda frame: frame.set_geometry(frame.geometry.translate(east_m, 0))


def test_villages_off_the_grid_are_not_counted_by_words_that_are_not_known() -> None:
    told = ["sum.off_grid" in {f.code for f in found(settlements=column("kind", kind))} for kind in ("cluster", "town")]
    assert told == [True, False]


@pytest.mark.parametrize(
    ("layer", "change", "sentence"),
    [
        # 800 kW as MW: 800 / (sqrt(3) * 35) = 13.2 kA
        ("grid_lines", column("feeder_load_mw", 800.0), "that no line of their voltage carries (L1 = 800"),
        ("solar", column("ghi_daily_sd_kwh_per_m2_day", lambda c: 3.6 * c), "a spread from day to day that is larger"),
        # 60 m³ a day for 80 households is 0.75; an hour's 0.031
        ("water_schemes", column("capacity_m3_day", lambda c: c / 24), "other unit that would fit: m³/h"),
        ("water_schemes", column("source_elevation_m", lambda c: c / 1000), "times the ground in the median"),
        ("roads", column("length_km", lambda c: 0.621371 * c), "no way is shorter than its drawing (0.62 are miles)"),
        ("rivers", shifted(60_000), "rivers: nearly all of the 1 rows lie outside the province"),
        ("roads", shifted(60_000), "roads: nearly all of the 6 rows lie outside the province"),
        ("villages", lambda f: pd.concat([f, f[:1].assign(village_id="V99", name="BẢN  1")], ignore_index=True),
        "villages: 2 of 13 rows are equal to another in name"),
        ("runoff", lambda r: r.with_values(np.repeat(r.values[:1], 12, axis=0)), "are equal, or only rise"),
        ("runoff", lambda r: r.with_values(np.cumsum(r.values, axis=0)), "are equal, or only rise"),
    ],
)  # fmt: skip
def test_planted_fault_of_a_whole_layer(layer: str, change: Change, sentence: str) -> None:
    texts = said(**{layer: change})
    assert any(sentence in text for text in texts), texts


@pytest.mark.parametrize(("source", "far"), [("river", True), ("stream", True), ("lake", True), ("spring", False)])
def test_intakes_lie_near_the_waters_that_they_name(source: str, far: bool) -> None:
    # W0001 stands 14 km west of the only river and 12 km from the only lake, its position known to 1 km
    texts = [
        str(finding) for finding in found(water_schemes=lambda f: f.assign(water_source=source))
        if finding.code == "near.intake"
    ]  # fmt: skip
    assert any("more than 1 km from any in the layer" in text and "W0001 = 1" in text for text in texts) == far


# --- rasters ---


def heights(change: Callable[[Any], Any]) -> Change:
    def changed(raster: Raster) -> Raster:
        return raster.with_values(change(raster.values.astype(np.int16).copy()), nodata=raster.nodata)

    return changed


def block(values: Any, height: int) -> Any:
    values[60:100, 60:100] = height
    return values


@pytest.mark.parametrize(
    ("layer", "change", "sentence"),
    [
        ("elevation", heights(lambda v: block(v, 0)),
        "cells differ by more than 400 m from the cell beside them (from 0 to"),
        ("elevation", heights(lambda v: block(v, 8_999)), "to 8,999 m; first at x"),
        ("elevation", heights(lambda v: v[::-1].copy()),
        "elevation: 100 % of the rivers' length climbs along its course"),
        ("runoff", lambda r: r.with_values(r.values / 1000),
        "runoff: the twelve bands give 1.02 mm a year in the mean, outside 150 to 8,000 mm; other unit that would fit: "
        "metres"),
        ("runoff", lambda r: r.with_values(r.values * 12), "other unit that would fit: mm a year"),
        ("runoff", lambda r: r.with_values(r.values / 30.4), "other unit that would fit: mm a day"),
        ("runoff", lambda r: r.with_values(np.concatenate([r.values[:6], 0 * r.values[:1], r.values[7:]])),
        "runoff: the bands of months 7 are 0 everywhere, beside months of 80 mm and more"),
    ],
)  # fmt: skip
def test_planted_fault_of_a_raster(layer: str, change: Change, sentence: str) -> None:
    texts = said(**{layer: change})
    assert any(sentence in text for text in texts), texts


def test_a_relief_stays_right_when_its_rivers_are_drawn_upstream_in_their_valleys() -> None:
    def valley(raster: Raster) -> Raster:
        column = np.arange(raster.shape[1])
        # 456 000 is the 162nd cell: the ground falls towards it by 10 % from both sides
        return raster.with_values(
            (raster.values + 10 * np.abs(column - 162)[None, :]).astype(np.int16), nodata=raster.nodata
        )

    upstream: Change = lambda f: f.set_geometry(shapely.reverse(f.geometry.to_numpy()))  # noqa: E731
    assert said(elevation=valley, rivers=upstream) == []


# --- whole layers shifted by a wrong central meridian ---


def many_villages(count: int = 60) -> gpd.GeoDataFrame:
    """Villages along the 35 kV line and the road, so that layers fit to some hundred metres."""
    base = pack_factory.villages()
    random = np.random.default_rng(5)
    x, y = random.uniform(440_600, 451_900, count), 2_415_000 + random.uniform(-300, 300, count)
    rows = pd.concat([base.iloc[[0]]] * count, ignore_index=True)
    rows = rows.assign(
        village_id=[f"V{n:04}" for n in range(count)], name=[f"Bản {n}" for n in range(count)], scheme_persons=np.nan
    )
    # two communes share the strip
    rows["commune_code"] = np.where(x < 450_000, "90001", "90002")
    rows["population"], rows["households"] = 60, 12
    return gpd.GeoDataFrame(
        rows.drop(columns="geometry"), geometry=[Point(a, b) for a, b in zip(x, y, strict=True)], crs=base.crs
    )


@pytest.mark.parametrize(
    ("written", "named"), [("EPSG:5897", "VN-2000 / TM-3 105-00 (EPSG:5897)"), ("EPSG:9207",
    "VN-2000 / TM-3 104-30 (EPSG:9207)"), ("EPSG:9206", "VN-2000 / TM-3 104-00 (EPSG:9206)")]
)  # fmt: skip
@pytest.mark.parametrize("layer", ["grid_lines", "roads"])
def test_lines_in_a_wrong_zone_are_named_with_the_zone_that_fits(layer: str, written: str, named: str) -> None:
    def misread(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        # drawn right in one zone, then declared to be in the province's
        return frame.to_crs(written).set_crs("EPSG:9208", allow_override=True)

    texts = said(villages=lambda _: many_villages(), **{layer: misread})
    (shift,) = [text for text in texts if "lie off by tens of kilometres" in text]
    assert shift.startswith(f"{layer}: all ")
    assert f"read in {named} they fit" in shift


def test_villages_in_a_wrong_zone() -> None:
    texts = said(villages=lambda _: many_villages().to_crs("EPSG:5897").set_crs("EPSG:9208", allow_override=True))
    assert any(text.startswith("villages: all 60 rows lie off") and "EPSG:5897" in text for text in texts), texts


def stations_of(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A distribution station beside each village."""
    one = pack_factory.stations().iloc[[0]].drop(columns="geometry")
    rows = pd.concat([one] * len(villages), ignore_index=True)
    rows["station_id"] = [f"T{number:03}" for number in range(len(rows))]
    return gpd.GeoDataFrame(rows, geometry=villages.geometry.translate(120.0, -80.0).to_numpy(), crs=villages.crs)


@pytest.mark.parametrize(("written", "told"), [("EPSG:5897", True), ("EPSG:9208", False)])
def test_distribution_stations_in_a_wrong_zone(written: str, told: bool) -> None:
    built = layers(villages=lambda _: many_villages())
    stations = stations_of(built["villages"]).to_crs(written).set_crs("EPSG:9208", allow_override=True)
    texts = [str(finding) for finding in cross_findings({**built, "stations": stations}, targets={},
                                                        profile=read_profile())]  # fmt: skip
    assert any(text.startswith("stations: all 60 rows lie off") and written in text for text in texts) is told
    assert any("are existing stations more than 1 km from any line" in text for text in texts) is told


@pytest.mark.parametrize(("aside_m", "told"), [(0.0, True), (2.0, True), (8.0, False)])
def test_a_line_drawn_twice_is_one_line_though_digitised_again(aside_m: float, told: bool) -> None:
    roads = pack_factory.roads()
    again = roads.iloc[[4]].assign(road_id="R9")
    again.geometry = again.geometry.translate(0.7 * aside_m, 0.7 * aside_m).reverse()
    both = gpd.GeoDataFrame(pd.concat([roads, again], ignore_index=True), crs=roads.crs)
    marked = [finding.rows for finding in twin_findings(both, layer="roads")]
    assert marked == [("R5", "R9")] * told


def test_short_pieces_that_follow_each_other_are_no_twins() -> None:
    roads = pack_factory.roads().iloc[[0]]
    pieces = [LineString([(1.5 * place, 0), (1.5 * place + 1.5, 0.2)]) for place in range(8)]
    frame = gpd.GeoDataFrame(pd.concat([roads] * 8, ignore_index=True).assign(road_id=list("abcdefgh")),
                             geometry=pieces, crs=roads.crs)  # fmt: skip
    assert twin_findings(frame, layer="roads") == []


def test_layers_that_fit_are_never_said_to_be_shifted() -> None:
    assert not [text for text in said(villages=lambda _: many_villages()) if "tens of kilometres" in text]


# --- targets ---


@pytest.mark.parametrize(
    ("targets", "sentence"),
    [
        ({"vilages": 12}, "catalog: [targets] has an unknown key vilages. Did you mean villages?"),
        ({"water_clean_pct": 332.0}, "catalog: [targets] water_clean_pct = 332 cannot be."),
        ({"water_clean_pct": 0.332}, "catalog: [targets] water_clean_pct = 0.332 cannot be."),
        ({"budget_2026_bn_vnd": -1}, "catalog: [targets] budget_2026_bn_vnd = -1 cannot be."),
        ({"budget_2026_bn_vnd": 8372000}, "catalog: [targets] budget_2026_bn_vnd = 8,372,000 cannot be."),
        ({"budget_2026_bn_mwk": 900, "budget_2027_bn_mwk": 950_000, "budget_2028_bn_mwk": 800},
        "catalog: [targets] budget_2027_bn_mwk = 950,000 cannot be."),
        ({"villages": float("nan")}, "catalog: [targets] villages = nan cannot be."),
        ({"villages": 13}, "villages: the rows hold 12 for the target villages, the catalogue says 13."),
        # 90 % of the rural households have basic water
        ({"water_basic_pct": 98.0}, "water_households: the rows give 90 % for the target water_basic_pct, which says "
                                    "98 %"),
        # 160 of 4,200 households have no grid: 96.19 %
        ({"household_electrification_pct": 98.28},
        "settlements: the rows give 96.2 % for the target household_electrification_pct, which says 98.3 %"),
    ],
)  # fmt: skip
def test_targets(targets: dict[str, float], sentence: str) -> None:
    texts = [str(finding) for finding in faults(found(targets))]
    assert any(text.startswith(sentence) for text in texts), texts


def test_budgets_that_differ_much_are_let_pass() -> None:
    years = {"budget_2026_bn_vnd": 0, "budget_2027_bn_vnd": 100, "budget_2028_bn_vnd": 8_367, "budget_2029_bn_vnd": 950}
    assert "target.value" not in {finding.code for finding in found(years)}


def test_findings_do_not_hang_on_the_order_of_rows() -> None:
    def turned(frame: Any) -> Any:
        return frame.iloc[::-1].reset_index(drop=True) if isinstance(frame, pd.DataFrame) else frame

    plain, reverse = found(), found(**dict.fromkeys(pack_factory.BUILDERS, turned))
    assert {(f.code, f.layer, frozenset(f.rows)) for f in plain} == {
        (f.code, f.layer, frozenset(f.rows)) for f in reverse
    }
