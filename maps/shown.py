"""How a value of a result is read by people: codes in words, numbers with unit and separators."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from infragap.analyses.columns import WHOLE_OR_SHARE, Column, is_plain
from infragap.wording.catalogue import Number, in_each_language, languages
from infragap.wording.codes import code_words, codes, label, unit_words


def same(text: object) -> dict[str, str]:
    """Give a text that reads the same in every language, such as a name."""
    return dict.fromkeys(languages(), str(text))


def is_missing(value: Any) -> bool:
    """Whether there is nothing to show."""
    return value is None or value is pd.NA or value == "" or (isinstance(value, float) and np.isnan(value))


def shown(column: Column, value: Any, *, unit: bool = True) -> dict[str, str]:
    """Give a value in every language; a missing one as nothing.

    Parameters
    ----------
    column
        Declares unit, decimals and codes.
    value
        A cell of the column.
    unit
        Whether the unit stands behind a number.
    """
    if is_missing(value):
        return same("")
    if isinstance(value, bool | np.bool_):
        return in_each_language("maps.page.yes" if value else "maps.page.no")
    if isinstance(value, int | float | np.integer | np.floating):
        if is_plain(column.name):
            return same(f"{value:.0f}")
        decimals = 0 if float(value).is_integer() and column.unit in WHOLE_OR_SHARE else column.decimals
        behind = unit_words(column.unit) if unit else None
        return measured(float(value), decimals, behind)
    known = codes(column.name, column.table)
    parts = [str(value)] if str(value) in known else str(value).split("+")
    if not all(part in known for part in parts):
        return {language: label(language, column.name, value, column.table) for language in languages()}
    spoken = [code_words(column.name, part, column.table) for part in parts]
    return {language: ", ".join(text[language] for text in spoken) for language in languages()}


def measured(value: float, decimals: int = 0, unit: dict[str, str] | None = None) -> dict[str, str]:
    """Give a number in every language, its unit behind it."""
    number = Number(value, decimals)
    written = in_each_language("maps.number", number=number)
    return {code: f"{text} {unit[code]}" if unit else text for code, text in written.items()}


def headed(column: Column) -> dict[str, str]:
    """Heading of a column with its unit in every language; a heading that names its unit has it already."""
    unit = unit_words(column.unit)
    headings = {code: column.heading(code) for code in languages()}
    return {code: text if unit is None else _with_unit(text, unit[code]) for code, text in headings.items()}


def _with_unit(heading: str, unit: str) -> str:
    is_named = heading.endswith(f"({unit})") or unit in heading.lower().split()
    return heading if is_named else f"{heading} ({unit})"
