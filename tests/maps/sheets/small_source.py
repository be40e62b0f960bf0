"""Two communes with a few settlements, works and schools whose sums are easily done by hand."""

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point, box

from infragap.maps.sheets.source import Source

HOSTILE = "<script>alert(1)</script>&]]>"


def small_source(settlements: int = 3) -> Source:
    """A source with one commune that has everything and one that has nothing."""
    communes = gpd.GeoDataFrame(
        {
            "commune_code": ["00001", "00002"],
            "name": ["Nậm Có", HOSTILE],
            "kind": ["xã", "xã"],
            "population": [10019, 5],
            "households": [1909, 1],
            "merged_from": ["Xã Nậm Có; Xã Cao Phạ", None],
        },
        geometry=[box(104.0, 21.8, 104.2, 22.0), box(104.2, 21.8, 104.3, 22.0)],
        crs="EPSG:4326",
    )
    ranking = gpd.GeoDataFrame(
        {
            "settlement_id": [f"S{i}" for i in range(settlements)],
            "name": [f"Thôn {i}" for i in range(settlements)],
            "commune_code": "00001",
            "households": [10 * (i + 1) for i in range(settlements)],
            "choice": ["grid" if i % 2 == 0 else "hydro" for i in range(settlements)],
            "year": [2026.0 + i % 2 for i in range(settlements)],
            "priority_rank": range(settlements, 0, -1),
            "plan_investment_mvnd": [1000.0 * (i + 1) for i in range(settlements)],
            "grid_probability": 0.456,
            "provenance": "modelled",
        },
        geometry=[Point(104.05 + 0.1 * i / settlements, 21.9) for i in range(settlements)],
        crs="EPSG:4326",
    )
    lines = gpd.GeoDataFrame(
        {"line_id": ["L1"], "to_settlement_id": ["S0"]},
        geometry=[LineString([(103.9, 21.9), (104.05, 21.9)])],
        crs="EPSG:4326",
    )
    tables = {"electricity_ranking": pd.DataFrame(ranking.drop(columns="geometry"))}
    layers = {"communes": communes, "electricity_settlements": ranking, "electricity_lines": lines}
    return Source(tables, layers, "Lào Cai", "pack")
