"""What the water question reads: declared once, for the plan, for provenance and for whoever asks what is missing."""

from __future__ import annotations

from infragap.analyses.needs import Needs

NEEDED_LAYERS = ("villages", "communes", "water_schemes", "water_households", "elevation", "runoff")
OPTIONAL_LAYERS = ("settlements",)
LAYERS = (*NEEDED_LAYERS, *OPTIONAL_LAYERS)

NEEDS = Needs("water", NEEDED_LAYERS, OPTIONAL_LAYERS)
