"""Parameters of the school analysis: speeds, thresholds, and what the placement minimises."""

from __future__ import annotations

from typing import ClassVar

from infragap.analyses.parameters import Parameters, parameter
from infragap.analyses.schools.codes import Mode

_SPEEDS = (
    "norms C and F: mountain motorbike speeds, checked on Lùng Cúng (25 km of earth track in nearly 3 hours, press)"
)
_ENTITLEMENT = "Decree 66/2025/NĐ-CP (as 116/2016): 4 / 7 / 10 km"


class SchoolsParameters(Parameters):
    """Parameters of `plan_schools`."""

    analysis: ClassVar[str] = "schools"

    cell_size_m: float = parameter(
        200.0,
        unit="m",
        meaning="width of the cells that open ground is walked on",
        source="choice: time against detail",
        minimum=20.0,
    )
    road_join_tolerance_m: float = parameter(
        2.0, unit="m", meaning="road ends this near each other meet", source="choice: rounding of GeoJSON coordinates"
    )
    walk_flat_kmh: float = parameter(
        5.04,
        unit="km/h",
        meaning="walking on a flat path",
        source="Tobler 1993: 6 exp(-0.175)",
        low=4.0,
        high=6.0,
        minimum=0.5,
    )
    walk_off_path_factor: float = parameter(
        0.6,
        unit="-",
        meaning="speed off the paths as a share of that on them",
        source="Tobler 1993",
        low=0.4,
        high=0.8,
        minimum=0.05,
    )
    walk_rainy_factor: float = parameter(
        0.8, unit="-", meaning="walking speed off the paved roads in the rainy season as a share of the dry one",
        source="assumption", low=0.6, high=1.0, minimum=0.05,
    )  # fmt: skip
    motorbike_asphalt_kmh: float = parameter(
        30.0, unit="km/h", meaning="motorbike on asphalt", source=_SPEEDS, low=25.0, high=40.0, minimum=1.0
    )
    motorbike_concrete_kmh: float = parameter(
        22.0, unit="km/h", meaning="motorbike on concrete", source=_SPEEDS, low=15.0, high=25.0, minimum=1.0
    )
    motorbike_gravel_kmh: float = parameter(
        15.0, unit="km/h", meaning="motorbike on gravel", source="assumption between concrete and earth", low=10.0, high=20.0,
        minimum=1.0,
    )  # fmt: skip
    motorbike_earth_kmh: float = parameter(
        10.0, unit="km/h", meaning="motorbike on an earth road, dry", source=_SPEEDS, low=8.0, high=15.0, minimum=1.0
    )
    motorbike_track_kmh: float = parameter(
        8.6,
        unit="km/h",
        meaning="motorbike on an earth or gravel track, dry",
        source=_SPEEDS,
        low=8.0,
        high=12.0,
        minimum=1.0,
    )
    motorbike_rainy_paved_factor: float = parameter(
        0.85,
        unit="-",
        meaning="rainy against dry speed on asphalt and concrete",
        source="assumption",
        low=0.7,
        high=1.0,
        minimum=0.05,
    )
    motorbike_rainy_gravel_factor: float = parameter(
        0.6, unit="-", meaning="rainy against dry speed on gravel", source="assumption", low=0.4, high=0.9, minimum=0.05
    )
    motorbike_rainy_earth_kmh: float = parameter(
        4.0,
        unit="km/h",
        meaning="motorbike on earth in the rainy season",
        source=_SPEEDS,
        low=1.0,
        high=8.0,
        minimum=0.1,
    )
    motorbike_slope_free_pct: float = parameter(
        8.0,
        unit="%",
        meaning="slope of a road up to which a motorbike keeps its speed; the speeds were observed on mountain roads of about this slope",
        source="assumption",
        low=5.0,
        high=10.0,
    )
    motorbike_slope_loss: float = parameter(
        2.0,
        unit="% of speed per % of slope",
        meaning="loss of speed for each percent above that, uphill and downhill alike",
        source="assumption",
        low=1.0,
        high=4.0,
    )
    motorbike_slope_least_factor: float = parameter(
        0.5,
        unit="-",
        meaning="least share of its speed that a motorbike keeps on a slope",
        source="assumption",
        minimum=0.05,
    )
    fords_closed_in_rain: bool = parameter(
        True,
        unit="-",
        meaning="tracks that cross a major river without a bridge are closed in the rainy season",
        source="assumption",
    )
    access_min: float = parameter(
        60.0,
        unit="min",
        meaning="longest walk between a place and a road that is weighed against nearer roads; whoever has a road nearer walks no farther",
        source="choice",
        minimum=1.0,
    )
    access_last_min: float = parameter(
        480.0,
        unit="min",
        meaning="longest walk to a road where none is nearer",
        source="choice: a day's walk",
        minimum=1.0,
    )
    foot_limit_min: float = parameter(
        360.0,
        unit="min",
        meaning="longest walk to a school that is looked for; beyond it 'out of reach'",
        source="choice: a day there",
    )
    boarding_primary_km: float = parameter(
        4.0, unit="km", meaning="primary pupils may board from this distance", source=_ENTITLEMENT
    )
    boarding_lower_secondary_km: float = parameter(
        7.0, unit="km", meaning="lower-secondary pupils may board from this distance", source=_ENTITLEMENT
    )
    boarding_upper_secondary_km: float = parameter(
        10.0, unit="km", meaning="upper-secondary pupils may board from this distance", source=_ENTITLEMENT
    )
    weight_primary: float = parameter(
        0.5, unit="-", meaning="weight of a primary pupil in the placement of border schools (the older half boards)",
        source="assumption", low=0.0, high=1.0,
    )  # fmt: skip
    weight_lower_secondary: float = parameter(
        1.0,
        unit="-",
        meaning="weight of a lower-secondary pupil in the placement of border schools",
        source="choice: the unit",
    )
    rainy_share: float = parameter(
        1 / 3, unit="-", meaning="share of the school year's journeys in the rainy season (September, April, May of nine months)",
        source="assumption", low=0.2, high=0.5,
    )  # fmt: skip
    placement_mode: Mode = parameter(
        Mode.MOTORBIKE,
        unit="-",
        meaning="way of travelling whose minutes the placement minimises",
        source="choice: boarders go weekly",
    )
    own_commune_only: bool = parameter(
        True,
        unit="-",
        meaning="pupils go to the border school of their own commune (intake by area), else to the nearest",
        source="choice",
    )
    notable_saving_min: float = parameter(
        10.0, unit="min", meaning="a new upper-secondary school counts as nearer from this saving on; less lies within the points' errors",
        source="choice: most school points are known to 1-3 km",
    )  # fmt: skip
    site_slope_max_pct: float = parameter(
        25.0, unit="%", meaning="steepest mean slope of the cell where a campus of 5-10 ha may be built, if the commune has any such",
        source="assumption",
    )  # fmt: skip
    site_road_max_km: float = parameter(
        1.0, unit="km", meaning="farthest a new campus may lie from a road better than a track, if the commune has any such village",
        source="assumption",
    )  # fmt: skip
    coverage_min: float = parameter(
        60.0, unit="min", meaning="travel time within which a pupil counts as covered", source="assumption"
    )
    isochrone_minutes: tuple[float, ...] = parameter(
        (30.0, 60.0, 90.0, 120.0), unit="min", meaning="upper ends of the travel-time zones", source="choice"
    )
    gap: float = parameter(1e-4, unit="-", meaning="relative gap at which the placement may stop", source="choice")
    work_limit: float = parameter(
        20.0,
        unit="-",
        meaning="most work for each placement; one unit takes about a second, but is counted and not timed",
        source="choice",
        minimum=0.1,
    )
