"""Colours by code: one place for the pages, the GeoPackage and the legends; the order is that of the legends."""

from __future__ import annotations

from collections.abc import Mapping

CHOICES: Mapping[str, str] = {"grid": "#1f5fb4", "minigrid": "#f28e00", "hydro": "#12937f", "solar_home": "#d6336c"}
VOLTAGES: Mapping[str, tuple[str, float]] = {
    "500": ("#7b1fa2", 2.4),
    "220": ("#ad1457", 2.2),
    "110": ("#d32f2f", 2.0),
    "35": ("#1f3f7a", 1.4),
    "22": ("#2e7d32", 1.2),
}
"""Colour and width [pixels] of existing lines by voltage [kV]."""
PLANNED_LINE = "#e53935"
VOLTAGE_HOLDS: Mapping[str, str] = {"yes": PLANNED_LINE, "no": "#6d1b7b"}
"""Planned lines by whether they keep the voltage."""
COVERAGE_LEVELS: Mapping[str, str] = {
    "safely_piped": "#0b6fa4",
    "piped": "#6db7e0",
    "basic": "#f0b429",
    "none": "#c0392b",
}
FUNCTIONALITY: Mapping[str, str] = {
    "sustainable": "#1a7f37",
    "fairly_sustainable": "#8fbf3f",
    "unsustainable": "#ef8a17",
    "not_working": "#b3261e",
}
WORKS: Mapping[str, str] = {"repair": "#8e44ad", "extend": "#1f5fb4", "new": "#12937f"}
SCHOOL_KINDS: Mapping[str, str] = {
    "border_boarding": "#c2185b",
    "ethnic_boarding": "#7b3fb5",
    "upper_secondary": "#33691e",
    "new_upper_secondary": "#ef6c00",
}
ROADS: Mapping[str, tuple[str, float]] = {
    "expressway": ("#b5651d", 2.2),
    "national": ("#c98b4a", 1.6),
    "provincial": ("#d9b38c", 1.2),
}
"""Colour and width [pixels] of the main roads."""
TIMES = ("#1a9850", "#a6d96a", "#fee08b", "#f46d43", "#a50026")
"""Travel time from short to long."""
WATER_GAPS = ("#fde0c5", "#f8a978", "#ec6a52", "#b3203f")
"""Share of people without water to standard, from small to large."""
RAMPS: Mapping[str, tuple[str, ...]] = {
    "electricity": ("#eef3fb", "#bcd0ee", "#7fa6dc", "#3f78c3", "#174a94"),
    "water": ("#fdf0e4", "#fbcfa6", "#f59d6c", "#dd5f46", "#a31f34"),
    "schools": ("#f4eef9", "#d9c6ea", "#b492d4", "#8a5bb5", "#5c2c87"),
}
"""Small maps of the index, from little to much."""
UNKNOWN = "#bdbdbd"
