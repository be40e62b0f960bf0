"""What the electricity plan asks of a pack beyond its layers: settlements to supply, and existing lines that they could
be connected to."""

from __future__ import annotations

from infragap.analyses.electricity.assumptions.voltages import MediumVoltage
from infragap.analyses.electricity.needs import NEEDED_LAYERS, OPTIONAL_LAYERS, REPLACEABLE_LAYERS
from infragap.analyses.electricity.routing.existing_grid import is_existing_mv
from infragap.analyses.needs import Needs, Precondition
from infragap.gis.findings import Finding, fault
from infragap.gis.pack import Pack

NO_USABLE_LINE = fault(
    "needs.electricity.no_usable_line",
    reason="grid extension begins at an existing line of a voltage that distribution uses",
)
LINES_ELSEWHERE = fault("needs.electricity.lines_elsewhere", reason="routes are looked for on the elevation raster")


def levels_of(pack: Pack) -> MediumVoltage:
    """Medium voltages of the pack's country."""
    voltage = pack.profile.voltage
    return MediumVoltage(voltage.upper_kv, voltage.lower_kv, voltage.tolerance_pct)


def _usable_line(pack: Pack) -> Finding | None:
    lines = pack.grid_lines
    levels = levels_of(pack)
    if is_existing_mv(lines, levels).any():
        return None
    voltages = ", ".join(f"{voltage:g}" for voltage in sorted(set(lines["voltage_kv"].dropna()))) or "-"
    return NO_USABLE_LINE.found(
        "grid_lines", of=len(lines), voltages=voltages, upper=f"{levels.upper_kv:g}", lower=f"{levels.lower_kv:g}"
    )


def _lines_on_the_ground(pack: Pack) -> Finding | None:
    lines = pack.grid_lines
    usable = lines[is_existing_mv(lines, levels_of(pack))]
    west, south, east, north = pack.elevation.bounds
    if usable.empty or len(usable.cx[west:east, south:north]):
        return None
    return LINES_ELSEWHERE.found("grid_lines", of=len(lines))


NEEDS = Needs(
    "electricity",
    NEEDED_LAYERS,
    OPTIONAL_LAYERS,
    REPLACEABLE_LAYERS,
    preconditions=(
        Precondition(("grid_lines",), _usable_line),
        Precondition(("grid_lines", "elevation"), _lines_on_the_ground),
    ),
)
