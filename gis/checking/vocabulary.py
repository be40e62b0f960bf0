"""Words that differ from country to country, checked against the pack's profile: codes of areas, and what kinds of
areas there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from infragap.gis.arrays import BoolArray
from infragap.gis.findings import Finding, fault
from infragap.profiles.profile import Profile

AREA_CODE = "commune_code"
CODE = fault("cell.code", reason="leading zeros are part of a code; a number format eats them")
KIND = fault("cell.kind", reason="what is rural is told by this word")


def vocabulary_findings(frame: pd.DataFrame, profile: Profile, *, layer: str) -> list[Finding]:
    """Check the codes and kinds of areas in one layer.

    Parameters
    ----------
    frame
        The layer, typed; empty cells are not looked at here.
    profile
        Of the pack.
    layer
        Its name.
    """
    area, found = profile.administration, []
    if AREA_CODE in frame.columns:
        pattern = re.compile(area.area_code_pattern)
        odd = _texts(frame[AREA_CODE], lambda text: pattern.search(text) is None)
        if odd.any():
            values = {"column": AREA_CODE, "words": area.area_code_words, "example": area.area_code_example}
            found.append(CODE.in_rows(frame, odd, layer=layer, shown=frame[AREA_CODE], **values))
    if layer == "communes" and "kind" in frame.columns:
        odd = _texts(frame["kind"], lambda text: text not in area.kinds)
        if odd.any():
            found.append(KIND.in_rows(frame, odd, layer=layer, shown=frame["kind"], allowed=", ".join(area.kinds)))
    return found


def _texts(column: pd.Series[Any], is_odd: Callable[[str], bool]) -> BoolArray:
    return np.array([isinstance(cell, str) and cell != "" and is_odd(cell) for cell in column], dtype=bool)
