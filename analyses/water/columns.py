"""Columns of the water tables: unit, meaning, Vietnamese heading and origin."""

from __future__ import annotations

from infragap.analyses.columns import Column, table

_CODE = Column("commune_code", "-", "villages.commune_code")
_COMMUNE = Column("commune", "-", "communes.name")
_PROVENANCE = Column("provenance", "-", "layers in the catalogue")
_LONGITUDE = Column("longitude", "°", "geometry of the layer")
_LATITUDE = Column("latitude", "°", "geometry of the layer")
_LEVELS = (
    Column(
        "people_piped_to_standard",
        "people",
        "water_schemes, reach_km, service_unsustainable_pct, demand_l_per_person_day",
    ),
    Column("people_own_source_to_standard", "people", "water_households.own_source_to_standard_pct"),
    Column("people_piped", "people", "water_schemes.meets_standard"),
    Column("people_basic", "people", "water_households.basic_pct"),
    Column("people_none", "people", "water_households.basic_pct"),
    Column("to_standard_pct", "%", "people_piped_to_standard + people_own_source_to_standard"),
    Column("basic_pct", "%", "population − people_none"),
)

VILLAGES = table(
    "water.villages",
    Column("village_id", "-", "villages.village_id"),
    Column("name", "-", "villages.name"),
    _CODE,
    _COMMUNE,
    Column("is_rural", "-", "communes.kind"),
    Column("households", "households", "villages.households"),
    Column("population", "people", "villages.population"),
    Column("level", "-", "people_* columns"),
    *_LEVELS,
    Column("scheme", "-", "water_schemes.name"),
    Column("nearest_source_km", "km", "elevation, reach_km"),
    Column("work_id", "-", "water_works"),
    Column("people_gained", "people", "water_works"),
    _PROVENANCE,
    _LONGITUDE,
    _LATITUDE,
)

COMMUNES = table(
    "water.communes",
    Column("rank", "-", "people_without_standard, poverty_rate_pct, poverty_weight"),
    _CODE,
    _COMMUNE,
    Column("is_rural", "-", "communes.kind"),
    Column("population", "people", "villages.population"),
    *_LEVELS,
    Column("people_without_standard", "people", "population, people_* columns"),
    Column("poverty_rate_pct", "%", "communes.poverty_rate_pct"),
    Column("hot_spot", "-", "water_villages"),
    Column("hot_spot_people", "people", "water_villages"),
    Column("works", "works", "water_works"),
    Column("people_gained", "people", "water_works"),
    Column("to_standard_after_pct", "%", "people_gained"),
    Column("reason_vi", "-", "the columns before"),
    Column("reason_en", "-", "the columns before"),
    _PROVENANCE,
)

WORKS = table(
    "water.works",
    Column("rank", "-", "people_gained, cost_mvnd"),
    Column("work_id", "-", "order of candidates"),
    Column("kind", "-", "candidates"),
    Column("name", "-", "water_schemes.name, villages.name"),
    Column("scheme_id", "-", "water_schemes.scheme_id"),
    _CODE,
    _COMMUNE,
    Column("households_gained", "households", "capacity, villages in reach"),
    Column("people_gained", "people", "households_gained, villages"),
    Column("villages", "villages", "elevation, reach_km"),
    Column("capacity_households", "households", "water_schemes.capacity_m3_day, runoff, dry_season_safety"),
    Column("main_km", "km", "elevation"),
    Column("static_head_m", "m", "elevation, source_elevation_m"),
    Column("break_tanks", "tanks", "static_head_m, pressure_zone_m"),
    Column("cost_mvnd", "mvnd", "*_mvnd parameters"),
    Column("cost_per_person_mvnd", "mvnd/person", "cost_mvnd, people_gained"),
    Column("in_plan_2026_2030", "-", "water_schemes.in_plan_2026_2030"),
    Column("reason_vi", "-", "the columns before"),
    Column("reason_en", "-", "the columns before"),
    _PROVENANCE,
    _LONGITUDE,
    _LATITUDE,
)

SCHEMES = table(
    "water.schemes",
    Column("scheme_id", "-", "water_schemes"),
    Column("name", "-", "water_schemes"),
    _CODE,
    _COMMUNE,
    Column("kind", "-", "water_schemes"),
    Column("capacity_m3_day", "m³/day", "water_schemes"),
    Column("functionality", "-", "water_schemes"),
    Column("meets_standard", "-", "water_schemes"),
    Column("in_plan_2026_2030", "-", "water_schemes"),
    Column("households_registered", "households", "water_schemes.households_served"),
    Column("households_served", "households", "capacity, functionality, reach"),
    Column("villages_in_reach", "villages", "elevation, reach_km"),
    _PROVENANCE,
    _LONGITUDE,
    _LATITUDE,
)
