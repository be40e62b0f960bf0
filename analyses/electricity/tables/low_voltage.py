"""The table of works from stations that stand already: one row for each settlement that the plan supplies so."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.codes import Works
from infragap.analyses.electricity.columns import LV_WORKS
from infragap.analyses.electricity.least_cost.plan import Plan


def low_voltage_table(plan: Plan, settlements: gpd.GeoDataFrame) -> pd.DataFrame:
    """One row per settlement that gets a low-voltage extension, an upgrade of a station or is switched on, by order of
    building.

    Parameters
    ----------
    plan
        The plan.
    settlements
        Table of settlements, in the order of the layer.
    """
    lv, stations = plan.costs.low_voltage, plan.study.stations
    rows = np.flatnonzero(plan.outcome.on_lv)
    rows = rows[np.argsort(settlements["priority_rank"].to_numpy()[rows], kind="stable")]
    at = settlements.iloc[rows].reset_index(drop=True)
    station = lv.station[rows]
    inner_km = plan.costs.works.lv_km[rows]
    switched = np.array([code == Works.ENERGISE for code in lv.works[rows]], dtype=bool)
    table = {
        **{name: at[name] for name in ("settlement_id", "name", "commune", "households", "works", "year")},
        "station_id": stations.identifier[station] if len(rows) else np.empty(0, dtype=object),
        "distance_m": lv.distance_m[rows],
        "feed_km": lv.feed_km[rows],
        "inner_km": np.where(switched, 0.0, inner_km),
        "cable": [list(plan.parameters.works.cables)[k] for k in lv.cable[rows]],
        "voltage_drop_pct": lv.drop_pct[rows],
        "station_kva": stations.capacity_kva[station],
        "upgrade_kva": np.where(lv.upgrade_kva[rows] > 0, lv.upgrade_kva[rows], np.nan),
        "investment_mvnd": lv.investment_mvnd[rows],
        "life_cycle_mvnd": lv.life_cycle_mvnd[rows],
        **{name: at[name] for name in ("provenance", "longitude", "latitude")},
    }
    return pd.DataFrame(table, columns=names(LV_WORKS))
