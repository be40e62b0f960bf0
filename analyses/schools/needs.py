"""Layers that the school question reads: declared once, for the plan, for provenance and for whoever asks what is missing."""

from __future__ import annotations

NEEDED_LAYERS = ("villages", "communes", "schools", "roads", "elevation")
OPTIONAL_LAYERS = ("rivers", "lakes", "forest", "grid_lines", "water_schemes")
LAYERS = (*NEEDED_LAYERS, *OPTIONAL_LAYERS)
