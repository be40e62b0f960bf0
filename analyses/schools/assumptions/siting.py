"""Where schools may stand, what the choice minimises, and how it is tried."""

from __future__ import annotations

from infragap.analyses.parameters import Parameters, parameter
from infragap.analyses.schools.codes import Level, Mode, Objective, SeasonRule


class SitingAssumptions(Parameters):
    """Candidates, objective, links and draws."""

    placement_mode: Mode = parameter(
        Mode.MOTORBIKE,
        unit="-",
        meaning="way of travelling whose minutes the placement minimises",
        source="choice: boarders go weekly",
    )
    objective: Objective = parameter(
        Objective.LEAST_TOTAL, unit="-", meaning="what the chosen sites are best at: least total time, fairest "
                                                 "(shortest longest way), widest (most pupils within coverage_min)",
        source="choice",
    )  # fmt: skip
    sites: int | None = parameter(
        None, unit="schools", meaning="number of schools to place where the pack plans no border schools, or the "
                                      "number of border schools with most need; default: one for each planned school",
        source="choice", minimum=1,
    )  # fmt: skip
    fixed_sites: tuple[str, ...] = parameter(
        (), unit="-", meaning="candidates that must be chosen, by their identifier in schools_od.csv",
        source="choice",
    )  # fmt: skip
    forbidden_sites: tuple[str, ...] = parameter(
        (), unit="-", meaning="candidates that must not be chosen",
        source="choice",
    )  # fmt: skip
    candidate_file: str = parameter(
        "", unit="-", meaning="CSV file with candidates of your own: columns candidate, commune_code, longitude, "
                              "latitude; default: those that the program finds",
        source="choice",
    )  # fmt: skip
    levels: tuple[Level, ...] = parameter(
        (Level.PRIMARY, Level.LOWER_SECONDARY), unit="-", meaning="levels that the placed schools teach",
        source="scheme: border schools teach primary and lower secondary",
    )  # fmt: skip
    season: SeasonRule = parameter(
        SeasonRule.YEAR, unit="-", meaning="season whose ways the placement minimises: the whole school year, the dry "
                                           "or the rainy one",
        source="choice",
    )  # fmt: skip
    notable_saving_min: float = parameter(
        10.0, unit="min", meaning="a new upper-secondary school counts as nearer from this saving on; less lies within "
                                  "the points' errors",
        source="choice: most school points are known to 1-3 km",
    )  # fmt: skip
    site_slope_max_pct: float = parameter(
        25.0, unit="%", meaning="steepest slope of ground that a campus may be built on",
        source="assumption",
    )  # fmt: skip
    site_area_min_ha: float = parameter(
        5.0, unit="ha", meaning="least contiguous ground of a campus",
        source="programme: 5-10 ha", minimum=0.1,
    )  # fmt: skip
    site_area_full_ha: float = parameter(
        10.0, unit="ha", meaning="contiguous ground from which more is no better",
        source="programme: 5-10 ha", minimum=0.1,
    )  # fmt: skip
    site_river_min_m: float = parameter(
        100.0, unit="m", meaning="least distance of a campus from a river or lake: ground nearer counts as flooded",
        source="schools-law 3: more than 100 m from streams",
    )  # fmt: skip
    site_road_max_km: float = parameter(
        1.0, unit="km", meaning="farthest a new campus may lie from a road better than a track, if the commune has any "
                                "such place",
        source="assumption",
    )  # fmt: skip
    site_power_max_km: float = parameter(
        5.0, unit="km", meaning="farthest a new campus may lie from a medium-voltage line, if the commune has any such "
                                "place",
        source="assumption",
    )  # fmt: skip
    site_water_max_km: float = parameter(
        5.0, unit="km", meaning="farthest a new campus may lie from a river, a lake or a water scheme, if the commune "
                                "has any such place",
        source="assumption",
    )  # fmt: skip
    site_spacing_m: float = parameter(
        2000.0, unit="m", meaning="candidates on open ground are at least about so far apart",
        source="choice: time against detail", minimum=200.0,
    )  # fmt: skip
    near_equal_min: float = parameter(
        2.0, unit="min", meaning="another place that takes a pupil at most so much longer is near-equal",
        source="assumption: less than the error of the villages’ points",
    )  # fmt: skip
    coverage_min: float = parameter(
        60.0, unit="min", meaning="travel time within which a pupil counts as covered", source="assumption"
    )
    isochrone_minutes: tuple[float, ...] = parameter(
        (30.0, 60.0, 90.0, 120.0, 180.0), unit="min", meaning="upper ends of the travel-time zones", source="choice"
    )
    new_schools_max: int = parameter(
        7, unit="schools", meaning="most new upper-secondary schools that the curve counts up to",
        source="scheme: 7", minimum=0,
    )  # fmt: skip
    upper_limit_min: float = parameter(
        240.0, unit="min", meaning="longest way to an upper-secondary school that the shared choice looks at",
        source="choice", minimum=30.0,
    )  # fmt: skip
    link_cost_ford_mvnd: float = parameter(
        15000.0, unit="mvnd", meaning="bridge in place of a ford of a smaller river",
        source="assumption", low=5000.0, high=40000.0, minimum=1.0,
    )  # fmt: skip
    link_cost_bridge_mvnd: float = parameter(
        80000.0, unit="mvnd", meaning="bridge over a major river where there is none",
        source="assumption", low=40000.0, high=200000.0, minimum=1.0,
    )  # fmt: skip
    link_cost_earth_mvnd_per_km: float = parameter(
        4500.0, unit="mvnd/km", meaning="earth road or track made concrete",
        source="assumption", low=2500.0, high=8000.0, minimum=1.0,
    )  # fmt: skip
    boarder_trips_per_year: float = parameter(
        72.0, unit="trips", meaning="one-way journeys of a boarder in a school year: there and back once a week",
        source="choice: 36 weeks",
    )  # fmt: skip
    day_trips_per_year: float = parameter(
        350.0, unit="trips", meaning="one-way journeys of a day pupil in a school year",
        source="choice: 175 days there and back",
    )  # fmt: skip
    draws: int = parameter(
        200, unit="draws", meaning="draws of positions, speeds, pupils and places; 0 leaves them out",
        source="choice",
    )  # fmt: skip
    draw_seed: int = parameter(
        20260101, unit="-", meaning="seed of the draws",
        source="choice",
    )  # fmt: skip
    demand_spread_pct: float = parameter(
        15.0, unit="%", meaning="standard deviation of the pupils of a commune in the draws",
        source="assumption",
    )  # fmt: skip
    capacity_spread_pct: float = parameter(
        15.0, unit="%", meaning="standard deviation of unknown places in the draws",
        source="assumption",
    )  # fmt: skip
    gap: float = parameter(1e-3, unit="-", meaning="relative gap at which the placement may stop", source="choice")
    work_limit: float = parameter(
        20.0,
        unit="-",
        meaning="most work for each placement; one unit takes about a second, but is counted and not timed",
        source="choice",
        minimum=0.1,
    )
    curve_work: float = parameter(
        10.0,
        unit="-",
        meaning="most work for each number of new upper-secondary schools, counted like work_limit",
        source="choice: enough to prove the gap on the embedded pack; cuts learnt for one number serve all",
        minimum=0.1,
    )
