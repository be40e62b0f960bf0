"""What the plan costs if voltage must hold everywhere: lines that only own supply could help are given up, all other remedies are paid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.feeders.remedies import WAY_VI, Remedies, find_remedies
from infragap.analyses.electricity.feeders.voltage import check_voltage
from infragap.analyses.electricity.least_cost.choice import Choice, choose, start_from
from infragap.analyses.electricity.least_cost.headroom import Limit, Loading
from infragap.analyses.electricity.least_cost.outcome import Decision, take_apart
from infragap.analyses.electricity.least_cost.study import Priced, Study, price
from infragap.analyses.electricity.parameters import ElectricityParameters

if TYPE_CHECKING:
    from infragap.gis.pack import Pack


MAX_ROUNDS = 10


def keep_voltage(
    pack: Pack,
    study: Study,
    priced: Priced,
    choice: Choice,
    decision: Decision,
    remedies: Remedies,
    parameters: ElectricityParameters,
    *,
    known_limits: list[Limit],
    loading: Loading,
) -> tuple[Priced, Choice, Decision, Remedies]:
    """Plan again without the settlements of trees for which own supply is the cheapest remedy, until none is left.

    Returns
    -------
    priced, choice, decision, remedies
        The plan, and the remedies that it still pays for (after the first round without other taps). No bound of its own: that of the plan
        without this rule holds for it too.
    """
    barred = loading.barred.copy()
    for _ in range(MAX_ROUNDS):
        leaving = _leaving(decision, remedies, priced) & ~barred
        if not leaving.any():
            break
        barred |= leaving
        priced = price(study, parameters, barred=barred)
        choice = choose(study.network, priced.question, parameters, start=start_from(study.network, choice))
        decision = take_apart(study, priced, choice, parameters)
        check, _ = check_voltage(pack, study, decision, parameters)
        remedies = find_remedies(
            pack,
            study,
            priced,
            decision,
            check,
            parameters,
            known_limits=known_limits,
            loading=replace(loading, barred=barred),
            other_taps=False,
        )
    return priced, choice, decision, remedies


def _leaving(decision: Decision, remedies: Remedies, priced: Priced) -> BoolArray:
    """Settlements of trees that only own supply helps, but for those that must have the grid."""
    branches = decision.branches
    lost = np.isin(remedies.text_vi, (WAY_VI["offgrid"], WAY_VI[""]))
    tops = np.unique(branches.tap()[lost])
    below = np.isin(branches.tap(), tops)
    served = branches.branch_of >= 0
    result = np.zeros(len(served), dtype=bool)
    result[served] = below[branches.branch_of[served]]
    return result & ~priced.question.required
