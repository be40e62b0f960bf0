"""One result of all supply areas of a pack: tables and layers joined, one ranking, and what the borders could cost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.electricity.least_cost.rank import rank_by_ratio
from infragap.disk.manifest import MARKER
from infragap.gis.pack import read_pack
from infragap.maps.exports.outward import outward_frame
from infragap.output import atomic_folder
from infragap.profiles.naming import inward_record, naming_of
from infragap.record import write_record
from infragap.scale.area_packs import LIST, settlements_of
from infragap.scale.gathered import merge_tables
from infragap.scale.unit_work import Outcome, border_file, joined_folder
from infragap.wording.country import speaking_for

KEY = ("area",)

AREAS, RANKING = "electricity_areas", "electricity_ranking"

NUMBERED = ("line_id", "upstream_line_id", "joint_plant_id")
"""Identifiers that begin anew in every area."""

EXISTING = "electricity_existing_grid.parquet"
"""Layer whose lines have the identifiers of the pack."""

WITHIN_AREA = ("rank_low", "rank_high", "untypical_position")
"""Ranks of draws are ranks among the settlements of an area, which say nothing among all."""

OF_PACK = ("province", "crs_measure", "profile", "naming", "country")
"""What the record of an area says of the pack that holds for the whole."""

ALIKE = ("columns.csv", "parameters.csv")
"""Tables that are the same in every area."""


def join_areas(out: Path, outcomes: Sequence[Outcome]) -> None:
    """Write the result of each pack and scenario whose areas all have one."""
    split = [done for done in outcomes if done.unit.area is not None]
    for _, group in groupby(split, key=lambda done: (done.unit.pack, done.unit.scenario)):
        areas = list(group)
        if all(done.state != "failed" for done in areas):
            with atomic_folder(joined_folder(out, areas[0].unit)) as folder:
                _write_joined(folder, areas)


def _write_joined(folder: Path, areas: Sequence[Outcome]) -> None:
    parts = [(_name(done), done.folder) for done in areas]
    (folder / "tables").mkdir()
    (folder / "geoparquet").mkdir()
    for name in sorted({file.name for _, part in parts for file in (part / "tables").glob("*.csv")}):
        files = [((area,), part / "tables" / name) for area, part in parts]
        if name in ALIKE:
            (folder / "tables" / name).write_bytes(files[0][1].read_bytes())
        else:
            merge_tables(KEY, files, folder / "tables" / name, _own_names)
    table = _one_ranking(_read(folder / "tables" / f"{RANKING}.csv"), _where(areas[0]))
    table.to_csv(folder / "tables" / f"{RANKING}.csv", index=False, lineterminator="\n")
    for name in sorted({file.name for _, part in parts for file in (part / "geoparquet").glob("*.parquet")}):
        _join_layer(name, parts, table, folder / "geoparquet" / name)
    profile = read_pack(areas[0].unit.folder).profile
    records = [inward_record(_record(done), naming_of(profile)) for done in areas]
    summary = areas_table(areas, [record["electricity"]["plan"] for record in records])
    said = _record(areas[0])
    record = {name: said[name] for name in ("program", "schema_version", "parameters")}
    record["pack"] = {name: said["pack"][name] for name in OF_PACK if name in said["pack"]}
    with speaking_for(profile):
        outward_frame(summary).to_csv(folder / "tables" / f"{AREAS}.csv", index=False, lineterminator="\n")
        write_record(record | {"areas": areas_record(summary, areas)}, folder)


def _record(done: Outcome) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((done.folder / MARKER).read_text(encoding="utf-8"))
    return read


def _name(done: Outcome) -> str:
    assert done.unit.area is not None
    return done.unit.area.name


def _where(done: Outcome) -> pd.DataFrame:
    assert done.unit.area is not None
    return settlements_of(done.unit.area.folder.parent).set_index("settlement_id")


def _own_names(row: dict[str, str], values: dict[str, str]) -> dict[str, str]:
    """Row of an area with identifiers that no other area has."""
    for column in NUMBERED:
        if row.get(column):
            row[column] = f"{values['area']}-{row[column]}"
    return row


def _read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _one_ranking(table: pd.DataFrame, where: pd.DataFrame) -> pd.DataFrame:
    """Rank all settlements by the key of one plan, and put the orders of building together: by year, then in turns.

    Notes
    -----
    Years are those of the areas, each with its part of the money. Within a year the areas take turns by how far they
    are in their own order.
    """
    ratio, households = (
        pd.to_numeric(table[name]).to_numpy(dtype=np.float64) for name in ("grid_to_offgrid_ratio", "households")
    )
    identifier = table["settlement_id"].to_numpy(dtype=object)
    table["rank"] = rank_by_ratio(ratio, households, identifier)
    year = pd.to_numeric(table["year"]).fillna(np.inf).to_numpy(dtype=np.float64)
    priority = pd.to_numeric(table["priority_rank"])
    part = (priority / priority.groupby(table["area"]).transform("max")).to_numpy(dtype=np.float64)
    order = np.empty(len(table), dtype=np.int64)
    order[np.lexsort((identifier.astype(str), part, year))] = np.arange(1, len(table) + 1)
    table["priority_rank"] = order
    table = table.drop(columns=[name for name in WITHIN_AREA if name in table])
    table.insert(1, "near_border", where["near_border"].reindex(table["settlement_id"]).to_numpy())
    return table.sort_values("settlement_id", kind="stable", ignore_index=True)


def _join_layer(name: str, parts: Sequence[tuple[str, Path]], ranking: pd.DataFrame, target: Path) -> None:
    frames = [
        _of_area(part / "geoparquet" / name, area) for area, part in parts if (part / "geoparquet" / name).is_file()
    ]
    joined = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)
    if {"rank", "settlement_id"} <= set(joined.columns):
        by_id = ranking.set_index("settlement_id")
        for column in ("rank", "priority_rank"):
            joined[column] = pd.to_numeric(by_id[column]).reindex(joined["settlement_id"]).to_numpy()
        joined = joined.drop(columns=[column for column in WITHIN_AREA if column in joined])
        joined.insert(1, "near_border", by_id["near_border"].reindex(joined["settlement_id"]).to_numpy(dtype=bool))
    joined.to_parquet(target, index=False)


def _of_area(file: Path, area: str) -> gpd.GeoDataFrame:
    frame = gpd.read_parquet(file)
    for column in NUMBERED if file.name != EXISTING else ():
        if column in frame:
            named = frame[column].notna() & (frame[column] != "")
            frame[column] = (f"{area}-" + frame[column].astype(object)).where(named, frame[column])
    frame.insert(0, KEY[0], area)
    return frame


def areas_table(areas: Sequence[Outcome], plans: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """One row for each area: settlements, cost, its bound with the border closed and open, and what the border could
    cost at most [million VND]."""
    rows = []
    for done, plan in zip(areas, plans, strict=True):
        area = done.unit.area
        assert area is not None
        open_bound = json.loads(border_file(done.unit).read_text(encoding="utf-8"))["lower_bound_mvnd"]
        cost, closed = plan["cost_mvnd"], plan["lower_bound_mvnd"]
        rows.append(
            {
                "area": area.name,
                "settlements": area.settlements,
                "near_border_settlements": area.near_border,
                "households": area.households,
                "cost_mvnd": round(cost, 6),
                "lower_bound_mvnd": round(closed, 6),
                "open_border_bound_mvnd": round(min(open_bound, closed), 6),
                "border_mvnd_at_most": round(cost - min(open_bound, closed), 6),
                "status": plan["status"],
            }
        )
    return pd.DataFrame(rows)


def areas_record(table: pd.DataFrame, areas: Sequence[Outcome]) -> dict[str, Any]:
    """Sums over the areas, for run.json."""
    area = areas[0].unit.area
    assert area is not None
    cost, bound = float(table["cost_mvnd"].sum()), float(table["lower_bound_mvnd"].sum())
    whole = float(table["open_border_bound_mvnd"].sum())
    drawn = json.loads((area.folder.parent / LIST).read_text(encoding="utf-8"))
    return {
        "areas": len(table),
        "settlements": int(table["settlements"].sum()),
        "near_border_settlements": int(table["near_border_settlements"].sum()),
        "cost_mvnd": cost,
        "lower_bound_mvnd": bound,
        "gap": (cost - bound) / cost if cost > 0 else 0.0,
        "open_border_bound_mvnd": whole,
        "gap_with_open_borders": (cost - whole) / cost if cost > 0 else 0.0,
        "cut_pairs_mvnd": drawn["cut_mvnd"],
        "border_cell_m": drawn["border_cell_m"],
    }
