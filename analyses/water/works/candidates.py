"""Works that may be chosen, and the villages that each reaches."""

from __future__ import annotations

import pandas as pd

from infragap.analyses.water.service.today import Gap, Today
from infragap.analyses.water.study import Study
from infragap.analyses.water.works.candidate import Candidates
from infragap.analyses.water.works.costs import candidate_costs_mvnd
from infragap.analyses.water.works.existing import existing_candidates
from infragap.analyses.water.works.new import new_candidates


def all_candidates(study: Study, today: Today, gap: Gap) -> Candidates:
    """List works on existing schemes, then new ones, each with its cost at the size that it would be built for."""
    existing = existing_candidates(study.schemes, today.service, today.pairs, gap.households)
    listed = join(existing, new_candidates(study, gap.households))
    return Candidates(
        listed.table.assign(cost_mvnd=candidate_costs_mvnd(listed, gap.households, study.parameters)), listed.pairs
    )


def join(first: Candidates, second: Candidates) -> Candidates:
    """Put two lists of candidates together; the second's rows come after the first's."""
    shifted = second.pairs.assign(source=second.pairs["source"] + len(first.table))
    return Candidates(
        pd.concat([first.table, second.table], ignore_index=True), pd.concat([first.pairs, shifted], ignore_index=True)
    )
