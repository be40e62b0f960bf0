"""Codes that results carry instead of words; their texts stand in the catalogue of words."""

from __future__ import annotations

from enum import StrEnum


class Season(StrEnum):
    """Season of the year: roads and fords differ."""

    DRY = "dry"
    RAINY = "rainy"


class Mode(StrEnum):
    """Way of travelling."""

    MOTORBIKE = "motorbike"
    FOOT = "foot"


class Level(StrEnum):
    """Level of schooling."""

    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"


class SchoolKind(StrEnum):
    """Kind of school, as in the layer of schools."""

    BORDER_BOARDING = "border_boarding"
    ETHNIC_BOARDING = "ethnic_boarding"
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
