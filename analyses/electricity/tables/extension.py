"""The list of grid extensions for the power company, in order of building."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import ObjectArray
from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import EXTENSION
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.wording.catalogue import words

SHOWN = (
    *("name", "commune", "legacy_commune", "households", "voltage_kv", "line_type", "conductor", "works"),
    *("plan_investment_mvnd", "feeder", "tap_line_id", "year", "voltage_drop_pct", "remedy_vi", "grid_probability"),
    *("position_accuracy_m", "provenance"),
)
"""Columns of the settlements and of the lines that it shows."""


def extension_table(plan: Plan, settlements: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the grid extensions for the power company, in order of building; every planned kilometre stands in exactly
    one row.

    Parameters
    ----------
    plan
        The plan.
    settlements, lines
        Its tables, `settlements` in the order of the layer.
    """
    outcome, branches = plan.outcome, plan.branches
    order = settlements.index[settlements["choice"] == "grid"]
    order = order[np.argsort(settlements.loc[order, "priority_rank"].to_numpy(), kind="stable")]
    length = lines["length_km"].to_numpy()
    forest_ha = lines["forest_ha"].to_numpy()
    taken = np.zeros(len(lines), dtype=bool)
    taps = [lines.geometry.iloc[top].coords[0] for top in branches.tap()]
    at_place = words("vi")("electricity.extension.at_place")
    works, low_voltage, rows = plan.costs.works, plan.costs.low_voltage, []
    # read cell by cell: a whole row of a table with a hundred columns is slow to take out
    of_settlement, of_line = _cells(settlements), _cells(lines)
    for number, settlement in enumerate(order, start=1):
        row = {name: values[settlement] for name, values in of_settlement.items()}
        branch = int(outcome.branches.branch_of[settlement])
        new, above = [], branch
        while above >= 0 and not taken[above]:
            taken[above] = True
            new.append(above)
            above = int(outcome.branches.parent[above])
        tap = {name: values[branch] for name, values in of_line.items()} if branch >= 0 else None
        on_lv = bool(outcome.on_lv[settlement])
        station = str(plan.study.stations.identifier[low_voltage.station[settlement]]) if on_lv else at_place
        feed_km = float(low_voltage.feed_km[settlement]) if on_lv else 0.0
        rows.append(
            {
                "stt": number,
                "village": row["name"],
                "commune": row["commune"],
                "legacy_commune": row["legacy_commune"],
                "households": int(row["households"]),
                "mv_km": float(length[new].sum()) + (0.0 if on_lv else float(works.inner_mv_km[settlement])),
                "voltage_kv": float(tap["voltage_kv"]) if tap is not None else np.nan,
                "line_type": tap["line_type"] if tap is not None else "",
                "conductor": tap["conductor"] if tap is not None else "",
                "works": row["works"],
                "stations": 0 if on_lv else int(works.stations[settlement]),
                "station_kva": float(low_voltage.upgrade_kva[settlement])
                if on_lv
                else float(works.stations[settlement] * works.station_kva[settlement]),
                "lv_km": float(works.lv_km[settlement]) + feed_km,
                "meters": int(row["households"]),
                "investment_mvnd": float(row["plan_investment_mvnd"]),
                "investment_mvnd_per_household": float(row["plan_investment_mvnd"]) / max(int(row["households"]), 1),
                "feeder": row["feeder"],
                "tap_point": str(tap["tap_line_id"]) if tap is not None else station,
                "tap_northing_m": round(taps[branch][1], 1) if tap is not None else np.nan,
                "tap_easting_m": round(taps[branch][0], 1) if tap is not None else np.nan,
                "forest_ha": float(forest_ha[new].sum()),
                "year": row.get("year", pd.NA),
                "voltage_drop_pct": float(row["voltage_drop_pct"]),
                "remedy_vi": tap["remedy_vi"] if tap is not None else "",
                "grid_probability_pct": 100 * float(row.get("grid_probability", np.nan)),
                "position_accuracy_km": float(row["position_accuracy_m"]) / 1000,
                "provenance": row["provenance"],
            }
        )
    return pd.DataFrame(rows, columns=names(EXTENSION))


def _cells(table: pd.DataFrame) -> dict[str, ObjectArray]:
    """Columns of a table that the list shows, in its order, as plain objects."""
    shown = [name for name in SHOWN if name in table]
    return {name: table[name].astype(object).to_numpy() for name in shown}
