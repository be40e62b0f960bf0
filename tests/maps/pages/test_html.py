"""Pieces of HTML: values of tables as people read them, texts harmless."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from infragap.maps.pages.html import cell, spoken, table


@pytest.mark.parametrize("missing", [None, pd.NA, math.nan, np.float64("nan"), math.inf])
def test_a_missing_value_is_written_as_nothing(missing: Any) -> None:
    assert cell(missing) == ""


def test_a_count_is_no_year_whatever_its_size() -> None:
    assert cell(2014) == '<span lang="vi">2.014</span><span lang="en">2,014</span>'
    assert cell(np.int64(7)) == "7"
    assert cell(2.5) == '<span lang="vi">2,5</span><span lang="en">2.5</span>'


def test_texts_cannot_act() -> None:
    assert cell("<b>") == "&lt;b&gt;"
    assert spoken({"vi": "<i>", "en": "<i>"}) == "&lt;i&gt;"
    assert "<script" not in table([{"vi": "<script>", "en": "x"}], [])
