"""Which layers the electricity plan reads: those that it cannot do without, and those that it uses where they are
there."""

from __future__ import annotations

NEEDED_LAYERS = (
    "settlements", "communes", "roads", "grid_lines", "substations", "elevation", "forest", "runoff", "solar",
)  # fmt: skip

OPTIONAL_LAYERS = ("rivers", "lakes", "stations")

LAYERS = (*NEEDED_LAYERS, *OPTIONAL_LAYERS)
