"""Words that differ from country to country, checked against the pack's profile: codes of areas, and what kinds of areas there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from infragap.gis.arrays import BoolArray
from infragap.gis.checking.columns import sentence
from infragap.profiles.profile import Profile

AREA_CODE = "commune_code"


def vocabulary_faults(frame: pd.DataFrame, profile: Profile, *, layer: str) -> list[str]:
    """Check the codes and kinds of areas in one layer.

    Parameters
    ----------
    frame
        The layer, typed.
    profile
        Of the pack.
    layer
        Its name.

    Returns
    -------
    list of str
        One sentence a fault; empty cells are not looked at here.
    """
    area, faults = profile.administration, []
    if AREA_CODE in frame.columns:
        pattern = re.compile(area.area_code_pattern)
        odd = _texts(frame[AREA_CODE], lambda text: pattern.search(text) is None)
        if odd.any():
            faults.append(
                sentence(
                    frame, odd, layer=layer, fault=f"a {AREA_CODE} that is not {area.area_code_words}", values=frame[AREA_CODE],
                    repair=f"Write the official code with its leading zeros, such as {area.area_code_example}; format the column as text.",
                )
            )  # fmt: skip
    if layer == "communes" and "kind" in frame.columns:
        odd = _texts(frame["kind"], lambda text: text not in area.kinds)
        if odd.any():
            fault = f"a kind that is not one of {', '.join(area.kinds)}"
            faults.append(
                sentence(frame, odd, layer=layer, fault=fault, values=frame["kind"], repair="Use one of these words.")
            )
    return faults


def _texts(column: pd.Series[Any], is_odd: Callable[[str], bool]) -> BoolArray:
    return np.array([isinstance(cell, str) and cell != "" and is_odd(cell) for cell in column], dtype=bool)
