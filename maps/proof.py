"""How far an answer is proven, in words: a run that stopped early, or far from its bound, says so loudly on every page
and in the summary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infragap.analyses.results import Results
from infragap.wording.catalogue import Number, in_each_language

PROVEN = ("optimal", "gap")
"""States in which the solver finished what it was asked."""
LARGE_GAP = 0.01
"""Share by which the answer may be worse than the best one before the reader is warned; assumption: planners' unit
costs are not known better."""


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
    """

    question: str
    status: str
    gap: float
    gap_of_builds: float = 0.0

    @property
    def alarming(self) -> bool:
        """Whether a reader must be warned before using the answer."""
        return self.status not in PROVEN or not self.gap <= LARGE_GAP

    @property
    def text(self) -> dict[str, str]:
        """One sentence in every language."""
        if not math.isfinite(self.gap):
            return in_each_language("maps.proof.unbounded")
        form = "alarm" if self.alarming else "proven" if self.status == "optimal" else "within"
        rest = self.gap - self.gap_of_builds
        if self.alarming and self.status in PROVEN and rest <= LARGE_GAP:
            form = "builds"
        return in_each_language(
            f"maps.proof.{form}", gap_pct=Number(100 * self.gap, 2), rest_pct=Number(100 * max(rest, 0.0), 2)
        )


def proof_of(question: str, record: Mapping[str, Any]) -> Proof | None:
    """Read the proof from the record of a plan; None where nothing was optimised."""
    if "status" not in record:
        return None
    gap = record.get("gap")
    beyond, cost = float(record.get("lines_beyond_least_build_mvnd", 0.0)), float(record.get("cost_mvnd") or 0.0)
    return Proof(
        question,
        str(record["status"]),
        float(gap) if isinstance(gap, int | float) else math.nan,
        beyond / cost if cost > 0 else 0.0,
    )


def proofs(results: Results) -> list[Proof]:
    """Give the proofs of all questions that the run answered."""
    records = {
        "electricity": results.electricity and results.electricity.plan,
        "water": results.water and results.water.siting,
        "schools": results.schools and results.schools.placement,
    }
    made = [proof_of(question, record) for question, record in records.items() if record]
    return [proof for proof in made if proof is not None]
