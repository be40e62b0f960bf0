"""The choice of works solved again from the exported tables alone, by another formulation of its own on scipy's
HiGHS."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array


@dataclass
class Rows:
    """Rows of a programme, added one by one as {variable: factor} ≤ right side."""

    number: int
    rows: list[tuple[dict[int, float], float]]

    def add(self, row: dict[int, float], most: float) -> None:
        self.rows.append((row, most))

    def constraint(self) -> LinearConstraint:
        i, j, value = [], [], []
        for k, (row, _) in enumerate(self.rows):
            for column, factor in row.items():
                i.append(k)
                j.append(column)
                value.append(factor)
        matrix = coo_array((value, (i, j)), shape=(len(self.rows), self.number)).tocsr()
        return LinearConstraint(matrix, -np.inf, np.array([most for _, most in self.rows]))


def solve(
    candidates: pd.DataFrame,
    links: pd.DataFrame,
    *,
    works_max: int | None,
    people_min: float | None = None,
    listed: bool = False,
    listed_min: int | None = None,
    gap: float = 1e-6,
    time_s: float = 300.0,
) -> tuple[float, float, float]:
    """Least cost for so many people, or (without) most people; returns the value, the proven bound and the number of
    works.

    One opening per candidate; one pipe per link with pipes of its own, which needs its parent's; households per link.
    """
    names = candidates["candidate_id"].tolist()
    number = {name: k for k, name in enumerate(names)}
    n, m = len(names), len(links)
    rows = Rows(n + 2 * m, [])
    where = {(row.candidate_id, row.village_id): k for k, row in enumerate(links.itertuples())}
    of_candidate, of_village = defaultdict(list), defaultdict(list)
    for k, row in enumerate(links.itertuples()):
        of_candidate[row.candidate_id].append(k)
        of_village[row.village_id].append(k)
        opening = number[row.candidate_id]
        rows.add({n + m + k: 1.0, n + k: -row.households_max}, 0.0)
        above = row.parent_village_id
        needs = n + where[row.candidate_id, above] if isinstance(above, str) else opening
        rows.add({n + k: 1.0, needs: -1.0}, 0.0)
    for name, row in zip(names, candidates.itertuples(), strict=True):
        load = {n + m + k: 1.0 for k in of_candidate[name]}
        rows.add({**load, number[name]: -row.capacity_households}, 0.0)
    for village, parts in of_village.items():
        most = links["households_max"].to_numpy()[parts].max()
        assert village is not None
        rows.add({n + m + k: 1.0 for k in parts}, float(most))
    for _, group in candidates.groupby("site"):
        rows.add({number[name]: 1.0 for name in group["candidate_id"]}, 1.0)
    for name, most, taken in _streams(candidates):
        row = {n + m + k: rate for candidate, rate in taken.items() for k in of_candidate[candidate]}
        assert name
        rows.add(row, most)
    if works_max is not None:
        rows.add(dict.fromkeys(range(n), 1.0), works_max)
    if listed_min is not None:
        # so many works of the list, each of which serves at least half of whom it can
        for name, row in zip(names, candidates.itertuples(), strict=True):
            if row.listed:
                able = min(row.capacity_households, float(links["households_max"].to_numpy()[of_candidate[name]].sum()))
                rows.add({**{n + m + k: -1.0 for k in of_candidate[name]}, number[name]: 0.5 * able}, 0.0)
        rows.add(dict.fromkeys(np.flatnonzero(candidates["listed"].to_numpy(dtype=bool)).tolist(), -1.0), -listed_min)
    per_household = candidates["mvnd_per_household"].to_numpy()[[number[name] for name in links["candidate_id"]]]
    cost = np.concatenate(
        [
            candidates["fixed_mvnd"].to_numpy(),
            links["fixed_mvnd"].to_numpy(),
            links["cost_mvnd_per_household"].to_numpy() + per_household,
        ]
    )
    people = np.concatenate([np.zeros(n + m), links["people_per_household"].to_numpy()])
    if people_min is not None:
        rows.add({k: -float(v) for k, v in enumerate(people) if v}, -people_min)
    upper = np.concatenate([np.ones(n + m), links["households_max"].to_numpy()])
    if listed:
        upper[:n] = candidates["listed"].to_numpy(dtype=float)
    solved = milp(
        -people if people_min is None else cost,
        constraints=rows.constraint(),
        bounds=Bounds(0, upper),
        integrality=np.concatenate([np.ones(n), np.ones(m), np.zeros(m)]),
        options={"mip_rel_gap": gap, "time_limit": time_s},
    )
    if solved.x is None:
        return float("nan"), float("nan"), float("nan")
    sign = -1.0 if people_min is None else 1.0
    return sign * float(solved.fun), sign * float(solved.mip_dual_bound), float(np.rint(solved.x[:n]).sum())


def _streams(candidates: pd.DataFrame) -> list[tuple[str, float, dict[str, float]]]:
    """Of each source: what may be taken, and what a household of every candidate there or above it takes."""
    first = candidates.drop_duplicates("source_id").set_index("source_id")
    below = first["downstream_id"].to_dict()
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in candidates.itertuples():
        at = row.source_id
        while isinstance(at, str) and at in below:
            found[at][row.candidate_id] = row.withdrawal_l_s_per_household
            at = below[at]
    return [(name, float(first.loc[name, "usable_flow_l_s"]), taken) for name, taken in found.items()]
