"""Schools of the reference pack: boarding and upper-secondary schools, existing, to be raised, and planned."""

from __future__ import annotations

import math
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, transform
from infragap.gis.errors import LayerError, MissingDataError
from infragap.reference.inputs import Facts

FloatArray = NDArray[np.float64]

KIND_OF_GROUP = {
    "boarding_existing": "ethnic_boarding",
    "border_boarding": "border_boarding",
    "upper_secondary_existing": "upper_secondary",
    "new_upper_secondary": "new_upper_secondary",
}
"""Group of the fact table → kind; the row of totals (`boarding_total`) is no school and stays out."""

_ID_LETTERS = {"ethnic_boarding": "EB", "border_boarding": "BB", "upper_secondary": "US", "new_upper_secondary": "NU"}

STANDARD_DESIGN_PUPILS = 1000.0
"""Places of a border school whose size is not published: the programme's standard design of at least 1,000 pupils
(assumption for each single school)."""

GEOCODER_ACCURACY_M = 3000.0
"""Radius of a registry point of an old commune (0.5 to 3 km)."""


def build_schools(facts: Facts, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Build the school layer from the fact table.

    Parameters
    ----------
    facts
        `boarding_schools` and the registry points of old communes.
    communes
        Layer of `infragap.gis.schema.Communes` in the measuring CRS.

    Returns
    -------
    GeoDataFrame
        Columns of `infragap.gis.schema.Schools` in the CRS of `communes`, in the order of the fact table. A school
        without a published point stands at the registry point of its commune's old town (or of the old commune of the
        same name), else at the commune's centre; `position_accuracy_m` and `source` say which. `provenance` is
        'official' where an official text or the press names the school, 'modelled' where it is general knowledge.
        Places are published figures (the middle of a range), an assumption that `source` names (border schools), or
        empty.

    Raises
    ------
    MissingDataError
        The fact table is not there.
    LayerError
        A row names a commune that the layer does not have.
    """
    table = _table(facts)
    codes = _commune_codes(table, communes, facts.words.find["school_commune"])
    x, y, accuracy_m, place_note = _positions(table, codes, facts, communes)
    kind = table["group"].map(KIND_OF_GROUP)
    capacity, capacity_note = _capacities(table, kind)
    planned = table["level_planned"]
    to_be_raised = (kind == "ethnic_boarding") & (table["level"] != planned)
    is_new = kind.isin(("border_boarding", "new_upper_secondary"))
    number = (table.groupby(kind).cumcount() + 1).astype(str).str.zfill(2)
    cost_bn = table["cost_billion_vnd"].map(_middle)
    hamlet_known = (kind == "border_boarding") & (table["hamlet"] != "")
    wholly_new = is_new & (kind != "border_boarding") & (table["level"] == "")
    return gpd.GeoDataFrame(
        {
            "school_id": kind.map(_ID_LETTERS) + number,
            "name": table["name"],
            "kind": kind,
            "has_primary": planned.str.split("&").map(lambda levels: "TH" in levels),
            "has_lower_secondary": planned.str.split("&").map(lambda levels: "THCS" in levels),
            "has_upper_secondary": planned.str.split("&").map(lambda levels: "THPT" in levels),
            "boarding": table["name"].str.contains(facts.words.find["boarding"]),
            "commune_code": codes,
            "capacity_pupils": capacity,
            "pupils": table["pupils"].map(_middle).where(~is_new),
            "status": np.where(to_be_raised, "upgrade", np.where(is_new, "planned", "existing")),
            "site_known": np.where(kind == "border_boarding", hamlet_known, ~wholly_new).astype(bool),
            "cost_mvnd": 1000 * cost_bn,
            "position_accuracy_m": accuracy_m,
            "provenance": np.where(table["confidence"].isin(("A", "B")), "official", "modelled"),
            "source": table["source"] + place_note + capacity_note,
        },
        geometry=gpd.GeoSeries(shapely.points(x, y), crs=communes.crs),
    )


def _table(facts: Facts) -> pd.DataFrame:
    """Rows that are schools, all cells text: several columns hold ranges such as '980-1200'."""
    path = facts.folder / "boarding_schools.csv"
    if not path.exists():
        raise MissingDataError(f"facts: there is no {path}. Give the folder data/facts of the checkout with --facts.")
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    return table[table["group"].isin(KIND_OF_GROUP)].reset_index(drop=True)


def _commune_codes(table: pd.DataFrame, communes: gpd.GeoDataFrame, prefix: str) -> pd.Series[str]:
    """Code of the commune that a row names; of 'A / B' the first."""
    code_of_name = dict(zip(communes["name"], communes["commune_code"], strict=True))
    names = table["commune"].map(lambda text: re.sub(prefix, "", text.split(" / ")[0]).strip())
    unknown = sorted(set(names) - set(code_of_name))
    if unknown:
        raise LayerError(
            f"facts/boarding_schools.csv: no commune named {', '.join(unknown)}. Correct the column commune."
        )
    return names.map(code_of_name)


def _positions(
    table: pd.DataFrame, codes: pd.Series[str], facts: Facts, communes: gpd.GeoDataFrame
) -> tuple[FloatArray, FloatArray, FloatArray, pd.Series[str]]:
    """x, y and radius [m] of each row, and what they rest on."""
    by_code = communes.set_index("commune_code")
    x = np.empty(len(table))
    y, accuracy_m, notes = np.empty(len(table)), np.empty(len(table)), []
    for row, (lon, lat, accuracy, code) in enumerate(
        zip(table["lon"], table["lat"], table["accuracy_m"], codes, strict=True)
    ):
        commune = by_code.loc[code]
        seat = _seat(facts, code, commune["name"])
        if lon and lat:
            (x[row],), (y[row],) = transform([float(lon)], [float(lat)], source=WGS84, target=communes.crs)
            accuracy_m[row] = float(accuracy)
            notes.append("")
        elif seat is not None:
            x[row], y[row], accuracy_m[row] = seat.x, seat.y, GEOCODER_ACCURACY_M
            notes.append("; point: registry point of the old town or commune (assumption)")
        else:
            centre = [commune["centre_longitude"]], [commune["centre_latitude"]]
            (x[row],), (y[row],) = transform(*centre, source=WGS84, target=communes.crs)
            # radius of a circle with the commune's area
            accuracy_m[row] = round(1000 * math.sqrt(commune["area_km2"] / math.pi), -2)
            notes.append("; point: commune centre (assumption)")
    return x, y, accuracy_m, pd.Series(notes)


def _seat(facts: Facts, code: str, name: str) -> shapely.Point | None:
    """Registry point of the old town merged into a commune, else of the old commune of the same name."""
    inside = facts.legacy[facts.legacy["commune_code"] == code]
    for wanted in (inside["full_name"].str.contains(facts.words.find["town"]), inside["name"] == name):
        if wanted.any():
            point: shapely.Point = inside.geometry[wanted].iloc[0]
            return point
    return None


def _capacities(table: pd.DataFrame, kind: pd.Series[str]) -> tuple[pd.Series[float], pd.Series[str]]:
    """Places of each school (NaN where nothing is published), and what they rest on."""
    published = table["pupils"].map(_middle)
    is_range = published.notna() & table["pupils"].str.contains("-")
    assumed = (kind == "border_boarding") & published.isna()
    note = pd.Series("", index=table.index)
    note = note.mask(is_range, "; places: middle of the published range " + table["pupils"])
    note = note.mask(assumed, "; places: standard design of 1,000 pupils (assumption)")
    return published.mask(assumed, STANDARD_DESIGN_PUPILS), note


def _middle(text: str) -> float:
    """Number of a cell; the middle of a range such as '980-1200', NaN where empty."""
    numbers = [float(part) for part in text.split("-") if part]
    return sum(numbers) / len(numbers) if numbers else math.nan
