"""Table of villages: the school of each, minutes by mode and season, distance and entitlement."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from infragap.analyses.columns import in_order
from infragap.analyses.schools import columns
from infragap.analyses.schools.codes import Level
from infragap.analyses.schools.pupils.entitlement import cut_off, may_board
from infragap.analyses.schools.siting.border_ways import BorderSchools
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.tables.cells import named, placed, rounded_or_empty, with_place
from infragap.analyses.schools.upper.nearest_school import UpperSecondary


def village_table(study: Study, border: BorderSchools, upper: UpperSecondary) -> gpd.GeoDataFrame:
    """Table of `columns.VILLAGES`: every village."""
    schools, ways, parameters = study.schools, border.ways, study.parameters
    table = study.villages[
        ["village_id", "name", "commune_code", "population", "minority_pct", "pupils_primary", "pupils_lower_secondary",
         "pupils_upper_secondary", "position_accuracy_m", "geometry"]
    ].copy()  # fmt: skip
    table["commune"] = table["commune_code"].map(study.communes.set_index("commune_code")["name"])
    table["upper_school_id"] = named(schools["school_id"], upper.school)
    table["upper_school"] = named(schools["name"], upper.school)
    for name, values in upper.minutes.items():
        table[f"upper_{name}_min"] = rounded_or_empty(values)
    table["upper_before_min"] = rounded_or_empty(upper.before_min)
    table["upper_way_km"] = rounded_or_empty(upper.way_km, 2)
    upper_cut = cut_off(upper.minutes)
    table["upper_may_board"] = may_board(upper.way_km, upper_cut, level=Level.UPPER_SECONDARY, parameters=parameters)
    school = np.full(len(table), -1, np.int64)
    school[ways.village] = ways.school
    table["border_school_id"] = named(schools["school_id"], school)
    table["border_school"] = named(schools["name"], school)
    for name, values in ways.minutes.items():
        table[f"border_{name}_min"] = placed(rounded_or_empty(values), ways.village, len(table))
    table["border_way_km"] = placed(rounded_or_empty(ways.way_km, 2), ways.village, len(table))
    border_cut = np.zeros(len(table), bool)
    border_cut[ways.village] = cut_off(ways.minutes)
    for level in (Level.PRIMARY, Level.LOWER_SECONDARY):
        entitled = may_board(ways.way_km, cut_off(ways.minutes), level=level, parameters=parameters)
        flag = np.zeros(len(table), bool)
        flag[ways.village] = entitled & (ways.school >= 0)
        table[f"border_may_board_{level}"] = flag
    table["cut_off_in_rain"] = upper_cut | border_cut
    return in_order(with_place(table, study.village_provenance), columns.VILLAGES)
