"""Modelled day schools against the published counts, and against villages laid out by hand."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from infragap.gis.errors import LayerError
from infragap.gis.pack import read_pack
from infragap.gis.schema import Schools
from infragap.reference.inputs import Facts
from infragap.reference.services.day_schools import _one_each, _spread, build_day_schools


def test_an_old_commune_has_a_village_of_its_own_nearest_pairs_first() -> None:
    # both points are nearest to village 0; the second is nearer, so the first takes village 1
    points, villages = np.array([[0.0, 0.0], [9.0, 0.0]]), np.array([[10.0, 0.0], [30.0, 0.0]])
    assert _one_each(points, villages, np.array([5, 7])) == [7, 5]


def test_a_further_school_goes_where_most_pupils_live_farthest() -> None:
    # from the school at 0: 10 pupils at 1 km, 10 at 9 km, 1 at 50 km; the one pupil saves 50 or 41, the ten 90 and more
    xy, pupils = np.array([[0.0, 0], [1000.0, 0], [9000.0, 0], [50000.0, 0]]), np.array([5.0, 10, 10, 1])
    assert _spread(xy, pupils, np.array([0]), 2, np.arange(4)).tolist() == [0, 2]
    assert _spread(xy, pupils, np.array([0]), 3, np.arange(4)).tolist() == [0, 2, 3]


@pytest.mark.slow
def test_published_counts_and_every_former_commune(data_folder: Path) -> None:
    pack, facts = read_pack(data_folder), Facts(data_folder / "facts")
    schools = build_day_schools(facts, pack.communes, pack.villages)
    Schools.validate(schools)
    primary, lower = schools["has_primary"], schools["has_lower_secondary"]
    assert ((primary & ~lower).sum(), (primary & lower).sum(), (lower & ~primary).sum()) == (221, 181, 182)
    assert (schools["provenance"] == "modelled").all()
    assert not schools["boarding"].any()
    old = facts.legacy.groupby("commune_code").size()
    for level in (primary, lower):
        assert (schools[level].groupby("commune_code").size().reindex(old.index, fill_value=0) >= old).all()
    held = pack.schools[pack.schools["kind"].isin(["primary", "lower_secondary"])]
    assert sorted(held["school_id"]) == sorted(schools["school_id"])
    few = pack.villages.groupby("commune_code").head(1)
    with pytest.raises(LayerError, match="Add villages"):
        build_day_schools(facts, pack.communes, gpd.GeoDataFrame(pd.DataFrame(few), geometry="geometry", crs=few.crs))
