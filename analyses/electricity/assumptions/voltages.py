"""The two levels of medium voltage that settlements can be connected to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from infragap.analyses.arrays import BoolArray


@dataclass(frozen=True)
class MediumVoltage:
    """Levels of a country.

    Attributes
    ----------
    upper_kv, lower_kv
        Nominal voltages.
    tolerance_pct
        A line counts to a level when its voltage differs by no more.

    Examples
    --------
    >>> levels = MediumVoltage(33.0, 11.0, 5.0)
    >>> levels.holds([33.0, 34.5, 11.0, 66.0]).tolist(), levels.is_upper(34.5), levels.is_upper(11.0)
    ([True, True, True, False], True, False)
    """

    upper_kv: float
    lower_kv: float
    tolerance_pct: float = 1.0

    def holds(self, voltage_kv: ArrayLike) -> BoolArray:
        """Whether each voltage is of one of the levels."""
        given = np.asarray(voltage_kv, dtype=np.float64)
        near = [np.abs(given - level) <= level * self.tolerance_pct / 100 for level in (self.upper_kv, self.lower_kv)]
        return np.asarray(np.logical_or(*near))

    def is_upper(self, voltage_kv: float) -> bool:
        """Whether a medium voltage is nearer, as a ratio, to the upper level than to the lower."""
        return voltage_kv > math.sqrt(self.upper_kv * self.lower_kv)
