"""The communes ranked by people without water to standard."""

from __future__ import annotations

import numpy as np
import pandas as pd

from infragap.analyses.columns import in_order
from infragap.analyses.water import columns
from infragap.analyses.water.coverage import PEOPLE_COLUMNS, with_rates
from infragap.analyses.water.study import Study
from infragap.analyses.water.tables.provenance import commune_provenance
from infragap.analyses.water.tables.reasons import commune_reason, with_reasons
from infragap.analyses.water.tables.villages import ranks

SUMMED = (
    "population",
    *(column for level in PEOPLE_COLUMNS.values() for column in level),
    "people_without_basic",
    "people_without_standard",
    "people_gained",
)


def commune_table(study: Study, villages: pd.DataFrame, works: pd.DataFrame) -> pd.DataFrame:
    """Sum the villages by commune and rank by people without water to standard; share and poverty have ranks of their
    own.

    Parameters
    ----------
    study
        Communes.
    villages
        Village table.
    works
        Works table.
    """
    communes = study.communes
    table = (
        villages.groupby("commune_code")[list(SUMMED)]
        .sum()
        .reindex(communes["commune_code"], fill_value=0.0)
        .reset_index()
    )
    worst = (
        villages.sort_values(["people_without_standard", "village_id"], ascending=[False, True])
        .drop_duplicates("commune_code")
        .set_index("commune_code")
    )
    people = table["population"].where(table["population"] > 0)
    rural = communes["kind"].isin(study.rural_kinds).to_numpy()
    share = (100 * table["people_without_standard"] / people).where(rural)
    poverty = communes["poverty_rate_pct"].to_numpy(dtype=float)
    table = with_rates(table).assign(
        commune=communes["name"].to_numpy(),
        is_rural=rural,
        poverty_rate_pct=poverty,
        share_without_standard_pct=share,
        hot_spot=table["commune_code"].map(worst["name"]),
        hot_spot_people=table["commune_code"].map(worst["people_without_standard"]),
        works=table["commune_code"].map(works.groupby("commune_code").size()).fillna(0).astype(int),
        rank=ranks(table["people_without_standard"].to_numpy(), table["commune_code"]),
        rank_share=ranks(share.fillna(0.0).to_numpy(), table["commune_code"]),
        rank_poverty=ranks(np.nan_to_num(poverty), table["commune_code"]),
    )
    table["to_standard_after_pct"] = table["to_standard_pct"] + 100 * table["people_gained"] / people
    table = with_reasons(table.sort_values("rank", ignore_index=True), commune_reason)
    table["provenance"] = commune_provenance(study, table["commune_code"], villages)
    return in_order(table, columns.COMMUNES)
