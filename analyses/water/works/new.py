"""New schemes at streams: by gravity, pumped where no water lies above, and those that the province's list already
names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.water.codes import SchemeKind, Treatment, WorkKind
from infragap.analyses.water.lines.design import SourceLevel
from infragap.analyses.water.lines.tree import PipeTree
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.reach import Reach, Sources, reach_of
from infragap.analyses.water.service.schemes import exists
from infragap.analyses.water.sources.intakes import SPACING_M, Intakes, intakes_above, intakes_below, possible_intakes
from infragap.analyses.water.sources.streams import StreamFlow, next_below
from infragap.analyses.water.study import Study
from infragap.analyses.water.works.bills import filter_bill, intake_bill, pump_bill, storage_bill, weir_mvnd
from infragap.analyses.water.works.candidate import BillLine, Candidate, Source
from infragap.analyses.water.works.existing import sizes_of
from infragap.analyses.water.works.maker import Maker, Offer, Site

PUMP_SPARE_M = 10.0
"""A pump lifts so much above what the farthest tap needs, for the pipes to spend."""


def new_candidates(study: Study, flow: StreamFlow, maker: Maker, known: list[Candidate]) -> list[Candidate]:
    """Schemes that the list wants new, then gravity schemes above villages, then pumped ones for villages that nothing
    else reaches.

    Parameters
    ----------
    study, flow
        Villages, relief, list; water in the streams.
    maker
        Makes the candidates.
    known
        Candidates on existing schemes.
    """
    p = study.parameters
    whole = possible_intakes(study, flow, maker.withdrawal_l_s)
    possible = replace(whole, households=np.minimum(whole.households, p.new_scheme_max_households))
    found: list[Candidate] = []
    for kind, lift_m in ((WorkKind.NEW, 0.0), (WorkKind.PUMPED, p.pump_head_max_m)):
        done = {work.scheme for work in found}
        listed, rows = _listed_intakes(study, whole, kind, done)
        found += _made(study, flow, maker, listed, kind, lift_m, rows)
    # the list and what exists come first: no intake is invented for a village that one of them can serve as a whole
    able = known + found
    served = {link.village for work in able for link in work.links if work.capacity_households >= link.households_max}
    weirs = _where(possible, WorkKind.NEW, p)
    above = intakes_above(study, weirs, _without(maker.gap, served))
    found += _made(study, flow, maker, above, WorkKind.NEW, 0.0, None)
    reached = {link.village for work in known + found for link in work.links}
    below = intakes_below(study, possible, _without(maker.gap, reached))
    return found + _made(study, flow, maker, below, WorkKind.PUMPED, p.pump_head_max_m, None)


def _where(possible: Intakes, kind: WorkKind, p: WaterParameters) -> Intakes:
    """Intakes that a kind of work may have: water that runs by itself needs a weir, which on a large stream no village
    scheme can pay; a pump stands on the bank, at the price of a bank that much larger."""
    if kind == WorkKind.PUMPED:
        return possible
    small = weir_mvnd(possible.catchment_km2, p) <= p.intake_max_mvnd
    return possible.only(np.flatnonzero(small).astype(np.int64))


def _without(gap_households: FloatArray, villages: set[int]) -> FloatArray:
    """Households to be served, those of some villages left out."""
    return np.where(np.isin(np.arange(len(gap_households)), sorted(villages)), 0.0, gap_households)


HEIGHTS_M = {WorkKind.NEW: (-60.0, 150.0), WorkKind.PUMPED: (-np.inf, -60.0)}
"""How far the bed of a stream may lie from the height that the list's scheme is mapped at [m]: water runs from there by
itself, or is lifted."""


PLACES_PER_LISTED = 3
"""A scheme of the list is known to a place, not to a stream: so many intakes are tried for it."""


def _listed_intakes(study: Study, possible: Intakes, kind: WorkKind, done: set[int]) -> tuple[Intakes, IntArray]:
    """Intakes of each planned scheme of the list, within the accuracy of its point: the nearest cells that carry its
    capacity, else those that carry most. They are places of one site, of which one at most is built."""
    schemes, low, high = study.schemes, *HEIGHTS_M[kind]
    rural, possible = _to_be_built(study), _where(possible, kind, study.parameters)
    chosen, rows, households = [], [], []
    by_x = np.argsort(possible.x, kind="stable")
    sorted_x = possible.x[by_x]
    for row in np.argsort(schemes["scheme_id"].to_numpy().astype(str), kind="stable"):
        if not rural[row] or int(row) in done:
            continue
        scheme = schemes.iloc[row]
        x, y, radius_m = scheme.geometry.x, scheme.geometry.y, max(float(scheme["position_accuracy_m"]), SPACING_M)
        # a metre more on both sides than counts
        left, right = np.searchsorted(sorted_x, [x - radius_m - 1.0, x + radius_m + 1.0])
        strip = np.sort(by_x[left:right])
        away = np.hypot(possible.x[strip] - x, possible.y[strip] - y)
        near, away = strip[away <= radius_m], away[away <= radius_m]
        rise = possible.height_m[near] - float(np.nan_to_num(scheme["source_elevation_m"]))
        fits = (rise >= low) & (rise <= high)
        near, away = near[fits], away[fits]
        if not len(near):
            continue
        wanted = float(scheme["households_design"])
        for best in _places(possible, near, away, wanted):
            chosen.append(best)
            rows.append(int(row))
            households.append(min(wanted, float(possible.households[best])))
    kept = possible.only(np.array(chosen, dtype=np.int64))
    return replace(kept, households=np.array(households, dtype=np.float64)), np.array(rows, dtype=np.int64)


def _to_be_built(study: Study) -> BoolArray:
    """Rural schemes that are only planned, (schemes,)."""
    return np.asarray(~exists(study.schemes) & (study.schemes["kind"] != SchemeKind.URBAN_PLANT).to_numpy())


def dry_schemes(study: Study, flow: StreamFlow, maker: Maker) -> frozenset[int]:
    """Planned rural schemes near which no stream carries the smallest scheme, by row."""
    possible = possible_intakes(study, flow, maker.withdrawal_l_s)
    wet: set[int] = set()
    for kind in HEIGHTS_M:
        wet |= set(_listed_intakes(study, possible, kind, wet)[1].tolist())
    return frozenset(np.flatnonzero(_to_be_built(study)).tolist()) - wet


def _places(possible: Intakes, near: IntArray, away_m: FloatArray, wanted: float) -> list[int]:
    """Some intakes that are not beside one another, of those near at distances (near,) [m]: those with enough water by
    distance, then those with most."""
    carried = np.minimum(np.round(possible.households[near], 6), wanted)
    order = near[np.lexsort((possible.cell[near], np.round(away_m, 3), -carried))]
    taken: list[int] = []
    for k in order:
        x, y = possible.x[taken] - possible.x[k], possible.y[taken] - possible.y[k]
        if not len(taken) or float(np.hypot(x, y).min()) > SPACING_M:
            taken.append(int(k))
        if len(taken) == PLACES_PER_LISTED:
            break
    return taken


def _made(
    study: Study,
    flow: StreamFlow,
    maker: Maker,
    intakes: Intakes,
    kind: WorkKind,
    lift_m: float,
    rows: IntArray | None,
) -> list[Candidate]:
    """Candidates at some intakes; `rows` are the planned schemes that they stand for."""
    p = study.parameters
    if not len(intakes.cell):
        return []
    x, y = study.villages.geometry.x.to_numpy(), study.villages.geometry.y.to_numpy()
    sources = Sources(
        x=intakes.x,
        y=intakes.y,
        head_m=intakes.height_m + lift_m,
        reach_km=np.full(len(intakes.cell), p.reach_km if rows is None else max(p.listed_reach_km, p.reach_km)),
        loss_m_per_km=np.zeros(len(intakes.cell)),
    )
    reach: Reach = reach_of(sources, x, y, study.elevation, residual_head_m=p.residual_head_m)
    sizes = sizes_of(p, large=rows is not None)
    found: list[Candidate] = []
    for k, tree in sorted(reach.trees.items()):
        row = int(rows[k]) if rows is not None else -1
        place = int((rows[:k] == row).sum()) if rows is not None else 0
        site = replace(_site(study, flow, intakes, k, kind, lift_m, row), place=place)
        start = tree.starting_at(float(intakes.height_m[k]))
        found += maker.candidates(site, start, _offer(kind, intakes, k, start, lift_m, maker), sizes)
    return found


def _offer(kind: WorkKind, intakes: Intakes, k: int, tree: PipeTree, lift_m: float, maker: Maker) -> Offer:
    p = maker.parameters
    weir = float(weir_mvnd(intakes.catchment_km2[k], p))

    def bill(served: float) -> list[BillLine]:
        day = served * maker.day_m3
        return [*intake_bill(weir), *pump_bill(day, lift_m, p), *storage_bill(day, p), *filter_bill(day, p)]

    return Offer(
        kind=kind,
        treatment=Treatment.FILTER,
        capacity_households=float(intakes.households[k]),
        bill=bill,
        mvnd_per_household=0.0,
        connection_mvnd=p.rural_connection_mvnd,
        connected=np.zeros(len(tree.village)),
        pipes_share=1.0,
        each_link_pays=False,
    )


def _site(study: Study, flow: StreamFlow, intakes: Intakes, k: int, kind: WorkKind, lift_m: float, row: int) -> Site:
    cell = int(intakes.cell[k])
    columns = flow.streams.grid.shape[1]
    name = f"{'P' if kind == WorkKind.PUMPED else 'S'}{cell // columns:04d}-{cell % columns:04d}"
    planned = str(study.schemes["scheme_id"].iloc[row]) if row >= 0 else ""
    return Site(
        site=planned or name,
        scheme=row,
        listed=row >= 0 and bool(study.schemes["in_plan_2026_2030"].iloc[row]),
        rural=True,
        x=float(intakes.x[k]),
        y=float(intakes.y[k]),
        source=Source(
            source_id=source_name(cell, columns),
            usable_l_s=round(float(flow.usable_l_s[cell]), 6),
            dry_flow_l_s=round(float(flow.dry_l_s[cell]), 3),
            village_above=bool(flow.village_above[cell]),
            village_below=bool(flow.village_below[cell]),
            cell=cell,
            catchment_km2=round(float(intakes.catchment_km2[k]), 3),
        ),
        level=SourceLevel(lift_m=lift_m, spare_m=PUMP_SPARE_M) if kind == WorkKind.PUMPED else SourceLevel(),
    )


def source_name(cell: int, columns: int) -> str:
    """Identifier of a stream cell: its row and column in the drainage."""
    return f"stream {cell // columns}-{cell % columns}"


def downstream_of(flow: StreamFlow, sources: Iterable[Source]) -> dict[str, str]:
    """Next of these sources below each of them on its stream; a scheme's own capacity and the last on a stream have
    none."""
    cells = {source.source_id: source.cell for source in sources if source.cell >= 0}
    if not cells:
        return {}
    names = sorted(cells, key=lambda name: cells[name])
    below = next_below(np.array([cells[name] for name in names], dtype=np.int64), flow.streams.downstream)
    return {name: names[int(b)] if b >= 0 else "" for name, b in zip(names, below, strict=True)}
