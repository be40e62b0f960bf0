"""Columns of yes and no of which so many rows say the seldom answer that the two were exchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from infragap.gis.checking.rows import has
from infragap.gis.findings import Finding, notice

SHARE = 0.9
ROWS, STANDING_ROWS = 20, 3
STANDING = ("existing", "upgrade")


class Mark(NamedTuple):
    """A column of yes and no, and the answer that few rows give."""

    layer: str
    column: str
    seldom: bool
    rows: int
    among: tuple[str, ...] = ()


MARKS = (
    # province-wide limestone, and a province whose every work is private money, are not known
    Mark("water_households", "is_karst", True, ROWS),
    Mark("water_schemes", "is_private", True, ROWS),
    # a school that stands has its site
    Mark("schools", "site_known", False, STANDING_ROWS, STANDING),
)

TURNED = notice(
    "marks.turned",
    tolerance=f"{100 * SHARE:g} % of the rows; layers of fewer than {ROWS} rows, {STANDING_ROWS} for schools that "
    "stand; columns whose two answers are both common stay unnoticed when exchanged",
    reason="limestone under every commune, private money behind every work and no site for schools that stand are "
    "seldom true: yes and no were exchanged, or a column filled down",
)


def mark_findings(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Tell columns of yes and no that all but a few rows answer as few should.

    Parameters
    ----------
    tables
        Typed layers with rows, by name.
    """
    return [finding for mark in MARKS for finding in _turned(tables.get(mark.layer), mark)]


def _turned(frame: pd.DataFrame | None, mark: Mark) -> list[Finding]:
    if frame is None or not has(frame, mark.column, *(["status"] if mark.among else [])):
        return []
    told = frame[frame["status"].isin(mark.among)] if mark.among else frame
    answers = told[mark.column].dropna().astype(bool)
    count = int((answers == mark.seldom).sum())
    if len(answers) < mark.rows or count <= SHARE * len(answers):
        return []
    value = str(mark.seldom).lower()
    return [TURNED.found(mark.layer, of=len(answers), column=mark.column, value=value, seldom=count)]
