"""How a value of a result is read by people: codes in words, numbers with unit and separators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from infragap.analyses.columns import WHOLE_OR_SHARE, Column, is_plain
from infragap.wording.catalogue import Number, Texts, Words, languages, words
from infragap.wording.codes import code_words, codes, label, unit_words

TRUTHS, NUMBERS = (bool, np.bool_), (int, float, np.integer, np.floating)


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
    return Texts({language: reader(language, column, unit=unit)(value) for language in languages()})


def reader(language: str, column: Column, *, unit: bool = True) -> Callable[[Any], str]:
    """Give what writes the values of a column in one language of the country, as `shown` does; for columns with many
    values."""
    said, known = words(language), codes(column.name, column.table)
    unit_word = (unit_words(column.unit) or {}).get(language) if unit else None

    def read(value: Any) -> str:
        if is_missing(value):
            return ""
        if isinstance(value, TRUTHS):
            return said("maps.page.yes" if value else "maps.page.no")
        if isinstance(value, NUMBERS):
            if is_plain(column.name):
                return f"{value:.0f}"
            decimals = 0 if column.unit in WHOLE_OR_SHARE and float(value).is_integer() else column.decimals
            return _with_unit_behind(said, Number(float(value), decimals), unit_word)
        parts = [str(value)] if str(value) in known else str(value).split("+")
        if not all(part in known for part in parts):
            return label(language, column.name, value, column.table)
        return ", ".join(code_words(column.name, part, column.table)[language] for part in parts)

    return read


def _with_unit_behind(said: Words, number: Number, unit: str | None) -> str:
    written = said("maps.number", number=number)
    return f"{written} {unit}" if unit else written


def measured(value: float, decimals: int = 0, unit: dict[str, str] | None = None) -> dict[str, str]:
    """Give a number in every language, its unit behind it."""
    number = Number(value, decimals)
    return {code: _with_unit_behind(words(code), number, unit[code] if unit else None) for code in languages()}


def headed(column: Column) -> dict[str, str]:
    """Heading of a column with its unit in every language; a heading that names its unit has it already."""
    unit = unit_words(column.unit)
    headings = {code: column.heading(code) for code in languages()}
    return {code: text if unit is None else _with_unit(text, unit[code]) for code, text in headings.items()}


def _with_unit(heading: str, unit: str) -> str:
    is_named = heading.endswith(f"({unit})") or unit in heading.lower().split()
    return heading if is_named else f"{heading} ({unit})"
