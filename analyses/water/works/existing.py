"""Works on schemes of the register and of the province's list: repair, rehabilitate, rebuild, extend; and plants that
are planned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.water.codes import Functionality, PlannedWork, Quality, SchemeKind, Treatment, WorkKind
from infragap.analyses.water.lines.design import SourceLevel
from infragap.analyses.water.lines.tree import PipeTree
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.reach import Sources, reach_of
from infragap.analyses.water.service.schemes import exists
from infragap.analyses.water.service.today import Today
from infragap.analyses.water.sources.streams import L_PER_M3, SECONDS_PER_DAY, StreamFlow, cell_of
from infragap.analyses.water.study import Study
from infragap.analyses.water.works.bills import (
    chlorine_bill,
    filter_bill,
    intake_bill,
    storage_bill,
)
from infragap.analyses.water.works.candidate import BillLine, Candidate, Source
from infragap.analyses.water.works.maker import Maker, Offer, Site

RURAL_SIZES = (1, 2, 3, 4)
PLANT_SIZES = (1, 2, 4, 8, 16)
"""Numbers of villages that a line is designed for."""

WORKING = (Functionality.SUSTAINABLE, Functionality.FAIRLY_SUSTAINABLE)
SPRING = "spring"


def existing_candidates(study: Study, today: Today, flow: StreamFlow | None, maker: Maker) -> list[Candidate]:
    """Candidates on every scheme that reaches somebody without water to standard, by identifier."""
    found: list[Candidate] = []
    served = _served_by(today, len(study.schemes))
    stands = exists(study.schemes)
    above = _village_above(study, flow)
    far = _extension_trees(study, today)
    order = np.argsort(study.schemes["scheme_id"].to_numpy().astype(str), kind="stable")
    for row in order:
        tree = far.get(int(row)) or today.reach.trees.get(int(row))
        if tree is None:
            continue
        is_plant = study.schemes["kind"].iloc[row] == SchemeKind.URBAN_PLANT
        if not stands[row] and not is_plant:
            continue
        site = _site(study, today, int(row), bool(above[row]))
        start = tree if is_plant else tree.starting_at(site_level(study, today, int(row)))
        sizes = sizes_of(study.parameters, large=is_plant or site.listed)
        for offer in _offers(study, today, int(row), start, served.get(int(row), {}), bool(above[row]), maker):
            found += maker.candidates(site, start, offer, sizes)
    return found


def sizes_of(p: WaterParameters, *, large: bool) -> tuple[int, ...]:
    """Numbers of villages that lines are designed for: of plants and of the list's schemes, or of others."""
    sizes, most = (PLANT_SIZES, p.villages_per_plant) if large else (RURAL_SIZES, p.villages_per_scheme)
    return tuple(size for size in sizes if size <= most) or (1,)


def _extension_trees(study: Study, today: Today) -> dict[int, PipeTree]:
    """Of each plant and each scheme of the list: the villages that its network may be extended to."""
    plant = (study.schemes["kind"] == SchemeKind.URBAN_PLANT).to_numpy()
    listed = study.schemes["in_plan_2026_2030"].to_numpy(dtype=bool) & exists(study.schemes)
    sources, p = today.service.sources, study.parameters
    rows = np.flatnonzero(plant | listed)
    km = np.where(plant, max(p.extension_reach_km, p.urban_reach_km), max(p.listed_reach_km, p.reach_km))
    far = Sources(
        x=sources.x[rows],
        y=sources.y[rows],
        head_m=sources.head_m[rows],
        reach_km=km[rows],
        loss_m_per_km=np.zeros(len(rows)),
    )
    x, y = study.villages.geometry.x.to_numpy(), study.villages.geometry.y.to_numpy()
    reach = reach_of(far, x, y, study.elevation, residual_head_m=p.residual_head_m)
    return {int(rows[k]): tree for k, tree in reach.trees.items()}


def site_level(study: Study, today: Today, row: int) -> float:
    """Level of a scheme's source without its pump [m]."""
    lift = 0.0 if study.schemes["kind"].iloc[row] == SchemeKind.GRAVITY else study.parameters.pump_lift_m
    return float(today.service.sources.head_m[row] - lift)


def planned_work(study: Study, row: int) -> str:
    """What the list wants of a scheme: the reviewer's word, else the layer's; empty where nothing is said."""
    key = str(study.schemes["scheme_id"].iloc[row])
    if key in study.parameters.typed_as:
        return study.parameters.typed_as[key]
    if "planned_work" not in study.schemes:
        return ""
    value = study.schemes["planned_work"].iloc[row]
    return value if isinstance(value, str) else ""


def _site(study: Study, today: Today, row: int, village_above: bool) -> Site:
    scheme = study.schemes.iloc[row]
    gravity, plant = scheme["kind"] == SchemeKind.GRAVITY, scheme["kind"] == SchemeKind.URBAN_PLANT
    source = Source(
        source_id=str(scheme["scheme_id"]),
        usable_l_s=round(float(scheme["capacity_m3_day"]) * L_PER_M3 / SECONDS_PER_DAY, 6),
        village_above=village_above,
    )
    return Site(
        site=str(scheme["scheme_id"]),
        scheme=row,
        listed=bool(scheme["in_plan_2026_2030"]),
        rural=not plant,
        x=float(today.service.sources.x[row]),
        y=float(today.service.sources.y[row]),
        source=source,
        level=SourceLevel() if gravity else SourceLevel(lift_m=study.parameters.pump_lift_m),
    )


