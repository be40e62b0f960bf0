"""The chosen works as things: whom they serve, what runs in their pipes, what they are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.water.codes import BillItem, WorkKind
from infragap.analyses.water.hydraulics.formulas import pump_kwh_per_m3
from infragap.analyses.water.lines.design import Flow, flow_in
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.siting.choice import Choice
from infragap.analyses.water.siting.model import Model
from infragap.analyses.water.works.bills import pipe_bill
from infragap.analyses.water.works.candidate import BillLine, Candidate, Candidates
from infragap.analyses.water.works.maker import Maker, owners

DAYS_PER_YEAR = 365.25
VND_PER_MVND = 1e6


@dataclass(frozen=True, eq=False)
class Built:
    """One chosen work.

    Attributes
    ----------
    work_id, rank
        Identifier and place: most people per million VND first.
    row, candidate
        Which candidate it is.
    households
        (links,) households that it brings to the standard in each village.
    people
        (links,) the people of these.
    laid
        (sections,) True where the pipes are part of the work or stand already.
    flow
        The peak hour of these households in the line.
    bill
        Quantities, connections, design and tax included: they add up to the cost.
    cost_mvnd, om_mvnd_per_year
        Investment, and upkeep with operator, treatment and power.
    """

    work_id: str
    rank: int
    row: int
    candidate: Candidate
    households: FloatArray
    people: FloatArray
    laid: BoolArray
    flow: Flow
    bill: tuple[BillLine, ...]
    cost_mvnd: float
    om_mvnd_per_year: float


def built_works(candidates: Candidates, model: Model, choice: Choice, maker: Maker) -> list[Built]:
    """Works of a plan, most people per million VND first, of equal ones by identifier."""
    people_per_household = candidates.links["people_per_household"].to_numpy()
    rows = np.flatnonzero(choice.open)
    parts = []
    for row in rows:
        links = np.flatnonzero(model.candidate == row)
        households = choice.households[links]
        people = households * people_per_household[links]
        pipes = np.array([choice.pipes[model.pipe[k]] if model.pipe[k] >= 0 else True for k in links], dtype=bool)
        cost = _cost(candidates.works[row], households, pipes)
        parts.append(
            (
                round(cost / max(float(people.sum()), 1e-9), 9),
                candidates.works[row].candidate_id,
                int(row),
                households,
                people,
                pipes,
            )
        )
    parts.sort(key=lambda part: part[:2])
    return [
        _built(k, candidates.works[row], row, households, people, pipes, maker)
        for k, (_, _, row, households, people, pipes) in enumerate(parts, 1)
    ]


def _cost(work: Candidate, households: FloatArray, pipes: BoolArray) -> float:
    per_household = np.array([link.mvnd_per_household for link in work.links]) + work.mvnd_per_household
    own = np.array([link.fixed_mvnd for link in work.links])
    return float(work.fixed_mvnd + own @ pipes + per_household @ households)


def _built(
    rank: int, work: Candidate, row: int, households: FloatArray, people: FloatArray, pipes: BoolArray, maker: Maker
) -> Built:
    owner, _ = owners(work.line)
    laid = pipes[np.maximum(owner, 0)] & (owner >= 0)
    bill = _bill(work, households, people, pipes, owner, maker)
    cost = _cost(work, households, pipes)
    return Built(
        work_id=f"N{rank:03d}",
        rank=rank,
        row=row,
        candidate=work,
        households=households,
        people=people,
        laid=laid,
        flow=flow_in(work.line, people / maker.people_per_household, maker.rules),
        bill=bill,
        cost_mvnd=cost,
        om_mvnd_per_year=_upkeep(work, cost, float(people.sum()), maker),
    )


def _bill(
    work: Candidate, households: FloatArray, people: FloatArray, pipes: BoolArray, owner: IntArray, maker: Maker
) -> tuple[BillLine, ...]:
    """Bill of the fixed parts, of the pipes that are laid, of connections, design and tax."""
    p, markup = maker.parameters, maker.markup
    lines = list(work.bill)
    paid = [k for k, link in enumerate(work.links) if link.fixed_mvnd > 0 and pipes[k]]
    if paid:
        own = np.isin(owner, paid)
        lines += pipe_bill(work.line, maker.rules.catalogue, work.pipes_share, own)
        lines += maker.chambers(work.line, own, paid)
    joined = sum(link.mvnd_per_household * h for link, h in zip(work.links, households, strict=True)) / markup
    connection = p.connection_mvnd if work.rural else p.town_connection_mvnd
    if joined > 1e-9:
        count = joined / (connection + p.network_mvnd_per_household)
        lines.append(BillLine(BillItem.CONNECTION, "", count, "pcs", count * connection))
        lines.append(BillLine(BillItem.NETWORK, "", count, "households", count * p.network_mvnd_per_household))
    further = work.mvnd_per_household * float(households.sum()) / markup
    if further > 1e-9:
        item = BillItem.REPAIR if work.kind == WorkKind.REPAIR_FILTER else BillItem.PLANT
        unit, quantity = ("households", float(households.sum()))
        if item == BillItem.PLANT:
            unit, quantity = "m³/day", float(people.sum()) / maker.people_per_household * maker.day_m3
        lines.append(BillLine(item, "", quantity, unit, further))
    net = sum(line.mvnd for line in lines)
    lines.append(BillLine(BillItem.DESIGN, "", p.design_pct, "%", net * p.design_pct / 100))
    lines.append(BillLine(BillItem.VAT, "", p.vat_pct, "%", net * (1 + p.design_pct / 100) * p.vat_pct / 100))
    return tuple(lines)


def water_m3_per_year(people: float, maker: Maker) -> float:
    """Water that people take on mean days, losses included."""
    p: WaterParameters = maker.parameters
    return people / maker.people_per_household * maker.day_m3 / p.peak_day_factor * DAYS_PER_YEAR


def _upkeep(work: Candidate, cost_mvnd: float, people: float, maker: Maker) -> float:
    """Share of the investment, operator of a rural scheme, treatment by volume, power by volume and lift [million VND a
    year]."""
    p = maker.parameters
    volume = water_m3_per_year(people, maker)
    power = float(pump_kwh_per_m3(work.pump_m, efficiency_pct=p.pump_efficiency_pct)) * p.power_vnd_per_kwh
    running = volume * (p.treatment_vnd_per_m3 + power) / VND_PER_MVND
    return cost_mvnd * p.om_pct / 100 + (p.operator_mvnd_per_year if work.rural else 0.0) + running
