"""Words of codes and units: what stands in a table as 'solar_home' or 'mvnd' is read as words of a language.

The words of a code are `code.<table>.<column>.<code>` or, where a column's codes read the same in every table,
`code.<column>.<code>`; those of a unit are `unit.<unit>`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from infragap.wording.catalogue import in_each_language, words

AFTER = "after_"
"""Before the last year of a table of years: what comes after it."""
SEVERAL = re.compile(r"\+|; ")
"""What stands between the codes of a value with several."""


@lru_cache(maxsize=4096)
def codes(column: str, table: str = "") -> tuple[str, ...]:
    """Give the codes of a column that have words; none where the column holds no codes."""
    known = words("vi")
    for prefix in (f"code.{table}.{column}.", f"code.{column}."):
        if found := known.keys(prefix):
            return tuple(key.removeprefix(prefix) for key in found)
    return ()


def code_words(column: str, code: str, table: str = "") -> dict[str, str]:
    """Give the words of one code in every language.

    Raises
    ------
    KeyError
        The catalogue does not know the code.
    """
    own = f"code.{table}.{column}.{code}"
    return in_each_language(own if own in words("vi") else f"code.{column}.{code}")


def labels(column: str, table: str = "") -> dict[str, dict[str, str]]:
    """Give code → its words in every language, for all codes of a column."""
    return {code: code_words(column, code, table) for code in codes(column, table)}


def label(language: str, column: str, code: object, table: str = "") -> str:
    """Give the words of a code in one language; a code without words stands for itself, a missing one is empty.

    Units are read as words too, and 'after_2030' of a column of years as what comes after the year.
    """
    if not isinstance(code, str):
        return ""
    known = codes(column, table)
    parts = [code] if code in known else SEVERAL.split(code)
    if known and all(part in known for part in parts):
        return ", ".join(code_words(column, part, table)[language] for part in parts)
    if column == "year" and code.startswith(AFTER):
        return words(language)("electricity.years.after", year=code.removeprefix(AFTER))
    return (unit_words(code) or {}).get(language, code) if column == "unit" else code


def unit_words(unit: str) -> dict[str, str] | None:
    """Give the words of a unit in every language; None for '-' and other marks that are not written behind a number."""
    return in_each_language(f"unit.{unit}") if f"unit.{unit}" in words("vi") else None
