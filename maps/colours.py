"""Colours and shapes by code: one place for the pages, the GeoPackage and the legends; the order is that of the
legends.

Within a set every two colours differ by at least 25 (CIE 1976) for normal sight, for the three kinds of colour
blindness and in grey; ramps run from light to dark.
"""

from __future__ import annotations

from collections.abc import Mapping

from infragap.wording.country import spoken_profile

CHOICES: Mapping[str, str] = {
    "grid": "#012b6a",
    "minigrid": "#fa9f26",
    "hydro": "#047b71",
    "hybrid": "#047b71",
    "solar_home": "#fffcde",
}
"""Water with sun has the colour of water: its shape tells it apart, since five greys cannot be told from each other."""
CHOICE_SHAPES: Mapping[str, str] = {
    "grid": "circle",
    "minigrid": "square",
    "hydro": "diamond",
    "hybrid": "pentagon",
    "solar_home": "triangle",
}
HIGH_VOLTAGES: Mapping[str, tuple[str, float]] = {
    "500": ("#2a0a3a", 2.8),
    "220": ("#a03a8c", 2.4),
    "110": ("#eab3d6", 2.0),
}
HIGH_DASH = "14 3 3 3"
"""Strokes and gaps [pixels] of high-voltage lines: their shape, beside medium voltage and what is planned."""
MEDIUM_VOLTAGES = (("#024e92", 1.4), ("#3aaa63", 1.2))


def voltages() -> dict[str, tuple[str, float]]:
    """Give colour and width [pixels] of existing lines by voltage [kV], those of the country among them."""
    levels = spoken_profile().voltage
    medium = (f"{level:g}" for level in (levels.upper_kv, levels.lower_kv))
    return dict(HIGH_VOLTAGES) | dict(zip(medium, MEDIUM_VOLTAGES, strict=True))


PLANNED_LINE = "#f22227"
VOLTAGE_HOLDS: Mapping[str, str] = {"yes": PLANNED_LINE, "no": "#4e1560"}
"""Planned lines by whether they keep the voltage."""
COVERAGE_LEVELS: Mapping[str, str] = {
    "safely_piped": "#edf8ff",
    "piped": "#08b8f2",
    "basic": "#9f5212",
    "none": "#580008",
}
FUNCTIONALITY: Mapping[str, str] = {
    "sustainable": "#d6feff",
    "fairly_sustainable": "#0ebcd2",
    "unsustainable": "#a14f02",
    "not_working": "#560010",
}
WORKS: Mapping[str, str] = {"repair": "#4e2191", "extend": "#048dd7", "new": "#9fe998"}
WORK_MARKS: Mapping[str, tuple[str, str]] = {
    "repair_disinfect": ("repair", "nabla"),
    "repair_filter": ("repair", "cross_fill"),
    "rehabilitate": ("repair", "hexagon"),
    "rebuild": ("repair", "star"),
    "extend": ("extend", "hexagon"),
    "new": ("new", "nabla"),
    "merge": ("new", "star"),
    "pumped": ("new", "cross_fill"),
}
"""Kinds of works: family, which gives the colour, and shape, which no village, scheme or settlement has."""
PIPE = "#0277bd"
SCHOOL_KINDS: Mapping[str, str] = {
    "border_boarding": "#5b0038",
    "ethnic_boarding": "#7355cb",
    "new_upper_secondary": "#fb9937",
    "upper_secondary": "#f1fde7",
}
SCHOOL_SHAPES: Mapping[str, str] = {
    "border_boarding": "diamond",
    "ethnic_boarding": "square",
    "new_upper_secondary": "triangle",
    "upper_secondary": "nabla",
}
ROADS: Mapping[str, tuple[str, float]] = {
    "expressway": ("#6b3a10", 2.2),
    "national": ("#b98a50", 1.6),
    "provincial": ("#f6e3bd", 1.2),
}
"""Colour and width [pixels] of the main roads."""
ROAD_EDGE = "#4a3a28"
"""Edge of a road: its shape, beside lines without one."""
RING, HALO = "#1c2b33", "#ffffff"
"""Edge of a marker, and what lies around it: one of them stands out from every ground."""
TIMES = ("#fdf9be", "#e89f27", "#b8421c", "#550040")
"""Travel time from short to long."""
LAST_RING = 180
RINGS: Mapping[int, str] = {30: "#fdf9be", 60: "#e89f27", 90: "#b8421c", 120: "#550040", LAST_RING: "#550040"}
"""Rings of travel time by their outer edge [min], for other programs, which draw the last in dots; the pages draw the
two last as one."""
CATCHMENT = "#4a148c"
BORDER = "#455a64"
LINKS: Mapping[str, str] = {"earth_stretch": "#f6e2b3", "ford": "#3f97d6", "missing_bridge": "#560010"}
"""Links that keep children from school, by kind."""
WATER_GAPS = ("#fff2e2", "#ef9562", "#bc352c", "#5b0018")
"""Share of people without water to standard, from small to large."""
RAMPS: Mapping[str, tuple[str, ...]] = {
    "electricity": ("#f1f7ff", "#89b3d4", "#1a65b6", "#072162"),
    "water": ("#fff1e4", "#ef9562", "#b9392f", "#5b0018"),
    "schools": ("#f7f1fc", "#bf9eda", "#814fb1", "#3a1660"),
}
"""Small maps of the index, from little to much."""
UNKNOWN = "#bdbdbd"
CHANGED: Mapping[str, str] = {"same": "#c9d2d6", "changed": "#b3001b"}
"""Settlements of two runs by whether their choice changed."""
