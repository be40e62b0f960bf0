"""The existing and planned schemes with what they serve, and what became of them in the choice of works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from infragap.analyses.arrays import BoolArray, ObjectArray
from infragap.analyses.columns import in_order
from infragap.analyses.water import columns
from infragap.analyses.water.codes import SchemeKind, WorkOutcome
from infragap.analyses.water.programme.built import Built
from infragap.analyses.water.service.crucial import people_lost
from infragap.analyses.water.service.schemes import exists
from infragap.analyses.water.service.today import Gap, Today
from infragap.analyses.water.study import Study
from infragap.analyses.water.tables.points import with_degrees
from infragap.analyses.water.tables.provenance import scheme_provenance
from infragap.analyses.water.works.candidate import Candidates
from infragap.analyses.water.works.existing import planned_work


def scheme_table(
    study: Study, today: Today, candidates: Candidates, works: Sequence[Built], gap: Gap
) -> gpd.GeoDataFrame:
    """One row per scheme, in the order of the layer."""
    schemes = study.schemes
    rows = np.arange(len(schemes))
    best = cheapest_candidates(candidates).reindex(rows)
    built = pd.Series({work.candidate.scheme: work.work_id for work in works}, dtype=object).reindex(rows)
    table = schemes.assign(
        commune=schemes["commune_code"].map(study.communes.set_index("commune_code")["name"]),
        households_registered=schemes["households_served"],
        households_served=np.bincount(today.reach.pairs["source"], weights=today.served, minlength=len(schemes)),
        villages_in_reach=np.bincount(today.reach.pairs["source"], minlength=len(schemes)),
        quality=today.quality,
        observed_year=schemes.get("observed_year", np.nan),
        status=np.where(exists(schemes), "existing", "planned"),
        planned_work=[planned_work(study, row) or None for row in range(len(schemes))],
        work_outcome=_outcomes(candidates, built, best, _needed(study, gap)),
        work_id=built.to_numpy(),
        candidate_people=best["people"].to_numpy(),
        candidate_mvnd_per_person=best["mvnd_per_person"].to_numpy(),
        people_lost_if_it_fails=people_lost(study, today),
        provenance=scheme_provenance(study),
    )
    return in_order(with_degrees(table), columns.SCHEMES).reset_index(drop=True)


def cheapest_candidates(candidates: Candidates) -> pd.DataFrame:
    """Of each scheme: people and price per person [million VND] of the candidate that costs least per person where it
    serves all that it can; index: row of the scheme."""
    table, links = candidates.table, candidates.links
    scheme = np.array([work.scheme for work in candidates.works], dtype=np.int64)
    households = links["households_max"].to_numpy()

    def summed(weight: Any) -> Any:
        return np.bincount(links["candidate"].to_numpy(), weights=np.asarray(weight), minlength=len(table))

    able = summed(households)
    served = np.minimum(table["capacity_households"].to_numpy(), able)
    part = np.divide(served, able, out=np.zeros(len(table)), where=able > 0)
    people = summed(households * links["people_per_household"]) * part
    cost = table["fixed_mvnd"].to_numpy() + summed(links["fixed_mvnd"])
    cost += (
        summed(households * links["cost_mvnd_per_household"]) * part + table["mvnd_per_household"].to_numpy() * served
    )
    price = np.divide(cost, people, out=np.full(len(table), np.nan), where=people > 0)
    found = pd.DataFrame({"scheme": scheme, "people": people, "mvnd_per_person": price})
    found = found[found["scheme"] >= 0].sort_values(
        ["mvnd_per_person", "people"], ascending=[True, False], kind="stable"
    )
    return found.drop_duplicates("scheme").set_index("scheme")


def _outcomes(candidates: Candidates, built: pd.Series[Any], best: pd.DataFrame, needed: BoolArray) -> ObjectArray:
    able = best["people"].notna().to_numpy()
    dry = np.isin(np.arange(len(best)), sorted(candidates.dry))
    kinds = [built.notna().to_numpy(), able, ~needed, dry]
    codes = [str(c) for c in (WorkOutcome.IN_PLAN, WorkOutcome.POSSIBLE, WorkOutcome.NO_NEED, WorkOutcome.NO_WATER)]
    return np.asarray(np.select(kinds, codes, default=str(WorkOutcome.NO_LINE)), dtype=object)


def _needed(study: Study, gap: Gap) -> BoolArray:
    """Schemes with a village in their reach, as the crow flies, where a rural household lacks water to standard."""
    x, y = study.villages.geometry.x.to_numpy(), study.villages.geometry.y.to_numpy()
    lacking = gap.households >= 1.0
    if not lacking.any():
        return np.zeros(len(study.schemes), dtype=bool)
    p, schemes = study.parameters, study.schemes
    plant = (schemes["kind"] == SchemeKind.URBAN_PLANT).to_numpy()
    kinds = [plant, schemes["in_plan_2026_2030"].to_numpy(dtype=bool)]
    reach_km = np.select(kinds, [p.extension_reach_km, p.listed_reach_km], default=p.reach_km)
    homes = cKDTree(np.column_stack([x[lacking], y[lacking]]))
    away, _ = homes.query(np.column_stack([schemes.geometry.x.to_numpy(), schemes.geometry.y.to_numpy()]))
    return np.asarray(away <= reach_km * 1000.0)


def listed_record(schemes: pd.DataFrame) -> dict[str, Any]:
    """What became of the rows of the province's list, and how large and dear those are that the plan leaves out."""
    listed = schemes[schemes["in_plan_2026_2030"].astype(bool)]
    count = listed["work_outcome"].value_counts()
    left_out = listed[listed["work_outcome"] == WorkOutcome.POSSIBLE]
    people, price = (left_out[name].dropna() for name in ("candidate_people", "candidate_mvnd_per_person"))
    return {
        "rows": len(listed),
        **{str(outcome): int(count.get(str(outcome), 0)) for outcome in WorkOutcome},
        "possible_people_median": round(float(people.median()), 1) if len(people) else None,
        "possible_mvnd_per_person_median": round(float(price.median()), 3) if len(price) else None,
    }
