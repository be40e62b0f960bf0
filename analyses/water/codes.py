"""Codes that results carry instead of words; their texts stand in the catalogue of words."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """Level of service that people have, best first."""

    SAFELY_PIPED = "safely_piped"
    PIPED = "piped"
    BASIC = "basic"
    NONE = "none"


class WorkKind(StrEnum):
    """What a work does."""

    REPAIR = "repair"
    EXTEND = "extend"
    NEW = "new"


class SchemeKind(StrEnum):
    """How a scheme brings its water, as in the layer of schemes."""

    GRAVITY = "gravity"
    PUMPED = "pumped"
    URBAN_PLANT = "urban_plant"


class Functionality(StrEnum):
    """Sustainability class of the national register, as in the layer of schemes."""

    SUSTAINABLE = "sustainable"
    FAIRLY_SUSTAINABLE = "fairly_sustainable"
    UNSUSTAINABLE = "unsustainable"
    NOT_WORKING = "not_working"
