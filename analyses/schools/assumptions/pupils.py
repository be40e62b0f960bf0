"""Who may board, who comes first, and how many places there are."""

from __future__ import annotations

from infragap.analyses.parameters import Parameters, parameter
from infragap.analyses.schools.codes import Intake, Priority, Terrain

_ENTITLEMENT = "Decree 66/2025/NĐ-CP (as 116/2016): 4 / 7 / 10 km"


class PupilAssumptions(Parameters):
    """Entitlement, priority, places."""

    boarding_primary_km: float = parameter(
        4.0, unit="km", meaning="primary pupils may board from this distance", source=_ENTITLEMENT
    )
    boarding_lower_secondary_km: float = parameter(
        7.0, unit="km", meaning="lower-secondary pupils may board from this distance", source=_ENTITLEMENT
    )
    boarding_upper_secondary_km: float = parameter(
        10.0, unit="km", meaning="upper-secondary pupils may board from this distance", source=_ENTITLEMENT
    )
    difficult_terrain: tuple[Terrain, ...] = parameter(
        tuple(Terrain), unit="-", meaning="kinds of difficult terrain that entitle to board at any distance",
        source="Decree 66/2025/NĐ-CP: no bridge, pass or high mountain, landslide zone; the province names the areas "
               "by decision, none was found",
    )  # fmt: skip
    pass_climb_m: float = parameter(
        300.0, unit="m", meaning="climb on the way to school from which it counts as crossing a pass",
        source="assumption: the law gives no number", low=200.0, high=600.0,
    )  # fmt: skip
    closed_road_km: float = parameter(
        2.0,
        unit="km",
        meaning="length of road on the way to school that is closed in the rain, from which it counts as difficult "
        "terrain",
        source="assumption: the law gives no number",
        low=0.5,
        high=5.0,
    )
    landslide_slope_pct: float = parameter(
        100.0, unit="%", meaning="steepest ground beside the way to school from which it counts as a landslide slope",
        source="assumption: no layer of landslides", low=60.0, high=120.0,
    )  # fmt: skip
    day_limit_min: float = parameter(
        240.0, unit="min", meaning="a way that takes longer counts as cut off that season",
        source="assumption: pupils who cannot go and return in a day", low=180.0, high=480.0, minimum=30.0,
    )  # fmt: skip
    weight_primary: float = parameter(
        0.5, unit="-",
        meaning="weight of a primary pupil in the placement of border schools and in the order of places",
        source="assumption", low=0.0, high=1.0,
    )  # fmt: skip
    weight_lower_secondary: float = parameter(
        1.0,
        unit="-",
        meaning="weight of a lower-secondary pupil in the placement of border schools and in the order of places",
        source="choice: the unit",
    )
    weight_day_pupil: float = parameter(
        0.25, unit="-", meaning="weight of a pupil who is not entitled to board against one who is",
        source="assumption: boarders first; day pupils take places that are left", low=0.0, high=1.0,
    )  # fmt: skip
    priority: Priority = parameter(
        Priority.FARTHEST, unit="-", meaning="who comes first where places are short, after the weights of "
                                             "levels: nobody else, the farthest, or the poorest",
        source="TT 12/2026/TT-BGDĐT: poor and near-poor, or too far to return daily, before others",
    )  # fmt: skip
    intake_rule: Intake = parameter(
        Intake.ADJOINING, unit="-", meaning="pupils of which communes a border school takes: its own, its own and "
                                            "adjoining border communes, or any",
        source="TT 12/2026/TT-BGDĐT: resident in the border commune of the school or in adjoining border communes",
    )  # fmt: skip
    without_place_min: float = parameter(
        1000.0, unit="min", meaning="what a pupil who finds no place weighs, as minutes of a way",
        source="choice: longer than any way, so that no place stays empty for the sake of minutes", minimum=1.0,
    )  # fmt: skip
    border_capacity_pupils: float = parameter(
        1000.0, unit="pupils", meaning="places of a border school where the layer gives none",
        source="programme: standard design of at least 1,000 pupils", low=945.0, high=1260.0, minimum=1.0,
    )  # fmt: skip
    boarding_capacity_pupils: float = parameter(
        422.0, unit="pupils", meaning="places of an ethnic boarding school where the layer gives none",
        source="draft plan: 7,175 pupils in 17 schools", low=300.0, high=525.0, minimum=1.0,
    )  # fmt: skip
    upper_capacity_pupils: float = parameter(
        789.0, unit="pupils", meaning="places of an upper-secondary school where the layer gives none",
        source="draft plan: 53,630 pupils in 68 schools", low=500.0, high=1100.0, minimum=1.0,
    )  # fmt: skip
    ethnic_boarding_target_pct: float = parameter(
        10.0, unit="%", meaning="share of the minority pupils of lower and upper secondary that ethnic boarding "
                                "schools shall hold in 2030",
        source="draft plan 7/6/2026: 10 % by 2030",
    )  # fmt: skip
    ethnic_boarding_pupils: float = parameter(
        7175.0, unit="pupils", meaning="pupils of the ethnic boarding schools today",
        source="draft plan 7/6/2026: 17 schools, 207 classes, 7,175 pupils",
    )  # fmt: skip
    upper_schools_published: int = parameter(
        68, unit="schools", meaning="upper-secondary schools that the province counts",
        source="draft plan 7/6/2026: 68 schools",
    )  # fmt: skip
    rainy_share: float = parameter(
        1 / 3, unit="-", meaning="share of the school year's journeys in the rainy season (September, April, May of "
                                 "nine months)",
        source="assumption", low=0.2, high=0.5,
    )  # fmt: skip
