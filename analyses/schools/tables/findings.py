"""All that the steps found, as one thing that the tables are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import FloatArray, IntArray
from infragap.analyses.schools.codes import Level, Mode, Season
from infragap.analyses.schools.links.worth import Journey, LinkWorth, journey
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.pupils.entitlement import entitlement
from infragap.analyses.schools.siting.outcome import Siting
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.ways import at_nodes
from infragap.analyses.schools.upper.outcome import UpperSecondary
from infragap.gis.lines.network import Ways


@dataclass(frozen=True, eq=False)
class Findings:
    """Study, siting, upper secondary, and the worth of links (None until it is known)."""

    study: Study
    siting: Siting
    upper: UpperSecondary
    links: LinkWorth | None

    @property
    def parameters(self) -> SchoolsParameters:
        """What the question was asked with."""
        return self.study.parameters

    def shown_minutes(self, ways: Ways, mode: Mode) -> FloatArray:
        """(nodes,) minutes as every table and ring shows them: one decimal, inf beyond what can be gone in a day."""
        limit = self.parameters.foot_limit_min if mode == Mode.FOOT else self.parameters.day_limit_min
        minutes = np.round(ways.cost, 1)
        return np.where(minutes <= limit, minutes, np.inf)

    def village_minutes(self, ways: Ways, mode: Mode) -> FloatArray:
        """(villages,) the same for the villages."""
        return at_nodes(self.shown_minutes(ways, mode), self.study.village_node, missing=np.inf)

    @property
    def site_school(self) -> IntArray:
        """(sites,) row of the layer of schools that stands at each chosen site, -1 = none of it."""
        school = self.siting.question.candidates["school"].to_numpy(np.int64)
        return np.asarray(school[self.siting.chosen.sites], np.int64)

    def site_names(self) -> list[tuple[str, str]]:
        """Identifier and name of the school at each chosen site; a school that is not in the layer has those of its
        candidate."""
        candidates, schools = self.siting.question.candidates, self.study.schools
        found = []
        for site, row in zip(self.siting.chosen.sites.tolist(), self.site_school.tolist(), strict=True):
            if row >= 0:
                found.append((str(schools["school_id"][row]), str(schools["name"][row])))
            else:
                found.append((str(candidates["candidate"][site]), str(candidates["label"][site])))
        return found


def journeys_of(findings: Findings) -> list[Journey]:
    """Pupils whose ways the links are worth something to: those of the placed schools, and those of upper secondary."""
    study, siting, upper = findings.study, findings.siting, findings.upper
    village = siting.question.village
    rows, boards = study.villages.iloc[village], np.zeros(len(village), bool)
    pupils, there = np.zeros(len(village)), entitlement(siting.chosen.way, findings.parameters)
    for level in siting.question.levels:
        pupils += rows[f"pupils_{level}"].to_numpy(float)
        boards |= there.may_board(level)
    found = [journey(study, siting.site_cell, village, pupils, boards)]
    if len(upper.after.row):
        every = np.arange(len(study.villages))
        seniors = study.villages["pupils_upper_secondary"].to_numpy(float)
        may_board = upper.entitled.may_board(Level.UPPER_SECONDARY)
        found.append(journey(study, study.school_cell[upper.after.row], every, seniors, may_board))
    return found


def season_key(mode: Mode, season: Season) -> str:
    """Middle of a column's name: 'motorbike_dry'."""
    return f"{mode}_{season}"
