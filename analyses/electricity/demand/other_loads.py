"""What a settlement asks for beside today's homes: new households, public buildings and machines, from the layer or,
where it does not say, by the size of the settlement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.electricity.demand.groups import Groups

if TYPE_CHECKING:
    from infragap.analyses.electricity.parameters import ElectricityParameters

PUBLIC_SHAPE = np.array([1, 1, 1, 1, 1, 1, 2, 6, 9, 9, 9, 8, 5, 8, 9, 9, 8, 6, 5, 5, 3, 2, 1, 1], dtype=np.float64) / 9
"""Power of public buildings by hour, of their largest: lessons and office hours, half of it in the evening
(assumption)."""

MACHINE_SHAPE = (
    np.array([0, 0, 0, 0, 0, 3, 8, 9, 10, 10, 9, 5, 3, 8, 10, 10, 9, 8, 8, 8, 4, 1, 0, 0], dtype=np.float64) / 10
)
"""Power of mills, dryers and pumps by hour, of their largest: eight tenths of it meet the evening peak (engineering
facts 9: a mill raises the peak of 45 homes from 20 to 25 kW)."""

SMALL, LARGE, HUNDRED = 15, 40, 100
"""Households from which on a settlement has a satellite class and a small mill, a school and a mill, and another of
these for every hundred."""

BY_SIZE = {"public_kw": (1.0, 2.0), "public_kwh_per_day": (3.0, 5.0)}
MACHINES_BY_SIZE = {"productive_kw": (2.2, 5.0), "productive_kwh_per_day": (5.0, 10.0)}
"""Loads of a small and of a large settlement: assumption within the ranges of engineering facts 9."""

COLUMNS = (*BY_SIZE, *MACHINES_BY_SIZE)


@dataclass(frozen=True, eq=False)
class OtherLoads:
    """Loads of every settlement beside today's homes, all (n,).

    Attributes
    ----------
    public_kw, public_kwh_per_day
        School, health post, commune house.
    productive_kw, productive_kwh_per_day
        Mill, dryer, homestay, pump.
    design_growth
        Households in the design year by those of today.
    energy_growth
        Households over the horizon by those of today, early years counting more.
    three_phase
        Whether the layer tells of machines that two wires cannot drive.
    """

    public_kw: FloatArray
    public_kwh_per_day: FloatArray
    productive_kw: FloatArray
    productive_kwh_per_day: FloatArray
    design_growth: FloatArray
    energy_growth: FloatArray
    three_phase: BoolArray

    def chosen(self, groups: Groups) -> OtherLoads:
        """Loads of groups of settlements together; their growth is that of their members on the average."""
        sums = {name: groups.sums(getattr(self, name)) for name in COLUMNS}
        means = {name: groups.means(getattr(self, name)) for name in ("design_growth", "energy_growth")}
        return replace(self, **sums, **means, three_phase=groups.any(self.three_phase))


def read_other_loads(layer: gpd.GeoDataFrame, parameters: ElectricityParameters) -> OtherLoads:
    """Loads of the layer, and by size where it says nothing (`other_loads_by_size`).

    Notes
    -----
    Households grow by `household_growth_pct` a year and once by `connection_growth_pct`, spread over the first five
    years; the design year is the tenth. Only machines that the layer names ask for three phases (above
    `three_phase_from_kw`): those taken by size are bought to fit the line.
    """
    p = parameters
    n = layer["households"].to_numpy(dtype=np.float64)
    units = np.where(n >= LARGE, np.maximum(np.floor(n / HUNDRED), 1), 1)
    loads = {}
    for name, (small, large) in (BY_SIZE | MACHINES_BY_SIZE).items():
        usual = np.where(n >= LARGE, large * units, np.where(n >= SMALL, small, 0.0)) * p.other_loads_by_size
        given = layer[name].to_numpy(dtype=np.float64) if name in layer else np.full(len(n), np.nan)
        loads[name] = np.where(np.isfinite(given), given, usual)
    declared = layer["productive_kw"].to_numpy(dtype=np.float64) if "productive_kw" in layer else np.zeros(len(n))
    year = np.arange(1, p.horizon_years + 1)
    growth = (1 + p.household_growth_pct / 100) ** (year - 1) * (
        1 + p.connection_growth_pct / 100 * np.minimum(year / 5, 1)
    )
    worth = (1 + p.discount_rate) ** -year.astype(np.float64)
    return OtherLoads(
        **loads,
        design_growth=np.full(len(n), growth[min(10, p.horizon_years) - 1]),
        energy_growth=np.full(len(n), float(growth @ worth / worth.sum())),
        three_phase=np.nan_to_num(declared) > p.three_phase_from_kw,
    )
