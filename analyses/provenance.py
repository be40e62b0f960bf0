"""Provenance of results: a result rests on its weakest input, whatever its others are."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from infragap.analyses.arrays import ObjectArray
from infragap.gis.catalog import Catalog
from infragap.gis.schema import PROVENANCE


def weakest(*rows: pd.Series) -> ObjectArray:
    """Give the weakest provenance of each row over several columns: modelled before open data before official.

    Parameters
    ----------
    rows
        Columns of the same length with the words of `infragap.gis.schema.PROVENANCE`; an empty cell, as of a place that
        nothing is known of, is modelled.
    """
    worst = PROVENANCE.index("modelled")
    order = {word: number for number, word in enumerate(PROVENANCE)}
    ranks = np.stack([column.map(order).fillna(worst).to_numpy(dtype=np.int64) for column in rows])
    return np.asarray(np.array(PROVENANCE, dtype=object)[ranks.max(axis=0)])


def weakest_of_each(provenance: pd.Series, key: pd.Series) -> pd.Series:
    """Give the weakest provenance of the rows with the same key, indexed by the keys; both columns in the same
    order."""
    ranks = pd.Series(provenance.map(PROVENANCE.index).to_numpy(), dtype=np.int64)
    worst = ranks.groupby(key.to_numpy()).max()
    return pd.Series([PROVENANCE[rank] for rank in worst], index=worst.index, dtype=object)


def provenance_of(catalog: Catalog, layers: Collection[str], *rows: pd.Series) -> ObjectArray:
    """Give the provenance of each result row: the weakest of all layers that shape the result and of its own rows.

    Parameters
    ----------
    catalog
        Catalogue of the pack.
    layers
        Names of the layers behind the result; those that the pack has not shape nothing.
    rows
        At least one column with the provenance of the input rows that a result row is made from, in the order of the
        result.
    """
    used = [pd.Series(entry.provenance, index=rows[0].index) for entry in catalog.layer if entry.name in layers]
    return weakest(*rows, *used)


def modelled_layers(catalog: Catalog, layers: Collection[str]) -> list[str]:
    """Name the layers behind a result that are modelled, in the order of the catalogue."""
    return [entry.name for entry in catalog.layer if entry.name in layers and entry.provenance == "modelled"]
