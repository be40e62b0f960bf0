"""Which columns have a total: amounts that rows add up to. A rate, a rank, a distance to break-even has none."""

from __future__ import annotations

SUMMED = frozenset(
    {
        "households", "population", "people", "people_gained", "people_without_standard", "households_gained",
        "villages", "plan_mvnd",
        "plan_investment_mvnd", "investment_mvnd", "life_cycle_mvnd", "cost_mvnd", "remedy_mvnd", "length_km",
        "forest_ha", "natural_forest_km", "mv_km",
        "lv_km", "stations", "station_kva", "meters", "pupils_served", "pupils_minority", "pupils_may_board",
        "capacity_pupils", "villages_served",
        "pupils_primary", "pupils_lower_secondary", "pupils_upper_secondary", "works", "main_km", "interim_mvnd",
    }
)  # fmt: skip
"""Names of columns of any table."""
