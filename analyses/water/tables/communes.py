"""The communes ranked by people without water to standard."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.columns import in_order
from infragap.analyses.water import columns
from infragap.analyses.water.service.levels import PEOPLE_COLUMNS, with_rates
from infragap.analyses.water.service.today import Gap
from infragap.analyses.water.study import Study
from infragap.analyses.water.tables.provenance import commune_provenance
from infragap.analyses.water.tables.reasons import commune_reason, with_reasons


def commune_table(study: Study, villages: pd.DataFrame, works: pd.DataFrame, gap: Gap) -> pd.DataFrame:
    """Sum the villages by commune and rank by people without water to standard, the poor counted more.

    Parameters
    ----------
    study
        Communes and the weight of poverty.
    villages
        Village table, in the order of the layer.
    works
        Works table.
    gap
        People without water to standard by village.
    """
    communes = study.communes
    villages = villages.assign(people_without_standard=gap.people)
    summed = [
        "population",
        *(c for level in PEOPLE_COLUMNS.values() for c in level),
        "people_without_standard",
        "people_gained",
    ]
    table = (
        villages.groupby("commune_code")[summed].sum().reindex(communes["commune_code"], fill_value=0.0).reset_index()
    )
    table = with_rates(table)
    worst = (
        villages.sort_values(["people_without_standard", "village_id"], ascending=[False, True])
        .drop_duplicates("commune_code")
        .set_index("commune_code")
    )
    table["hot_spot"] = table["commune_code"].map(worst["name"])
    table["hot_spot_people"] = table["commune_code"].map(worst["people_without_standard"])
    table["works"] = table["commune_code"].map(works.groupby("commune_code").size()).fillna(0).astype(int)
    table["commune"] = communes["name"].to_numpy()
    table["is_rural"] = (communes["kind"] == "xã").to_numpy()
    table["poverty_rate_pct"] = communes["poverty_rate_pct"].to_numpy()
    people = table["population"].where(table["population"] > 0)
    table["to_standard_after_pct"] = table["to_standard_pct"] + 100 * table["people_gained"] / people
    score = table["people_without_standard"] * (
        1 + study.parameters.poverty_weight * table["poverty_rate_pct"].fillna(0) / 100
    )
    order = np.lexsort((table["commune_code"], -score))
    table.loc[order, "rank"] = np.arange(1, len(table) + 1)
    table["rank"] = table["rank"].astype(int)
    table = with_reasons(table.sort_values("rank", ignore_index=True), commune_reason)
    table["provenance"] = commune_provenance(study, table["commune_code"], villages)
    return in_order(table, columns.COMMUNES)
