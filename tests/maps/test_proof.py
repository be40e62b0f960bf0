"""How far an answer is proven is said in words, and loudly where it is not."""

import math

import pytest

from infragap.analyses.results import Results
from infragap.maps.proof import Proof, proof_of, proofs


@pytest.mark.parametrize(
    ("status", "gap", "alarming"),
    [
        ("optimal", 0.0, False),
        ("gap", 0.0004, False),
        ("gap", 0.011, True),
        ("time_limit", 0.0004, True),
        ("time_limit", 1.0, True),
        ("work_limit", 0.0, True),
        ("optimal", math.nan, True),
    ],
)
def test_what_is_not_proven_alarms(status: str, gap: float, alarming: bool) -> None:
    assert Proof("water", status, gap).alarming is alarming


def test_the_sentence_names_the_gap() -> None:
    assert "0,04 %" in Proof("water", "gap", 0.0004).text["vi"]
    assert Proof("water", "time_limit", 1.0).text["en"].startswith("NOT PROVEN")
    assert "100.00 %" in Proof("water", "time_limit", 1.0).text["en"]
    assert "no bound" in Proof("schools", "time_limit", math.nan).text["en"]


def test_a_question_without_a_plan_has_no_proof() -> None:
    assert proof_of("water", {}) is None
    assert proofs(Results()) == []
