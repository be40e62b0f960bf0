"""Parameters in the cells of tables that people read: their names and units as the country writes them."""

from __future__ import annotations

import pandas as pd

from infragap.profiles.naming import outward, outward_unit
from infragap.wording.codes import unit_words
from infragap.wording.country import spoken_profile


def parameters_in_words(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """Give a table that people read with the parameters in its cells as the country writes them, their units in
    words."""
    if not {"parameter", "unit"} <= set(frame.columns):
        return frame
    profile = spoken_profile()
    said = [(unit_words(str(unit)) or {}).get(language, outward_unit(str(unit), profile)) for unit in frame["unit"]]
    return frame.assign(parameter=[outward(str(text), profile) for text in frame["parameter"]], unit=said)
