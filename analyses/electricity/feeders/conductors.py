"""Conductors of overhead lines: resistance, reactance, current limit and mass."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Conductor:
    """One aluminium-steel conductor.

    Attributes
    ----------
    name
        As the power company writes it.
    r_ohm_per_km
        Resistance at 20 °C.
    imax_a
        Continuous current.
    mass_kg_per_km
        Of one wire.
    """

    name: str
    r_ohm_per_km: float
    imax_a: float
    mass_kg_per_km: float


# resistance and current: norms A3 (AC-50/70/95), AC-120: assumption there; the others and the masses: GOST 839-80 sizes
# as general knowledge
CATALOGUE = {
    conductor.name: conductor
    for conductor in (
        Conductor("AC-35", 0.79, 170, 148),
        Conductor("AC-50", 0.595, 210, 195),
        Conductor("AC-70", 0.422, 290, 276),
        Conductor("AC-95", 0.301, 350, 385),
        Conductor("AC-120", 0.247, 410, 471),
        Conductor("AC-150", 0.195, 470, 599),
        Conductor("AC-185", 0.156, 535, 728),
        Conductor("AC-240", 0.121, 645, 921),
    )
}


CHOICES = ("AC-50", "AC-70", "AC-95", "AC-120")
"""What new lines are built with; the line price covers the first two."""


PRICED_NAME = "AC-70"


WIRES = 3


def reactance_ohm_per_km(voltage_kv: float) -> float:
    """Reactance of an overhead line: above 30 kV its wires hang wider apart (norms A3)."""
    return 0.40 if voltage_kv > 30 else 0.37


def conductor_named(name: str | None) -> Conductor:
    """Find a conductor by how a layer spells it ('AC120', 'AC-120/19', '3xAC-95'); AC-70 where it is unknown
    (assumption).

    Examples
    --------
    >>> conductor_named("3xAC-95").name, conductor_named(None).name
    ('AC-95', 'AC-70')
    """
    found = re.search(r"(\d{2,3})(?:/\d+)?\s*$", name or "")
    return CATALOGUE.get(f"AC-{found.group(1)}" if found else "", CATALOGUE[PRICED_NAME])


def extra_mvnd_per_km(name: str, mvnd_per_tonne: float) -> float:
    """Price of a line's wires beyond AC-70, which the line price covers [million VND/km].

    Examples
    --------
    AC-95 against AC-70: ``3 · (385 - 276) kg = 0.327 t`` at 75 million VND.

    >>> round(extra_mvnd_per_km("AC-95", 75.0), 3)
    24.525
    """
    heavier = CATALOGUE[name].mass_kg_per_km - CATALOGUE[PRICED_NAME].mass_kg_per_km
    return max(0.0, WIRES * heavier / 1000 * mvnd_per_tonne)
