"""Columns of every layer: dtype, unit, meaning, allowed values; reading a layer means validating it against these.

Each class describes the attribute table of one layer of a data pack (geometry is described in `GEOMETRY`). The unit and
the meaning of a column are its `title` and `description`, so `describe` can print a data dictionary. Columns that a
pack has beyond these are kept untouched. Rates are percent (`_pct`), money is million VND of 2026 (`_mvnd`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

SCHEMA_VERSION = "1.0"
"""Version of all names, units and codes of packs and results, MAJOR.MINOR; `docs/schema.md` says what raises which."""

DEPRECATED: dict[tuple[str, str], str] = {}
"""Columns of layers that will go, by (layer, column): what replaces them, and the version that is without them."""

PROVENANCE = ("official", "open-data", "modelled")
"""What a layer or row rests on: an official text, an open data set, or a model calibrated to published totals."""

SUPPLY = ("none", "solar_home", "unsafe")
ROAD_CLASSES = ("expressway", "national", "provincial", "commune", "track")
SURFACES = ("asphalt", "concrete", "gravel", "earth")
LINE_STATUS = ("existing", "not_energised", "planned")
STATION_STATUS = ("existing", "not_energised", "planned")
SITE_EVIDENCE = ("surveyed", "mapped")
SUBSTATION_STATUS = ("existing", "under_construction", "planned")
FUNCTIONALITY = ("sustainable", "fairly_sustainable", "unsustainable", "not_working", "unknown")
WATER_QUALITY = ("to_standard", "below", "unknown")
WATER_STATUS = ("existing", "planned")
PLANNED_WORK = ("new", "upgrade", "repair")
WATER_SOURCES = ("spring", "stream", "river", "lake", "well", "unknown")
SCHOOL_KINDS = (
    "ethnic_boarding",
    "border_boarding",
    "primary",
    "lower_secondary",
    "upper_secondary",
    "new_upper_secondary",
)
RAINY_SEASON = ("open", "closed")
SCHOOL_STATUS = ("existing", "upgrade", "planned")

FOREST_NONE, FOREST_PRODUCTION, FOREST_PROTECTION, FOREST_SPECIAL_USE = 0, 1, 2, 3
FOREST_NATURAL = 10
"""Codes of the forest raster: the class above, plus `FOREST_NATURAL` where the stand is natural forest (13 = natural,
special use)."""


@dataclass(frozen=True)
class Unit:
    """Another unit in which a column is often written by mistake: a number there is `factor` times ours plus
    `offset`."""

    name: str
    factor: float
    offset: float = 0.0


@dataclass(frozen=True)
class Usual:
    """Values that a column holds on Earth; what lies outside is another unit, a code for 'no data', or a slip.

    Attributes
    ----------
    low, high
        Both included, in the unit of the column; 0 is always let pass where the column may be 0.
    others
        Units that are tried, in this order, to explain values outside.
    middle
        Where the median of a layer lies, both included; None: anywhere in the range.
    """

    low: float
    high: float
    others: tuple[Unit, ...] = ()
    middle: tuple[float, float] | None = None


USUAL = "usual"
"""Key of `Usual` in the metadata of a column."""

METRES_FOR_KM = Unit("metres", 1000)
VOLTS = Unit("volts", 1000)
KILO = {"MVA": Unit("kVA", 1000), "MW": Unit("kW", 1000)}


def _column(unit: str, meaning: str, *, usual: Usual | None = None, **checks: Any) -> Any:
    metadata = None if usual is None else {USUAL: usual}
    return pa.Field(title=unit, description=meaning, coerce=True, metadata=metadata, **checks)


PEOPLE, PUPILS = Usual(0, 100_000), Usual(0, 20_000)
ACCURACY = Usual(0.01, 100_000)
FOREST = Usual(0, 2_000_000, (Unit("m²", 10_000),))


class _Layer(pa.DataFrameModel):
    class Config:
        strict = False
        coerce = True


class _Sourced(_Layer):
    provenance: Series[str] = _column("-", "what the row rests on", isin=PROVENANCE)
    source: Series[str] = _column("-", "text or method that the row comes from", nullable=True)


class Communes(_Sourced):
    """Areas that plans are made for: communes, wards, districts, as the profile calls them."""

    commune_code: Series[str] = _column("-", "official code", unique=True)
    name: Series[str] = _column("-", "name without the word for its kind")
    kind: Series[str] = _column("-", "what kind of area it is, a word of the profile")
    area_km2: Series[float] = _column(
        "km²", "official area", usual=Usual(0.05, 20_000, (Unit("hectares", 100), Unit("m²", 1_000_000))), gt=0
    )
    population: Series[int] = _column("people", "population of 2025", usual=Usual(0, 5_000_000), ge=0)
    households: Series[int] = _column("households", "households of 2025", usual=Usual(0, 1_000_000), ge=0)
    poverty_rate_pct: Series[float] = _column("%", "poor households, standard of 2025", ge=0, le=100, nullable=True)
    poverty_provenance: Series[str] = _column("-", "what the poverty rate rests on", isin=PROVENANCE)
    minority_pct: Series[float] = _column("%", "people of ethnic minorities", ge=0, le=100, nullable=True)
    is_border: Series[bool] = _column("-", "one of the nine border units of the official table")
    natural_forest_ha: Series[float] = _column("ha", "natural forest", usual=FOREST, ge=0)
    special_use_forest_ha: Series[float] = _column("ha", "special-use forest", usual=FOREST, ge=0)
    protection_forest_ha: Series[float] = _column("ha", "protection forest", usual=FOREST, ge=0)
    production_forest_ha: Series[float] = _column("ha", "production forest", usual=FOREST, ge=0)
    forest_cover_pct: Series[float] = _column("%", "forest cover", ge=0, le=100, nullable=True)
    merged_from: Series[str] = _column("-", "former communes, separated by '; '", nullable=True)
    centre_longitude: Series[float] = _column("°", "commune centre, WGS84", ge=-180, le=180)
    centre_latitude: Series[float] = _column("°", "commune centre, WGS84", ge=-90, le=90)
    boundary_accuracy_m: Series[float] | None = _column(
        "m",
        "how far the drawn border may lie from the true one; the column may be left out",
        usual=ACCURACY,
        ge=0,
        nullable=True,
    )


class Villages(_Sourced):
    """Villages and quarters."""

    village_id: Series[str] = _column("-", "identifier", unique=True)
    name: Series[str] = _column("-", "name without the word for village")
    commune_code: Series[str] = _column("-", "commune that it lies in")
    legacy_commune: Series[str] = _column("-", "commune before July 2025", nullable=True)
    households: Series[int] = _column("households", "households", usual=Usual(0, 20_000), ge=0)
    population: Series[int] = _column("people", "population", usual=PEOPLE, ge=0)
    pupils_primary: Series[int] = _column("pupils", "children of primary-school age at school", usual=PUPILS, ge=0)
    pupils_lower_secondary: Series[int] = _column("pupils", "pupils of lower-secondary age", usual=PUPILS, ge=0)
    pupils_upper_secondary: Series[int] = _column("pupils", "pupils of upper-secondary age", usual=PUPILS, ge=0)
    minority_pct: Series[float] = _column("%", "people of ethnic minorities", ge=0, le=100, nullable=True)
    on_grid: Series[bool] = _column("-", "the village has the national grid")
    scheme_persons: Series[float] = _column(
        "people", "persons of a documented water scheme", usual=Usual(0, 2_000_000), ge=0, nullable=True
    )
    own_source_households: Series[float] | None = _column(
        "households",
        "surveyed households whose own source meets QCVN 01-1; the column may be left out",
        usual=Usual(0, 20_000),
        ge=0,
        nullable=True,
    )
    position_accuracy_m: Series[float] = _column(
        "m", "radius that holds the true position (90 %)", usual=ACCURACY, ge=0
    )


class Settlements(_Sourced):
    """Unserved settlements: the 18 villages without grid and the 827 residential clusters."""

    settlement_id: Series[str] = _column("-", "identifier", unique=True)
    name: Series[str] = _column("-", "name, spelling corrected")
    name_in_scheme: Series[str] = _column("-", "name as the scheme spells it", nullable=True)
    kind: Series[str] = _column("-", "village or cluster", isin=("village", "cluster"))
    commune_code: Series[str] = _column("-", "commune that it lies in")
    legacy_commune: Series[str] = _column("-", "commune before July 2025", nullable=True)
    households: Series[int] = _column("households", "households without safe grid supply", usual=Usual(0, 20_000), ge=0)
    households_provenance: Series[str] = _column("-", "what the household count rests on", isin=PROVENANCE)
    supply: Series[str] = _column("-", "what they have today", isin=SUPPLY)
    position_accuracy_m: Series[float] = _column(
        "m", "radius that holds the true position (90 %)", usual=ACCURACY, ge=0
    )
    spread_m: Series[float] | None = _column(
        "m",
        "radius around the point that holds nine tenths of its houses; the column may be left out",
        usual=Usual(1, 20_000, (Unit("km", 0.001),), (10, 5_000)),
        gt=0,
        nullable=True,
    )
    public_kw: Series[float] | None = _column(
        "kW", "public buildings: school, health post, office; the column may be left out", ge=0, nullable=True
    )
    public_kwh_per_day: Series[float] | None = _column(
        "kWh/day", "energy of public buildings; the column may be left out", ge=0, nullable=True
    )
    productive_kw: Series[float] | None = _column(
        "kW", "machines: mill, dryer, homestay, pump; the column may be left out", ge=0, nullable=True
    )
    productive_kwh_per_day: Series[float] | None = _column(
        "kWh/day", "energy of machines; the column may be left out", ge=0, nullable=True
    )


class Roads(_Sourced):
    """Roads and tracks."""

    road_id: Series[str] = _column("-", "identifier of the drawn piece", unique=True)
    name: Series[str] = _column("-", "name or number", nullable=True)
    road_class: Series[str] = _column("-", "class", isin=ROAD_CLASSES)
    surface: Series[str] = _column("-", "surface", isin=SURFACES)
    length_km: Series[float] = _column(
        "km",
        "length along the real road (official, or drawn times its winding)",
        usual=Usual(0.0005, 500, (METRES_FOR_KM,)),
        gt=0,
    )
    is_bridge: Series[bool] = _column("-", "the piece crosses a river on a bridge")
    is_ferry: Series[bool] | None = _column("-", "the piece is a ferry line; the column may be left out")
    rainy_season: Series[str] | None = _column(
        "-",
        "open or closed to motorbikes in the rainy season, where known; the column may be left out",
        isin=RAINY_SEASON,
        nullable=True,
    )


class Rivers(_Sourced):
    """Rivers and large streams."""

    river_id: Series[str] = _column("-", "identifier", unique=True)
    name: Series[str] = _column("-", "name", nullable=True)
    is_major: Series[bool] = _column("-", "too wide and deep to ford in any season")


class Lakes(_Sourced):
    """Lakes and reservoirs."""

    lake_id: Series[str] = _column("-", "identifier", unique=True)
    name: Series[str] = _column("-", "name", nullable=True)


class Bridges(_Sourced):
    """Road bridges over major rivers."""

    bridge_id: Series[str] = _column("-", "identifier", unique=True)
    name: Series[str] = _column("-", "name")
    river: Series[str] = _column("-", "river that it crosses", nullable=True)
    length_m: Series[float] = _column("m", "length", usual=Usual(1, 20_000, (Unit("km", 0.001),)), gt=0, nullable=True)


class GridLines(_Sourced):
    """Power lines of medium voltage and above."""

    line_id: Series[str] = _column("-", "identifier of the drawn piece", unique=True)
    feeder: Series[str] = _column("-", "feeder that the piece belongs to", nullable=True)
    substation_id: Series[str] = _column("-", "station that feeds it", nullable=True)
    voltage_kv: Series[float] = _column("kV", "nominal voltage", usual=Usual(0.2, 1_200, (VOLTS,)), gt=0)
    conductor: Series[str] = _column("-", "conductor, such as AC-120", nullable=True)
    status: Series[str] = _column(
        "-", "existing, not_energised (built, never switched on) or planned", isin=LINE_STATUS
    )
    length_km: Series[float] = _column(
        "km", "length of the piece along the line", usual=Usual(0.0005, 1_000, (METRES_FOR_KM,)), gt=0
    )
    feeder_length_km: Series[float] = _column(
        "km", "published length of the whole feeder", usual=Usual(0.01, 2_000, (METRES_FOR_KM,)), gt=0, nullable=True
    )
    feeder_load_mw: Series[float] = _column(
        "MW",
        "published peak load of the feeder",
        usual=Usual(0, 1_500, (KILO["MW"],), (0.05, 500)),
        ge=0,
        nullable=True,
    )
    feeder_loading_pct: Series[float] = _column(
        "%", "published peak loading of the feeder", usual=Usual(0, 300, (), (3, 150)), ge=0, nullable=True
    )
    outage_hours_per_year: Series[float] | None = _column(
        "hours/year", "time in which the feeder is down; the column may be left out", ge=0, le=8_766, nullable=True
    )


class Substations(_Sourced):
    """Transformer stations of 110 kV and above."""

    substation_id: Series[str] = _column("-", "identifier", unique=True)
    name: Series[str] = _column("-", "name")
    voltage_kv: Series[float] = _column("kV", "upper voltage", usual=Usual(0.2, 1_200, (VOLTS,)), gt=0)
    capacity_mva: Series[float] = _column(
        "MVA", "transformer capacity", usual=Usual(0.01, 5_000, (KILO["MVA"],)), gt=0, nullable=True
    )
    load_mva: Series[float] = _column(
        "MVA", "peak load", usual=Usual(0.05, 5_000, (KILO["MVA"], Unit("GVA", 0.001))), ge=0, nullable=True
    )
    status: Series[str] = _column("-", "existing, under construction or planned", isin=SUBSTATION_STATUS)
    position_accuracy_m: Series[float] = _column("m", "radius that holds the true position", usual=ACCURACY, ge=0)


class Stations(_Sourced):
    """Distribution stations: transformers from medium to low voltage, which low-voltage lines start from."""

    station_id: Series[str] = _column("-", "identifier", unique=True)
    name: Series[str] = _column("-", "name, such as that of the village", nullable=True)
    voltage_kv: Series[float] = _column("kV", "upper voltage", usual=Usual(0.2, 1_200, (VOLTS,)), gt=0)
    capacity_kva: Series[float] = _column(
        "kVA", "transformer capacity", usual=Usual(5, 20_000, (Unit("VA", 1_000),), (10, 3_000)), gt=0
    )
    load_kva: Series[float] = _column(
        "kVA", "peak load; empty where it is not known", usual=Usual(0, 20_000, (Unit("VA", 1_000),), (1, 2_000)), ge=0,
        nullable=True
    )  # fmt: skip
    status: Series[str] = _column(
        "-", "existing, not_energised (built, never switched on) or planned", isin=STATION_STATUS
    )
    position_accuracy_m: Series[float] = _column("m", "radius that holds the true position", usual=ACCURACY, ge=0)


class HydroSites(_Sourced):
    """Places on streams where a small hydro plant could stand, with what is known of flow and head."""

    site_id: Series[str] = _column("-", "identifier", unique=True)
    firm_flow_m3_s: Series[float] = _column(
        "m³/s",
        "flow at the intake that 95 % of the days of a year reach",
        usual=Usual(0.0005, 50, (Unit("litres a second", 1_000),)),
        gt=0,
    )
    head_m: Series[float] = _column("m", "height between intake and powerhouse", usual=Usual(1, 1_000), gt=0)
    canal_km: Series[float] = _column(
        "km", "canal from the intake to the pressure pipe; empty where it is not known", ge=0, nullable=True
    )
    evidence: Series[str] = _column(
        "-", "surveyed (flow and head measured on the spot) or mapped (read from a map or report)", isin=SITE_EVIDENCE
    )


class Solar(_Sourced):
    """Sunshine and photovoltaic yield by commune and month."""

    commune_code: Series[str] = _column("-", "commune")
    month: Series[int] = _column("-", "month, 1 to 12", ge=1, le=12)
    ghi_kwh_per_m2_day: Series[float] = _column(
        "kWh/m²/day",
        "global horizontal irradiation",
        usual=Usual(
            0.2,
            9.5,
            (
                Unit("kWh/m² a month", 30.4),
                Unit("MJ/m² a day", 3.6),
                Unit("Wh/m² a day", 1_000),
                Unit("kWh/m² a year", 365.25),
                Unit("J/m² a day", 3_600_000),
            ),
        ),
        gt=0,
    )
    ghi_daily_sd_kwh_per_m2_day: Series[float] = _column(
        "kWh/m²/day",
        "day-to-day standard deviation",
        usual=Usual(0, 5, (Unit("MJ/m² a day", 3.6), Unit("Wh/m² a day", 1_000)), (0.2, 3.5)),
        ge=0,
    )
    pv_kwh_per_kwp: Series[float] = _column(
        "kWh/kWp/month",
        "yield of a fixed array, losses included",
        usual=Usual(
            5, 260, (Unit("kWh/kWp a year", 12), Unit("kWh/kWp a day", 1 / 30.4), Unit("Wh/kWp a month", 1_000))
        ),
        gt=0,
    )
    temperature_c: Series[float] = _column(
        "°C",
        "mean air temperature at the commune centre",
        usual=Usual(-45, 48, (Unit("kelvin", 1, 273.15), Unit("degrees Fahrenheit", 1.8, 32))),
    )


class WaterSchemes(_Sourced):
    """Piped water schemes."""

    scheme_id: Series[str] = _column("-", "identifier", unique=True)
    name: Series[str] = _column("-", "name")
    commune_code: Series[str] = _column("-", "commune that it lies in")
    kind: Series[str] = _column("-", "how it works", isin=("gravity", "pumped", "urban_plant"))
    capacity_m3_day: Series[float] = _column("m³/day", "capacity", usual=Usual(0.01, 1_000_000), gt=0)
    households_design: Series[int] = _column(
        "households", "households that it was designed for", usual=Usual(0, 500_000), ge=0
    )
    households_served: Series[int] = _column(
        "households", "households that it is said to serve", usual=Usual(0, 500_000), ge=0
    )
    source_elevation_m: Series[float] = _column(
        "m", "height of the source or tank", usual=Usual(-50, 6_500), nullable=True
    )
    functionality: Series[str] = _column("-", "sustainability class of the national register", isin=FUNCTIONALITY)
    treatment: Series[bool] = _column("-", "has filtration or disinfection")
    meets_standard: Series[bool] = _column("-", "water meets QCVN 01-1")
    in_plan_2026_2030: Series[bool] = _column("-", "listed for building, upgrade or repair in 2026-2030")
    year: Series[float] = _column("year", "year of building", usual=Usual(1900, 2100), nullable=True)
    position_accuracy_m: Series[float] = _column("m", "radius that holds the true position", usual=ACCURACY, ge=0)
    quality: Series[str] | None = _column(
        "-",
        "what is known of its water, before meets_standard; the column may be left out",
        isin=WATER_QUALITY,
        nullable=True,
    )
    observed_year: Series[float] | None = _column(
        "year",
        "year in which functionality and quality were seen; the column may be left out",
        usual=Usual(1900, 2100),
        nullable=True,
    )
    status: Series[str] | None = _column(
        "-", "existing, or planned and not yet there; without the column all exist", isin=WATER_STATUS, nullable=True
    )
    planned_work: Series[str] | None = _column(
        "-", "what the list of 2026-2030 wants; the column may be left out", isin=PLANNED_WORK, nullable=True
    )
    water_source: Series[str] | None = _column(
        "-", "where its water comes from; the column may be left out", isin=WATER_SOURCES, nullable=True
    )
    is_private: Series[bool] | None = _column(
        "-", "built with private money, so its plant costs the province nothing; the column may be left out"
    )


class WaterHouseholds(_Sourced):
    """Household water works (wells, springs, rain tanks) by commune: what the people without a piped scheme use."""

    commune_code: Series[str] = _column("-", "commune", unique=True)
    household_works: Series[int] = _column("works", "number of household works", usual=Usual(0, 1_000_000), ge=0)
    own_source_to_standard_pct: Series[float] = _column(
        "%", "of all households, those whose own source meets QCVN 01-1, whatever the schemes do", ge=0, le=100
    )
    basic_pct: Series[float] = _column(
        "%", "households with at least basic (hygienic) water, piped included", ge=0, le=100
    )
    is_karst: Series[bool] | None = _column(
        "-", "limestone, where brooks sink: no small stream counts without a measurement; the column may be left out"
    )


class Schools(_Sourced):
    """Schools, existing, to be raised and planned: boarding, upper secondary, day schools of the other levels."""

    school_id: Series[str] = _column("-", "identifier", unique=True)
    name: Series[str] = _column("-", "name")
    kind: Series[str] = _column("-", "kind of school", isin=SCHOOL_KINDS)
    has_primary: Series[bool] = _column("-", "teaches primary level")
    has_lower_secondary: Series[bool] = _column("-", "teaches lower secondary")
    has_upper_secondary: Series[bool] = _column("-", "teaches upper secondary, or will after its upgrade")
    boarding: Series[bool] = _column("-", "pupils can live there")
    commune_code: Series[str] = _column("-", "commune that it lies in")
    capacity_pupils: Series[float] = _column(
        "pupils", "places", usual=Usual(5, 20_000, (), (30, 8_000)), ge=0, nullable=True
    )
    pupils: Series[float] = _column(
        "pupils", "pupils of today", usual=Usual(0, 20_000, (), (20, 8_000)), ge=0, nullable=True
    )
    status: Series[str] = _column("-", "existing, upgrade or planned", isin=SCHOOL_STATUS)
    site_known: Series[bool] = _column("-", "the site is decided; the point is it, within its accuracy")
    cost_mvnd: Series[float] = _column(
        "million VND",
        "published investment",
        usual=Usual(300, 5_000_000, (Unit("VND", 1_000_000), Unit("thousand VND", 1_000), Unit("billion VND", 0.001))),
        ge=0,
        nullable=True,
    )
    position_accuracy_m: Series[float] = _column("m", "radius that holds the true position", usual=ACCURACY, ge=0)


LAYERS: dict[str, type[pa.DataFrameModel]] = {
    "communes": Communes,
    "villages": Villages,
    "settlements": Settlements,
    "roads": Roads,
    "rivers": Rivers,
    "lakes": Lakes,
    "bridges": Bridges,
    "grid_lines": GridLines,
    "substations": Substations,
    "stations": Stations,
    "hydro_sites": HydroSites,
    "solar": Solar,
    "water_schemes": WaterSchemes,
    "water_households": WaterHouseholds,
    "schools": Schools,
}

NEEDS_ROWS = (
    "communes",
    "villages",
    "settlements",
    "roads",
    "grid_lines",
    "water_households",
    "schools",
    "solar",
)
"""Layers that mean nothing without rows; a province may well have no lake, bridge, major river or water scheme."""

GEOMETRY: dict[str, tuple[str, ...]] = {
    "communes": ("Polygon", "MultiPolygon"),
    "villages": ("Point",),
    "settlements": ("Point",),
    "roads": ("LineString",),
    "rivers": ("LineString", "MultiLineString"),
    "lakes": ("Polygon", "MultiPolygon"),
    "bridges": ("Point",),
    "grid_lines": ("LineString",),
    "substations": ("Point",),
    "stations": ("Point",),
    "hydro_sites": ("Point",),
    "solar": (),
    "water_schemes": ("Point",),
    "water_households": (),
    "schools": ("Point",),
}

ID_COLUMN: dict[str, str] = {
    "communes": "commune_code",
    "villages": "village_id",
    "settlements": "settlement_id",
    "roads": "road_id",
    "rivers": "river_id",
    "lakes": "lake_id",
    "bridges": "bridge_id",
    "grid_lines": "line_id",
    "substations": "substation_id",
    "stations": "station_id",
    "hydro_sites": "site_id",
    "water_schemes": "scheme_id",
    "water_households": "commune_code",
    "schools": "school_id",
}

RASTERS: dict[str, str] = {
    "elevation": "m above sea level",
    "forest": "forest class code, see FOREST_*",
    "runoff": "mm per month, twelve bands",
}


def describe(model: type[pa.DataFrameModel]) -> pd.DataFrame:
    """Data dictionary of a schema: one row per column with dtype, unit, meaning, and whether it must be there and be
    filled."""
    columns = model.to_schema().columns
    return pd.DataFrame(
        {
            "column": list(columns),
            "dtype": [str(c.dtype) for c in columns.values()],
            "unit": [c.title for c in columns.values()],
            "meaning": [c.description for c in columns.values()],
            "required": [bool(c.required) for c in columns.values()],
            "may_be_empty": [bool(c.nullable) for c in columns.values()],
        }
    )
