"""The siting question as numbers: villages, candidates, minutes between them, who may go where, and which sites may
open together."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from infragap.analyses.schools.codes import Intake, Level, Mode, Season, SeasonRule
from infragap.analyses.schools.needs import planned_border_schools
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.pupils.entitlement import Entitlement, entitlement
from infragap.analyses.schools.siting.positions import drawn_cells
from infragap.analyses.schools.siting.today import way_to
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.open_ground import ground_cell
from infragap.analyses.schools.travel.region import PairTable, Region, all_pairs, region_around
from infragap.analyses.schools.travel.year import yearly_minutes
from infragap.analyses.solvers.facility.site_choice import SiteChoice, site_choice
from infragap.analyses.solvers.infeasible import Infeasible
from infragap.gis.errors import NoSolutionError


@dataclass(frozen=True, eq=False)
class SiteQuestion:
    """Where schools may stand and whom they are for.

    Attributes
    ----------
    study
        Layers and travel.
    candidates
        As `site_candidates` gives them.
    cell
        (candidates,) cell of each.
    village
        (b,) rows of the villages whose pupils the schools are for.
    region
        Part of the graph around them.
    pairs
        By mode and season: minutes between villages and candidates.
    position_parts
        (positions, b, candidates) float32 minutes of the year by kind of link at drawn positions of the villages; the
        first is the mapped one.
    minutes
        (b, candidates) what the placement minimises, inf = no way.
    capacity
        (candidates,) places of the school there.
    capacity_known
        (candidates,) the layer gives them.
    """

    study: Study
    candidates: gpd.GeoDataFrame
    cell: IntArray
    village: IntArray
    region: Region
    pairs: dict[tuple[Mode, Season], PairTable]
    position_parts: FloatArray
    minutes: FloatArray
    capacity: FloatArray
    capacity_known: BoolArray
    _at_school: dict[int, Entitlement] = field(default_factory=dict, repr=False)

    def at_school(self, candidate: int) -> Entitlement:
        """Which pupils would board at a school there, by their way to it."""
        if candidate not in self._at_school:
            homes = self.study.village_cell[self.village]
            way = way_to(self.region.part, self.cell[[candidate]], homes)
            self._at_school[candidate] = entitlement(way, self.study.parameters)
        return self._at_school[candidate]

    @property
    def group(self) -> IntArray | None:
        """(candidates,) number of the planned school of each candidate, one to be opened each; None where any number
        may open."""
        return _group(self.candidates, self.study.parameters)

    def choice(self, *, free: int | None = None) -> SiteChoice:
        """Which sets of sites may open; see `allowed_sets`."""
        return allowed_sets(self.candidates, self.study.parameters, free=free)

    def teaches(self, level: Level) -> BoolArray:
        """(candidates,) whether the school there teaches a level; a school that is not in the layer teaches what is
        asked for."""
        school = self.candidates["school"].to_numpy(np.int64)
        asked = level in self.study.parameters.levels
        return np.where(school >= 0, self.study.schools[f"has_{level}"].to_numpy(bool)[school] & asked, asked)

    @property
    def levels(self) -> tuple[Level, ...]:
        """Levels that at least one of the schools teaches."""
        return tuple(level for level in Level if self.teaches(level).any())

    def allowed(self, rule: Intake) -> BoolArray:
        """(b, candidates) whether pupils of a village may be admitted to a school there."""
        home = self.study.villages["commune_code"].to_numpy()[self.village]
        return intake_allows(self.study, home, self.candidates["commune_code"].to_numpy(), rule)


def _group(candidates: gpd.GeoDataFrame, parameters: SchoolsParameters) -> IntArray | None:
    if parameters.sites is not None or (candidates["school"] < 0).any():
        return None
    return np.unique(candidates["school"], return_inverse=True)[1].astype(np.int64)


def allowed_sets(candidates: gpd.GeoDataFrame, parameters: SchoolsParameters, *, free: int | None = None) -> SiteChoice:
    """Which sets of sites may open; `free` = school (row) whose decided site is set free.

    Raises
    ------
    NoSolutionError
        More schools are asked for than there are places, or the fixed sites contradict each other.
    """
    decided = candidates["is_decided"].to_numpy(bool) & (candidates["school"] != free).to_numpy()
    fixed = candidates["candidate"].isin(parameters.fixed_sites).to_numpy()
    group = _group(candidates, parameters)
    if group is not None:
        # a decided site gives way to one that is asked for in its stead
        asked = set(candidates.loc[fixed, "school"])
        decided &= ~candidates["school"].isin(asked).to_numpy()
        p = int(group.max()) + 1
    else:
        p = parameters.sites or 1
        decided &= decided.sum() + fixed.sum() <= p
        if p > len(candidates):
            raise NoSolutionError(
                f"schools.sites = {p}: a school may stand at {len(candidates)} places only. Ask for fewer schools, "
                "or give more candidates."
            )
    try:
        return site_choice(len(candidates), p, fixed=np.flatnonzero(decided | fixed), group=group)
    except Infeasible as reason:
        raise NoSolutionError(f"schools: {reason}") from reason


def intake_allows(study: Study, home: ObjectArray, site: ObjectArray, rule: Intake) -> BoolArray:
    """(villages, sites) whether a school in a commune may admit the pupils of a village, both given by commune code."""
    if rule == Intake.ANY:
        return np.ones((len(home), len(site)), bool)
    own = home[:, None] == site
    if rule == Intake.OWN:
        return np.asarray(own, bool)
    codes, beside = _adjoining(study, np.unique(np.concatenate([home, site])))
    return np.asarray(own | beside[np.searchsorted(codes, home)[:, None], np.searchsorted(codes, site)], bool)


def site_question(study: Study, candidates: gpd.GeoDataFrame) -> SiteQuestion:
    """Put the siting question for places as `site_candidates` gives them.

    Raises
    ------
    NoSolutionError
        No village has pupils of the levels taught.
    """
    parameters, villages = study.parameters, study.villages
    # what cannot be asked is said before the long searches
    allowed_sets(candidates, parameters)
    planned = planned_border_schools(study.schools)
    homes = planned["commune_code"] if len(planned) else candidates["commune_code"]
    village = np.flatnonzero(villages["commune_code"].isin(homes))
    if (
        not len(village)
        or not villages.iloc[village][[f"pupils_{level}" for level in parameters.levels]].to_numpy().any()
    ):
        raise NoSolutionError(
            "villages: none in the communes of the schools has pupils of the levels that are taught ("
            + ", ".join(f"pupils_{level}" for level in parameters.levels)
            + "), so that no place of a school is better than another. Fill the pupils of the villages, or leave the "
            "schools out."
        )
    cell = ground_cell(study.travel.ground, candidates.geometry.x, candidates.geometry.y)
    region = region_around(study.travel, np.concatenate([study.village_cell[village], cell]))
    home, site_home = villages["commune_code"].to_numpy()[village], candidates["commune_code"].to_numpy()
    may_go = intake_allows(study, home, site_home, parameters.intake_rule)
    pairs, parts = _pair_tables(study, region, village, cell, may_go)
    minutes = _objective_minutes(pairs, parameters)
    if not np.isfinite(minutes).any():
        raise NoSolutionError("schools: no village can reach the places where a school may stand. Check the roads.")
    given = study.schools["capacity_pupils"].to_numpy(float)
    school = candidates["school"].to_numpy(np.int64)
    places = np.where(school >= 0, given[school], np.nan)
    return SiteQuestion(
        study=study,
        candidates=candidates,
        cell=cell,
        village=village,
        region=region,
        pairs=pairs,
        position_parts=parts,
        minutes=minutes,
        capacity=np.floor(np.where(np.isfinite(places), places, parameters.border_capacity_pupils)),
        capacity_known=np.isfinite(places),
    )


def _pair_tables(
    study: Study, region: Region, village: IntArray, cell: IntArray, may_go: BoolArray
) -> tuple[dict[tuple[Mode, Season], PairTable], FloatArray]:
    """Tables of all pairs, and the year's minutes by kind of link at every drawn position of the villages."""
    parameters = study.parameters
    places = drawn_cells(study, village) if parameters.draws else study.village_cell[village][None]
    pairs: dict[tuple[Mode, Season], PairTable] = {}
    parts: dict[Season, FloatArray] = {}
    for mode in Mode:
        for season in Season:
            wanted = places if mode == parameters.placement_mode else places[:1]
            table = all_pairs(
                region,
                mode,
                season,
                wanted.ravel(),
                cell,
                limit_min=parameters.foot_limit_min if mode == Mode.FOOT else np.inf,
                parts_of=np.tile(may_go, (len(places), 1))
                if mode == parameters.placement_mode and parameters.draws
                else None,
            )
            count = len(village)
            if mode == parameters.placement_mode:
                parts[season] = (table.to_parts + table.back_parts) / 2
            pairs[mode, season] = PairTable(
                to_min=table.to_min[:count],
                back_min=table.back_min[:count],
                to_parts=table.to_parts[:0],
                back_parts=table.back_parts[:0],
            )
    shape = (len(places), len(village), len(cell), -1)
    share = _rainy_share(parameters)
    if not parameters.draws:
        return pairs, np.zeros((1, len(village), len(cell), 0), np.float32)
    year = (1 - share) * parts[Season.DRY] + share * parts[Season.RAINY]
    return pairs, year.reshape(shape).astype(np.float32)


