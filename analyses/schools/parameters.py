"""Parameters of the school analysis, as one frozen set."""

from __future__ import annotations

from typing import ClassVar

from infragap.analyses.schools.assumptions.pupils import PupilAssumptions
from infragap.analyses.schools.assumptions.siting import SitingAssumptions
from infragap.analyses.schools.assumptions.travel import TravelAssumptions


class SchoolsParameters(SitingAssumptions, PupilAssumptions, TravelAssumptions):
    """Parameters of `plan_schools`."""

    analysis: ClassVar[str] = "schools"
