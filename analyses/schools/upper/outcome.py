"""Upper secondary answered: nearest schools before and after, raised schools, new schools."""

from __future__ import annotations

from dataclasses import dataclass

from infragap.analyses.schools.codes import Mode, Season
from infragap.analyses.schools.pupils.entitlement import Entitlement, entitlement
from infragap.analyses.schools.pupils.terrain import WayToSchool, terrain_on_ways
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.upper.new_schools import NewSchools, new_schools
from infragap.analyses.schools.upper.places import NearestSchool, UpperSchools, nearest_school, upper_schools
from infragap.analyses.schools.upper.raised import Raised, raised_schools


@dataclass(frozen=True, eq=False)
class UpperSecondary:
    """Answer to the upper-secondary question.

    Attributes
    ----------
    schools
        Which rows of the layer teach upper secondary, today and in 2030.
    before, after
        Ways of the villages to the nearest of today's schools and of those of 2030; `before` reaches nobody where the
        layer holds none.
    entitled, way
        Who may board, measured on the way to the nearest school of 2030.
    raised
        Schools raised; None where there are none to raise or to compare with.
    new
        New schools; None where none can be placed.
    """

    schools: UpperSchools
    before: NearestSchool
    after: NearestSchool
    entitled: Entitlement
    way: WayToSchool
    raised: Raised | None
    new: NewSchools | None


def upper_secondary(study: Study) -> UpperSecondary:
    """Answer the upper-secondary question; a pack without such schools gets empty answers."""
    schools = upper_schools(study)
    before, after = nearest_school(study, schools.today), nearest_school(study, schools.later)
    dry, rainy = (after.minutes[Mode.MOTORBIKE, season] for season in Season)
    way = WayToSchool(
        km=after.km,
        dry_min=dry,
        rainy_min=rainy,
        terrain=terrain_on_ways(study.travel, after.ways, study.village_node),
    )
    return UpperSecondary(
        schools=schools,
        before=before,
        after=after,
        entitled=entitlement(way, study.parameters),
        way=way,
        raised=raised_schools(study, schools),
        new=new_schools(study, schools),
    )
