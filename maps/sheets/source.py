"""What commune sheets are made from: tables and layers of a run, from memory or from its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from infragap.gis.crs import to_wgs84
from infragap.maps.contents import Layers, Tables
from infragap.profiles.of_result import inward_columns

TABLES = (
    "electricity_ranking", "water_communes", "water_works", "schools_sites", "schools_villages",
)  # fmt: skip
LAYERS = (
    "communes", "electricity_settlements", "electricity_lines", "electricity_existing_grid", "water_works",
    "water_pipes", "schools_sites",
)  # fmt: skip
CODES = {"commune_code": str, "settlement_id": str, "work_id": str, "school_id": str, "village_id": str}


@dataclass(frozen=True)
class Source:
    """Tables and layers (WGS84) of a run by name, those of questions that it left out are absent; name of the province
    and title of its data pack."""

    tables: Mapping[str, pd.DataFrame]
    layers: Mapping[str, gpd.GeoDataFrame]
    province: str
    pack_title: str

    def table(self, name: str, code: str) -> pd.DataFrame:
        """Rows of a commune; empty where the run has no such table."""
        frame = self.tables.get(name)
        return frame[frame["commune_code"] == code] if frame is not None else pd.DataFrame()

    @property
    def communes(self) -> gpd.GeoDataFrame:
        """The communes in the order of their codes."""
        return self.layers["communes"].sort_values("commune_code", ignore_index=True)


def source_of(tables: Tables, layers: Layers, province: str, pack_title: str) -> Source:
    """Take tables and layers as a run has them in memory."""
    return Source(
        {name: pd.DataFrame(tables[name][0]) for name in TABLES if name in tables},
        {name: to_wgs84(layers[name]) for name in LAYERS if name in layers},
        province,
        pack_title,
    )


def read_source(folder: Path, record: Mapping[str, Any]) -> Source:
    """Read tables and layers of a result folder.

    Parameters
    ----------
    folder
        A complete result.
    record
        Its `run.json`.

    Raises
    ------
    OSError, ValueError, KeyError
        A file is absent or damaged.
    """
    tables = {
        name: pd.read_csv(file, encoding="utf-8-sig", dtype=CODES)
        for name in TABLES
        if (file := folder / "tables" / f"{name}.csv").exists()
    }
    pack = record["pack"]
    tables = {name: frame.set_axis(inward_columns(frame.columns, pack), axis=1) for name, frame in tables.items()}
    layers = {name: gpd.read_file(file) for name in LAYERS if (file := folder / "geojson" / f"{name}.geojson").exists()}
    for name, frame in layers.items():
        renamed = dict(zip(frame.columns, inward_columns(frame.columns, pack), strict=True))
        layers[name] = frame.rename(columns=renamed)
    return Source(tables, layers, str(record["pack"]["province"]), str(record["pack"]["title"]))
