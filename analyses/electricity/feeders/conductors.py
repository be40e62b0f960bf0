"""Conductors of existing lines by how a layer spells them."""

from __future__ import annotations

import re

from infragap.analyses.electricity.assumptions.network_works import USUAL_CONDUCTOR, Conductor, usual_works


def conductor_named(name: str | None) -> Conductor:
    """Find a conductor by how a layer spells it ('AC120', 'AC-120/19', '3xAC-95'); AC-70 where it is unknown
    (assumption).

    Examples
    --------
    >>> conductor_named("3xAC-95").name, conductor_named(None).name
    ('AC-95', 'AC-70')
    """
    known = usual_works().conductors
    found = re.search(r"(\d{2,3})(?:/\d+)?\s*$", name or "")
    return known.get(f"AC-{found.group(1)}" if found else "", known[USUAL_CONDUCTOR])
