"""Makes candidates: gives a site its line, its bill and its links, or nothing where no line can be built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.water.codes import Treatment, WorkKind
from infragap.analyses.water.hydraulics.formulas import SECONDS_PER_DAY, day_demand_m3
from infragap.analyses.water.hydraulics.pipe_catalogue import PipePrices, pipe_catalogue
from infragap.analyses.water.lines.design import Line, LineRules, SourceLevel, design_line, pipe_options
from infragap.analyses.water.lines.pressure_kernels import TANK, VALVE
from infragap.analyses.water.lines.sizing_kernels import Limits
from infragap.analyses.water.lines.tree import PipeTree
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.works.bills import chamber_bill, markup, pipe_bill, total_mvnd
from infragap.analyses.water.works.candidate import BillLine, Candidate, Link, Source

DECIMALS = 6
"""Numbers of the choice are rounded before it is made, so that the exported tables hold exactly what was solved."""


@dataclass(frozen=True)
class Site:
    """A place where a work may stand.

    Attributes
    ----------
    site
        Identifier: the scheme's, or the intake's.
    scheme, listed, rural
        As in `Candidate`.
    x, y
        Position [m].
    source, level
        Where the water comes from and how high it stands.
    place
        Number of the place, where several are tried for one site.
    """

    site: str
    scheme: int
    listed: bool
    rural: bool
    x: float
    y: float
    source: Source
    level: SourceLevel
    place: int = 0


@dataclass(frozen=True)
class Offer:
    """What may be done at a site, before its villages are known.

    Attributes
    ----------
    kind, treatment
        What is done.
    capacity_households
        Households of mean size that it can bring to the standard.
    bill
        Fixed parts other than pipes and chambers, for so many households of mean size.
    mvnd_per_household
        Price for every household besides its connection, before design and tax.
    connection_mvnd
        Price of a connection.
    connected
        (villages of the tree,) households that have one already.
    pipes_share
        Part of the pipes that is laid anew on the way to villages that are connected; to others all of them are.
    each_link_pays
        Whether a village's pipes are its own cost, not the whole work's: for plants with many villages.
    only_connected
        Whether only those who have a connection already are served: a repair lays no pipe.
    mvnd_per_m3_day
        Price of the plant for what a household takes on the peak day, before design and tax.
    """

    kind: WorkKind
    treatment: Treatment
    capacity_households: float
    bill: Callable[[float], list[BillLine]]
    mvnd_per_household: float
    connection_mvnd: float
    connected: FloatArray
    pipes_share: float
    each_link_pays: bool
    only_connected: bool = False
    mvnd_per_m3_day: float = 0.0


@dataclass(frozen=True)
class _Amount:
    """How much a candidate serves: households at most, the same in households of mean size, and how many of these its
    largest household is."""

    capacity: float
    needs: float
    size: float


class Maker:
    """Turns offers into candidates with one set of rules.

    Parameters
    ----------
    parameters
        Demand, limits, prices.
    people_per_household
        Mean size of a household: capacities and pipes are counted in households of this size.
    gap_households, gap_size
        (villages,) households without water to standard, and the people of one of them.
    """

    def __init__(
        self,
        parameters: WaterParameters,
        people_per_household: float,
        gap_households: FloatArray,
        gap_size: FloatArray,
    ) -> None:
        """Set the rules."""
        p = parameters
        self.parameters = p
        self.people_per_household = people_per_household
        self.size = np.where(gap_size > 0, gap_size / people_per_household, 1.0)
        self.day_m3 = float(
            day_demand_m3(
                people_per_household,
                l_per_person_day=p.demand_l_per_person_day,
                loss_pct=p.loss_pct,
                peak_day_factor=p.peak_day_factor,
            )
        )
        self.withdrawal_l_s = round(self.day_m3 * 1000 / SECONDS_PER_DAY, DECIMALS)
        self.gap = np.round(gap_households, DECIMALS)
        prices = PipePrices(p.pipe_vnd_per_kg, p.laying_vnd_per_m, p.laying_vnd_per_m_mm)
        catalogue = pipe_catalogue(prices, c=p.hazen_williams_c)
        self.rules = LineRules(
            catalogue=catalogue,
            options=pipe_options(catalogue),
            limits=Limits(
                p.velocity_min_m_per_s,
                p.velocity_max_m_per_s,
                p.velocity_design_m_per_s,
                p.gradient_max_m_per_km / 1000.0,
                p.residual_head_m,
            ),
            tap_most_m=p.tap_pressure_max_m,
            peak_m3_s_per_household=self.day_m3 / SECONDS_PER_DAY * p.peak_hour_factor,
        )

    @property
    def markup(self) -> float:
        """Factor for design and tax."""
        return markup(self.parameters)

    def lines(
        self, tree: PipeTree, able: FloatArray, capacity: float, level: SourceLevel, sizes: tuple[int, ...]
    ) -> Iterator[Line]:
        """Lines to the nearest villages that can be joined, for each number of villages, until the households that can
        be served in them, `able` (villages of the tree,), take up the capacity."""
        accepted: list[int] = []
        line = None
        for k in range(len(tree.village)):
            if len(accepted) == max(sizes):
                break
            trial = tree.only([*accepted, k])
            needs = self.gap[trial.village] * self.size[trial.village]
            designed = design_line(trial, needs, capacity, level, self.rules)
            if designed is None:
                continue
            accepted, line = [*accepted, k], designed
            enough = float(able[accepted] @ self.size[trial.village]) >= capacity
            if len(accepted) in sizes or enough:
                yield line
            if enough:
                # one more village would get a pipe and no water
                return
        if line is not None and len(accepted) not in sizes:
            yield line

    def candidates(self, site: Site, tree: PipeTree, offer: Offer, sizes: tuple[int, ...]) -> list[Candidate]:
        """Candidates of one offer: the nearest village, the nearest two, and so on."""
        most = np.minimum(self.gap[tree.village], offer.connected) if offer.only_connected else self.gap[tree.village]
        # whoever lives at the very cell of an intake would get a work without a pipe: such an intake is a wrong one
        joined = (tree.node > 0) | (site.source.cell < 0)
        useful = [int(k) for k in np.flatnonzero((self.gap[tree.village] >= 1.0) & (most > 0.5) & joined)]
        if offer.capacity_households < 1.0 or not useful or not np.isfinite(self.withdrawal_l_s):
            return []
        near = tree.only(useful)
        able = dict(zip(near.village.tolist(), most[useful].tolist(), strict=True))
        connected = dict(zip(near.village.tolist(), offer.connected[useful].tolist(), strict=True))
        sizes = (len(useful),) if offer.only_connected else sizes
        found = []
        for line in self.lines(near, most[useful], offer.capacity_households, site.level, sizes):
            # larger families need more water: whichever of the villages are served, the largest ones have enough
            there = np.array([able[int(v)] for v in line.tree.village])
            size = float(self.size[line.tree.village].max())
            needs = min(offer.capacity_households, float(there @ self.size[line.tree.village]))
            capacity = min(offer.capacity_households / size, float(there.sum()))
            found.append(self._candidate(site, offer, line, connected, _Amount(capacity, needs, size)))
        return found

    def _candidate(
        self, site: Site, offer: Offer, line: Line, connected: dict[int, float], amount: _Amount
    ) -> Candidate:
        p = self.parameters
        villages = line.tree.village
        owner, parent = owners(line)
        on_pipe = np.array([connected[int(v)] > 0.5 for v in villages])
        village_share = np.where(on_pipe, offer.pipes_share, 1.0)
        share = village_share[np.maximum(owner, 0)]
        bill = offer.bill(amount.needs)
        fixed = np.zeros(len(villages))
        for k in range(len(villages)):
            own = self.own_bill(line, owner, k, share)
            if offer.each_link_pays:
                fixed[k] = total_mvnd(own, p)
            else:
                bill = bill + own
        links = tuple(
            Link(
                village=int(v),
                households_max=float(self.gap[v]),
                mvnd_per_household=round(self._connection(offer, float(self.gap[v]), connected[int(v)]), DECIMALS),
                fixed_mvnd=round(float(fixed[k]), DECIMALS),
                parent=int(villages[parent[k]]) if parent[k] >= 0 else -1,
            )
            for k, v in enumerate(villages)
        )
        kind = WorkKind.MERGE if offer.kind == WorkKind.NEW and len(villages) > 1 else offer.kind
        return Candidate(
            candidate_id=f"{site.site}:{offer.kind}:{len(villages)}" + (f":{site.place + 1}" if site.place else ""),
            site=site.site,
            kind=kind,
            treatment=offer.treatment,
            scheme=site.scheme,
            listed=site.listed,
            x=site.x,
            y=site.y,
            source_m=float(line.tree.z[0]),
            capacity_households=round(amount.capacity, DECIMALS),
            fixed_mvnd=round(total_mvnd(bill, p), DECIMALS),
            mvnd_per_household=round(
                (offer.mvnd_per_household + offer.mvnd_per_m3_day * self.day_m3 * amount.size) * markup(p), DECIMALS
            ),
            bill=tuple(bill),
            source=site.source,
            withdrawal_l_s_per_household=round(self.withdrawal_l_s * amount.size, DECIMALS),
            line=line,
            pipes_share=share,
            village_share=village_share,
            links=links,
            pump_m=max(line.level_m - float(line.tree.z[0]), 0.0) if site.level.lift_m > 0 else 0.0,
            rural=site.rural,
        )

    def _connection(self, offer: Offer, households: float, connected: float) -> float:
        """Mean price of a connection: those who have one pay nothing."""
        new = max(households - connected, 0.0) / households if households > 0 else 0.0
        return offer.connection_mvnd * new * markup(self.parameters)

    def own_bill(self, line: Line, owner: IntArray, k: int, share: FloatArray) -> list[BillLine]:
        """Pipes and chambers that are there for one village first."""
        sections = owner == k
        if not (share[sections] > 0).any():
            return []
        return pipe_bill(line, self.rules.catalogue, share, sections) + self.chambers(line, sections, [k])

    def chambers(self, line: Line, sections: BoolArray, villages: list[int]) -> list[BillLine]:
        """Tanks at the ends of some sections, valves at their starts and at the taps of some villages."""
        device = line.points.device
        tanks = int((device[line.sections.end[sections]] == TANK).sum())
        tops = line.sections.start[sections]
        valves = len(set(tops[device[tops] == VALVE].tolist())) + int(line.tap_valve[villages].sum())
        return chamber_bill(tanks, valves, self.parameters)


def owners(line: Line) -> tuple[IntArray, IntArray]:
    """First village that each section is laid for, (sections,), and the village that each village hangs on, (villages,)
    or -1."""
    section_at = {int(end): s for s, end in enumerate(line.sections.end)}
    owner = np.full(len(line.sections.start), -1, dtype=np.int64)
    parent = np.full(len(line.tap_point), -1, dtype=np.int64)
    for k, tap in enumerate(line.tap_point):
        at = int(tap)
        while at > 0:
            section = section_at.get(at)
            if section is None:
                at = int(line.points.parent[at])
                continue
            if owner[section] >= 0:
                parent[k] = owner[section]
                break
            owner[section] = k
            at = int(line.sections.start[section])
    return owner, parent
