"""What the catalogue of the reference pack says: head, published targets, and how each layer came about."""

from __future__ import annotations

import dataclasses

from infragap.reference.inputs import CRS_MEASURE
from infragap.reference.pack_writer import Described

SEED = 20260101

HEAD: dict[str, str | int] = {
    "title": "Lào Cai reference pack",
    "province": "Lào Cai",
    "crs_measure": CRS_MEASURE,
    "provenance_note": (
        "Facts (names, codes, areas, populations, forest hectares, the 18 villages, road waypoints, stations, schools, water schemes) are "
        "published; positions and courses that no public source holds are modelled, seeded, and calibrated to the published totals. "
        "Dữ liệu mô phỏng: không phải kết quả khảo sát."
    ),
    "seed": SEED,
}

TARGETS: dict[str, float | int] = {
    "villages": 2693,
    "villages_on_grid": 2675,
    "settlements_villages": 18,
    "clusters": 827,
    "cluster_households": 22940,
    "household_electrification_pct": 98.28,
    "household_electrification_2030_pct": 99.6,
    "water_clean_pct": 33.2,
    "water_clean_2030_pct": 50.0,
    "water_basic_pct": 98.0,
    "water_basic_people": 1346323,
    "water_schemes": 1188,
    "water_scheme_households": 70500,
    "water_works_max": 177,
    "boarding_schools_border": 9,
    "schools_raised": 6,
    "schools_new_upper_secondary": 7,
    "budget_2026_bn_vnd": 8372,
    "budget_2027_bn_vnd": 7803,
    "budget_2028_bn_vnd": 8367,
    "budget_2029_bn_vnd": 7256,
    "budget_2030_bn_vnd": 5453,
    "population_communes_2025": 1770645,
    "population_province_2025": 1778785,
    "households_province_2025": 416273,
    "area_km2": 13256.92,
}
"""Numbers of the scheme and, for population, households and area, of the merger tables and the provincial plan report (draft of 7 June 2026)."""

_FACTS = "facts (published); modelled parts CC0 1.0"

_LAYERS: dict[str, Described] = {
    "communes": Described(
        "Xã, phường (99)",
        "facts (published); shapes derived from vietnamadminunits 1.0.4 (MIT) and GSHHG 2.3.7 (LGPL-3)",
        "modelled",
        "Official areas, populations and forest hectares; polygons approximated from the boxes of old communes until areas and centroids "
        "fit; households, minority share and most poverty rates modelled.",
    ),
    "villages": Described(
        "Thôn, bản (2.693)",
        _FACTS,
        "modelled",
        "Documented hamlets first, the rest modelled up to each commune's people; most positions drawn on habitable ground.",
    ),
    "settlements": Described(
        "18 thôn chưa có điện và 827 cụm dân cư",
        _FACTS,
        "modelled",
        "The 18 villages of the scheme at their best registry position; clusters drawn in rural communes away from lines, 22,940 households "
        "in all; spread of the houses modelled.",
    ),
    "roads": Described(
        "Đường bộ",
        _FACTS,
        "modelled",
        "Documented roads by waypoints on least-cost courses, official lengths kept; commune roads and tracks modelled below them.",
    ),
    "bridges": Described("Cầu", "facts (published)", "modelled", "Documented bridges moved onto the drawn river."),
    "rivers": Described(
        "Sông, suối",
        "facts; others GSHHG 2.3.7 / WDBII (LGPL-3)",
        "modelled",
        "Lines through documented points of 16 rivers; other rivers from World Data Bank II.",
    ),
    "lakes": Described(
        "Hồ Thác Bà", "facts", "modelled", "Documented envelope drawn in until the published 234 km² come out."
    ),
    "grid_lines": Described(
        "Đường dây 22 kV trở lên",
        _FACTS,
        "modelled",
        "Feeders with published length and load; courses modelled along roads from the station that feeds them.",
    ),
    "substations": Described(
        "Trạm biến áp 110 kV trở lên",
        "facts (published)",
        "modelled",
        "Stations, capacity and load as published; sites without a public point at the place that the table names.",
    ),
    "elevation": Described(
        "Độ cao",
        "coarse relief ITU-R P.1511 (itur 0.4.0, MIT) and ETOPO 2022 (CC0); modelled detail CC0 1.0",
        "modelled",
        "Mean heights of 9 km cells and points every 9 km from open data, spot heights and river levels; ridges and valleys in between "
        "modelled by stream erosion.",
    ),
    "forest": Described(
        "Rừng (ba loại, rừng tự nhiên)",
        _FACTS,
        "modelled",
        "Published hectares of each commune laid on its highest and steepest cells.",
    ),
    "runoff": Described(
        "Dòng chảy mặt theo tháng",
        "rain ITU-R P.837-7, temperature P.1510 (itur 0.4.0, MIT); model CC0 1.0",
        "modelled",
        "Monthly water balance of coarse rain and temperature, corrected for height; all parameters are assumptions.",
    ),
    "solar": Described(
        "Bức xạ và sản lượng điện mặt trời",
        "MERRA-2 months (gsee-climate-data 1.0.0, BSD-3); model CC0 1.0",
        "modelled",
        "Open monthly irradiation scaled to published yields by height; it is known to be too sunny over cloudy mountains.",
    ),
    "water_schemes": Described(
        "Công trình cấp nước",
        _FACTS,
        "modelled",
        "25 urban plants and the documented rural schemes, the rest modelled up to 1,188 schemes and 70,500 households.",
    ),
    "water_households": Described(
        "Nguồn nước hộ gia đình",
        "modelled, CC0 1.0",
        "modelled",
        "Household works by commune, scaled so that the published rates of clean and basic water come out.",
    ),
    "schools": Described(
        "Trường nội trú và THPT",
        "facts (published)",
        "modelled",
        "Existing, raised and planned schools as published; sites known where a source gives them, else at the old commune's point.",
    ),
}


def describe_layers(given: dict[str, str]) -> dict[str, Described]:
    """Describe all layers of a build.

    Parameters
    ----------
    given
        File names of the real layers used, by 'boundaries', 'elevation', 'population', 'forest'.
    """
    result = dict(_LAYERS)
    licence = "as the given file"
    if "boundaries" in given:
        result["communes"] = dataclasses.replace(
            result["communes"], provenance="open-data", licence=licence,
            method=f"Polygons of {given['boundaries']}; official areas, populations and forest hectares; households, minority share and most "
            "poverty rates modelled.",
        )  # fmt: skip
    if "elevation" in given:
        result["elevation"] = dataclasses.replace(
            result["elevation"], provenance="open-data", licence=licence,
            method=f"{given['elevation']} resampled to 100 m; beyond its edge the coarse open relief.",
        )  # fmt: skip
    if "forest" in given:
        raster = given["forest"].lower().endswith((".tif", ".tiff"))
        result["forest"] = dataclasses.replace(
            result["forest"], provenance="open-data" if raster else "modelled", licence=licence,
            method=f"Classes of {given['forest']}." if raster else f"Hectares by commune of {given['forest']} laid on the highest and steepest "
            "cells of each commune.",
        )  # fmt: skip
    if "population" in given:
        for name in ("villages", "settlements"):
            result[name] = dataclasses.replace(
                result[name],
                method=f"{result[name].method} Positions drawn by the population of {given['population']}.",
            )
    return result
