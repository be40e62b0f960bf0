"""All works that can be built, as one list and as the tables that the choice is made from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from infragap.analyses.water.service.schemes import household_size
from infragap.analyses.water.service.today import Gap, Today
from infragap.analyses.water.sources.streams import StreamFlow
from infragap.analyses.water.study import Study
from infragap.analyses.water.works.candidate import Candidate, Candidates
from infragap.analyses.water.works.existing import existing_candidates
from infragap.analyses.water.works.maker import DECIMALS, Maker
from infragap.analyses.water.works.new import downstream_of, dry_schemes, new_candidates


def all_candidates(study: Study, today: Today, flow: StreamFlow, gap: Gap) -> tuple[Maker, Candidates]:
    """List the works on existing schemes, then new ones, by identifier; every one has a line that can be built."""
    maker = Maker(study.parameters, household_size(study.villages), gap.households, gap.people_per_household)
    works = existing_candidates(study, today, flow, maker)
    works += new_candidates(study, flow, maker, works)
    by_id: dict[str, Candidate] = {}
    for work in works:
        by_id.setdefault(work.candidate_id, work)
    below = downstream_of(flow, [work.source for work in works])
    listed = [
        replace(by_id[key], source=replace(by_id[key].source, downstream_id=below.get(by_id[key].source.source_id, "")))
        for key in sorted(by_id)
    ]
    return maker, replace(as_tables(listed, study, gap), dry=dry_schemes(study, flow, maker))


def as_tables(works: list[Candidate], study: Study, gap: Gap) -> Candidates:
    """Put the candidates into the two tables that the choice is made from."""
    table = pd.DataFrame(
        {
            "candidate_id": [w.candidate_id for w in works],
            "site": [w.site for w in works],
            "kind": [str(w.kind) for w in works],
            "listed": np.array([w.listed for w in works], dtype=bool),
            "capacity_households": np.array([w.capacity_households for w in works], dtype=np.float64),
            "fixed_mvnd": np.array([w.fixed_mvnd for w in works], dtype=np.float64),
            "mvnd_per_household": np.array([w.mvnd_per_household for w in works], dtype=np.float64),
            "source_id": [w.source.source_id for w in works],
            "usable_flow_l_s": np.array([w.source.usable_l_s for w in works], dtype=np.float64),
            "withdrawal_l_s_per_household": np.array([w.withdrawal_l_s_per_household for w in works], dtype=np.float64),
            "downstream_id": [w.source.downstream_id for w in works],
            "treatment": [str(w.treatment) for w in works],
            "village_upstream": np.array([w.source.village_above for w in works], dtype=bool),
            "scheme_id": [study.schemes["scheme_id"].iloc[w.scheme] if w.scheme >= 0 else None for w in works],
        }
    )
    rows = [(i, link) for i, w in enumerate(works) for link in w.links]
    village = np.array([link.village for _, link in rows], dtype=np.int64)
    links = pd.DataFrame(
        {
            "candidate": np.array([i for i, _ in rows], dtype=np.int64),
            "village": village,
            "households_max": np.array([link.households_max for _, link in rows], dtype=np.float64),
            "people_per_household": np.round(gap.people_per_household, DECIMALS)[village],
            "cost_mvnd_per_household": np.array([link.mvnd_per_household for _, link in rows], dtype=np.float64),
            "fixed_mvnd": np.array([link.fixed_mvnd for _, link in rows], dtype=np.float64),
            "parent_village": np.array([link.parent for _, link in rows], dtype=np.int64),
        }
    )
    return Candidates(tuple(works), table, links)
