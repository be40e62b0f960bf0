"""Codes that results carry instead of words; their texts stand in the catalogue of words."""

from __future__ import annotations

from enum import IntEnum, StrEnum

MODELLED = "modelled"
"""Provenance of a row of the layer of schools that no source gives a place for."""


class Season(StrEnum):
    """Season of the year: roads and fords differ."""

    DRY = "dry"
    RAINY = "rainy"


class Mode(StrEnum):
    """Way of travelling."""

    MOTORBIKE = "motorbike"
    FOOT = "foot"


class RainRule(StrEnum):
    """What becomes of a road in the rainy season."""

    SLOW = "slow"
    CLOSED = "closed"


class LinkKind(IntEnum):
    """What a link of a way is."""

    WALK_GROUND = 0
    WALK_ROAD = 1
    RIDE_ASPHALT = 2
    RIDE_CONCRETE = 3
    RIDE_GRAVEL = 4
    RIDE_EARTH = 5
    RIDE_TRACK = 6
    FERRY = 7


class Level(StrEnum):
    """Level of schooling."""

    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"


class SchoolKind(StrEnum):
    """Kind of school, as in the layer of schools."""

    BORDER_BOARDING = "border_boarding"
    ETHNIC_BOARDING = "ethnic_boarding"
    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"
    NEW_UPPER_SECONDARY = "new_upper_secondary"


class SchoolStatus(StrEnum):
    """What stands today and what is planned, as in the layer of schools."""

    EXISTING = "existing"
    UPGRADE = "upgrade"
    PLANNED = "planned"


class CatchmentKind(StrEnum):
    """Whose catchment it is."""

    BORDER_BOARDING = "border_boarding"
    UPPER_SECONDARY_BEFORE = "upper_secondary_before"
    UPPER_SECONDARY_AFTER = "upper_secondary_after"


class Terrain(StrEnum):
    """Difficult terrain on the way to school, which entitles to board at any distance."""

    RIVER = "river"
    CLOSED_ROAD = "closed_road"
    MOUNTAIN = "mountain_pass"
    LANDSLIDE = "landslide"


class Intake(StrEnum):
    """Pupils of which communes a border school takes."""

    OWN = "own"
    ADJOINING = "adjoining"
    ANY = "any"


class Priority(StrEnum):
    """Who comes first where places are short."""

    LOWER_SECONDARY = "lower_secondary"
    FARTHEST = "farthest"
    POOREST = "poorest"


class Objective(StrEnum):
    """What the chosen sites are best at."""

    LEAST_TOTAL = "least_total"
    FAIREST = "fairest"
    WIDEST = "widest"


class SeasonRule(StrEnum):
    """Season whose ways count."""

    YEAR = "year"
    DRY = "dry"
    RAINY = "rainy"


class Robustness(StrEnum):
    """How sure the choice of a site is under the draws."""

    ROBUST = "robust"
    TOSS_UP = "toss-up"
    SURVEY_FIRST = "survey first"


class WithoutPlace(StrEnum):
    """Why an entitled pupil finds no place."""

    PLACES_SHORT = "places_short"
    OUT_OF_REACH = "out_of_reach"
    NO_SCHOOL_TAKES = "no_school_takes"


class Improvement(StrEnum):
    """What could be built on a link of the way to school."""

    FORD = "ford"
    MISSING_BRIDGE = "missing_bridge"
    EARTH_STRETCH = "earth_stretch"


class Target(StrEnum):
    """What places are held against."""

    ETHNIC_BOARDING = "ethnic_boarding_10_pct"
    PLACED_SCHOOLS = "entitled_pupils"
    SCHOOLS_IN_LAYER = "schools_in_layer"
