"""What the scheme asks for: villages and households on the national grid, safe supply, by a year; from the catalogue or
the parameters."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.least_cost.study import Study
from infragap.analyses.electricity.parameters import ElectricityParameters


@dataclass(frozen=True)
class Targets:
    """Targets in percent; None where there is none.

    Attributes
    ----------
    villages_pct
        Of the villages without the grid today that must be on the national grid.
    households_pct
        Of all households of the province that must be on the national grid.
    safe_pct
        Of the settlements that must have safe and lasting supply.
    year
        By its end.
    """

    villages_pct: float | None
    households_pct: float | None
    safe_pct: float | None
    year: int

    @property
    def any(self) -> bool:
        """Whether there is any target."""
        return any(target is not None for target in (self.villages_pct, self.households_pct, self.safe_pct))


def read_targets(targets: Mapping[str, Any], parameters: ElectricityParameters) -> Targets:
    """Read the targets of the catalogue, those of the parameters over them; 0 takes a target away.

    Examples
    --------
    >>> given = {"household_electrification_2030_pct": 99.6, "settlements_villages": 18}
    >>> read_targets(given, ElectricityParameters(target_safe_supply_pct=90.0))
    Targets(villages_pct=100.0, households_pct=99.6, safe_pct=90.0, year=2030)
    """
    p = parameters
    found = {name: _by_year(targets, name) for name in ("villages_on_grid", "household_electrification", "safe_supply")}
    years = [year for year, _ in found.values() if year is not None]
    villages = found["villages_on_grid"][1]
    if villages is None and targets.get("settlements_villages"):
        villages = 100.0
    return Targets(
        villages_pct=_over(p.target_villages_on_grid_pct, villages),
        households_pct=_over(p.target_households_on_grid_pct, found["household_electrification"][1]),
        safe_pct=_over(p.target_safe_supply_pct, found["safe_supply"][1]),
        year=max(years, default=p.years[-1]),
    )


def _by_year(targets: Mapping[str, Any], name: str) -> tuple[int | None, float | None]:
    """Latest ``<name>_<year>_pct`` of the catalogue."""
    found = [
        (int(m[1]), float(value))
        for key, value in targets.items()
        if (m := re.fullmatch(rf"{name}_(\d{{4}})_pct", key))
    ]
    return max(found, default=(None, None))


def _over(parameter: float | None, catalogue: float | None) -> float | None:
    value = catalogue if parameter is None else parameter
    return value if value else None


def binding(study: Study, parameters: ElectricityParameters) -> Targets:
    """Give the targets that the plan must meet: none where they do not bind."""
    if not parameters.targets_bind:
        return Targets(None, None, None, parameters.years[-1])
    return read_targets(study.inputs.targets, parameters)


def villages_wanted(study: Study, targets: Targets) -> int:
    """Villages that must be on the national grid."""
    if targets.villages_pct is None:
        return 0
    return math.ceil(targets.villages_pct / 100 * int(study.settlements.is_village.sum()) - 1e-9)


def required_villages(study: Study, targets: Targets) -> BoolArray:
    """Villages that must be on the national grid, (n,): where not all must, those whose own line is shortest, then by
    identifier."""
    villages = study.settlements.is_village & (study.settlements.households > 0)
    wanted = villages_wanted(study, targets)
    length = np.where(np.isfinite(study.routes.length_km), study.routes.length_km, np.inf)
    order = np.lexsort((study.settlements.id_rank, length, ~villages))
    required = np.zeros(len(villages), dtype=bool)
    required[order[:wanted]] = True
    return required & villages


def households_left(study: Study, targets: Targets) -> float:
    """Households of settlements that may be without the national grid in the target year; inf without a target."""
    if targets.households_pct is None:
        return math.inf
    province = float(study.inputs.communes["households"].sum())
    return (1 - targets.households_pct / 100) * province
