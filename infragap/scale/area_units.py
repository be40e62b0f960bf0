"""Plans of a pack that is split: one for each supply area."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from infragap.gis.errors import InfragapError
from infragap.gis.pack import read_pack
from infragap.scale.area_packs import PACK, Split, split_pack
from infragap.scale.keys import key_of
from infragap.scale.units import Unit
from infragap.settings import settings_of


def by_areas(units: Sequence[Unit], out: Path) -> list[Unit]:
    """Replace each plan of a pack with too many settlements by one for each of its supply areas.

    The areas are the same under all scenarios: they are drawn with the parameters of the first one. A pack that cannot
    be split stays whole, and its plan tells its faults.
    """
    splits: dict[str, Split | None] = {}
    found: list[Unit] = []
    for unit in units:
        if unit.area_settlements and unit.pack not in splits:
            try:
                splits[unit.pack] = _split(unit, out / "areas" / unit.pack)
            except InfragapError:
                splits[unit.pack] = None
        split = splits.get(unit.pack)
        if split is None:
            found.append(replace(unit, area_settlements=0, for_people=True))
        else:
            found += [replace(unit, area_settlements=0, folder=area.folder / PACK, area=area) for area in split.areas]
    return found


def _split(unit: Unit, folder: Path) -> Split | None:
    """Areas of a unit's pack; None where it has few enough settlements."""
    pack = read_pack(unit.folder)
    if len(pack.settlements) <= unit.area_settlements:
        return None
    settings = settings_of(unit.values, profile=pack.profile)
    key = f"{key_of(unit.folder, pack.profile, settings, unit.only)} {unit.area_settlements}"
    key = hashlib.sha256(key.encode()).hexdigest()
    return split_pack(unit.folder, folder, settings.electricity, unit.area_settlements, key)
