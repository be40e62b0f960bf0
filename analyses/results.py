"""What the three analyses found, as one thing that maps, tables and the record of a run are made from."""

from __future__ import annotations

from dataclasses import dataclass

from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.water.result import WaterResult


@dataclass(frozen=True)
class Results:
    """The answers of a run; None where the run left a question out."""

    electricity: ElectricityResult | None = None
    water: WaterResult | None = None
    schools: SchoolsResult | None = None
