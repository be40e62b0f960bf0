"""The existing schemes with what they serve."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from infragap.analyses.columns import in_order
from infragap.analyses.water import columns
from infragap.analyses.water.service.crucial import people_lost
from infragap.analyses.water.service.schemes import exists
from infragap.analyses.water.service.today import Today
from infragap.analyses.water.study import Study
from infragap.analyses.water.tables.points import with_degrees
from infragap.analyses.water.tables.provenance import scheme_provenance
from infragap.analyses.water.works.existing import planned_work


def scheme_table(study: Study, today: Today) -> gpd.GeoDataFrame:
    """One row per scheme, in the order of the layer."""
    schemes = study.schemes
    table = schemes.assign(
        commune=schemes["commune_code"].map(study.communes.set_index("commune_code")["name"]),
        households_registered=schemes["households_served"],
        households_served=np.bincount(today.reach.pairs["source"], weights=today.served, minlength=len(schemes)),
        villages_in_reach=np.bincount(today.reach.pairs["source"], minlength=len(schemes)),
        quality=today.quality,
        observed_year=schemes.get("observed_year", np.nan),
        status=np.where(exists(schemes), "existing", "planned"),
        planned_work=[planned_work(study, row) or None for row in range(len(schemes))],
        people_lost_if_it_fails=people_lost(study, today),
        provenance=scheme_provenance(study),
    )
    return in_order(with_degrees(table), columns.SCHEMES).reset_index(drop=True)
