"""Pipes that can be bought: polyethylene by pressure class and galvanised steel, with inner diameter and price.

The walls are those of ISO 4427 (TCVN 7305); a class is the pressure that the pipe holds at rest, 10 m of water a bar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray

M_PER_BAR = 10.0

POLYETHYLENE: dict[int, dict[float, tuple[float, float]]] = {
    20: {12.5: (16.7, 0.10), 16: (16.0, 0.11)},
    25: {10: (21.7, 0.12), 12.5: (21.0, 0.14), 16: (20.2, 0.17)},
    32: {8: (28.7, 0.16), 10: (28.0, 0.19), 12.5: (27.0, 0.23), 16: (26.0, 0.27)},
    40: {8: (36.1, 0.24), 10: (35.0, 0.30), 12.5: (33.8, 0.36), 16: (32.3, 0.43)},
    50: {8: (45.0, 0.38), 10: (43.9, 0.46), 12.5: (42.4, 0.55), 16: (40.4, 0.67)},
    63: {6: (58.1, 0.48), 8: (56.9, 0.58), 10: (55.2, 0.73), 12.5: (53.3, 0.88), 16: (51.0, 1.07)},
    75: {6: (69.2, 0.68), 8: (67.7, 0.83), 10: (65.8, 1.03), 12.5: (63.7, 1.23), 16: (61.0, 1.49)},
    90: {6: (83.0, 0.99), 8: (81.3, 1.20), 10: (79.0, 1.48), 12.5: (76.5, 1.77), 16: (73.0, 2.16)},
    110: {6: (101.3, 1.48), 8: (99.2, 1.80), 10: (96.5, 2.20), 12.5: (93.3, 2.66), 16: (89.4, 3.20)},
    125: {10: (109.9, 2.80)},
    140: {10: (123.0, 3.52)},
    160: {8: (144.5, 3.77), 10: (140.7, 4.59), 12.5: (135.9, 5.60), 16: (130.0, 6.78)},
    200: {8: (180.6, 5.87), 10: (175.8, 7.16), 12.5: (170.0, 8.71), 16: (162.5, 10.57)},
    250: {8: (225.8, 9.1), 10: (220.4, 11.2), 12.5: (213.0, 13.6), 16: (204.6, 16.2)},
    315: {8: (284.4, 14.5), 10: (277.6, 17.7), 12.5: (268.4, 21.5), 16: (257.8, 25.8)},
    400: {8: (361.2, 23.3), 10: (352.6, 28.5), 12.5: (340.8, 34.7), 16: (327.4, 41.5)},
    500: {8: (451.4, 36.4), 10: (440.6, 44.6), 12.5: (426.0, 54.1), 16: (409.2, 64.9)},
    630: {8: (568.8, 57.8), 10: (555.2, 70.7), 12.5: (536.8, 86.0), 16: (515.6, 103.0)},
}
"""Outer diameter [mm] → pressure class [bar] → (mean inner diameter [mm], weight [kg/m]).

Up to 200 mm from the published table (norms B1, confidence A). Above, for town mains, the standard ratios of diameter
to wall (21, 17, 13.6, 11) give the inner diameter, and the weight follows from the ring of the wall (derived).
"""

STEEL: dict[int, tuple[float, float]] = {
    34: (27.0, 60.0),
    48: (42.0, 95.0),
    60: (53.0, 130.0),
    76: (69.0, 180.0),
    89: (81.0, 230.0),
    114: (105.0, 330.0),
    168: (155.0, 600.0),
}
"""Galvanised steel: outer diameter [mm] → (inner diameter [mm], price [thousand VND/m]); norms B1, ±30 %."""

STEEL_CLASS_BAR = 25.0
STEEL_C_SHARE = 110.0 / 140.0
"""Hazen-Williams coefficient of galvanised steel (110) over that of polyethylene (140)."""


@dataclass(frozen=True)
class PipePrices:
    """What pipe costs in place.

    Attributes
    ----------
    polyethylene_vnd_per_kg
        Price of the pipe by weight.
    laying_vnd_per_m, laying_vnd_per_m_mm
        Trench, fittings and tests: a part per metre and a part per metre and millimetre of diameter.
    """

    polyethylene_vnd_per_kg: float
    laying_vnd_per_m: float
    laying_vnd_per_m_mm: float


@dataclass(frozen=True, eq=False)
class PipeCatalogue:
    """All pipes that may be chosen, by class and diameter.

    Attributes
    ----------
    od_mm
        (k,) outer diameter.
    class_bar
        (k,) pressure that it holds at rest.
    is_steel
        (k,) steel, not polyethylene.
    inside_m
        (k,) inner diameter [m].
    c
        (k,) Hazen-Williams coefficient.
    mvnd_per_m
        (k,) price in place.
    """

    od_mm: FloatArray
    class_bar: FloatArray
    is_steel: IntArray
    inside_m: FloatArray
    c: FloatArray
    mvnd_per_m: FloatArray

    def material(self, pipe: int) -> str:
        """'PE100' or 'steel'."""
        return "steel" if self.is_steel[pipe] else "PE100"


def pipe_catalogue(prices: PipePrices, *, c: float) -> PipeCatalogue:
    """Price all pipes.

    Parameters
    ----------
    prices
        Prices by weight and for laying.
    c
        Hazen-Williams coefficient of polyethylene.
    """
    rows = [
        (od, bar, 0, inside, c, kg * prices.polyethylene_vnd_per_kg)
        for od, classes in POLYETHYLENE.items()
        for bar, (inside, kg) in classes.items()
    ]
    rows += [(od, STEEL_CLASS_BAR, 1, inside, c * STEEL_C_SHARE, 1000 * price) for od, (inside, price) in STEEL.items()]
    od, bar, steel, inside, rough, pipe_vnd = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    laying_vnd = prices.laying_vnd_per_m + prices.laying_vnd_per_m_mm * od
    return PipeCatalogue(
        od_mm=od,
        class_bar=bar,
        is_steel=steel.astype(np.int64),
        inside_m=inside / 1000.0,
        c=rough,
        mvnd_per_m=(pipe_vnd + laying_vnd) / 1e6,
    )


def pipes_for(catalogue: PipeCatalogue, static_head_m: float) -> IntArray:
    """Of each diameter the thinnest wall that holds a head at rest, by inner diameter; steel only where no polyethylene
    holds.

    Examples
    --------
    >>> some = pipe_catalogue(PipePrices(68_000, 55_000, 900), c=140)
    >>> [(int(some.od_mm[k]), float(some.class_bar[k])) for k in pipes_for(some, 70)][:3]
    [(20, 12.5), (25, 10.0), (32, 8.0)]
    """
    holds = catalogue.class_bar * M_PER_BAR >= static_head_m - 1e-9
    plastic = np.flatnonzero(holds & (catalogue.is_steel == 0))
    if len(plastic):
        order = plastic[np.lexsort((catalogue.class_bar[plastic], catalogue.od_mm[plastic]))]
        first = np.concatenate([[True], np.diff(catalogue.od_mm[order]) > 0])
        return np.asarray(order[first], dtype=np.int64)
    steel = np.flatnonzero(holds & (catalogue.is_steel == 1))
    return np.asarray(steel[np.argsort(catalogue.inside_m[steel])], dtype=np.int64)
