"""How much hangs on each scheme: the people who lose water to standard if it fails."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.water.codes import Quality
from infragap.analyses.water.service.today import Today
from infragap.analyses.water.study import Study


def people_lost(study: Study, today: Today) -> FloatArray:
    """People who would fall below the standard without each scheme, after its neighbours have taken over whom they can,
    (schemes,).

    Notes
    -----
    Schemes that share villages form a group; in each group the largest number of people that can be served to the
    standard is found with and without the scheme. A scheme whose water is below the standard, or not known, loses
    nobody the standard.
    """
    pairs = today.reach.pairs
    source, village = pairs["source"].to_numpy(), pairs["village"].to_numpy()
    good = (today.quality[source] == Quality.TO_STANDARD) & (today.service.households[source] > 0)
    source, village = source[good], village[good]
    known = study.households > 0
    size = np.divide(study.population, study.households, out=np.zeros(len(known)), where=known)
    demand = study.households - today.own
    schemes = len(study.schemes)
    graph = csr_array(
        (np.ones(len(source)), (source, schemes + village)), shape=(schemes + len(known), schemes + len(known))
    )
    _, group = connected_components(graph, directed=False)
    lost = np.zeros(schemes)
    for number in np.unique(group[source]):
        here = np.flatnonzero(group[source] == number)
        members = np.unique(source[here])
        supply = today.service.households.copy()
        best = _most(source[here], village[here], supply, demand, size)
        for scheme in members:
            without = supply.copy()
            without[scheme] = 0.0
            lost[scheme] = max(best - _most(source[here], village[here], without, demand, size), 0.0)
    return lost


def _most(source: IntArray, village: IntArray, supply: FloatArray, demand: FloatArray, size: FloatArray) -> float:
    """Most people that can be served."""
    schemes, source_at = np.unique(source, return_inverse=True)
    villages, village_at = np.unique(village, return_inverse=True)
    if len(schemes) == 1:
        # one scheme fills the villages with the largest households first
        order = np.lexsort((villages[village_at], -size[village]))
        left, people = float(supply[schemes[0]]), 0.0
        for k in order:
            given = min(left, float(demand[village[k]]))
            people, left = people + given * float(size[village[k]]), left - given
        return people
    at, ones = np.arange(len(source)), np.ones(len(source))
    rows: Any = vstack([csr_array((ones, (source_at, at))), csr_array((ones, (village_at, at)))])
    solved = linprog(
        -size[village], A_ub=rows, b_ub=np.concatenate([supply[schemes], demand[villages]]), method="highs"
    )
    return -float(solved.fun or 0.0)
