"""The examples in the docstrings of gis give what they say."""

import doctest
import pkgutil
from importlib import import_module

import numpy as np
import pyproj
import pytest
from affine import Affine

import infragap.gis
from infragap.gis.raster import Raster

MODULES = sorted(module.name for module in pkgutil.walk_packages(infragap.gis.__path__, "infragap.gis."))
COMMON = {"Affine": Affine, "Raster": Raster, "np": np, "pyproj": pyproj}


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(import_module(name), extraglobs=COMMON)
    assert result.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(bool(test.examples) for name in MODULES for test in finder.find(import_module(name))) >= 12
