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
    Column("people_own_source_to_standard", "people", "villages.own_source_households, water_households"),
    Column("people_piped", "people", "water_schemes.meets_standard"),
    Column("people_basic", "people", "water_households.basic_pct"),
    Column("people_none", "people", "water_households.basic_pct"),
    Column("people_unknown", "people", "water_schemes.functionality, quality; villages without households"),
    Column("people_without_basic", "people", "people_none; villages and communes without data"),
    Column("to_standard_pct", "%", "people_piped_to_standard + people_own_source_to_standard"),
    Column("basic_pct", "%", "population − people_without_basic"),
)
_LACKING = (
    Column("people_without_standard", "people", "population, people_* columns"),
    Column("share_without_standard_pct", "%", "people_without_standard, population"),
    Column("poverty_rate_pct", "%", "communes.poverty_rate_pct"),
)

VILLAGES = table(
    "water.villages",
    Column("rank", "-", "people_without_standard"),
    Column("rank_share", "-", "share_without_standard_pct"),
    Column("village_id", "-", "villages.village_id"),
    Column("name", "-", "villages.name"),
    _CODE,
    _COMMUNE,
    Column("is_rural", "-", "communes.kind"),
    Column("households", "households", "villages.households"),
    Column("population", "people", "villages.population"),
    Column("level", "-", "people_* columns"),
    *_LEVELS,
    *_LACKING,
    Column("households_without_standard", "households", "people_without_standard"),
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
    Column("rank", "-", "people_without_standard"),
    Column("rank_share", "-", "share_without_standard_pct"),
    Column("rank_poverty", "-", "poverty_rate_pct"),
    _CODE,
    _COMMUNE,
    Column("is_rural", "-", "communes.kind"),
    Column("population", "people", "villages.population"),
    *_LEVELS,
    *_LACKING,
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
    Column("work_id", "-", "rank"),
    Column("candidate_id", "-", "water_candidates"),
    Column("site", "-", "water_candidates"),
    Column("kind", "-", "water_schemes.functionality, meets_standard, treatment, planned_work; elevation"),
    Column("treatment", "-", "kind"),
    Column("name", "-", "water_schemes.name, villages.name"),
    Column("scheme_id", "-", "water_schemes.scheme_id"),
    Column("listed", "-", "water_schemes.in_plan_2026_2030"),
    _CODE,
    _COMMUNE,
    Column("year", "-", "cost_mvnd, budgets_mvnd"),
    Column("households_gained", "households", "the choice"),
    Column("people_gained", "people", "households_gained, villages"),
    Column("people_after_5_years", "people", "people_gained, scheme_loss_pct_per_year"),
    Column("villages", "villages", "the choice"),
    Column("capacity_households", "households", "water_schemes.capacity_m3_day, runoff, take_of_driest_month_pct"),
    Column("catchment_km2", "km²", "elevation"),
    Column("dry_flow_l_s", "l/s", "runoff, elevation"),
    Column("usable_flow_l_s", "l/s", "dry_flow_l_s, take_of_driest_month_pct, schemes upstream"),
    Column("withdrawal_l_s", "l/s", "households_gained, demand_l_per_person_day, loss_pct, peak_day_factor"),
    Column("village_upstream", "-", "villages, settlements, elevation"),
    Column("sanitary_zone", "-", "withdrawal_l_s, sanitary_zone_m3_day"),
    Column("source_elevation_m", "m", "elevation, water_schemes.source_elevation_m"),
    Column("main_km", "km", "elevation"),
    Column("pipes_km", "km", "water_pipes"),
    Column("static_head_m", "m", "water_pipes"),
    Column("lowest_pressure_m", "m", "water_pipes"),
    Column("break_tanks", "tanks", "elevation, tap_pressure_max_m"),
    Column("pump_m", "m", "elevation"),
    Column("cost_mvnd", "mvnd", "water_boq"),
    Column("cost_per_person_mvnd", "mvnd/person", "cost_mvnd, people_gained"),
    Column("om_mvnd_per_year", "mvnd/year", "cost_mvnd, om_pct, operator, treatment, power"),
    Column("income_mvnd_per_year", "mvnd/year", "tariff_vnd_per_m3, households_gained"),
    Column("om_vnd_per_m3", "VND/m³", "om_mvnd_per_year, water sold"),
    Column(
        "cost_per_person_year_mvnd", "mvnd/person/year", "cost_mvnd, life_years, discount_rate_pct, om_mvnd_per_year"
    ),
    Column("chosen_probability", "-", "draws"),
    Column("no_regret", "-", "chosen_probability"),
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
    Column("status", "-", "water_schemes.status"),
    Column("capacity_m3_day", "m³/day", "water_schemes"),
    Column("functionality", "-", "water_schemes"),
    Column("quality", "-", "water_schemes.quality, meets_standard"),
    Column("meets_standard", "-", "water_schemes"),
    Column("observed_year", "-", "water_schemes.observed_year"),
    Column("in_plan_2026_2030", "-", "water_schemes"),
    Column("planned_work", "-", "water_schemes.planned_work, typed_as"),
    Column("work_outcome", "-", "water_candidates, the choice"),
    Column("work_id", "-", "water_works"),
    Column("candidate_people", "people", "water_candidates, water_candidate_links"),
    Column("candidate_mvnd_per_person", "mvnd/person", "water_candidates, water_candidate_links"),
    Column("households_registered", "households", "water_schemes.households_served"),
    Column("households_served", "households", "capacity, functionality, reach"),
    Column("villages_in_reach", "villages", "elevation, reach_km"),
    Column("people_lost_if_it_fails", "people", "households_served, villages in reach"),
    _PROVENANCE,
    _LONGITUDE,
    _LATITUDE,
)

