"""Writes one EPANET input file per work: what an engineer opens to check pressures and flows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from infragap.analyses.water.programme.network import Network

VALVE_PIPE_M, VALVE_PIPE_MM = 0.1, 1000.0
"""A valve or a tap may not touch the reservoir: a short wide pipe without loss lies between."""

LEAST_SETTING_M = 0.01
"""Water that stands behind a break-pressure tank [m]."""


def write_epanet(network: Network, path: Path) -> None:
    """Write the peak hour of a work.

    Parameters
    ----------
    network
        Nodes, pipes, tanks and valves of the work.
    path
        File to write, ASCII apart from the title's and the tags' UTF-8.

    Notes
    -----
    Flows in litres a second, heads and elevations in metres, diameters (inner) in millimetres, Hazen-Williams. Link
    identifiers are the sections of `tables/water_pipes.csv`, node identifiers their ends, coordinates the measuring
    CRS. A break-pressure tank is a reducing valve at its own elevation with a centimetre of water behind it, so that
    rounding makes no pressure negative. The source is a reservoir at its water level: its yield is checked beside, not
    here.
    """
    path.write_text("\n".join(_lines(network)) + "\n", encoding="utf-8")


def _lines(network: Network) -> Iterator[str]:
    source, pipes, valves = network.source, network.pipes, network.valves
    junctions = [node for name, node in network.nodes.items() if name != source]
    at_source = [valve for valve in valves if valve.start == source]
    drawn_l_s = network.nodes[source].demand_l_s
    yield "[TITLE]"
    yield f"{network.work_id} {_one_line(network.title)}"
    yield "\n[JUNCTIONS]\n;ID\tElev\tDemand"
    for node in junctions:
        yield f"{node.name}\t{node.elevation_m:.4f}\t{node.demand_l_s:.6f}"
    for valve in at_source:
        yield f"{valve.name}i\t{network.nodes[source].elevation_m:.4f}\t0"
    if drawn_l_s > 0:
        yield f"{source}t\t{network.nodes[source].elevation_m:.4f}\t{drawn_l_s:.6f}"
    yield "\n[RESERVOIRS]\n;ID\tHead"
    yield f"{source}\t{network.level_m:.4f}"
    yield "\n[PIPES]\n;ID\tNode1\tNode2\tLength\tDiameter\tRoughness\tMinorLoss\tStatus"
    for pipe in pipes:
        yield f"{pipe.name}\t{pipe.start}\t{pipe.end}\t{pipe.length_m:.4f}\t{pipe.inside_mm:.3f}\t{pipe.c:.2f}\t0\tOpen"
    for valve in at_source:
        yield f"{valve.name}p\t{source}\t{valve.name}i\t{VALVE_PIPE_M}\t{VALVE_PIPE_MM}\t140\t0\tOpen"
    if drawn_l_s > 0:
        yield f"{source}p\t{source}\t{source}t\t{VALVE_PIPE_M}\t{VALVE_PIPE_MM}\t140\t0\tOpen"
    yield "\n[VALVES]\n;ID\tNode1\tNode2\tDiameter\tType\tSetting\tMinorLoss"
    for valve in valves:
        start = f"{valve.name}i" if valve.start == source else valve.start
        setting = max(valve.setting_m, LEAST_SETTING_M)
        yield f"{valve.name}\t{start}\t{valve.end}\t{_valve_mm(network, valve.end):.1f}\tPRV\t{setting:.4f}\t0"
    yield "\n[TAGS]"
    for node in junctions:
        if node.village_id is not None:
            yield f"NODE\t{node.name}\t{_word(node.village_id)}"
    yield "\n[OPTIONS]\nUnits\tLPS\nHeadloss\tH-W\nTrials\t200\nAccuracy\t0.00001\nUnbalanced\tContinue 10"
    yield "\n[TIMES]\nDuration\t0\nHydraulic Timestep\t1:00\nPattern Timestep\t1:00\nReport Timestep\t1:00"
    yield "\n[COORDINATES]\n;Node\tX-Coord\tY-Coord"
    for node in network.nodes.values():
        yield f"{node.name}\t{node.x:.2f}\t{node.y:.2f}"
    yield "\n[END]"


def _valve_mm(network: Network, end: str) -> float:
    """Inner diameter of the widest pipe behind a valve."""
    return float(np.max([pipe.inside_mm for pipe in network.pipes if pipe.start == end], initial=50.0))


def _one_line(text: str) -> str:
    """A name that cannot begin a section or a line of its own."""
    return " ".join(str(text).split()).replace("[", "(").replace("]", ")").replace(";", ",")


def _word(text: str) -> str:
    """A tag: one word of at most 31 signs."""
    return "_".join(_one_line(text).split())[:31]
