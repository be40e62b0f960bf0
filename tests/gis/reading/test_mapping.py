"""A planner's own columns and words brought to those of the schema, by what the catalogue says and nothing else."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from infragap.gis.catalog import LayerEntry
from infragap.gis.reading.mapping import mapped


def entry(name: str, **changes: object) -> LayerEntry:
    plain = {
        "name": name, "title": name, "file": f"{name}.csv", "kind": "vector", "geometry": "Point",
        "provenance": "open-data",
        "method": "counted by hand",
    }  # fmt: skip
    return LayerEntry.model_validate({**plain, **changes})


def places(**columns: list[object]) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=[Point(103.9 + i / 100, 22.3) for i in range(count)], crs="EPSG:4326")


def test_columns_are_renamed_and_computed() -> None:
    frame = places(**{"Village name": ["A", "B", "C"], "persons": ["460", "2", "0"], "Pop 2025": [9, 10, 11]})
    result, found = mapped(
        frame,
        entry("settlements", columns={"name": "Village name", "households": "persons / 4.6",
        "spread_m": "`Pop 2025` * 10 - 5"}),
    )  # fmt: skip
    assert not found
    assert list(result["name"]) == ["A", "B", "C"]
    # 460 / 4.6 = 100; two people are a household, nobody is none
    assert list(result["households"]) == [100, 1, 0]
    assert list(result["spread_m"]) == [85, 95, 105]


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("personen / 4.6", "no such column"),
        ("persons ** 2", "is none: use columns"),
        ("__import__('os').system('true')", "no such column"),
        ("persons.__class__", "is none: use columns"),
        ("persons / 'a'", "is none: use columns"),
        ("(" * 150 + "persons" + ")" * 150, "no such column"),
        ("4.6", "no such column"),
    ],
)
def test_what_is_no_formula_is_said_and_not_run(formula: str, said: str) -> None:
    _, found = mapped(places(persons=[460, 92]), entry("settlements", columns={"households": formula}))
    assert len(found) == 1
    assert said in str(found[0])
    assert str(found[0]).startswith("settlements: ")


def test_cells_that_a_formula_cannot_count_are_named() -> None:
    _, found = mapped(places(persons=["460", "many"]), entry("settlements", columns={"households": "persons / 4.6"}))
    assert "1 of 2 rows" in str(found[0])
    assert "many" in str(found[0])


def test_words_are_translated_whatever_their_case_and_others_stay() -> None:
    frame = places(supply=["Kerosene", "unsafe ", None, "candle"])
    result, found = mapped(frame, entry("settlements", values={"supply": {"kerosene": "none"}}))
    assert not found
    assert list(result["supply"]) == ["none", "unsafe ", None, "candle"]


def test_defaults_fill_absent_columns_and_empty_cells_only() -> None:
    frame = places(supply=["unsafe", None, " "])
    result, _ = mapped(frame, entry("settlements", defaults={"supply": "none", "kind": "cluster"}))
    assert list(result["supply"]) == ["unsafe", "none", "none"]
    assert list(result["kind"]) == ["cluster"] * 3


def test_unknown_targets_are_faults_with_the_nearest_name() -> None:
    _, found = mapped(places(a=[1]), entry("settlements", defaults={"suply": "none"}))
    assert "suply" in str(found[0])
    assert "Did you mean supply?" in str(found[0])


def test_what_may_be_empty_may_be_absent() -> None:
    result, found = mapped(places(a=[1, 2]), entry("settlements"))
    assert not found
    assert result["name_in_scheme"].isna().all()
    # households may not be empty, so they are not made up
    assert "households" not in result


def test_lengths_and_areas_are_measured_on_the_ellipsoid() -> None:
    # one degree along the equator is 111.3195 km on WGS84
    lines = gpd.GeoDataFrame({"voltage_kv": [33.0]}, geometry=[LineString([(35, 0), (36, 0)])], crs="EPSG:4326")
    result, _ = mapped(lines, entry("grid_lines", geometry="LineString", defaults={"line_id": "L{row}"}))
    assert result["length_km"].iloc[0] == pytest.approx(111.3195, abs=1e-3)
    assert list(result["line_id"]) == ["L00001"]
    # the square degree at the equator: 12,309 km² in every textbook table of the ellipsoid
    areas = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(35, 0, 36, 1)], crs="EPSG:4326")
    result, _ = mapped(areas, entry("communes", geometry="Polygon"))
    assert result["area_km2"].iloc[0] == pytest.approx(12_309, rel=1e-3)
    assert (result["centre_longitude"].iloc[0], result["centre_latitude"].iloc[0]) == pytest.approx((35.5, 0.5))
    # codes of areas are referred to by others: they are never made up
    assert "commune_code" not in result


def test_provenance_of_the_layer_goes_to_its_rows() -> None:
    result, _ = mapped(places(a=[1]), entry("settlements"))
    assert list(result["provenance"]) == ["open-data"]
    assert list(result["source"]) == ["counted by hand"]


def test_a_layer_without_schema_stays_as_it_is() -> None:
    frame = pd.DataFrame({"a": [1]})
    result, found = mapped(frame, entry("extra"))
    assert result is frame
    assert not found
