"""The chosen works: what each does, whom it serves, what it costs."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from infragap.analyses.columns import in_order
from infragap.analyses.water import columns
from infragap.analyses.water.hydraulics.formulas import break_tanks
from infragap.analyses.water.service.today import Gap
from infragap.analyses.water.siting.choice import Choice
from infragap.analyses.water.study import Study
from infragap.analyses.water.tables.points import with_degrees
from infragap.analyses.water.tables.provenance import work_provenance
from infragap.analyses.water.tables.reasons import with_reasons, work_reason
from infragap.analyses.water.works.candidate import Candidates
from infragap.analyses.water.works.costs import works_cost_mvnd
from infragap.wording.catalogue import words


def built_works(study: Study, candidates: Candidates, choice: Choice, gap: Gap) -> gpd.GeoDataFrame:
    """Chosen works that serve somebody, indexed by their row of the candidates, most people per million VND first."""
    served = choice.served
    served = served.assign(people=served["households"] * gap.people_per_household[served["village"]])
    grouped = served.groupby("source").agg(
        households_gained=("households", "sum"),
        people_gained=("people", "sum"),
        villages=("village", "nunique"),
        main_km=("main_km", "max"),
        static_head_m=("head_m", "max"),
    )
    first = (
        served.sort_values(["source", "households", "village"], ascending=[True, False, True])
        .drop_duplicates("source")
        .set_index("source")["village"]
    )
    table = candidates.table.loc[grouped.index].join(grouped)
    at = first.loc[grouped.index].to_numpy()
    home = study.villages.iloc[at]
    existing = table["scheme"].to_numpy() >= 0
    scheme = study.schemes.iloc[np.where(existing, table["scheme"].to_numpy(), 0)]
    nearest = served.groupby("source")["main_km"].min().loc[grouped.index].to_numpy()
    table["cost_mvnd"] = works_cost_mvnd(
        table["kind"].to_numpy(),
        table["households_gained"].to_numpy(),
        nearest,
        table["static_head_m"].to_numpy(),
        study.parameters,
    )
    table["cost_per_person_mvnd"] = table["cost_mvnd"] / table["people_gained"]
    table["break_tanks"] = break_tanks(table["static_head_m"], zone_m=study.parameters.pressure_zone_m)
    table["name"] = np.where(
        existing, scheme["name"], [words("vi")("water.new_work_name", village=name) for name in home["name"]]
    )
    table["scheme_id"] = scheme["scheme_id"].where(existing, None).to_numpy()
    table["commune_code"] = np.where(existing, scheme["commune_code"], home["commune_code"])
    table["commune"] = table["commune_code"].map(study.communes.set_index("commune_code")["name"])
    table["in_plan_2026_2030"] = existing & scheme["in_plan_2026_2030"].to_numpy(dtype=bool)
    table["provenance"] = work_provenance(study, served, table["scheme"])
    table = table.iloc[np.lexsort((table.index, table["cost_per_person_mvnd"]))]
    table["rank"] = np.arange(1, len(table) + 1)
    table["work_id"] = [f"N{i:03d}" for i in table["rank"]]
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["x"], table["y"]), crs=study.villages.crs)


def work_table(works: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row per work with its reason, by rank."""
    return in_order(with_degrees(with_reasons(works, work_reason)), columns.WORKS).reset_index(drop=True)
