"""The villages with their level of service, their rank, and what the works bring them."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.columns import in_order
from infragap.analyses.water import columns
from infragap.analyses.water.coverage import main_level, with_rates
from infragap.analyses.water.programme.built import Built
from infragap.analyses.water.service.today import Gap, Today
from infragap.analyses.water.study import Study
from infragap.analyses.water.tables.points import with_degrees
from infragap.analyses.water.tables.provenance import village_provenance
from infragap.analyses.water.works.candidate import Candidates


def village_table(
    study: Study, today: Today, candidates: Candidates, works: Sequence[Built], gap: Gap
) -> gpd.GeoDataFrame:
    """One row per village, in the order of the layer.

    Notes
    -----
    Ranks are by one quantity each (people without, share without), so that nothing is weighed in secret; ties go by
    identifier, and places that lack nobody come last.
    """
    layer = study.villages
    table = layer[["village_id", "name", "commune_code", "households", "population", "geometry"]].join(today.people)
    near = pd.concat([today.reach.pairs[["village", "main_km"]], _candidate_km(candidates)])
    served = _served(works)
    communes = study.communes.set_index("commune_code")
    share = np.where(
        study.population > 0, 100 * gap.people / np.where(study.population > 0, study.population, 1), np.nan
    )
    share = np.where(study.rural, share, np.nan)
    table = with_rates(table).assign(
        rank=ranks(gap.people, layer["village_id"]),
        rank_share=ranks(np.nan_to_num(share), layer["village_id"]),
        provenance=village_provenance(study),
        commune=table["commune_code"].map(communes["name"]),
        is_rural=study.rural,
        level=main_level(today.people),
        people_without_standard=gap.people,
        share_without_standard_pct=share,
        poverty_rate_pct=table["commune_code"].map(communes["poverty_rate_pct"]),
        households_without_standard=np.round(gap.households, 6),
        scheme=_largest(
            today.reach.pairs.assign(households=today.served, name=_names(study, today)), len(table), above=0.5
        ),
        nearest_source_km=near.groupby("village")["main_km"].min().reindex(table.index),
        people_gained=served.groupby("village")["people"].sum().reindex(table.index, fill_value=0.0).to_numpy(),
        work_id=_largest(served, len(table), above=0.0),
    )
    return in_order(with_degrees(table), columns.VILLAGES).reset_index(drop=True)


def ranks(value: FloatArray, identifier: pd.Series[str]) -> IntArray:
    """Rank by a value, largest first, ties by identifier."""
    order = np.lexsort((identifier.to_numpy().astype(str), -np.round(np.asarray(value, dtype=np.float64), 9)))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    return rank


def _names(study: Study, today: Today) -> pd.Series[str]:
    return pd.Series(study.schemes["name"].to_numpy()[today.reach.pairs["source"].to_numpy()], dtype=object)


def _served(works: Sequence[Built]) -> pd.DataFrame:
    rows = [
        (link.village, work.work_id, households, people)
        for work in works
        for link, households, people in zip(work.candidate.links, work.households, work.people, strict=True)
        if households > 0
    ]
    frame = pd.DataFrame(rows, columns=["village", "name", "households", "people"])
    return frame.astype({"village": np.int64, "households": np.float64, "people": np.float64})


def _candidate_km(candidates: Candidates) -> pd.DataFrame:
    """Length of pipe from each candidate's source to its villages."""
    rows = []
    for work in candidates.works:
        tree = work.line.tree
        along = np.zeros(len(tree.z))
        for k in range(1, len(along)):
            along[k] = along[tree.parent[k]] + tree.length_m[k]
        rows += list(zip(tree.village.tolist(), (along[tree.node] / 1000).tolist(), strict=True))
    return pd.DataFrame(rows, columns=["village", "main_km"]).astype({"village": np.int64, "main_km": np.float64})


def _largest(served: pd.DataFrame, villages: int, *, above: float) -> pd.Series[str]:
    """Name of the source that serves most households of each village, of equal ones the first by name; missing where
    none serves more than `above`."""
    counted = served[served["households"] > above].sort_values(["households", "name"], ascending=[False, True])
    main = counted.drop_duplicates("village").set_index("village")["name"]
    return main.reindex(np.arange(villages)).astype(object)
