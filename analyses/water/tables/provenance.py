"""What the rows of the water tables rest on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from infragap.analyses.arrays import ObjectArray
from infragap.analyses.provenance import provenance_of, weakest_of_each
from infragap.analyses.water.needs import LAYERS
from infragap.analyses.water.programme.built import Built
from infragap.analyses.water.study import Study


def village_provenance(study: Study) -> ObjectArray:
    """Of each village: its own row, those of its commune, and all layers."""
    code = study.villages["commune_code"]
    of_commune = [
        code.map(layer.set_index("commune_code")["provenance"]) for layer in (study.communes, study.household_works)
    ]
    return provenance_of(study.catalog, LAYERS, study.villages["provenance"], *of_commune)


def commune_provenance(study: Study, codes: pd.Series[str], villages: pd.DataFrame) -> ObjectArray:
    """Of each commune: its own row, its poverty rate (which ranks it), and its villages."""
    own = study.communes.set_index("commune_code").loc[codes]
    own.index = codes.index
    of_villages = weakest_of_each(villages["provenance"], villages["commune_code"]).reindex(
        codes, fill_value="official"
    )
    of_villages.index = codes.index
    return provenance_of(study.catalog, LAYERS, own["provenance"], own["poverty_provenance"], of_villages)


def work_provenance(study: Study, works: Sequence[Built]) -> ObjectArray:
    """Of each work: the scheme that is mended (a new one is a model's proposal) and the villages that it serves."""
    if not works:
        return np.zeros(0, dtype=object)
    of_village = pd.Series(village_provenance(study))
    rows = [(k, link.village) for k, work in enumerate(works) for link in work.candidate.links]
    number, village = (np.array(part, dtype=np.int64) for part in zip(*rows, strict=True))
    of_villages = weakest_of_each(of_village[village], pd.Series(number)).reindex(range(len(works)))
    scheme = [work.candidate.scheme for work in works]
    own = study.schemes["provenance"].to_numpy()
    first = pd.Series([own[row] if row >= 0 else "modelled" for row in scheme], dtype=object)
    return provenance_of(study.catalog, LAYERS, first, of_villages)


def scheme_provenance(study: Study) -> ObjectArray:
    """Of each scheme: its own row and all layers, since how many it serves hangs on its neighbours."""
    return provenance_of(study.catalog, LAYERS, study.schemes["provenance"])
