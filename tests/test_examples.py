"""The formulas that a reader tries first have examples; pytest runs them where they stand (`--doctest-modules`)."""

import doctest
import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

import infragap.analyses
import infragap.gis


@pytest.mark.parametrize(("package", "least"), [(infragap.gis, 12), (infragap.analyses, 20)])
def test_there_are_examples(package: ModuleType, least: int) -> None:
    names = [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(bool(test.examples) for name in names for test in finder.find(import_module(name))) >= least
