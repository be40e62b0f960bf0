"""All units on whatever executor there is: handed out, tried again where a worker broke, gathered in one folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from infragap.analyses.draws import Maker
from infragap.gis.pack import Pack
from infragap.readiness.judging import chosen_analyses
from infragap.scale.area_results import join_areas
from infragap.scale.area_units import by_areas
from infragap.scale.draw_chunks import DrawChunks, DrawsOn
from infragap.scale.gathered import layer_of, results_of, table_of, write_gathered
from infragap.scale.program import program
from infragap.scale.shared_targets import with_shared_targets
from infragap.scale.unit_work import Outcome, do_unit, failed
from infragap.scale.units import InAreas, Unit, units_of
from infragap.settings import ANALYSES

Told = Callable[[Outcome, int, int], None]


@dataclass(frozen=True)
class Many:
    """Results of many packs under many scenarios.

    Attributes
    ----------
    out
        Folder of all of them.
    outcomes
        One for each pack and scenario, or for each of its areas, scenario by scenario within each pack, whatever order
        they ended in.
    """

    out: Path
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Those without a result."""
        return tuple(outcome for outcome in self.outcomes if outcome.state == "failed")

    def table(self, name: str) -> pd.DataFrame:
        """Merge a table of all results, such as 'electricity_settlements': columns pack and scenario before its own."""
        return table_of(results_of(self.out, self.outcomes), name)

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Merge a layer of all results (WGS84): columns pack and scenario before its own."""
        return layer_of(results_of(self.out, self.outcomes), name)


def plan_many(
    packs: Sequence[Pack | InAreas | Path | str],
    scenarios: Mapping[str, Mapping[str, Any]] | Path | str | None = None,
    executor: Executor | DrawsOn | None = None,
    *,
    out: Path | str,
    only: Sequence[str] = ANALYSES,
    retries: int = 1,
    merged: bool = False,
    told: Told | None = None,
) -> Many:
    """Plan packs under scenarios; see `infragap.library.plan`."""
    folder = Path(out).absolute()
    units = by_areas(units_of(packs, scenarios, chosen_analyses(",".join(only), "--only")), folder)
    units, refusals = with_shared_targets(units, None if isinstance(executor, DrawsOn) else executor)
    ready = [unit for unit in units if unit.name not in refusals]
    order = {unit.name: number for number, unit in enumerate(units)}
    found: list[Outcome | None] = [None] * len(units)
    if isinstance(executor, DrawsOn):
        maker = DrawChunks(executor.executor, folder / "shared", executor.size, retries)
        coming: Iterator[Outcome] = (_attempted(unit, folder, retries, maker) for unit in ready)
    else:
        coming = _outcomes(ready, folder, executor, retries)
    refused = (failed(unit, folder, refusals[unit.name]) for unit in units if unit.name in refusals)
    for number, outcome in enumerate(chain(refused, coming), 1):
        found[order[outcome.unit.name]] = outcome
        if told is not None:
            told(outcome, number, len(units))
    many = Many(folder, tuple(outcome for outcome in found if outcome is not None))
    join_areas(folder, many.outcomes)
    write_gathered(folder, many.outcomes, merged=merged)
    return many


def _outcomes(units: Sequence[Unit], out: Path, executor: Executor | None, retries: int) -> Iterator[Outcome]:
    """Outcomes as they come."""
    if executor is None:
        for unit in units:
            yield _attempted(unit, out, retries)
        return
    waiting: dict[Future[Outcome], tuple[Unit, int]] = {
        executor.submit(do_unit, unit, out, None, program()): (unit, 0) for unit in units
    }
    try:
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                unit, tried = waiting.pop(future)
                try:
                    yield future.result()
                except Exception as error:
                    again = _again(executor, unit, out) if tried < retries else None
                    if again is None:
                        yield failed(unit, out, error)
                    else:
                        waiting[again] = (unit, tried + 1)
    finally:
        for future in waiting:
            future.cancel()


def _again(executor: Executor, unit: Unit, out: Path) -> Future[Outcome] | None:
    try:
        return executor.submit(do_unit, unit, out, None, program())
    except RuntimeError:
        # a pool of the standard library takes nothing more once one of its processes has died
        return None


def _attempted(unit: Unit, out: Path, retries: int, maker: Maker | None = None) -> Outcome:
    for tried in range(retries + 1):
        try:
            return do_unit(unit, out, maker)
        except Exception as error:
            if tried == retries:
                return failed(unit, out, error)
    raise AssertionError("the last attempt gives an outcome")