PIPES = table(
    "water.pipes",
    Column("work_id", "-", "water_works"),
    Column("section", "-", "elevation, villages"),
    Column("from", "-", "elevation, villages"),
    Column("to", "-", "elevation, villages"),
    Column("length_m", "m", "elevation"),
    Column("od_mm", "mm", "head available, flow_l_s, prices"),
    Column("inside_mm", "mm", "od_mm, pn"),
    Column("pn", "bar", "static_head_m"),
    Column("material", "-", "static_head_m"),
    Column("laid_share", "-", "kind of the work"),
    Column("flow_l_s", "l/s", "households_gained, peak_hour_factor"),
    Column("velocity_m_s", "m/s", "flow_l_s, inside_mm"),
    Column("slow_because", "-", "velocity_m_s, velocity_min_m_per_s, static_head_m"),
    Column("loss_m", "m", "flow_l_s, inside_mm, length_m"),
    Column("static_head_m", "m", "elevation"),
    Column("from_elevation_m", "m", "elevation"),
    Column("to_elevation_m", "m", "elevation"),
    Column("from_head_m", "m", "loss_m"),
    Column("to_head_m", "m", "loss_m"),
    Column("to_pressure_m", "m", "to_head_m, to_elevation_m"),
    Column("village_id", "-", "villages"),
    Column("tap_pressure_m", "m", "to_pressure_m, valves"),
)

BOQ = table(
    "water.boq",
    Column("work_id", "-", "water_works"),
    Column("item", "-", "kind of the work"),
    Column("detail", "-", "water_pipes"),
    Column("quantity", "see unit", "water_pipes, capacity_households"),
    Column("unit", "-", "item"),
    Column("cost_mvnd", "mvnd", "quantity, prices"),
)

FRONTIER = table(
    "water.frontier",
    Column("question", "-", "works_max, target_pct"),
    Column("works", "works", "the choice"),
    Column("cost_mvnd", "mvnd", "the choice"),
    Column("people", "people", "the choice"),
    Column("bound", "mvnd or people", "linear relaxation, search"),
    Column("gap", "-", "cost_mvnd or people, bound"),
    Column("status", "-", "gap"),
)

CANDIDATES = table(
    "water.candidates",
    Column("candidate_id", "-", "site, kind, number of villages"),
    Column("site", "-", "water_schemes.scheme_id, elevation"),
    Column("kind", "-", "water_schemes, elevation"),
    Column("treatment", "-", "kind"),
    Column("listed", "-", "water_schemes.in_plan_2026_2030"),
    Column("scheme_id", "-", "water_schemes"),
    Column("capacity_households", "households", "water_schemes.capacity_m3_day, runoff"),
    Column("fixed_mvnd", "mvnd", "pipes, tanks, intake, treatment"),
    Column("mvnd_per_household", "mvnd/household", "plant, repairs"),
    Column("source_id", "-", "elevation, water_schemes"),
    Column("usable_flow_l_s", "l/s", "runoff, take_of_driest_month_pct, schemes upstream"),
    Column("withdrawal_l_s_per_household", "l/s/household", "demand_l_per_person_day, loss_pct, peak_day_factor"),
    Column("downstream_id", "-", "elevation"),
    Column("village_upstream", "-", "villages, settlements, elevation"),
    Column("chosen_probability", "-", "draws"),
)

CANDIDATE_LINKS = table(
    "water.candidate_links",
    Column("candidate_id", "-", "water_candidates"),
    Column("village_id", "-", "villages"),
    Column("households_max", "households", "water_villages.households_without_standard"),
    Column("people_per_household", "people/household", "villages"),
    Column("cost_mvnd_per_household", "mvnd/household", "connection, network"),
    Column("fixed_mvnd", "mvnd", "pipes that are its own"),
    Column("parent_village_id", "-", "elevation"),
    Column("households_gained", "households", "the choice"),
)

HOUSEHOLDS = table(
    "water.households",
    Column("village_id", "-", "villages"),
    Column("name", "-", "villages"),
    _CODE,
    _COMMUNE,
    Column("households_none", "households", "water_households.basic_pct"),
    Column("people_none", "people", "water_households.basic_pct"),
    Column("option", "-", "streams near, runoff, prices"),
    Column("mvnd_per_household", "mvnd/household", "prices"),
    Column("cost_mvnd", "mvnd", "households_none, mvnd_per_household"),
    Column("poverty_rate_pct", "%", "communes.poverty_rate_pct"),
    Column("loan_mvnd", "mvnd", "cost_mvnd, poverty_rate_pct, loan_mvnd"),
    Column("grant_mvnd", "mvnd", "cost_mvnd, loan_mvnd"),
    _PROVENANCE,
)

YEARS = table(
    "water.years",
    Column("year", "-", "first_year"),
    Column("budget_mvnd", "mvnd", "budgets_mvnd, budget_share_pct, the catalogue"),
    Column("spent_mvnd", "mvnd", "water_works"),
    Column("works", "works", "water_works"),
    Column("people_gained", "people", "water_works"),
    Column("people_gained_so_far", "people", "water_works"),
    Column("people_expected_so_far", "people", "scheme_loss_pct_per_year"),
    Column("om_mvnd_per_year", "mvnd/year", "water_works"),
    Column("rural_people", "people", "population_growth_pct"),
    Column("to_standard_pct", "%", "people_gained_so_far"),
    Column("to_standard_expected_pct", "%", "people_expected_so_far, rural_people"),
)

TABLES = {
    "boq": BOQ,
    "frontier": FRONTIER,
    "candidates": CANDIDATES,
    "candidate_links": CANDIDATE_LINKS,
    "households": HOUSEHOLDS,
    "years": YEARS,
}
"""Tables of `WaterResult.tables` by name."""
