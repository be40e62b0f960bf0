"""The list of grid extensions for the power company, in order of building."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import EXTENSION
from infragap.analyses.electricity.least_cost.outcome import Decision
from infragap.analyses.electricity.least_cost.study import Priced
from infragap.gis.crs import WGS84


def extension_table(
    settlements: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, priced: Priced, decision: Decision
) -> pd.DataFrame:
    """List the grid extensions for the power company, in order of building; every planned kilometre stands in exactly one row."""
    order = settlements.index[settlements["choice"] == "grid"]
    order = order[np.argsort(settlements.loc[order, "priority_rank"].to_numpy(), kind="stable")]
    length = lines["length_km"].to_numpy()
    forest_ha = lines["forest_ha"].to_numpy()
    taken = np.zeros(len(lines), dtype=bool)
    tap_points = gpd.GeoSeries.from_xy(lines["tap_longitude"], lines["tap_latitude"], crs=WGS84).to_crs(lines.crs)
    taps = tap_points.to_numpy()
    works, rows = priced.works, []
    for number, place in enumerate(order, start=1):
        row, branch = settlements.loc[place], int(decision.branches.branch_of[place])
        new, above = [], branch
        while above >= 0 and not taken[above]:
            taken[above] = True
            new.append(above)
            above = int(decision.branches.parent[above])
        tap = lines.iloc[branch] if branch >= 0 else None
        rows.append(
            {
                "stt": number,
                "village": row["name"],
                "commune": row["commune"],
                "legacy_commune": row["legacy_commune"],
                "households": int(row["households"]),
                "mv_km": float(length[new].sum()) + float(works.inner_mv_km[place]),
                "voltage_kv": float(tap["voltage_kv"]) if tap is not None else np.nan,
                "conductor": tap["conductor"] if tap is not None else "",
                "stations": int(works.stations[place]),
                "station_kva": float(works.stations[place] * works.station_kva[place]),
                "lv_km": float(works.lv_km[place]),
                "meters": int(row["households"]),
                "investment_mvnd": float(row["plan_investment_mvnd"]),
                "investment_mvnd_per_household": float(row["plan_investment_mvnd"]) / max(int(row["households"]), 1),
                "feeder": row["feeder"],
                "tap_point": str(tap["tap_line_id"]) if tap is not None else "tại chỗ",
                "tap_northing_m": round(float(taps[branch].y), 1) if tap is not None else np.nan,
                "tap_easting_m": round(float(taps[branch].x), 1) if tap is not None else np.nan,
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
