"""How far an answer is proven, in words: a run that stopped early, is far from its bound, or leaves dear voltage
remedies out of its cost, says so loudly on every page and in the summary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.results import Results
from infragap.wording.catalogue import Number, in_each_language

PROVEN = ("optimal", "gap")
"""States in which the solver finished what it was asked."""
LARGE_GAP = 0.01
"""Share by which the answer may be worse than the best one before the reader is warned; assumption: planners' unit
costs are not known better."""
DEAR_REMEDIES = 0.05
"""Cost of voltage remedies, by that of the plan that leaves them out, before the reader is warned; assumption."""


@dataclass(frozen=True)
class Proof:
    """Status and gap of one answer.

    Attributes
    ----------
    question
        electricity, water or schools.
    status
        The solver's own.
    gap
        Share by which the answer may be worse than the best one; not finite where there is no bound.
    gap_of_builds
        Part of the gap that is there because the bound counts lines at their least build, below what their loads ask
        for.
    remedies_mvnd
        What helps lines that do not keep their voltage, over its life; not in the cost that was proven.
    remedies_share
        The same by the cost of the plan.
    unproven_mvnd
        Part of the cost that a better plan might save; 0 where the answer is not measured in money.
    overloaded
        Whether feeders or substations stay exceeded, which no gap tells.
    feeders_beyond_help
        Existing feeders whose voltage no priced remedy brings within its share.
    """

    question: str
    status: str
    gap: float
    gap_of_builds: float = 0.0
    remedies_mvnd: float = 0.0
    remedies_share: float = 0.0
    unproven_mvnd: float = 0.0
    overloaded: bool = False
    feeders_beyond_help: int = 0

    @property
    def alarming(self) -> bool:
        """Whether a reader must be warned before using the answer: another run may give another one where the clock
        ended it, whatever its gap is."""
        unsettled = self._leaves_out_remedies or self.feeders_beyond_help > 0
        return self._is_far or self.status == "time_limit" or unsettled

    @property
    def _is_far(self) -> bool:
        return self.overloaded or not self.gap <= LARGE_GAP

    @property
    def _leaves_out_remedies(self) -> bool:
        return self.remedies_share > DEAR_REMEDIES

    @property
    def text(self) -> dict[str, str]:
        """One sentence in every language, and what stands against deciding by it."""
        found = [self._proven]
        if self._leaves_out_remedies:
            cost_bn, pct = Number(self.remedies_mvnd / 1000, 1), Number(100 * self.remedies_share)
            found.append(in_each_language("maps.proof.remedies", cost_bn=cost_bn, pct=pct))
        if self.feeders_beyond_help:
            found.append(in_each_language("maps.proof.feeders", count=Number(self.feeders_beyond_help)))
        return {language: " ".join(each[language] for each in found) for language in found[0]}

    @property
    def _proven(self) -> dict[str, str]:
        if not math.isfinite(self.gap):
            return in_each_language("maps.proof.unbounded")
        rest = self.gap - self.gap_of_builds
        if self.overloaded:
            form = "overloaded"
        elif self._is_far:
            form = "builds" if self.status in PROVEN and rest <= LARGE_GAP else "alarm"
        elif self.status in PROVEN:
            form = "proven" if self.status == "optimal" else "within"
        else:
            form = "near_money" if self.unproven_mvnd > 0 else "near"
        return in_each_language(
            f"maps.proof.{form}",
            gap_pct=Number(100 * self.gap, 2),
            rest_pct=Number(100 * max(rest, 0.0), 2),
            unproven_bn=Number(self.unproven_mvnd / 1000, 1),
        )


def proof_of(question: str, record: Mapping[str, Any]) -> Proof | None:
    """Read the proof from the record of a plan; None where nothing was optimised."""
    if "status" not in record:
        return None
    gap = record.get("gap")
    beyond, cost = float(record.get("lines_beyond_least_build_mvnd", 0.0)), float(record.get("cost_mvnd") or 0.0)
    bound = record.get("lower_bound_mvnd")
    return Proof(
        question,
        str(record["status"]),
        float(gap) if isinstance(gap, int | float) else math.nan,
        beyond / cost if cost > 0 else 0.0,
        unproven_mvnd=max(cost - bound, 0.0) if isinstance(bound, int | float) else 0.0,
        overloaded=bool(record.get("headroom_overloaded")),
    )


def electricity_proof(result: ElectricityResult) -> Proof | None:
    """Read the proof of an electricity plan, and what its voltage remedies cost beside it."""
    proof, cost = proof_of("electricity", result.plan), float(result.plan.get("cost_mvnd") or 0.0)
    remedies = float(result.summary.get("remedies_mvnd", 0.0))
    return proof and replace(
        proof,
        remedies_mvnd=remedies,
        remedies_share=remedies / cost if cost > 0 else 0.0,
        feeders_beyond_help=int(result.summary.get("feeders_without_priced_remedy", 0)),
    )


def proofs(results: Results) -> list[Proof]:
    """Give the proofs of all questions that the run answered."""
    made = [
        electricity_proof(results.electricity) if results.electricity else None,
        proof_of("water", results.water.siting) if results.water else None,
        proof_of("schools", results.schools.placement) if results.schools else None,
    ]
    return [proof for proof in made if proof is not None]
