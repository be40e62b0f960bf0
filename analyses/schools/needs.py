"""What the school question reads: declared once, for the plan, for provenance and for whoever asks what is missing."""

from __future__ import annotations

import geopandas as gpd

from infragap.analyses.needs import Needs, Precondition
from infragap.analyses.schools.codes import SchoolKind, SchoolStatus
from infragap.gis.findings import Finding, fault
from infragap.gis.pack import Pack

NEEDED_LAYERS = ("villages", "communes", "schools", "roads", "elevation")
OPTIONAL_LAYERS = ("rivers", "lakes", "forest", "grid_lines", "water_schemes")
LAYERS = (*NEEDED_LAYERS, *OPTIONAL_LAYERS)

NO_PLANNED_SCHOOL = fault("needs.schools.no_planned", reason="the question is where the planned border schools go")
NO_VILLAGE = fault(
    "needs.schools.no_village", reason="a school whose site is not decided stands in a village of its commune"
)

NO_PUPILS = fault(
    "needs.schools.no_pupils", reason="places are compared by how long pupils travel: without pupils all are alike"
)
PUPILS = ("pupils_primary", "pupils_lower_secondary")


def planned_border_schools(schools: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of the border boarding schools that are to be placed."""
    return schools[(schools["kind"] == SchoolKind.BORDER_BOARDING) & (schools["status"] != SchoolStatus.EXISTING)]


def _village_of_each_school(pack: Pack) -> Finding | None:
    return no_village(planned_border_schools(pack.schools), pack.villages)


def _planned_school(pack: Pack) -> Finding | None:
    return (
        NO_PLANNED_SCHOOL.found("schools", of=len(pack.schools)) if planned_border_schools(pack.schools).empty else None
    )


def _pupils_of_a_school(pack: Pack) -> Finding | None:
    """Tell where no village of the communes with a planned school has a pupil of the border schools' levels."""
    planned, villages = planned_border_schools(pack.schools), pack.villages
    own = villages[villages["commune_code"].isin(planned["commune_code"])]
    if planned.empty or (own[list(PUPILS)].to_numpy(dtype=float) > 0).any():
        return None
    if no_village(planned, villages) is not None:
        return None  # told as such
    return NO_PUPILS.found("villages", of=len(own), columns=", ".join(PUPILS))


def given(sites: int | None) -> tuple[str, ...]:
    """Give the parameters that stand in for something the pack would need: how many schools to place."""
    return () if sites is None else ("sites",)


def no_village(planned: gpd.GeoDataFrame, villages: gpd.GeoDataFrame) -> Finding | None:
    """Name the schools without a decided site whose commune has no village."""
    alone = planned[~planned["site_known"].astype(bool) & ~planned["commune_code"].isin(set(villages["commune_code"]))]
    if alone.empty:
        return None
    communes, names = sorted(set(alone["commune_code"])), sorted(alone["name"])
    return NO_VILLAGE.found("villages", communes=", ".join(communes), schools=", ".join(names))


NEEDS = Needs(
    "schools",
    NEEDED_LAYERS,
    OPTIONAL_LAYERS,
    preconditions=(
        Precondition(("schools",), _planned_school, waived_by="sites"),
        Precondition(("schools", "villages"), _village_of_each_school),
        Precondition(("schools", "villages"), _pupils_of_a_school),
    ),
)
