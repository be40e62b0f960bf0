"""What several slow tests of schools look at: the whole question on the embedded pack, answered once."""

from pathlib import Path

import pytest

from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.plan import plan_schools
from infragap.analyses.schools.result import SchoolsResult
from infragap.gis.pack import read_pack


@pytest.fixture(scope="session")
def embedded(data_folder: Path) -> SchoolsResult:
    return plan_schools(read_pack(data_folder), SchoolsParameters())
