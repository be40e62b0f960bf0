"""What a check finds: a fault, which stops a run, or a notice, which goes with it; each with layer, rows, sentence and
repair.

A check is declared once (`Check`), with its tolerance and the reason for it; `docs/data.md` is made of these
declarations. Its words stand in the catalogue under `check.<code>` (the sentence) and `check.<code>.repair`, so that a
finding can be spoken in every language.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from infragap.gis import schema
from infragap.gis.errors import InfragapError, LayerError
from infragap.wording.catalogue import words

SHOWN_ROWS = 10
"""Rows named in a sentence; the others are counted."""

SHOWN_SIGNS = 60
"""Signs of a cell shown in a sentence; the rest is cut, so that no message is longer than a screen."""

SHOWN_TEXT_SIGNS = 800
"""Signs of a list or reason shown in a sentence."""


class Severity(StrEnum):
    """Whether a run may go on."""

    FAULT = "fault"
    NOTICE = "notice"


CHECKS: dict[str, Check] = {}
"""All declared checks by code."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or worth knowing about a layer.

    Attributes
    ----------
    code
        The check that found it, such as 'cell.empty'.
    severity
        Fault or notice.
    layer
        Name of the layer; 'catalog' for the catalogue.
    rows
        Names of all marked rows: their ids, or 'row 7' where they have none. Empty where the whole layer is meant.
    of
        Number of rows of the layer.
    shown
        What stands in the marked rows, in their order; empty where the sentence does not show it.
    values
        What the sentence names besides: columns, numbers, units.
    """

    code: str
    severity: Severity
    layer: str
    rows: tuple[str, ...] = ()
    of: int = 0
    shown: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, language: str = "en") -> str:
        """Say what was found, without the layer's name."""
        return self._text(f"check.{self.code}", language)

    def repair(self, language: str = "en") -> str:
        """Say what to do about it."""
        return self._text(f"check.{self.code}.repair", language)

    def spoken(self, language: str = "en") -> str:
        """Layer, sentence and repair in one line."""
        return f"{self.layer}: {self.sentence(language)} {self.repair(language)}".rstrip()

    def __str__(self) -> str:
        """The finding in English."""
        return self.spoken()

    def about(self, layer: str) -> Finding:
        """Give the same finding on another layer: rows of one may show what another lacks."""
        return replace(self, layer=layer)

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Give the finding as plain values for JSON.

        Returns
        -------
        dict
            Keys code, severity, layer, rows (all ids), count, of, sentence, repair.
        """
        return {
            "code": self.code,
            "severity": self.severity.value,
            "layer": self.layer,
            "rows": list(self.rows),
            "count": len(self.rows),
            "of": self.of,
            "sentence": self.sentence(language),
            "repair": self.repair(language),
        }

    def _text(self, key: str, language: str) -> str:
        say = words(language)
        pairs = (
            [f"{row} = {cell}" for row, cell in zip(self.rows, self.shown, strict=True)] if self.shown else self.rows
        )
        rest = len(pairs) - SHOWN_ROWS
        rows = ", ".join(pairs[:SHOWN_ROWS]) + (say("check.rows_more", rest=say.number(rest)) if rest > 0 else "")
        numbers = {"count": len(self.rows), "of": self.of}
        values = {name: _in_words(value, say) for name, value in {**numbers, **self.values}.items()}
        return say(key, **values, rows=rows)


def _in_words(value: Any, say: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, int | np.integer) and abs(int(value)) < 1e15:
        return str(say.number(int(value)))
    if isinstance(value, int):
        return f"{value:.3g}" if abs(value) < 1e300 else "1e300"
    if isinstance(value, float | np.floating):
        number = float(value)
        if not math.isfinite(number) or 0 < abs(number) < 1e-3 or abs(number) >= 1e15:
            return f"{number:g}"
        # three figures at least, no zeros at the end
        decimals = max(0, 2 - math.floor(math.log10(abs(number)))) if number else 0
        text = f"{number:.{decimals}f}"
        kept = len(text.rstrip("0").partition(".")[2]) if decimals else 0
        return str(say.number(number, decimals=kept))
    return printable(value, signs=SHOWN_TEXT_SIGNS)


def printable(value: Any, *, signs: int = SHOWN_SIGNS) -> str:
    """Write a cell or name so that it does no harm in a terminal: hidden and control signs as codes, long texts cut.

    Examples
    --------
    >>> printable("L1\\u202e")
    'L1\\\\u202e'
    >>> printable(None)
    'empty'
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return "empty"
    if isinstance(value, float | np.floating):
        return f"{value:.10g}"
    text = "".join(
        sign if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else _escaped(sign)
        for sign in str(value)[: signs * 2]
    )
    return text if len(text) <= signs else text[: signs - 1] + "…"


