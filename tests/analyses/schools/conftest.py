"""What several slow tests of schools look at: the whole question on the embedded pack, answered once."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pytest

from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.plan import plan_schools
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.schools.siting import outcome
from infragap.analyses.schools.siting.question import SiteQuestion
from infragap.analyses.schools.study import Study
from infragap.gis.pack import read_pack
from tests.conftest import made_by_one_worker


@dataclass(frozen=True, eq=False)
class Answered:
    """A plan, and the question that was put on the way to it."""

    result: SchoolsResult
    question: SiteQuestion


@pytest.fixture(scope="session")
def answered(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Answered:
    """Made by the worker that comes first, read by the others: it takes half a minute."""
    with made_by_one_worker(tmp_path_factory, "schools_answered") as place:
        if not place.exists():
            place.write_bytes(pickle.dumps(_answered(data_folder), protocol=pickle.HIGHEST_PROTOCOL))
        found: Answered = pickle.loads(place.read_bytes())
    return found


def _answered(data_folder: Path) -> Answered:
    put = []

    def noted(study: Study, candidates: gpd.GeoDataFrame) -> SiteQuestion:
        put.append(outcome_question(study, candidates))
        return put[-1]

    outcome_question = outcome.site_question
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcome, "site_question", noted)
        result = plan_schools(read_pack(data_folder), SchoolsParameters())
    (question,) = put
    return Answered(result, question)


@pytest.fixture(scope="session")
def embedded(answered: Answered) -> SchoolsResult:
    return answered.result
