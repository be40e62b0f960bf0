"""Sums over communes and layers: villages and settlements against commune and province, villages without grid, rows
that must be there."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.gis.arrays import FloatArray
from infragap.gis.checking.rows import has, numbers, where
from infragap.gis.findings import Finding, fault, notice

KINDS = ("village", "cluster")

SCHEME_PERSONS = fault(
    "sum.scheme_persons",
    tolerance="up to all people of the commune: a scheme may serve neighbouring villages",
    reason="more persons on a village's scheme than its commune has people",
)
VILLAGES_COMMUNE = notice(
    "sum.villages_commune",
    tolerance="10 %",
    reason="village lists and commune totals are of different dates, or villages are missing",
)
VILLAGES_MORE = fault(
    "sum.villages_more",
    tolerance="twice the commune's",
    reason="villages cannot hold twice the people of their commune",
)
SETTLEMENTS_COMMUNE = fault(
    "sum.settlements_commune",
    tolerance="none; twice its households where the commune's row is open data",
    reason="settlements without safe supply are part of their commune",
)
SETTLEMENTS_OTHER_SOURCE = notice(
    "sum.settlements_other_source",
    tolerance="none",
    reason="counts of two sources and years differ; beyond twice one of them is of another place",
)
SETTLEMENTS_MORE = fault("sum.settlements_more", reason="settlements are part of the province")
SERVED_ALL = fault(
    "sum.served_all", tolerance="none", reason="schemes cannot serve more households than the province has"
)
ALL_ON_GRID = fault("sum.all_on_grid", reason="the settlements list villages without grid, the villages know none")
OFF_GRID = notice("sum.off_grid", tolerance="none", reason="the two layers should list the same villages without grid")
GRID_TWICE = fault("sum.on_grid_and_not", reason="one village cannot be on the grid and without it")
MONTH_TWICE = fault("solar.month_twice", reason="two values for one month")
MONTHS_MISSING = fault("solar.months_missing", reason="mini-grids are sized on the worst month, so none may be missing")
WORKS_MISSING = fault("works.missing", reason="a commune without a row would count as having no household works at all")


def sum_findings(frames: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Compare sums of the layers.

    Parameters
    ----------
    frames
        Typed layers with rows, by name; a column with a fault of its own is absent.
    """
    return (_commune_sums(frames) if "communes" in frames else []) + _off_grid(frames)


def _commune_sums(frames: Mapping[str, pd.DataFrame]) -> list[Finding]:
    communes, villages = frames["communes"], frames.get("villages")
    if "commune_code" not in communes.columns:
        return []
    keyed = communes.drop_duplicates("commune_code").set_index("commune_code")
    found = []
    for column in ("households", "population"):
        if has(villages, "commune_code", column) and column in keyed.columns:
            assert villages is not None
            listed = villages.groupby("commune_code")[column].sum().reindex(communes["commune_code"])
            found += _against_communes(communes, column, listed.to_numpy(dtype=np.float64))
    if has(villages, "commune_code", "scheme_persons") and "population" in keyed.columns:
        assert villages is not None
        people = villages["commune_code"].map(keyed["population"]).to_numpy(dtype=np.float64)
        more = numbers(villages, "scheme_persons") > people
        found += where(SCHEME_PERSONS, villages, more, "villages", shown=villages["scheme_persons"])
    settlements, schemes = frames.get("settlements"), frames.get("water_schemes")
    total = float(keyed["households"].sum()) if "households" in keyed.columns else 0.0
    if settlements is not None and has(settlements, "households") and total > 0:
        found += _settlement_sums(settlements, communes, keyed, total)
    if (
        schemes is not None
        and has(schemes, "households_served")
        and 0 < total < float(schemes["households_served"].sum())
    ):
        served = int(schemes["households_served"].sum())
        found.append(SERVED_ALL.found("water_schemes", of=len(schemes), served=served, total=int(total)))
    return found


def _against_communes(communes: pd.DataFrame, column: str, listed: FloatArray) -> list[Finding]:
    own = numbers(communes, column)
    shown = [f"{a:,.0f} / {b:,.0f}" for a, b in zip(np.nan_to_num(listed), own, strict=True)]
    more = listed > 2 * own
    differs = (np.abs(np.nan_to_num(listed) - own) > 0.1 * own) & ~more
    return where(VILLAGES_MORE, communes, more, "communes", shown=shown, column=column) + where(
        VILLAGES_COMMUNE, communes, differs, "communes", shown=shown, column=column
    )


def _settlement_sums(
    settlements: pd.DataFrame, communes: pd.DataFrame, keyed: pd.DataFrame, total: float
) -> list[Finding]:
    without = float(settlements["households"].sum())
    if without > total:
        return [SETTLEMENTS_MORE.found("settlements", of=len(settlements), households=int(without), total=int(total))]
    if "commune_code" not in settlements.columns:
        return []
    listed = (
        settlements.groupby("commune_code")["households"]
        .sum()
        .reindex(communes["commune_code"])
        .to_numpy(dtype=np.float64)
    )
    own = numbers(communes, "households")
    shown = [f"{a:,.0f} / {b:,.0f}" for a, b in zip(np.nan_to_num(listed), own, strict=True)]
    of_others = np.zeros(len(communes), dtype=bool)
    if "provenance" in communes.columns:
        of_others = (communes["provenance"] == "open-data").to_numpy(dtype=bool)
    more = listed > np.where(of_others, 2 * own, own)
    return where(SETTLEMENTS_COMMUNE, communes, more, "communes", shown=shown) + where(
        SETTLEMENTS_OTHER_SOURCE, communes, (listed > own) & ~more, "communes", shown=shown
    )


def _off_grid(frames: Mapping[str, pd.DataFrame]) -> list[Finding]:
    villages, settlements = frames.get("villages"), frames.get("settlements")
    if villages is None or settlements is None or not has(villages, "on_grid") or not has(settlements, "kind"):
        return []
    if not settlements["kind"].isin(KINDS).all():
        return []  # words that are not known are told as such: nothing can be counted by them
    without, listed = int((~villages["on_grid"].astype(bool)).sum()), settlements[settlements["kind"] == "village"]
    if len(listed) and without == 0:
        return [ALL_ON_GRID.found("villages", of=len(villages), number=len(listed))]
    found = []
    if without != len(listed):
        found.append(OFF_GRID.found("villages", of=len(villages), without=without, number=len(listed)))
    if has(villages, "name", "commune_code") and has(settlements, "name", "commune_code"):
        keys = villages[["commune_code", "name"]].agg(" ".join, axis=1)
        own = set(listed[["commune_code", "name"]].agg(" ".join, axis=1)) if len(listed) else set()
        off = set(keys[~villages["on_grid"].astype(bool)])
        both = villages["on_grid"].astype(bool) & keys.isin(own - off)
        found += where(GRID_TWICE, villages, both, "villages", shown=villages["name"])
    return found


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
