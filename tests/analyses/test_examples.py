"""The examples in the docstrings of the analyses give what they say."""

import doctest
import pkgutil
from importlib import import_module

import numpy as np
import pytest

import infragap.analyses
from infragap.analyses.electricity.demand.load import settlement_peak_kw
from infragap.analyses.electricity.parameters import ElectricityParameters

PREFIXES = ("infragap.analyses.costs", "infragap.analyses.demand", "infragap.analyses.electricity.")
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(infragap.analyses.__path__, "infragap.analyses.")
    if module.name.startswith(PREFIXES)
)
COMMON = {"np": np, "ElectricityParameters": ElectricityParameters, "settlement_peak_kw": settlement_peak_kw}


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(import_module(name), extraglobs=COMMON).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(bool(test.examples) for name in MODULES for test in finder.find(import_module(name))) >= 18
