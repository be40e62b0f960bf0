"""Markdown that no text can break out of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from infragap.analyses.columns import Column
from infragap.maps.proof import Proof
from infragap.wording.catalogue import Words
from infragap.wording.codes import unit_words


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Write a table."""
    lines = ["| " + " | ".join(cell(text) for text in headings) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def cell(text: object) -> str:
    """Text that cannot break out of a Markdown table or act as HTML."""
    flat = " ".join(str(text).split())
    return flat.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;").replace("[", "\\[")


def shown(say: Words, value: Any, decimals: int = 1) -> str:
    """Write a value of a table: nothing where it is missing, a number as the language does, a text as it is."""
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    if isinstance(value, float):
        return say.number(value, decimals=decimals)
    return say.number(float(value)) if isinstance(value, int | np.integer) else str(value)


def headed(say: Words, column: Column) -> str:
    """Heading of a column with its unit."""
    unit = unit_words(column.unit)
    heading = column.heading(say.language)
    return f"{heading} ({unit[say.language]})" if unit else heading


def in_language(say: Words, row: Mapping[Any, Any], stem: str) -> str:
    """Text of a row in a language, such as its 'reason'; where the table lacks it, in English, else in Vietnamese."""
    for code in (say.language, "en", "vi"):
        if f"{stem}_{code}" in row:
            return shown(say, row[f"{stem}_{code}"])
    return ""


def spoken_proof(say: Words, proof: Proof) -> str:
    """How far the answer is proven; in bold where the reader must be warned."""
    text = proof.text[say.language]
    return f"> **{text}**" if proof.alarming else text
