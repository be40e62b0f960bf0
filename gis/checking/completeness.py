"""Rows that must be there: twelve months of sunshine and one row of household water works for every commune."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from infragap.gis.findings import Finding, fault

MONTH_TWICE = fault("solar.month_twice", reason="two values for one month")
MONTHS_MISSING = fault("solar.months_missing", reason="mini-grids are sized on the worst month, so none may be missing")
WORKS_MISSING = fault("works.missing", reason="a commune without a row would count as having no household works at all")


def solar_month_findings(solar: pd.DataFrame, communes: gpd.GeoDataFrame) -> list[Finding]:
    """Check that every commune has each month once."""
    if not {"commune_code", "month"} <= set(solar.columns):
        return []
    found = []
    repeated = solar.duplicated(["commune_code", "month"]).to_numpy()
    if repeated.any():
        found.append(MONTH_TWICE.in_rows(solar, repeated, layer="solar"))
    months = solar.drop_duplicates(["commune_code", "month"]).groupby("commune_code").size()
    incomplete = (communes["commune_code"].map(months).fillna(0) < 12).to_numpy()
    if incomplete.any():
        found.append(MONTHS_MISSING.in_rows(communes, incomplete, layer="communes").about("solar"))
    return found


def work_row_findings(works: pd.DataFrame, communes: gpd.GeoDataFrame) -> list[Finding]:
    """Check that every commune has its household water works."""
    if "commune_code" not in works.columns:
        return []
    absent = ~communes["commune_code"].isin(works["commune_code"]).to_numpy()
    return [WORKS_MISSING.in_rows(communes, absent, layer="communes").about("water_households")] if absent.any() else []