def _rainy_share(parameters: SchoolsParameters) -> float:
    if parameters.season == SeasonRule.YEAR:
        return parameters.rainy_share
    return 1.0 if parameters.season == SeasonRule.RAINY else 0.0


def _objective_minutes(pairs: dict[tuple[Mode, Season], PairTable], parameters: SchoolsParameters) -> FloatArray:
    """Mean of the way there and back over the school year, or in the season asked for [min]."""
    mean = {
        season: (pairs[parameters.placement_mode, season].to_min + pairs[parameters.placement_mode, season].back_min)
        / 2
        for season in Season
    }
    return yearly_minutes(
        mean[Season.DRY],
        mean[Season.RAINY],
        rainy_share=_rainy_share(parameters),
        longest_rainy_min=2 * parameters.day_limit_min,
    )


def _adjoining(study: Study, codes: ObjectArray) -> tuple[ObjectArray, BoolArray]:
    """Which of some communes touch each other; borders drawn up to 100 m apart touch."""
    shapes = study.communes.set_index("commune_code").geometry.loc[codes]
    geometry = np.asarray(shapes.array, dtype=object)
    one, other = shapely.STRtree(geometry).query(geometry, predicate="dwithin", distance=100.0)
    beside = np.zeros((len(codes), len(codes)), bool)
    beside[one, other] = True
    return codes, beside
