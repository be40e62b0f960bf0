"""How a medium-voltage line may be built, by wires and conductor, and what a kilometre of it and a station cost."""

from __future__ import annotations

from dataclasses import dataclass

from infragap.analyses.electricity.assumptions.grid import GridParameters
from infragap.analyses.electricity.assumptions.network_works import USUAL_CONDUCTOR, LineType

THREE_PHASE = "three_phase"


@dataclass(frozen=True)
class Build:
    """A way to build a line: the level of its voltage makes the type of it (see `line_type`).

    Attributes
    ----------
    wires
        Number of wires.
    conductor
        Name in the table of works.
    """

    wires: int
    conductor: str


def line_type(parameters: GridParameters, *, wires: int, upper: bool) -> LineType:
    """Type of a line of so many wires at one level: the allowed one with fewest wires that has at least as many.

    Examples
    --------
    >>> p = GridParameters()
    >>> [line_type(p, wires=w, upper=u).name for w, u in ((1, True), (2, False), (3, True))]
    ['two_phase', 'single_phase', 'three_phase']
    """
    level = "upper" if upper else "lower"
    types = parameters.works.line_types
    allowed = [
        each
        for each in types.values()
        if level in each.levels and each.wires >= wires and each.name in (*parameters.line_types, THREE_PHASE)
    ]
    return min(allowed, key=lambda each: (each.wires, each.name))


def reactance_ohm_per_km(voltage_kv: float) -> float:
    """Reactance of an overhead line: above 30 kV its wires hang wider apart (norms A3)."""
    return 0.40 if voltage_kv > 30 else 0.37


def builds(parameters: GridParameters) -> list[Build]:
    """Ways to build a new line, with `least_conductor` as the lightest, from the fewest wires and the lightest on."""
    p = parameters
    least = p.works.conductors[p.least_conductor].mass_kg_per_km
    names = [name for name, each in p.works.conductors.items() if each.for_new_lines and each.mass_kg_per_km >= least]
    counts = {line_type(p, wires=wires, upper=upper).wires for wires in (1, 2, 3) for upper in (True, False)}
    return [Build(wires, name) for wires in sorted(counts) for name in names]


def line_mvnd_per_km(parameters: GridParameters, *, upper: bool, build: Build | None = None) -> float:
    """Price of a line on easy ground [million VND/km]; of the cheapest lawful build where none is named.

    Notes
    -----
    The price of three wires of AC-70 times the factor of the type, and the difference of the wires' mass to AC-70 at
    the price of conductor.

    Examples
    --------
    Two wires of AC-50 at the upper level: ``1,200 · 0.75 + 2 · (195 - 276) / 1000 · 75``.

    >>> round(line_mvnd_per_km(GridParameters(), upper=True, build=Build(2, "AC-50")), 3)
    887.85
    """
    p = parameters
    if build is None:
        return min(line_mvnd_per_km(p, upper=upper, build=each) for each in builds(p))
    kind = line_type(p, wires=build.wires, upper=upper)
    three_wires = p.mv35_line_mvnd_per_km if upper else p.mv22_line_mvnd_per_km
    factor = kind.price_factor * (p.light_line_price_factor if kind.wires < 3 else 1.0)
    conductors = p.works.conductors
    heavier = conductors[build.conductor].mass_kg_per_km - conductors[USUAL_CONDUCTOR].mass_kg_per_km
    return three_wires * factor + kind.wires * heavier / 1000 * p.conductor_mvnd_per_tonne


def station_sizes(parameters: GridParameters, *, kind: str) -> tuple[tuple[float, float], ...]:
    """Sizes [kVA] and prices [million VND] of stations of a kind, three_phase or single_phase, from the smallest on.

    Examples
    --------
    >>> station_sizes(GridParameters(), kind="three_phase")[:2]
    ((25.0, 380.0), (31.5, 390.0))
    """
    factor = parameters.station_price_factor
    return tuple((kva, price * factor) for kva, price in parameters.works.stations[kind].items())


def single_phase_allowed(parameters: GridParameters) -> bool:
    """Whether stations between two wires may be built: where lines of fewer than three wires are."""
    types = parameters.works.line_types
    return any(types[name].wires < 3 for name in parameters.line_types)
