"""A work with its pipes sized anew for those whom a plan lets it serve, where that is fewer than it could."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from infragap.analyses.arrays import FloatArray
from infragap.analyses.water.codes import BillItem
from infragap.analyses.water.lines.design import SourceLevel, design_line
from infragap.analyses.water.works.bills import total_mvnd
from infragap.analyses.water.works.candidate import Candidate
from infragap.analyses.water.works.maker import DECIMALS, Maker, owners

FITTED = "fitted"
"""Last part of the identifier of such a work."""

OF_THE_LINE = (BillItem.PIPE, BillItem.BREAK_TANK, BillItem.VALVE)

LEAST_HOUSEHOLDS = 1e-6
SAME = 1e-4
"""A flow within so much of the one that a pipe is sized for, as a part, is the same."""


def fitted_to(work: Candidate, households: FloatArray, people: FloatArray, maker: Maker) -> Candidate | None:
    """Size the pipes of a work for what a plan serves in each village.

    Parameters
    ----------
    work
        A candidate whose pipes are sized for all whom it can serve.
    households, people
        (links,) whom the plan serves in each village.
    maker
        Rules and prices.

    Returns
    -------
    Candidate or None
        Another candidate of the same site, which reaches the served villages alone, and of each no more households than
        are served; None where nothing changes, or no line for so little water keeps the limits at no more cost.

    Notes
    -----
    Filter, storage and intake stay as they are: they have room for those who join later.
    """
    kept = [int(k) for k in np.flatnonzero(households > LEAST_HOUSEHOLDS)]
    needs = people / maker.people_per_household
    if not kept or _flows_as_designed(work, needs):
        return None
    tree = work.line.tree.only(kept)
    level = SourceLevel(lift_m=work.line.level_m - float(tree.z[0]))
    line = design_line(tree, needs[kept], np.inf, level, maker.rules)
    if line is None:
        return None
    owner, parent = owners(line)
    village_share = work.village_share[kept]
    share = village_share[np.maximum(owner, 0)]
    by_village = [maker.own_bill(line, owner, k, share) for k in range(len(kept))]
    bill = [part for part in work.bill if part.item not in OF_THE_LINE]
    own = any(link.fixed_mvnd > 0 for link in work.links)
    if not own:
        bill += [part for parts in by_village for part in parts]
    p = maker.parameters
    served = np.round(households[kept], DECIMALS)
    links = tuple(
        replace(
            work.links[k],
            households_max=float(served[place]),
            fixed_mvnd=round(total_mvnd(by_village[place], p), DECIMALS) if own else 0.0,
            parent=int(tree.village[parent[place]]) if parent[place] >= 0 else -1,
        )
        for place, k in enumerate(kept)
    )
    made = replace(
        work,
        candidate_id=f"{work.candidate_id}:{FITTED}",
        capacity_households=round(float(served.sum()), DECIMALS),
        fixed_mvnd=round(total_mvnd(bill, p), DECIMALS),
        bill=tuple(bill),
        line=line,
        pipes_share=share,
        village_share=village_share,
        links=links,
        pump_m=max(line.level_m - float(line.tree.z[0]), 0.0) if work.pump_m > 0 else 0.0,
    )
    return made if _pipes_mvnd(made) <= _pipes_mvnd(work) + SAME else None


def _flows_as_designed(work: Candidate, needs: FloatArray) -> bool:
    designed = work.line.households
    enough = float(designed.sum()) <= work.line.capacity * (1 + SAME)
    return enough and bool(np.allclose(needs, designed, rtol=SAME, atol=LEAST_HOUSEHOLDS))


def _pipes_mvnd(work: Candidate) -> float:
    """Everything of a work that does not grow with its households."""
    return work.fixed_mvnd + sum(link.fixed_mvnd for link in work.links)
