"""A target of households on the national grid over all supply areas of a pack: shared so that the last household costs
the same in each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from infragap.analyses.electricity.least_cost.choice import choose_plan
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.household_target import households_off
from infragap.analyses.electricity.least_cost.plan import enriched
from infragap.analyses.electricity.least_cost.study import prepare
from infragap.analyses.electricity.least_cost.targets import read_targets
from infragap.analyses.electricity.parameters import ElectricityParameters, in_country
from infragap.analyses.electricity.preconditions import NEEDS
from infragap.disk.exchange import put_text
from infragap.gis.pack import Pack, read_pack
from infragap.gis.stand_ins import with_stand_ins
from infragap.process_wide import as_a_worker
from infragap.scale.borders import in_area
from infragap.scale.keys import key_of
from infragap.scale.units import Unit
from infragap.settings import settings_of
from infragap.wording.country import speaking_for

PRICES_MVND = (0.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 1e5)
"""Prices of a household off the national grid that are tried: at the last one all are on it whom a line reaches."""


@dataclass(frozen=True)
class OffGrid:
    """Households of one area.

    Attributes
    ----------
    target_pct
        Households that must be on the national grid; None for no target.
    households
        All of them.
    off
        Those off the national grid in the least-cost plan at each price.
    """

    target_pct: float | None
    households: float
    off: tuple[float, ...]


def with_shared_targets(units: Sequence[Unit], executor: Executor | None) -> list[Unit]:
    """Give each area its part of the households that may stay off the national grid.

    Notes
    -----
    Where the areas' least-cost plans together meet the target, none of them needs to do more. Otherwise the price of a
    household off the grid is the lowest of `PRICES_MVND` at which they do, the same in all areas: so no household is
    connected in one area for more than it would cost in another (up to the step between two prices). What is left of
    the allowance is shared by households. Where an area cannot be priced, each keeps the percentage of the whole, and
    its plan tells what is wrong.
    """
    found: list[Unit] = []
    for (_, _, split), group in groupby(units, key=lambda unit: (unit.pack, unit.scenario, unit.area is not None)):
        areas = list(group)
        found += _shared(areas, executor) if split else areas
    return found


def _shared(areas: list[Unit], executor: Executor | None) -> list[Unit]:
    # nearly always the least-cost plans are enough, and prices need not be tried
    shares = _shares(areas, PRICES_MVND[:1], executor)
    if shares is not None and not shares[1]:
        shares = _shares(areas, PRICES_MVND, executor)
    if shares is None:
        return areas
    return [replace(unit, target_households_pct=pct) for unit, pct in zip(areas, shares[0], strict=True)]


def _shares(areas: list[Unit], prices: Sequence[float], executor: Executor | None) -> tuple[list[float], bool] | None:
    """Target of each area in per cent at the lowest price at which they meet that of the whole, and whether any does;
    None where there is no target, or an area cannot be priced."""
    looked = _looked_at(areas, prices, executor)
    if looked is None or any(each.target_pct is None for each in looked):
        return None
    total = sum(each.households for each in looked)
    allowed = sum((1 - (each.target_pct or 0.0) / 100) * each.households for each in looked)
    left = [allowed - sum(each.off[k] for each in looked) for k in range(len(prices))]
    enough = next((k for k, rest in enumerate(left) if rest >= 0), len(left) - 1)
    more = max(left[enough], 0.0) / total if total > 0 else 0.0
    return [_percent(each.off[enough] + more * each.households, each.households) for each in looked], left[enough] >= 0


def _percent(allowed: float, households: float) -> float:
    """Percentage on the grid that leaves so many households off it; rounded down, so that rounding asks for nothing."""
    return max(int(1e6 * 100 * (1 - allowed / households)) / 1e6, 0.0) if households > 0 else 0.0


def _looked_at(areas: list[Unit], prices: Sequence[float], executor: Executor | None) -> list[OffGrid] | None:
    try:
        if executor is None:
            return [off_grid_by_price(unit, prices) for unit in areas]
        waiting = [executor.submit(off_grid_by_price, unit, prices) for unit in areas]
        return [_result(future, unit, prices, executor) for future, unit in zip(waiting, areas, strict=True)]
    except Exception:
        return None


def _result(future: Future[OffGrid], unit: Unit, prices: Sequence[float], executor: Executor) -> OffGrid:
    try:
        return future.result()
    except Exception:
        # the worker may have been killed: once more
        return executor.submit(off_grid_by_price, unit, prices).result()


def off_grid_by_price(unit: Unit, prices: Sequence[float]) -> OffGrid:
    """Count the households that the least-cost plan of an area leaves off the national grid at each price; what was
    counted before is read."""
    assert unit.area is not None
    with as_a_worker():
        pack = with_stand_ins(read_pack(unit.folder), NEEDS.replaceable)
        settings = in_area(settings_of(unit.values, profile=pack.profile), unit)
        parameters = in_country(settings.electricity, pack.profile)
        target = read_targets(pack.catalog.targets, parameters).households_pct if parameters.targets_bind else None
        if target is None:
            return OffGrid(None, 0.0, ())
        key = f"{key_of(unit.folder, pack.profile, settings, unit.only)} {list(prices)}"
        file = unit.area.folder / "prices" / f"{unit.scenario}-{len(prices)}.json"
        off = _kept(file, key)
        if off is None:
            with speaking_for(pack.profile):
                off = _counted(pack, parameters, prices)
            file.parent.mkdir(parents=True, exist_ok=True)
            put_text(file, json.dumps({"key": key, "off": off}) + "\n")
        return OffGrid(target, float(pack.communes["households"].sum()), off)


def _kept(file: Path, key: str) -> tuple[float, ...] | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return tuple(kept["off"]) if kept["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _counted(pack: Pack, parameters: ElectricityParameters, prices: Sequence[float]) -> tuple[float, ...]:
    study = enriched(prepare(pack, parameters), parameters)
    problems = [cost_study(study, parameters, household_price_mvnd=price).problem for price in prices]
    return tuple(households_off(choose_plan(study.network, each, parameters), each) for each in problems)
