"""Codes that results carry instead of words; their texts stand in the catalogue of words."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """Level of service that people have, best first; `UNKNOWN` where nothing is known of their water."""

    SAFELY_PIPED = "safely_piped"
    PIPED = "piped"
    BASIC = "basic"
    NONE = "none"
    UNKNOWN = "unknown"


class WorkKind(StrEnum):
    """What a work does."""

    REPAIR_DISINFECT = "repair_disinfect"
    REPAIR_FILTER = "repair_filter"
    REHABILITATE = "rehabilitate"
    REBUILD = "rebuild"
    EXTEND = "extend"
    MERGE = "merge"
    PUMPED = "pumped"
    NEW = "new"


class PlannedWork(StrEnum):
    """What the province's list wants of a scheme."""

    NEW = "new"
    UPGRADE = "upgrade"
    REPAIR = "repair"


class WorkOutcome(StrEnum):
    """What became of a scheme in the choice of works.

    In the plan; possible but not in it; nobody within its reach counts as a rural person without water to standard; no
    stream within its accuracy carries the smallest scheme; no line can be built, or no capacity is to spare.
    """

    IN_PLAN = "in_plan"
    POSSIBLE = "possible"
    NO_NEED = "no_need"
    NO_WATER = "no_water"
    NO_LINE = "no_line"


class Question(StrEnum):
    """Questions put to one set of candidates."""

    LEAST_COST = "least_cost"
    MOST_PEOPLE = "most_people"
    LEAST_COST_UNLIMITED = "least_cost_unlimited"
    LISTED_ONLY = "listed_only"


class Treatment(StrEnum):
    """What makes the water of a work safe."""

    NONE = "none"
    DISINFECT = "disinfect"
    FILTER = "filter_disinfect"


class Quality(StrEnum):
    """What is known of a scheme's water, as in the layer of schemes."""

    TO_STANDARD = "to_standard"
    BELOW = "below"
    UNKNOWN = "unknown"


class BillItem(StrEnum):
    """Lines of a bill of quantities."""

    PIPE = "pipe"
    BREAK_TANK = "break_tank"
    VALVE = "valve"
    INTAKE = "intake"
    STORAGE = "storage"
    FILTER = "filter"
    CHLORINATOR = "chlorinator"
    REPAIR = "repair"
    CONNECTION = "connection"
    NETWORK = "network"
    PLANT = "plant"
    PUMP = "pump"
    DESIGN = "design"
    VAT = "vat"


class Slow(StrEnum):
    """Why water in a pipe is slower than it should be.

    The smallest pipe that mains are made of carries it no faster; no head is there for a narrower pipe.
    """

    SMALLEST_PIPE = "smallest_pipe"
    LITTLE_HEAD = "little_head"


class HouseholdOption(StrEnum):
    """Water work of one household."""

    TANK = "tank"
    FILTER = "filter"
    RAIN = "rain"
    WELL = "well"


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
    UNKNOWN = "unknown"
