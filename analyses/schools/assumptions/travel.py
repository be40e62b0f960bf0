"""How fast people walk and ride, and what the rain closes."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from infragap.analyses.parameters import Parameters, parameter
from infragap.analyses.schools.codes import RainRule

_SPEEDS = (
    "norms C and F: mountain motorbike speeds, checked on Lùng Cúng (25 km of earth track in nearly 3 hours, press)"
)


class TravelAssumptions(Parameters):
    """Speeds, seasons, fords and ferries."""

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
        maximum=1.0,
    )
    walk_plantation_factor: float = parameter(
        0.85, unit="-", meaning="speed in planted forest as a share of that on open ground off the paths",
        source="assumption after AccessMod: medium vegetation 3 km/h", low=0.6, high=1.0, minimum=0.05, maximum=1.0,
    )  # fmt: skip
    walk_natural_forest_factor: float = parameter(
        0.67, unit="-", meaning="speed in natural forest as a share of that on open ground off the paths",
        source="AccessMod example table: dense vegetation 2 km/h against 3 km/h", low=0.4, high=1.0, minimum=0.05,
        maximum=1.0,
    )  # fmt: skip
    walk_rainy_factor: float = parameter(
        0.8, unit="-", meaning="walking speed off the paved roads in the rainy season as a share of the dry one",
        source="assumption", low=0.6, high=1.0, minimum=0.05, maximum=1.0,
    )  # fmt: skip
    motorbike_asphalt_kmh: float = parameter(
        30.0, unit="km/h", meaning="motorbike on asphalt", source=_SPEEDS, low=25.0, high=40.0, minimum=1.0
    )
    motorbike_concrete_kmh: float = parameter(
        22.0, unit="km/h", meaning="motorbike on concrete", source=_SPEEDS, low=15.0, high=25.0, minimum=1.0
    )
    motorbike_gravel_kmh: float = parameter(
        15.0, unit="km/h", meaning="motorbike on gravel", source="assumption between concrete and earth", low=10.0,
        high=20.0,
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
        maximum=1.0,
    )
    motorbike_rainy_gravel_factor: float = parameter(
        0.6,
        unit="-",
        meaning="rainy against dry speed on gravel",
        source="assumption",
        low=0.4,
        high=0.9,
        minimum=0.05,
        maximum=1.0,
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
    earth_roads_in_rain: RainRule = parameter(
        RainRule.SLOW, unit="-", meaning="earth roads in the rainy season: slow (motorbike_rainy_earth_kmh) or closed "
                                         "to motorbikes",
        source="assumption",
    )  # fmt: skip
    tracks_in_rain: RainRule = parameter(
        RainRule.CLOSED, unit="-", meaning="unpaved tracks in the rainy season: slow or closed to motorbikes; they can "
                                           "be walked",
        source="press on Lùng Cúng: motorbikes in the dry season only (norms 0.3)",
    )  # fmt: skip
    motorbike_slope_free_pct: float = parameter(
        8.0,
        unit="%",
        meaning="slope of a road up to which a motorbike keeps its speed; the speeds were observed on mountain roads "
        "of about this slope",
        source="assumption",
        low=5.0,
        high=10.0,
    )
    motorbike_slope_loss: float = parameter(
        2.0,
        unit="% of speed per % of slope",
        meaning="loss of speed for each percent above that uphill",
        source="assumption",
        low=1.0,
        high=4.0,
    )
    motorbike_downhill_loss: float = parameter(
        1.0, unit="% of speed per % of slope", meaning="loss of speed downhill for each percent above "
                                                       "motorbike_slope_free_pct",
        source="assumption: braking costs half of climbing", low=0.0, high=2.0,
    )  # fmt: skip
    motorbike_slope_least_factor: float = parameter(
        0.5,
        unit="-",
        meaning="least share of its speed that a motorbike keeps on a slope",
        source="assumption",
        minimum=0.05,
        maximum=1.0,
    )
    ford_min: float = parameter(
        5.0, unit="min", meaning="time of fording a river without a bridge in the dry season",
        source="assumption", low=2.0, high=15.0,
    )  # fmt: skip
    fords_closed_in_rain: bool = parameter(
        True,
        unit="-",
        meaning="rivers without a bridge cannot be forded in the rainy season",
        source="assumption",
    )
    ferry_kmh: float = parameter(
        5.0, unit="km/h", meaning="speed of a ferry",
        source="assumption", low=3.0, high=10.0, minimum=0.5,
    )  # fmt: skip
    ferry_wait_min: float = parameter(
        15.0, unit="min", meaning="wait for a ferry",
        source="assumption", low=5.0, high=30.0,
    )  # fmt: skip
    ferries_closed_in_rain: bool = parameter(
        False, unit="-", meaning="ferries do not run in the rainy season",
        source="assumption",
    )  # fmt: skip
    foot_limit_min: float = parameter(
        360.0,
        unit="min",
        meaning="longest walk to a school that is looked for; beyond it 'out of reach'",
        source="choice: a day there",
    )

    @model_validator(mode="after")
    def _better_surfaces_are_no_slower(self) -> Self:
        """Refuse speeds with which paving a road would lengthen a way."""
        dry = (
            self.motorbike_earth_kmh,
            self.motorbike_gravel_kmh,
            self.motorbike_concrete_kmh,
            self.motorbike_asphalt_kmh,
        )
        rainy = (
            min(self.motorbike_rainy_earth_kmh, self.motorbike_earth_kmh),
            self.motorbike_gravel_kmh * self.motorbike_rainy_gravel_factor,
            self.motorbike_concrete_kmh * self.motorbike_rainy_paved_factor,
            self.motorbike_asphalt_kmh * self.motorbike_rainy_paved_factor,
        )
        for season, speeds in (("dry", dry), ("rainy", rainy)):
            if list(speeds) != sorted(speeds):
                told = ", ".join(f"{speed:g}" for speed in speeds)
                raise ValueError(
                    f"motorbike speeds in the {season} season must not fall from earth to gravel, concrete and "
                    f"asphalt, "
                    f"but they are {told} km/h"
                )
        return self
