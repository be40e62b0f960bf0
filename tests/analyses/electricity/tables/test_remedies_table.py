"""A tree whose uppermost line keeps its voltage while a line below does not: the table says what helps all the same."""

from typing import Any, cast

import geopandas as gpd
import numpy as np

from infragap.analyses.electricity.codes import Remedy
from infragap.analyses.electricity.feeders.remedies import Remedies, TreeRemedies
from infragap.analyses.electricity.tables.remedies import remedies_table


def test_the_remedy_is_that_of_the_failing_line_not_of_the_root() -> None:
    tree = TreeRemedies(
        root=0,
        failing=np.array([1]),
        drop_pct=8.6,
        tap_drop_pct=0.0,
        tap_today_pct=0.0,
        mvnd={Remedy.REGULATOR: 115.9, Remedy.OFFGRID: 22_003.0},
        change=None,
        cheapest_alone=Remedy.REGULATOR,
    )
    code = np.array(["", "regulator"], dtype=object)
    remedies = Remedies(code, np.array([115.9, 0.0]), np.full(2, np.nan), (tree,))
    lines = gpd.GeoDataFrame(
        {
            "line_id": ["L1", "L2"],
            "to_name": ["A", "B"],
            "feeder": ["F", "F"],
            "remedy_vi": ["", "lắp"],
            "remedy_en": ["", "install"],
            "remedy_mvnd": [115.9, 0.0],
        }
    )
    (row,) = remedies_table(cast("Any", None), remedies, lines).to_dict("records")
    assert (row["line_id"], row["remedy"], row["remedy_en"], row["remedy_mvnd"]) == (
        "L1",
        "regulator",
        "install",
        115.9,
    )