def _offers(
    study: Study,
    today: Today,
    row: int,
    tree: PipeTree,
    served: dict[int, float],
    village_above: bool,
    maker: Maker,
) -> Iterator[Offer]:
    """What may be done with one scheme, by its class, its water and what the list wants."""
    scheme, p = study.schemes.iloc[row], study.parameters
    state, quality = scheme["functionality"], today.quality[row]
    capacity, households = float(today.service.capacity_households[row]), float(today.service.households[row])
    connected = np.array([served.get(int(v), 0.0) for v in tree.village])
    lacking = np.where(quality == Quality.TO_STANDARD, 0.0, connected)
    if scheme["kind"] == SchemeKind.URBAN_PLANT:
        yield from _plant_offers(study, row, today, len(tree.village))
        return
    wants = planned_work(study, row)
    spare = max(capacity - (households if quality == Quality.TO_STANDARD else 0.0), 0.0)
    if wants == PlannedWork.NEW or state == Functionality.NOT_WORKING:
        yield _renewed(WorkKind.REBUILD, 1.0, spare, np.zeros(len(tree.village)), maker)
    elif wants == PlannedWork.UPGRADE or state not in WORKING:
        yield _renewed(WorkKind.REHABILITATE, p.rehabilitate_share_pct / 100, spare, lacking, maker)
    elif quality == Quality.TO_STANDARD:
        yield Offer(
            WorkKind.EXTEND,
            Treatment.FILTER,
            spare,
            nothing,
            0.0,
            p.rural_connection_mvnd,
            np.zeros(len(tree.village)),
            1.0,
            each_link_pays=False,
        )
    else:
        filtered = bool(scheme["treatment"]) or (_water_source(study, row) == SPRING and not village_above)
        yield _repaired(filtered, float(lacking.sum()), lacking, maker)
        yield _renewed(WorkKind.REHABILITATE, p.rehabilitate_share_pct / 100, spare, lacking, maker)


def _repaired(filtered: bool, households: float, lacking: FloatArray, maker: Maker) -> Offer:
    """Disinfect filtered or spring water, else filter and disinfect: the households that are on the pipe today get
    water to standard."""
    p = maker.parameters
    return Offer(
        kind=WorkKind.REPAIR_DISINFECT if filtered else WorkKind.REPAIR_FILTER,
        treatment=Treatment.DISINFECT if filtered else Treatment.FILTER,
        capacity_households=households,
        bill=lambda served: chlorine_bill(p) if filtered else filter_bill(served * maker.day_m3, p),
        mvnd_per_household=0.0 if filtered else p.repair_mvnd_per_household,
        connection_mvnd=0.0,
        connected=lacking,
        pipes_share=0.0,
        each_link_pays=False,
        only_connected=True,
    )


def _renewed(kind: WorkKind, share: float, households: float, connected: FloatArray, maker: Maker) -> Offer:
    """Renew a part of intake, storage and pipes, or all of them, with filter and disinfection: the whole capacity
    serves again."""
    p = maker.parameters

    def bill(served: float) -> list[BillLine]:
        day = served * maker.day_m3
        return [*intake_bill(p.intake_mvnd, share), *storage_bill(day, p, share), *filter_bill(day, p)]

    return Offer(
        kind=kind,
        treatment=Treatment.FILTER,
        capacity_households=households,
        bill=bill,
        mvnd_per_household=0.0,
        connection_mvnd=p.rural_connection_mvnd,
        connected=connected,
        pipes_share=share,
        each_link_pays=False,
    )


def _plant_offers(study: Study, row: int, today: Today, villages: int) -> Iterator[Offer]:
    """Extend the network of a plant as far as its capacity goes; a planned plant is paid for by the capacity used,
    unless private money builds it."""
    p, scheme = study.parameters, study.schemes.iloc[row]
    stands = bool(exists(study.schemes)[row])
    spare = float(today.service.capacity_households[row]) - float(today.service.households[row])
    private = "is_private" in study.schemes and bool(scheme["is_private"])
    plant = 0.0 if stands or private else p.plant_mvnd_per_m3_day
    yield Offer(
        kind=WorkKind.EXTEND,
        treatment=Treatment.FILTER,
        capacity_households=max(spare, 0.0),
        bill=nothing,
        mvnd_per_household=0.0,
        mvnd_per_m3_day=plant,
        connection_mvnd=p.plant_connection_mvnd,
        connected=np.zeros(villages),
        pipes_share=1.0,
        each_link_pays=True,
    )


def nothing(served: float) -> list[BillLine]:
    """No fixed part."""
    return []


def _served_by(today: Today, schemes: int) -> dict[int, dict[int, float]]:
    """Households of each village that each scheme serves today."""
    found: dict[int, dict[int, float]] = {}
    pairs = today.reach.pairs
    for source, village, households in zip(pairs["source"], pairs["village"], today.served, strict=True):
        if households > 1e-6:
            found.setdefault(int(source), {})[int(village)] = float(households)
    return found


def _village_above(study: Study, flow: StreamFlow | None) -> BoolArray:
    """Whether somebody lives in the sanitary zone above each scheme's mapped intake."""
    schemes = study.schemes
    if flow is None:
        return np.zeros(len(schemes), dtype=bool)
    cells = cell_of(flow.streams, schemes.geometry.x.to_numpy(), schemes.geometry.y.to_numpy())
    return np.asarray(np.where(cells >= 0, flow.village_above[np.maximum(cells, 0)], False))


def _water_source(study: Study, row: int) -> str:
    return str(study.schemes["water_source"].iloc[row]) if "water_source" in study.schemes else ""
