"""By which codes each layer is drawn in other programs, and in which colours: those of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infragap.maps import colours


@dataclass(frozen=True)
class Classes:
    """How a layer is drawn.

    Attributes
    ----------
    column, table
        Column of the codes and table in whose words they are read; empty where all features look alike.
    colours
        Code to colour; one colour under '' where all look alike.
    shapes
        Code to shape of a marker: circle, or one of `infragap.maps.markers`.
    widths
        Code to width of a line [mm].
    filled
        Whether areas are filled.
    patterns
        Code to the pattern of an area (as QGIS names it) that its colour alone does not tell from the others.
    """

    column: str
    table: str
    colours: Mapping[str, str]
    shapes: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, float] = field(default_factory=dict)
    filled: bool = True
    patterns: Mapping[str, str] = field(default_factory=dict)

    def code_of(self, value: object) -> str:
        """Code of a value as the keys of `colours` write it: 35.0 is '35'."""
        code = f"{value:g}" if isinstance(value, float | int) and not isinstance(value, bool) else str(value)
        return code if code in self.colours else ""


def _alike(colour: str, width: float = 0.4, *, filled: bool = True) -> Classes:
    return Classes("", "", {"": colour}, widths={"": width}, filled=filled)


def classes() -> dict[str, Classes]:
    """Give the classes of each layer; one that is not named here is drawn as the program likes."""
    voltages = colours.voltages()
    return {
        "electricity_settlements": Classes("choice", "electricity.ranking", colours.CHOICES, colours.CHOICE_SHAPES),
        "electricity_lines": _alike(colours.PLANNED_LINE, 0.7),
        "electricity_existing_grid": Classes(
            "voltage_kv",
            "",
            {code: colour for code, (colour, _) in voltages.items()},
            widths={code: width / 3 for code, (_, width) in voltages.items()},
        ),
        "water_villages": Classes("level", "water.villages", colours.COVERAGE_LEVELS),
        "water_schemes": Classes(
            "functionality",
            "water.schemes",
            colours.FUNCTIONALITY,
            dict.fromkeys(colours.FUNCTIONALITY, "square"),
        ),
        "water_works": Classes(
            "kind",
            "water.works",
            {kind: colours.WORKS[family] for kind, (family, _) in colours.WORK_MARKS.items()},
            {kind: shape for kind, (_, shape) in colours.WORK_MARKS.items()},
        ),
        "water_pipes": _alike(colours.PIPE, 0.5),
        "schools_sites": Classes("kind", "schools.sites", colours.SCHOOL_KINDS, colours.SCHOOL_SHAPES),
        "schools_catchments": _alike(colours.CATCHMENT, 0.5, filled=False),
        "schools_isochrones": Classes(
            "minutes_to",
            "",
            {f"{end:g}": colour for end, colour in colours.RINGS.items()},
            patterns={f"{colours.LAST_RING}": "dense4"},
        ),
        "schools_links": Classes("kind", "schools.links", colours.LINKS),
        "communes": _alike(colours.BORDER, 0.3, filled=False),
    }
