"""Pipes, quantities and profiles of the chosen works."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from infragap.analyses.columns import in_order
from infragap.analyses.water import columns
from infragap.analyses.water.programme.built import Built
from infragap.analyses.water.programme.network import Network
from infragap.analyses.water.study import Study


def pipe_table(study: Study, networks: Sequence[Network]) -> gpd.GeoDataFrame:
    """One row per piece of pipe: a section, or a part of it where its diameter changes."""
    rows: list[dict[str, Any]] = []
    lines = []
    for network in networks:
        for pipe in network.pipes:
            up, down = network.nodes[pipe.start], network.nodes[pipe.end]
            rows.append(
                {
                    "work_id": network.work_id,
                    "section": pipe.name,
                    "from": pipe.start,
                    "to": pipe.end,
                    "length_m": pipe.length_m,
                    "od_mm": pipe.od_mm,
                    "inside_mm": pipe.inside_mm,
                    "pn": pipe.pn,
                    "material": pipe.material,
                    "laid_share": pipe.laid_share,
                    "flow_l_s": pipe.flow_l_s,
                    "velocity_m_s": pipe.velocity_m_s,
                    "slow_because": None if pipe.slow_because is None else str(pipe.slow_because),
                    "loss_m": pipe.loss_m,
                    "static_head_m": pipe.static_head_m,
                    "from_elevation_m": up.elevation_m,
                    "to_elevation_m": down.elevation_m,
                    "from_head_m": pipe.from_head_m,
                    "to_head_m": pipe.to_head_m,
                    "to_pressure_m": pipe.to_head_m - down.elevation_m,
                    "village_id": down.village_id,
                    "tap_pressure_m": down.pressure_m,
                }
            )
            lines.append(shapely.LineString(pipe.course))
    names = [column.name for column in columns.PIPES]
    frame = pd.DataFrame(rows, columns=names)
    placed = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(lines, dtype="geometry"), crs=study.villages.crs)
    return in_order(placed, columns.PIPES)


def bill_table(works: Sequence[Built]) -> pd.DataFrame:
    """One row per line of each work's bill; the lines of a work add up to its cost."""
    rows = [
        (work.work_id, str(line.item), line.detail, line.quantity, line.unit, line.mvnd)
        for work in works
        for line in _joined(work)
    ]
    return in_order(
        pd.DataFrame(rows, columns=["work_id", "item", "detail", "quantity", "unit", "cost_mvnd"]), columns.BOQ
    )


def _joined(work: Built) -> Iterator[Any]:
    """Lines of a bill, the same pipe of several villages once."""
    seen: dict[tuple[str, str, str], Any] = {}
    for line in work.bill:
        key = (str(line.item), line.detail, line.unit)
        if key in seen and line.unit != "%":
            old = seen[key]
            line = type(line)(line.item, line.detail, old.quantity + line.quantity, line.unit, old.mvnd + line.mvnd)
        seen[key] = line
    yield from seen.values()
