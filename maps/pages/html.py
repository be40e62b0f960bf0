"""Pieces of HTML that say their text in every language; the style sheet shows one."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from infragap.maps.pages.page import Text
from infragap.wording.catalogue import Number, languages, words


def escaped(text: object) -> str:
    """Text as HTML shows it."""
    return html.escape(str(text))


def spoken(text: Text) -> str:
    """Write a text in every language; where all say the same, once."""
    if len(set(text.values())) == 1:
        return escaped(next(iter(text.values())))
    return "".join(f'<span lang="{code}">{escaped(part)}</span>' for code, part in text.items())


def number(value: float, decimals: int = 0, unit: Mapping[str, str] | None = None) -> str:
    """Write a number with its unit as each language does."""
    written = {code: Number(value, decimals).written(words(code)) for code in languages()}
    return spoken({code: f"{text} {unit[code]}" if unit else text for code, text in written.items()})


def cell(value: Any, decimals: int = 1) -> str:
    """Write a value of a table: a missing one as nothing, a number as each language does, a text as it is."""
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    if isinstance(value, bool | np.bool_ | str):
        return escaped(value)
    return number(value, 0 if isinstance(value, int | np.integer) else decimals)


def table(head: Sequence[Text], rows: Iterable[Sequence[str]], kind: str = "numbers") -> str:
    """Write a table; the cells are HTML already."""
    top = "".join(f"<th>{spoken(text)}</th>" for text in head)
    body = "".join("<tr>" + "".join(f"<td>{shown}</td>" for shown in row) + "</tr>" for row in rows)
    return f'<table class="{kind}"><tr>{top}</tr>{body}</table>'


def one_language_at_a_time() -> str:
    """Style sheet that shows the language of the document alone, and the buttons of the others."""
    rules = "html[lang={code}] span[lang={code}]{{display:inline}}html[lang={code}] button[lang={code}]{{display:none}}"
    return "span[lang]{display:none}" + "".join(rules.format(code=code) for code in languages())