def listed(items: Sequence[str]) -> str:
    """Join row names for a message: the first ten, then how many more.

    Examples
    --------
    >>> listed(["A", "B"])
    'A, B'
    >>> listed([str(number) for number in range(12)])
    '0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more'
    """
    rest = len(items) - SHOWN_ROWS
    return ", ".join(items[:SHOWN_ROWS]) + (f" and {rest} more" if rest > 0 else "")


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape", "backslashreplace").decode("ascii")


@dataclass(frozen=True)
class Check:
    """A check as declared.

    Attributes
    ----------
    code
        Its name: room and kind, such as 'cell.empty'; the words stand in the catalogue under `check.<code>`.
    severity
        What it finds.
    tolerance
        What it lets pass, with the unit.
    reason
        Why it is looked at, and where the tolerance comes from.
    """

    code: str
    severity: Severity
    tolerance: str
    reason: str

    def __post_init__(self) -> None:
        """Note the check in `CHECKS`."""
        if self.code in CHECKS:
            raise ValueError(f"the check {self.code} is declared twice")
        CHECKS[self.code] = self

    def found(self, layer: str, *, of: int = 0, **values: Any) -> Finding:
        """Give a finding on a whole layer or its file."""
        return Finding(self.code, self.severity, layer, of=of, values=values)

    def in_rows(self, frame: pd.DataFrame, mask: Any, *, layer: str, shown: Any = None, **values: Any) -> Finding:
        """Give a finding on the marked rows of a layer.

        Parameters
        ----------
        frame
            The layer.
        mask
            (n,) bool: the rows.
        layer
            Its name.
        shown
            (n,) what stands in each row, to be shown; None for the row's name alone.
        values
            What the sentence names besides.
        """
        marked = np.asarray(mask, dtype=bool)
        cells = () if shown is None else tuple(printable(cell) for cell in np.asarray(shown, dtype=object)[marked])
        names = tuple(row_names(frame, marked, layer=layer))
        return Finding(self.code, self.severity, layer, rows=names, of=len(frame), shown=cells, values=values)

    def error(self, layer: str, *, of: int = 0, **values: Any) -> LayerError:
        """Give a finding on a whole layer as an error to be raised."""
        return refusal([self.found(layer, of=of, **values)])


def fault(code: str, *, tolerance: str = "none", reason: str) -> Check:
    """Declare a check whose findings stop a run."""
    return Check(code, Severity.FAULT, tolerance, reason)


def notice(code: str, *, tolerance: str, reason: str) -> Check:
    """Declare a check whose findings go with a run: honest data can be so."""
    return Check(code, Severity.NOTICE, tolerance, reason)


OTHER = fault("other", reason="the file or layer cannot be used as it is, for the reason named")


def row_names(frame: pd.DataFrame, mask: Any, *, layer: str) -> list[str]:
    """Name the marked rows: by the layer's id column where the row has one, else 'row 7' (1 = first data row)."""
    column = schema.ID_COLUMN.get(layer)
    names = []
    for position in np.flatnonzero(np.asarray(mask, dtype=bool)):
        value = frame[column].iloc[position] if column in frame.columns else None
        names.append(printable(value) if isinstance(value, str) and value else f"row {position + 1}")
    return names


def refusal(findings: Iterable[Finding]) -> LayerError:
    """Make findings an error: one sentence a line, the findings themselves in its `findings`."""
    found = tuple(findings)
    return LayerError("\n".join(map(str, found)), findings=found)


def findings_of(error: InfragapError, *, layer: str) -> list[Finding]:
    """Give the findings of an error; an error without any becomes one."""
    if error.findings:
        return list(error.findings)
    text = str(error).removeprefix(f"{layer}: ")
    return [OTHER.found(layer, sentence=text, advice="")]


def faults(findings: Iterable[Finding]) -> list[Finding]:
    """Those that stop a run."""
    return [finding for finding in findings if finding.severity is Severity.FAULT]


def notices(findings: Iterable[Finding]) -> list[Finding]:
    """Those that go with a run."""
    return [finding for finding in findings if finding.severity is Severity.NOTICE]
