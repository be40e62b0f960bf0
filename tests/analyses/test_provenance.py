"""A result is never said to rest on more than its weakest input."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from infragap.analyses.provenance import weakest, weakest_of_each
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.plan import plan_schools
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.plan import plan_water
from infragap.analyses.water.result import WaterResult
from infragap.gis.pack import Pack, read_pack
from tests import pack_factory
from tests.pack_factory import write_pack

TABLES = [name for name, build in pack_factory.BUILDERS.items() if isinstance(build(), pd.DataFrame)]


def official_pack(folder: Path, *, layer: str | None = None, word: str = "modelled", **changes: Any) -> Pack:
    """All layers and rows official, but one layer's catalogue entry, or some rows."""

    def official(frame: pd.DataFrame) -> pd.DataFrame:
        told = {name: "official" for name in frame.columns if name.endswith("provenance")}
        return frame.assign(**told)

    entries = {name: {"provenance": word if name == layer else "official"} for name in pack_factory.BUILDERS}
    frames: dict[str, Any] = dict.fromkeys(TABLES, official)
    for name, change in changes.items():
        frames[name] = lambda frame, change=change: change(official(frame))
    return read_pack(write_pack(folder, entries=entries, **frames))


def water(pack: Pack) -> WaterResult:
    return plan_water(pack, WaterParameters(draws=0, frontier_points=2))


def test_weakest() -> None:
    one = pd.Series(["official", "official", "open-data", None])
    other = pd.Series(["official", "open-data", "modelled", "official"])
    assert weakest(one, other).tolist() == ["official", "open-data", "modelled", "modelled"]
    keys = pd.Series(["b", "a", "b", "a"])
    assert weakest_of_each(other, keys).to_dict() == {"a": "open-data", "b": "modelled"}


@pytest.mark.slow
def test_official_inputs_make_an_official_result_but_new_works_are_proposals(tmp_path: Path) -> None:
    pack = official_pack(tmp_path / "pack")
    result = water(pack)
    assert set(result.villages["provenance"]) == set(result.communes["provenance"]) == {"official"}
    assert set(result.schemes["provenance"]) == {"official"}
    works = result.works
    assert (works["provenance"] == (works["kind"] == "new").map({True: "modelled", False: "official"})).all()
    schools = plan_schools(pack, SchoolsParameters(draws=0))
    for frame in (schools.sites, schools.villages, schools.catchments, schools.isochrones):
        assert set(frame["provenance"]) == {"official"}
    assert set(schools.sites["modelled_inputs"]) == {""}


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["water_schemes", "runoff", "water_households"])
def test_one_modelled_layer_makes_all_water_results_modelled(tmp_path: Path, layer: str) -> None:
    result = water(official_pack(tmp_path / "pack", layer=layer))
    for frame in (result.villages, result.communes, result.works, result.schemes):
        assert set(frame["provenance"]) == {"modelled"}


@pytest.mark.slow
def test_layer_that_does_not_shape_a_result_does_not_mar_it(tmp_path: Path) -> None:
    result = water(official_pack(tmp_path / "pack", layer="grid_lines"))
    assert set(result.villages["provenance"]) == {"official"}


@pytest.mark.slow
def test_open_data_roads_make_schools_open_data(tmp_path: Path) -> None:
    pack = official_pack(tmp_path / "pack", layer="roads", word="open-data")
    schools = plan_schools(pack, SchoolsParameters(draws=0))
    for frame in (schools.sites, schools.villages, schools.catchments, schools.isochrones):
        assert set(frame["provenance"]) == {"open-data"}
    modelled = plan_schools(official_pack(tmp_path / "other", layer="elevation"), SchoolsParameters(draws=0))
    assert set(modelled.sites["modelled_inputs"]) == {"elevation"}
    assert set(modelled.villages["provenance"]) == {"modelled"}


@pytest.mark.slow
def test_a_modelled_row_mars_what_is_made_of_it(tmp_path: Path) -> None:
    def first_modelled(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(provenance=["modelled", *frame["provenance"].iloc[1:]])

    result = water(official_pack(tmp_path / "pack", villages=first_modelled))
    # V0001 lies in 90001
    told = result.villages.set_index("village_id")["provenance"]
    assert told[told == "modelled"].index.tolist() == ["V0001"]
    communes = result.communes.set_index("commune_code")["provenance"]
    assert communes[communes == "modelled"].index.tolist() == ["90001"]
    served = result.villages.set_index("village_id")["work_id"]["V0001"]
    if served is not None:
        assert result.works.set_index("work_id")["provenance"][served] == "modelled"
