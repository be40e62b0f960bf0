"""Communes with a few numbers of each analysis: the table and the layer `communes`, and the small maps of the index."""

from __future__ import annotations

import geopandas as gpd

from infragap.analyses.columns import Column, Columns, table
from infragap.analyses.results import Results
from infragap.gis import schema
from infragap.gis.crs import to_wgs84
from infragap.gis.pack import Pack
from infragap.wording.catalogue import words

ADDED = {
    "longitude": ("°", "communes"),
    "latitude": ("°", "communes"),
    "unserved_settlements": ("-", "electricity_ranking"),
    "unserved_households": ("households", "electricity_ranking.households"),
    "grid_households": ("households", "electricity_ranking.choice"),
    "water_to_standard_pct": ("%", "water_communes.to_standard_pct"),
    "water_basic_pct": ("%", "water_communes.basic_pct"),
    "water_people_without_standard": ("people", "water_communes.people_without_standard"),
    "water_to_standard_after_pct": ("%", "water_communes.to_standard_after_pct"),
    "boarding_sites": ("schools", "schools_sites"),
}
"""Columns that the analyses add: unit, and the table and column that they come from."""
WATER_COLUMNS = ("to_standard_pct", "basic_pct", "people_without_standard", "to_standard_after_pct")


class ForeignColumn(Column):
    """A column of the user's own layer: the catalogue does not know it, so its name is its heading."""

    def _text(self, kind: str, language: str) -> str:
        return self.name if kind == "heading" else ""


def commune_summary(pack: Pack, results: Results) -> gpd.GeoDataFrame:
    """Add a few numbers of each analysis to the communes of the pack."""
    frame = pack.communes.copy()
    centre = to_wgs84(gpd.GeoDataFrame(geometry=frame.representative_point())).geometry
    frame = frame.assign(longitude=centre.x.round(6), latitude=centre.y.round(6))
    code = frame["commune_code"]
    if results.electricity is not None:
        settlements = results.electricity.settlements
        groups = settlements.groupby("commune_code")
        frame["unserved_settlements"] = code.map(groups.size()).fillna(0).astype(int)
        frame["unserved_households"] = code.map(groups["households"].sum()).fillna(0).astype(int)
        grid = settlements[settlements["choice"] == "grid"].groupby("commune_code")["households"].sum()
        frame["grid_households"] = code.map(grid).fillna(0).astype(int)
    if results.water is not None:
        rates = results.water.communes.set_index("commune_code")
        for column in WATER_COLUMNS:
            frame[f"water_{column}"] = code.map(rates[column])
    if results.schools is not None:
        sites = results.schools.sites.groupby("commune_code").size()
        frame["boarding_sites"] = code.map(sites).fillna(0).astype(int)
    return frame


def commune_columns(communes: gpd.GeoDataFrame) -> Columns:
    """Describe the commune table: columns of the layer schema, then those that the analyses add."""
    units = schema.describe(schema.Communes).set_index("column")["unit"]
    return table(
        "communes",
        *(
            (Column if f"column.communes.{name}.heading" in words("en") else ForeignColumn)(
                name, *ADDED.get(name, (units.get(name, "-"), "communes"))
            )
            for name in communes.columns
            if name != "geometry"
        ),
    )
