"""Formulas that a reader tries first, as their own examples say."""

import doctest

from infragap.analyses.schools.travel import speeds


def test_examples():
    outcome = doctest.testmod(speeds)
    assert outcome.attempted >= 1
    assert outcome.failed == 0
