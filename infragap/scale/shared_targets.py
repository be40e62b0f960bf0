"""A target of households on the national grid over all supply areas of a pack: shared so that the last household costs
the same in each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from infragap.analyses.electricity.least_cost.accounts import households_off
from infragap.analyses.electricity.least_cost.choice import choose_plan
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.plan import enriched
from infragap.analyses.electricity.least_cost.study import prepare
from infragap.analyses.electricity.least_cost.targets import read_targets
from infragap.analyses.electricity.parameters import ElectricityParameters, in_country
from infragap.analyses.electricity.preconditions import NEEDS
from infragap.console.messages import Message, refused
from infragap.disk.exchange import put_text
from infragap.gis.errors import InfragapError, NoSolutionError
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


def with_shared_targets(units: Sequence[Unit], executor: Executor | None) -> tuple[list[Unit], dict[str, Exception]]:
    """Give each area its part of the households that may stay off the national grid.

    Returns
    -------
    units
        All of them, in their order.
    errors
        By the name of a unit that cannot be planned: why. Where there is a target, one area whose households cannot be
        counted leaves no area its part, so none of that pack and scenario is planned: hours of work for another target
        than that of the next attempt would be lost. Without a target the other areas are.

    Notes
    -----
    Where the areas' least-cost plans together meet the target, none of them needs to do more. Otherwise the price of a
    household off the grid is the lowest of `PRICES_MVND` at which they do, the same in all areas: so no household is
    connected in one area for more than it would cost in another (up to the step between two prices). What is left of
    the allowance is shared by households.
    """
    found: list[Unit] = []
    errors: dict[str, Exception] = {}
    for (_, _, split), group in groupby(units, key=lambda unit: (unit.pack, unit.scenario, unit.area is not None)):
        areas = list(group)
        if split:
            areas, why = _shared(areas, executor)
            errors |= why
        found += areas
    return found, errors


def _shared(areas: list[Unit], executor: Executor | None) -> tuple[list[Unit], dict[str, Exception]]:
    # nearly always the least-cost plans are enough, and prices need not be tried
    for prices in (PRICES_MVND[:1], PRICES_MVND):
        looked = _looked_at(areas, prices, executor)
        counted = [each for each in looked if isinstance(each, OffGrid)]
        if len(counted) < len(areas):
            return areas, _why_not(areas, looked)
        if any(each.target_pct is None for each in counted):
            return areas, {}
        shares, enough = _shares(counted, len(prices))
        if enough:
            break
    return [replace(unit, target_households_pct=pct) for unit, pct in zip(areas, shares, strict=True)], {}


def _why_not(areas: list[Unit], looked: Sequence[OffGrid | Exception]) -> dict[str, Exception]:
    """Why areas cannot be planned: for themselves, or because another one leaves them no part of the target."""
    errors = {unit.name: each for unit, each in zip(areas, looked, strict=True) if isinstance(each, Exception)}
    if any(isinstance(each, OffGrid) and each.target_pct is not None for each in looked):
        told = refused(NoSolutionError, [Message("command.many.no_share", {"names": ", ".join(errors)})])
        errors = {unit.name: errors.get(unit.name, told) for unit in areas}
    return errors


def _shares(looked: Sequence[OffGrid], prices: int) -> tuple[list[float], bool]:
    """Target of each area in per cent at the lowest price that meets that of the whole, and whether any price does."""
    total = sum(each.households for each in looked)
    allowed = sum((1 - (each.target_pct or 0.0) / 100) * each.households for each in looked)
    left = [allowed - sum(each.off[k] for each in looked) for k in range(prices)]
    enough = next((k for k, rest in enumerate(left) if rest >= 0), len(left) - 1)
    more = max(left[enough], 0.0) / total if total > 0 else 0.0
    return [_percent(each.off[enough] + more * each.households, each.households) for each in looked], left[enough] >= 0


def _percent(allowed: float, households: float) -> float:
    """Percentage on the grid that leaves so many households off it; rounded down, so that rounding asks for nothing."""
    return max(int(1e6 * 100 * (1 - allowed / households)) / 1e6, 0.0) if households > 0 else 0.0


def _looked_at(areas: list[Unit], prices: Sequence[float], executor: Executor | None) -> list[OffGrid | Exception]:
    """What each area has off the grid, or why that cannot be told."""
    waiting = [_begun(unit, prices, executor) for unit in areas]
    return [_result(future, unit, prices, executor) for future, unit in zip(waiting, areas, strict=True)]


def _begun(unit: Unit, prices: Sequence[float], executor: Executor | None) -> Future[OffGrid]:
    try:
        if executor is not None:
            return executor.submit(off_grid_by_price, unit, prices)
        done: Future[OffGrid] = Future()
        done.set_result(off_grid_by_price(unit, prices))
    except Exception as error:
        done = Future()
        done.set_exception(error)
    return done


def _result(
    future: Future[OffGrid], unit: Unit, prices: Sequence[float], executor: Executor | None
) -> OffGrid | Exception:
    error = _error_of(future)
    if error is not None and not isinstance(error, InfragapError):
        # the worker may have been killed: once more
        future = _begun(unit, prices, executor)
        error = _error_of(future)
    return future.result() if error is None else error


def _error_of(future: Future[OffGrid]) -> Exception | None:
    try:
        future.result()
    except Exception as error:
        return error
    return None


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
    study = prepare(pack, parameters)
    costs = cost_study(study, parameters)
    study = enriched(study, parameters, like=costs)
    problems = [cost_study(study, parameters, household_price_mvnd=price, like=costs).problem for price in prices]
    return tuple(households_off(choose_plan(study.network, each, parameters), each) for each in problems)
