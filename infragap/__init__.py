"""Geospatial planning of infrastructure gaps: electricity, water and boarding schools, ranked with reasons.

As a library (`docs/tutorial-own-province.md`)::

    import infragap

    pack = infragap.read_pack("mulanje")
    infragap.check(pack)
    plan = infragap.plan_electricity(pack, discount_rate_pct=8.0)
    plan.settlements.explore()

What is named here is loaded when it is first used, so that the command starts fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infragap.gis.pack import Pack, read_pack
    from infragap.library import (
        DrawsOn,
        InAreas,
        check,
        compare,
        plan,
        plan_electricity,
        plan_schools,
        plan_water,
        replan,
    )

__version__ = "0.1.0"

__all__ = [
    "DrawsOn",
    "InAreas",
    "Pack",
    "check",
    "compare",
    "plan",
    "plan_electricity",
    "plan_schools",
    "plan_water",
    "read_pack",
    "replan",
]

_OF_PACKS = ("Pack", "read_pack")


def __getattr__(name: str) -> Any:
    """Load a name of the library when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'infragap' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("infragap.gis.pack" if name in _OF_PACKS else "infragap.library"), name)


def __dir__() -> list[str]:
    """Names of the library beside those of the module."""
    return sorted({*globals(), *__all__})
