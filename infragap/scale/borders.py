"""What an area is given of what the whole pack has, and what its closed border could cost: the bound with the border
open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infragap.analyses.electricity.headroom.search import within_headroom
from infragap.analyses.electricity.least_cost.plan import least_cost
from infragap.analyses.electricity.least_cost.study import prepare
from infragap.analyses.electricity.parameters import in_country
from infragap.analyses.electricity.preconditions import NEEDS
from infragap.disk.exchange import put_text
from infragap.gis.pack import read_pack
from infragap.gis.stand_ins import with_stand_ins
from infragap.scale.area_packs import OPEN, Area, settlements_of
from infragap.scale.units import Unit
from infragap.settings import Settings
from infragap.wording.country import speaking_for


def in_area(settings: Settings, unit: Unit) -> Settings:
    """Give an area its part of the target and of the money of each year, the latter by households, and of the
    settlements that a parameter names those that are its own; a whole pack has all."""
    area, asked = unit.area, settings.electricity
    if area is None:
        return settings
    changes: dict[str, Any] = {"budgets_mvnd": tuple(sum_mvnd * area.share for sum_mvnd in asked.budgets_mvnd)}
    if asked.forced_grid or asked.forbidden_grid:
        table = settlements_of(area.folder.parent)
        elsewhere = set(table.loc[table["area"] != area.name, "settlement_id"])
        for name in ("forced_grid", "forbidden_grid"):
            changes[name] = tuple(each for each in getattr(asked, name) if each not in elsewhere)
    if unit.target_households_pct is not None:
        changes["target_households_on_grid_pct"] = unit.target_households_pct
    kept = {name: value for name, value in changes.items() if value != getattr(asked, name)}
    return settings.model_copy(update={"electricity": asked.model_copy(update=kept)}) if kept else settings


def known_bound(file: Path, key: str) -> bool:
    """Whether the bound of an area with these inputs is known."""
    try:
        return bool(json.loads(file.read_text(encoding="utf-8"))["key"] == key)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_open_bound(area: Area, settings: Settings, file: Path, key: str) -> None:
    """Write what no plan of an area can undercut if lines could begin anywhere on its border at the price of a tap
    [million VND].

    Notes
    -----
    Take the best plan of the whole pack and keep the lines on the ground of one area: whatever they came across the
    border for, they now begin at it. So that part is a plan of the area with an open border, and the bounds of all
    areas sum to a bound of the whole, but for the taps, and as far as the ways laid out in each are those of the whole.
    """
    pack = with_stand_ins(read_pack(area.folder / OPEN), NEEDS.replaceable)
    free = settings.electricity.model_copy(update={"target_households_on_grid_pct": 0.0})
    parameters = in_country(free, pack.profile)
    with speaking_for(pack.profile):
        choice = within_headroom(least_cost(prepare(pack, parameters), parameters)).choice
    told = {"key": key, "cost_mvnd": choice.cost_mvnd, "lower_bound_mvnd": choice.lower_bound_mvnd}
    file.parent.mkdir(parents=True, exist_ok=True)
    put_text(file, json.dumps(told) + "\n")
