"""A pack cut into one pack for each supply area, with what a country shares out: households, targets, ground."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine

from infragap.analyses.arrays import BoolArray
from infragap.analyses.electricity.least_cost.targets import read_targets
from infragap.analyses.electricity.needs import LAYERS
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.parameters import in_country as electricity_in_country
from infragap.analyses.electricity.preconditions import NEEDS
from infragap.analyses.schools.needs import given
from infragap.disk.exchange import put_text
from infragap.gis.catalog import FILE_NAME, catalog_text, read_catalog, sha256_of
from infragap.gis.pack import Pack, read_pack
from infragap.gis.raster import Raster
from infragap.gis.schema import RASTERS
from infragap.gis.stand_ins import with_stand_ins
from infragap.gis.writing.layers import Layer, write_layers
from infragap.readiness.judging import require_ready
from infragap.scale.areas import Areas, supply_areas

LIST, SETTLEMENTS = "areas.json", "settlements.csv"
"""What the areas are, and which one each settlement belongs to."""

PACK, OPEN = "pack", "open_border"
"""Folders of an area: the pack that is planned, and the one whose border counts as an existing line."""

MARGIN_M = 20_000.0
"""Ground around the settlements and lines of an area: no small stream has a catchment that reaches farther."""

STEP = 60
"""Windows begin at so many cells, so that coarser routing cells are the same in every window."""


@dataclass(frozen=True)
class Area:
    """One supply area.

    Attributes
    ----------
    name
        'A01', which becomes a folder.
    folder
        Holds the folders `PACK` and `OPEN`.
    settlements, near_border, households
        Settlements, those of them near its border, and their households.
    share
        Part of all households of settlements: its part of granted money.
    """

    name: str
    folder: Path
    settlements: int
    near_border: int
    households: int
    share: float


@dataclass(frozen=True)
class Split:
    """The areas of a pack, and what lines across their borders could save at most by pairs of neighbours."""

    folder: Path
    areas: tuple[Area, ...]
    cut_mvnd: float


def settlements_of(folder: Path) -> pd.DataFrame:
    """Read `settlement_id`, `area` and `near_border` of each settlement of a split pack."""
    return pd.read_csv(folder / SETTLEMENTS, dtype={"settlement_id": str, "area": str})


def split_pack(source: Path, folder: Path, parameters: ElectricityParameters, most: int, key: str) -> Split:
    """Write a pack for each supply area, unless those of the same key stand there.

    Parameters
    ----------
    source
        Folder of the pack.
    folder
        Where the areas are written, each in a folder of its name.
    parameters
        Prices of lines and the forest rule, which draw the borders.
    most
        Settlements of an area.
    key
        Hash of all that the areas depend on.

    Raises
    ------
    LayerError, MissingDataError
        The pack has faults, or lacks something.
    """
    kept = _kept(folder, key)
    if kept is not None:
        return kept
    pack = with_stand_ins(read_pack(source), NEEDS.replaceable)
    require_ready(pack, ("electricity",), given(None))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    parameters = electricity_in_country(parameters, pack.profile)
    areas = supply_areas(pack, parameters, most)
    names = [f"A{k + 1:0{max(2, len(str(areas.count)))}d}" for k in range(areas.count)]
    households = pack.settlements["households"].to_numpy(dtype=np.float64)
    told = []
    for k, name in enumerate(names):
        mine = areas.settlement == k
        write_area(pack, areas, k, folder / name, parameters, title=f"{pack.catalog.pack.title} {name}")
        told.append(
            {
                "area": name,
                "settlements": int(mine.sum()),
                "near_border": int(areas.near_border[mine].sum()),
                "households": int(households[mine].sum()),
            }
        )
    pd.DataFrame(
        {
            "settlement_id": pack.settlements["settlement_id"].to_numpy(),
            "area": np.array(names, dtype=object)[areas.settlement],
            "near_border": areas.near_border,
        }
    ).to_csv(folder / SETTLEMENTS, index=False, lineterminator="\n")
    drawn = {"cut_mvnd": round(areas.cut_mvnd, 6), "border_cell_m": areas.grid.cell_size_m}
    put_text(folder / LIST, json.dumps({"key": key, **drawn, "areas": told}, indent=1))
    found = _kept(folder, key)
    if found is None:
        raise AssertionError("the areas have just been written")
    return found


def _kept(folder: Path, key: str) -> Split | None:
    try:
        listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if listed.get("key") != key:
        return None
    total = max(sum(each["households"] for each in listed["areas"]), 1)
    areas = [
        Area(
            name=each["area"],
            folder=folder / each["area"],
            settlements=each["settlements"],
            near_border=each["near_border"],
            households=each["households"],
            share=each["households"] / total,
        )
        for each in listed["areas"]
    ]
    return Split(folder, tuple(areas), float(listed["cut_mvnd"]))


def write_area(
    pack: Pack, areas: Areas, number: int, folder: Path, parameters: ElectricityParameters, *, title: str
) -> None:
    """Write the two packs of one area."""
    layers = dict(_layers(pack, areas, number))
    head = pack.catalog.pack
    local = (pack.folder / head.profile).resolve()
    write_layers(
        folder / PACK,
        layers,
        title=title,
        crs_measure=pack.crs_measure,
        profile=str(local) if local.is_file() else head.profile,
        mapping={name: _about(pack, name) for name in layers},
    )
    targets = _targets(pack, parameters, _share(pack, areas.settlement == number))
    _change_catalogue(folder / PACK, {"targets": targets})
    shutil.copytree(folder / PACK, folder / OPEN)
    border = _border_lines(areas, number)
    if border:
        lines = cast(gpd.GeoDataFrame, layers["grid_lines"])
        _replace_lines(folder / OPEN, _with_border(lines, border, parameters))


def _about(pack: Pack, name: str) -> dict[str, Any]:
    entry = pack.catalog.entry(name)
    known = {part: getattr(entry, part) for part in ("title", "provenance", "licence", "date", "method")}
    return {part: value for part, value in known.items() if value is not None}


def _layers(pack: Pack, areas: Areas, number: int) -> Iterator[tuple[str, Layer]]:
    """Layers of one area: its own settlements, lines and stations, and what lies within the window around them."""
    settlements, lines = pack.settlements.reset_index(drop=True), pack.grid_lines.reset_index(drop=True)
    mine, own_lines = areas.settlement == number, lines[areas.line == number]
    west, south, east, north = shapely.total_bounds(np.append(settlements[mine].geometry, own_lines.geometry))
    window = (west - MARGIN_M, south - MARGIN_M, east + MARGIN_M, north + MARGIN_M)
    yield "settlements", settlements[mine].reset_index(drop=True)
    yield "grid_lines", own_lines.reset_index(drop=True)
    for name in LAYERS:
        if name in ("settlements", "grid_lines") or not pack.has(name) or name in pack.stand_ins:
            continue
        if name in RASTERS:
            # rain is one regime, read as the mean of the whole layer, and its layer is small
            raster = cast(Raster, getattr(pack, name))
            yield name, raster if name == "runoff" else cropped(raster, window)
        elif name == "communes":
            yield name, _communes(pack.communes, settlements, areas, number, window)
        elif name == "solar":
            codes = _communes(pack.communes, settlements, areas, number, window)["commune_code"]
            yield name, pack.solar[pack.solar["commune_code"].isin(codes)].reset_index(drop=True)
        else:
            frame = cast(gpd.GeoDataFrame, getattr(pack, name)).reset_index(drop=True)
            near = frame.intersects(shapely.box(*window)).to_numpy(dtype=bool)
            if name == "substations":
                near |= frame["substation_id"].isin(own_lines["substation_id"].dropna()).to_numpy()
            if name in ("stations", "hydro_sites"):
                # what is used up belongs to one area: that of the settlement that lies nearest
                near &= areas.nearest(frame, settlements) == number
            yield name, frame[near].reset_index(drop=True)


def cropped(raster: Raster, window: tuple[float, float, float, float]) -> Raster:
    """Part of a raster that covers a window, from a multiple of `STEP` cells on."""
    west, south, east, north = window
    step, (rows, cols) = raster.transform, raster.shape
    first_col = max(int((west - step.c) / step.a) // STEP * STEP, 0)
    first_row = max(int((step.f - north) / -step.e) // STEP * STEP, 0)
    last_col = min(-(-int((east - step.c) / step.a + 1) // STEP) * STEP, cols)
    last_row = min(-(-int((step.f - south) / -step.e + 1) // STEP) * STEP, rows)
    values = raster.values[..., first_row:last_row, first_col:last_col]
    corner = Affine(step.a, 0, step.c + first_col * step.a, 0, step.e, step.f + first_row * step.e)
    return Raster(np.ascontiguousarray(values), corner, raster.crs, raster.nodata)


def _communes(
    communes: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    areas: Areas,
    number: int,
    window: tuple[float, float, float, float],
) -> gpd.GeoDataFrame:
    """Communes of a window with the part of their people that counts here.

    A commune's households and people are shared by the areas of its settlements in proportion to these settlements'
    households; one without settlements counts where its middle lies, or in the first area. So they sum to the pack's.
    Their shapes end where the ground of the window does.
    """
    table = pd.DataFrame(
        {
            "code": settlements["commune_code"].to_numpy(),
            "area": areas.settlement,
            "households": settlements["households"].to_numpy(dtype=np.float64),
        }
    )
    by_code = table.pivot_table("households", "code", "area", aggfunc="sum", fill_value=0.0)
    wide = by_code.reindex(index=communes["commune_code"], columns=range(areas.count), fill_value=0.0)
    held = wide.to_numpy(dtype=np.float64)
    empty = held.sum(axis=1) <= 0
    middle = communes.geometry.representative_point()
    home = np.maximum(areas.at(gpd.GeoDataFrame(geometry=middle)), 0)
    held[empty, home[empty]] = 1.0
    upper = held[:, : number + 1].sum(axis=1) / held.sum(axis=1)
    lower = held[:, :number].sum(axis=1) / held.sum(axis=1)
    shared = communes.copy()
    for column in ("households", "population"):
        whole = communes[column].to_numpy(dtype=np.float64)
        shared[column] = (np.round(whole * upper) - np.round(whole * lower)).astype(np.int64)
    shared["geometry"] = [_polygons(shape) for shape in shapely.intersection(communes.geometry, shapely.box(*window))]
    whole, part = communes.geometry.area.to_numpy(), shared.geometry.area.to_numpy()
    for column in ("area_km2", *(name for name in communes.columns if name.endswith("_forest_ha"))):
        shared[column] = communes[column] * part / whole
    return gpd.GeoDataFrame(shared[(part > 0) | (held[:, number] > 0)].reset_index(drop=True))


def _polygons(shape: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])


def _share(pack: Pack, mine: BoolArray) -> float:
    households = pack.settlements["households"].to_numpy(dtype=np.float64)
    return float(households[mine].sum() / max(households.sum(), 1.0))


def _targets(pack: Pack, parameters: ElectricityParameters, share: float) -> dict[str, float | int]:
    """Targets of an area: the same percentages, its part of granted money, and the shape of the years."""
    stated = pack.catalog.targets
    read = read_targets(stated, parameters)
    found: dict[str, float | int] = {
        f"{name}_{read.year}_pct": value
        for name, value in (
            ("villages_on_grid", read.villages_pct),
            ("household_electrification", read.households_pct),
            ("safe_supply", read.safe_pct),
        )
        if value is not None
    }
    found |= {key: value for key, value in stated.items() if key.startswith("budget_")}
    granted = {key: value * share for key, value in stated.items() if key.startswith("electricity_budget_")}
    return found | granted


def _change_catalogue(folder: Path, changes: dict[str, Any]) -> None:
    catalogue = read_catalog(folder).model_copy(update=changes)
    (folder / FILE_NAME).write_text(catalog_text(catalogue), encoding="utf-8", newline="\n")


def _border_lines(areas: Areas, number: int) -> list[shapely.LineString]:
    """Edges between the cells of an area and those of others, joined to lines, in the CRS of the raster."""
    ground, step = areas.ground, areas.grid.transform
    pieces = []
    for (here, there), down in (
        ((ground[:, :-1], ground[:, 1:]), 0),
        ((ground[:-1], ground[1:]), 1),
    ):
        differ = (here != there) & (here >= 0) & (there >= 0) & ((here == number) | (there == number))
        row, col = np.nonzero(differ)
        # the edge right of a cell runs from its upper to its lower end, the one below it from left to right
        start = np.column_stack([col + 1 - down, row + down])
        end = np.column_stack([col + 1, row + 1])
        pieces.append(np.stack([start, end], axis=1))
    corners = np.concatenate(pieces).astype(np.float64)
    if not len(corners):
        return []
    x, y = step.c + corners[..., 0] * step.a, step.f + corners[..., 1] * step.e
    merged = shapely.line_merge(shapely.MultiLineString(list(np.stack([x, y], axis=2))))
    lines = shapely.get_parts(merged)
    order = np.lexsort(shapely.bounds(lines).T[::-1])
    return [shapely.normalize(line) for line in lines[order]]


def _with_border(
    lines: gpd.GeoDataFrame, border: list[shapely.LineString], parameters: ElectricityParameters
) -> gpd.GeoDataFrame:
    """Lines with the border as existing ones of the voltage whose lines cost less, without station or limit."""
    voltages = lines.loc[parameters.levels.holds(lines["voltage_kv"]) & (lines["status"] == "existing"), "voltage_kv"]
    rows = pd.DataFrame({"line_id": [f"border-{k + 1:05d}" for k in range(len(border))]}).reindex(
        columns=lines.columns.drop("geometry")
    )
    rows["voltage_kv"], rows["status"] = float(voltages.min()), "existing"
    rows["length_km"] = [line.length / 1000 for line in border]
    for column in ("provenance", "source"):
        rows[column] = "modelled"
    added = gpd.GeoDataFrame(rows.astype(_dtypes(lines)), geometry=border, crs=lines.crs)
    return gpd.GeoDataFrame(pd.concat([lines, added], ignore_index=True), crs=lines.crs)


def _dtypes(lines: gpd.GeoDataFrame) -> dict[str, Any]:
    """Types that hold empty cells too."""
    return {
        str(name): kind
        for name, kind in lines.drop(columns="geometry").dtypes.items()
        if pd.api.types.is_object_dtype(kind) or pd.api.types.is_float_dtype(kind)
    }


def _replace_lines(folder: Path, lines: gpd.GeoDataFrame) -> None:
    entry = read_catalog(folder).entry("grid_lines")
    lines.to_parquet(folder / entry.file, index=False)
    changed = entry.model_copy(update={"rows": len(lines), "sha256": sha256_of(folder / entry.file)})
    others = [changed if each.name == "grid_lines" else each for each in read_catalog(folder).layer]
    _change_catalogue(folder, {"layer": others})
