"""What stands on a commune sheet, against sums done by hand."""

import itertools
from dataclasses import replace

import pandas as pd
import shapely

from infragap.maps.sheets.compose import PAGE_ROWS, sheets
from infragap.maps.sheets.picture import HEIGHT_MM, WIDTH_MM
from tests.maps.sheets.small_source import HOSTILE, small_source


def test_the_figures_of_a_commune_are_those_of_its_rows() -> None:
    full, empty = sheets(small_source())
    (electricity,) = [one for one in full.figures if one.title["en"].startswith("Electricity")]
    told = {label["en"]: value for label, value in electricity.rows}
    assert [value["vi"] for value in told.values()] == [
        "3", "60 hộ", "2 · 40 hộ", "1 · 20 hộ", "6,0 tỷ đồng", "4,0 tỷ đồng", "2,0 tỷ đồng",
    ]  # fmt: skip
    assert {label["en"]: value["vi"] for one in empty.figures for label, value in one.rows}["Households"] == "1 hộ"
    (nothing,) = [one for one in empty.figures if one.title["en"].startswith("Electricity")]
    assert [value["vi"] for _, value in nothing.rows] == ["0"]
    assert empty.listings == ()


def test_the_list_is_by_year_then_by_order_of_building_and_its_numbers_stand_on_the_map() -> None:
    full, _ = sheets(small_source())
    (listing,) = full.listings
    assert [row[1]["vi"] for row in listing.rows] == ["Thôn 2", "Thôn 0", "Thôn 1"]
    assert [row[0]["vi"] for row in listing.rows] == ["Đ1", "Đ2", "Đ3"]
    assert {row[-1]["en"] for row in listing.rows} == {"46 %"}
    labels = {mark.text: mark.rings[0][0] for mark in full.picture.marks if mark.kind == "label"}
    assert set(labels) >= {"Đ1", "Đ2", "Đ3"}
    # Thôn 0 lies west of Thôn 1, and that west of Thôn 2
    assert labels["Đ2"][0] < labels["Đ3"][0] < labels["Đ1"][0]


def test_villages_that_no_way_leads_to_are_the_farthest_and_say_so() -> None:
    villages = pd.DataFrame(
        {
            "village_id": ["A", "B", "C"],
            "name": ["Gần", "Mất đường", "Xa"],
            "commune_code": "00001",
            "upper_school": ["THPT", "", "THPT"],
            "upper_motorbike_dry_min": [10.0, None, 90.0],
            "upper_motorbike_rainy_min": [12.0, None, None],
            "pupils_primary": 1,
            "pupils_lower_secondary": 1,
            "pupils_upper_secondary": 1,
            "cut_off_in_rain": [False, True, True],
            "provenance": "modelled",
        }
    )
    source = small_source()
    full, _ = sheets(replace(source, tables={**source.tables, "schools_villages": villages}))
    (far,) = [one for one in full.listings if "THPT" in one.title["vi"]]
    assert [[cell["vi"] for cell in row[:1]] + [cell["vi"] for cell in row[2:4]] for row in far.rows] == [
        ["Mất đường", "không tới được", "không tới được"],
        ["Xa", "90", "không tới được"],
        ["Gần", "10", "12"],
    ]


def test_a_long_list_is_cut_and_says_so() -> None:
    full, _ = sheets(small_source(40))
    (listing,) = full.listings
    assert len(listing.rows) <= PAGE_ROWS
    assert listing.rest is not None
    assert str(40 - len(listing.rows)) in listing.rest["vi"]
    assert "electricity_ranking.csv" in listing.rest["vi"]


def test_everything_drawn_lies_in_the_window_and_the_scale_is_true() -> None:
    full, _ = sheets(small_source())
    frame = shapely.box(0, 0, WIDTH_MM, HEIGHT_MM).buffer(0.01)
    drawn = [mark for mark in full.picture.marks if mark.kind != "label"]
    assert len(drawn) > 4
    for mark in drawn:
        assert frame.covers(shapely.MultiPoint(list(itertools.chain(*mark.rings))))
    # the commune is 0.2 degrees of latitude high: 22.239 km on a sphere of 6371 km
    (own,) = [mark for mark in full.picture.marks if mark.kind == "area" and mark.fill == "#ffffff" and mark.stroke]
    high_mm = max(y for _, y in own.rings[0]) - min(y for _, y in own.rings[0])
    assert abs(high_mm / full.picture.scale_mm * full.picture.scale_km - 22.239) < 0.05


def test_modelled_rows_are_told_and_names_are_only_text() -> None:
    full, empty = sheets(small_source())
    assert full.notice is not None
    assert empty.notice is None
    assert empty.title["vi"].startswith(f"Phiếu xã: {HOSTILE}")
