"""The villages with their level of service and what the works bring them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.columns import in_order
from infragap.analyses.water import columns
from infragap.analyses.water.service.levels import main_level, with_rates
from infragap.analyses.water.service.today import Gap, Today
from infragap.analyses.water.siting.choice import Choice
from infragap.analyses.water.study import Study
from infragap.analyses.water.tables.points import with_degrees
from infragap.analyses.water.tables.provenance import village_provenance
from infragap.analyses.water.works.candidate import Candidates


def village_table(
    study: Study, today: Today, candidates: Candidates, choice: Choice, works: pd.DataFrame, gap: Gap
) -> gpd.GeoDataFrame:
    """One row per village, in the order of the layer; `works` are those of `built_works`."""
    layer = study.villages
    table = layer[["village_id", "name", "commune_code", "households", "population", "geometry"]].join(today.people)
    gained = choice.served.groupby("village")["households"].sum().reindex(table.index, fill_value=0.0)
    near = pd.concat([today.pairs, candidates.pairs]).groupby("village")["main_km"].min()
    table = with_rates(table).assign(
        provenance=village_provenance(study),
        commune=table["commune_code"].map(study.communes.set_index("commune_code")["name"]),
        is_rural=study.rural,
        level=main_level(today.people),
        scheme=_largest(today.pairs.assign(households=today.served), study.schemes["name"], len(table), above=0.5),
        nearest_source_km=near.reindex(table.index),
        people_gained=gained.to_numpy() * gap.people_per_household,
        work_id=_largest(choice.served, works["work_id"], len(table), above=0.0),
    )
    return in_order(with_degrees(table), columns.VILLAGES).reset_index(drop=True)


def _largest(served: pd.DataFrame, name: pd.Series[str], villages: int, *, above: float) -> pd.Series[str]:
    """Name of the source that serves most households of each village; missing where none serves more than `above`."""
    counted = served[served["households"] > above].sort_values("households", kind="stable")
    main = counted.drop_duplicates("village", keep="last")
    found = pd.Series(name.loc[main["source"]].to_numpy(), index=main["village"].to_numpy(), dtype=object)
    return found.reindex(np.arange(villages))
