"""A pack that `check --for` calls ready for an analysis runs; one that it does not is refused by `run` with the same
words. On small packs with layers, rows and columns taken away."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from infragap.gis import schema
from infragap.gis.errors import InfragapError
from infragap.gis.raster import Raster
from infragap.readiness.judging import judge_folder
from infragap.run import run
from infragap.settings import ANALYSES, read_settings
from tests.pack_factory import BUILDERS, FILES, write_pack

pytestmark = pytest.mark.slow

SETTINGS = read_settings(
    None,
    {
        "electricity": {"draws": 0, "scenarios": False},
        "water": {"draws": 0, "frontier_points": 2},
        "schools": {"draws": 0},
    },
)
Change = Callable[[Any], Any]


def only(column: str, value: Any) -> Change:
    """The rows of a layer in which a column has one value."""
    return lambda frame: frame[frame[column] == value].reset_index(drop=True)


def first(rows: int) -> Change:
    return lambda frame: frame.iloc[:rows].reset_index(drop=True)


def all_have(**values: Any) -> Change:
    return lambda frame: frame.assign(**values)


def without_what_may_be_empty(layer: str) -> Change:
    """Every cell emptied that the schema lets be empty, every column left out that it lets be left out."""

    def change(frame: Any) -> Any:
        columns = schema.LAYERS[layer].to_schema().columns
        frame = frame.drop(columns=[c for c, column in columns.items() if not column.required and c in frame])
        return frame.assign(**{c: None for c, column in columns.items() if column.nullable and c in frame})

    return change


FEWER: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    f"{layer}: none": ({layer: None}, ANALYSES) for layer in FILES
} | {
    f"{layer}: no rows": ({layer: first(0)}, ANALYSES)
    for layer in ("rivers", "lakes", "bridges", "substations", "stations")
} | {
    f"{layer}: one row": ({layer: first(1)}, ANALYSES)
    for layer in ("villages", "settlements", "roads", "grid_lines", "water_schemes", "schools")
} | {
    f"{layer}: nothing that may be empty": ({layer: without_what_may_be_empty(layer)}, ANALYSES)
    for layer, build in BUILDERS.items()
    if not isinstance(build(), Raster)
} | {
    "settlements: unsafe only": ({"settlements": all_have(supply="unsafe")}, ("electricity",)),
    "settlements: clusters only": ({"settlements": only("kind", "cluster")}, ("electricity", "water")),
    "settlements: no households": ({"settlements": all_have(households=0)}, ("electricity", "water")),
    "grid_lines: planned only": ({"grid_lines": all_have(status="planned")}, ("electricity",)),
    "grid_lines: never switched on": ({"grid_lines": all_have(status="not_energised")}, ("electricity",)),
    "grid_lines: 22 kV": ({"grid_lines": all_have(voltage_kv=22.0), "stations": None}, ("electricity",)),
    "villages: no pupils": ({"villages": all_have(
        pupils_primary=0, pupils_lower_secondary=0, pupils_upper_secondary=0)}, ("schools",)),
    "villages: nobody": ({"villages": all_have(
        households=0, population=0, pupils_primary=0, pupils_lower_secondary=0, pupils_upper_secondary=0,
        scheme_persons=None)}, ("water", "schools")),
    "villages: all on the grid": ({"villages": all_have(on_grid=True)}, ANALYSES),
    "communes: no rural": ({"communes": all_have(kind="phường")}, ANALYSES),
    "water_schemes: urban only": ({"water_schemes": all_have(kind="urban_plant")}, ("water",)),
    "water_schemes: planned only": ({"water_schemes": all_have(status="planned")}, ("water",)),
    "water_schemes: all to standard": ({"water_schemes": all_have(meets_standard=True)}, ("water",)),
    "water_households: all to standard": ({"water_households": all_have(
        own_source_to_standard_pct=100.0, basic_pct=100.0)}, ("water",)),
    "schools: existing only": ({"schools": only("status", "existing")}, ("schools",)),
    "schools: planned only": ({"schools": only("status", "planned")}, ("schools",)),
    "schools: capacities unknown": ({"schools": all_have(capacity_pupils=None)}, ("schools",)),
    "schools: sites known": ({"schools": all_have(site_known=True)}, ("schools",)),
    "roads: tracks only": ({"roads": all_have(road_class="track", surface="earth")}, ("electricity", "schools")),
}  # fmt: skip


@pytest.mark.parametrize("case", FEWER)
def test_ready_means_that_it_runs(case: str, tmp_path: Path) -> None:
    changes, analyses = FEWER[case]
    folder = write_pack(tmp_path / "pack", **changes)
    readiness = judge_folder(folder, analyses)
    ready = [analysis for analysis in analyses if readiness.is_ready(analysis)]
    if ready:
        # together: half of the time of a run goes into writing
        run(folder, tmp_path / "out", SETTINGS, only=ready, in_one_process=True)
        summary = (tmp_path / "out" / "summary.md").read_text(encoding="utf-8")
        assert not re.search(r"<NA>|\bnan\b|\bNone\b", summary), summary
    for analysis in set(analyses) - set(ready):
        with pytest.raises(InfragapError) as refused:
            run(folder, tmp_path / analysis, SETTINGS, only=(analysis,))
        told = {finding.spoken() for finding in refused.value.findings}
        assert told == {finding.spoken() for finding in judge_folder(folder, (analysis,)).refusals}
        assert not (tmp_path / analysis).exists()


def test_every_layer_of_the_factory_is_a_layer() -> None:
    assert set(FILES) == set(schema.LAYERS) | set(schema.RASTERS)
    assert all(isinstance(build(), pd.DataFrame | Raster) for build in BUILDERS.values())
