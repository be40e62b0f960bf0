"""Codes of the results: what a settlement gets, how a branch fares, what helps. Their words stand in the catalogue of
words."""

from __future__ import annotations

from enum import StrEnum


class Supply(StrEnum):
    """What a settlement can be supplied by."""

    GRID = "grid"
    MINIGRID = "minigrid"
    HYBRID = "hybrid"
    HYDRO = "hydro"
    SOLAR_HOME = "solar_home"


class SupplyKind(StrEnum):
    """Whether a settlement hangs on the national grid in the plan."""

    NATIONAL_GRID = "national_grid"
    OFFGRID = "offgrid"


class Works(StrEnum):
    """What is built for a settlement."""

    NEW_STATION = "new_station"
    LV_EXTENSION = "lv_extension"
    LV_UPGRADE = "lv_upgrade"
    ENERGISE = "energise"
    OFFGRID = "offgrid"


class Target(StrEnum):
    """A target of the scheme."""

    VILLAGES = "villages_on_grid"
    HOUSEHOLDS = "households_on_grid"
    SAFE_SUPPLY = "safe_supply"


class DecisionClass(StrEnum):
    """What to do with a row first."""

    DECIDE = "decide"
    LOCATE = "locate"
    SURVEY = "survey"
    WAIT = "wait"


class RuledOut(StrEnum):
    """Why an option is not the choice."""

    DEARER = "dearer"
    NO_ROUTE = "no_route"
    FOREST = "forest"
    HEADROOM = "headroom"
    USER = "user"
    TARGET = "target"
    UNSAFE_WIRES = "unsafe_wires"
    BELOW_FLOOR = "below_floor"
    NO_STREAM = "no_stream"
    NOT_SURVEYED = "not_surveyed"
    NO_STATION = "no_station"
    WEAK_STATION = "weak_station"


class Undecided(StrEnum):
    """What could turn the choice of a settlement."""

    POSITION = "position"
    STREAM = "stream"
    DEMAND = "demand"
    RELIEF = "relief"
    PRICE = "price"


class Interim(StrEnum):
    """What bridges the years until the lasting solution."""

    DONATED_KITS = "donated_kits"
    PICO_HYDRO = "pico_hydro"
    SMALL_KITS = "small_kits"


class VoltageStatus(StrEnum):
    """Whether a planned branch keeps voltage and current, and if not why."""

    OK = "ok"
    NO_SOLUTION = "no_solution"
    OVERLOADED = "overloaded"
    TOO_LONG = "too_long"


class VoltageBasis(StrEnum):
    """What the check of a branch rests on: whether load and course of the existing feeder are known."""

    KNOWN = "known"
    COURSE_ASSUMED = "course_assumed"
    LOAD_UNKNOWN = "load_unknown"
    COURSE_ASSUMED_LOAD_UNKNOWN = "course_assumed_load_unknown"


class Remedy(StrEnum):
    """What helps a tree of planned lines that does not keep the voltage."""

    REGULATOR = "regulator"
    STEP_UP = "step_up"
    OTHER_TAP = "other_tap"
    OFFGRID = "offgrid"
    SHARED_REGULATOR = "shared_regulator"
    NEARER_SUBSTATION = "nearer_substation"


class FeederRemedy(StrEnum):
    """What sets right an existing feeder whose farthest customers are beyond the medium-voltage share."""

    NONE = ""
    CAPACITORS = "capacitors"
    REGULATORS = "regulators"
    HEAVIER_WIRE = "heavier_wire"
    UPPER_LEVEL = "upper_level"
    NEARER_SUBSTATION = "nearer_substation"


class GridRule(StrEnum):
    """Why a settlement must, or must not, get the grid."""

    FREE = ""
    USER = "user"
    LONE = "lone"
    HEADROOM = "headroom"
    VILLAGE_TARGET = "village_target"
    HOUSEHOLD_TARGET = "household_target"
    UNSAFE_WIRES = "unsafe_wires"
