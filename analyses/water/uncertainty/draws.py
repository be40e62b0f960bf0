"""Draws: where villages really lie, what streams give, what people use, what works cost, and in what state schemes
really are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.draws import draw_generator
from infragap.analyses.water.codes import SchemeKind
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.programme.built import Built
from infragap.analyses.water.service.today import Gap, Today, gap_of
from infragap.analyses.water.siting.model import Model
from infragap.analyses.water.siting.questions import Answers
from infragap.analyses.water.study import Study
from infragap.analyses.water.uncertainty.kernels import plan_greedily
from infragap.analyses.water.works.candidate import Candidates
from infragap.gis.raster import sample

NO_REGRET_PCT = 90.0
WORSE_CLASS_COST = 2.5
"""What a repair costs, times, where the scheme turns out one class worse (a rehabilitation instead of a filter;
assumption)."""

COST_RANGE, KIND_COST_RANGE = (0.8, 1.0, 1.35), (0.8, 1.0, 1.3)
"""Low, likely and high factor on all prices, and on those of each kind of work (assumption, after the spread of norms
B3)."""

RADIUS_TO_SIGMA = 2.146
"""The accuracy radius holds 90 % of the positions; of a round normal distribution that is 2.146 standard deviations."""


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """What the draws say.

    Attributes
    ----------
    chosen_probability
        (candidates,) part of the draws in which the site of a candidate is chosen when each draw is planned anew.
    people
        (draws,) people that the plan as shown brings to the standard.
    target_probability
        Part of the draws in which that reaches the target; NaN without draws. A plan of least cost has nothing to
        spare, so one village out of reach is enough to miss it.
    cost_mvnd
        (draws,) cost of the plan as shown.
    """

    chosen_probability: FloatArray
    people: FloatArray
    target_probability: float
    cost_mvnd: FloatArray


@dataclass(frozen=True, eq=False)
class _Links:
    """Links by candidate, and what a displaced village does to them."""

    first: IntArray
    village: IntArray
    size: FloatArray
    source_x: FloatArray
    source_y: FloatArray
    level_m: FloatArray
    reach_m: FloatArray
    winding: FloatArray
    plan_m: FloatArray
    joined: BoolArray


@dataclass(frozen=True, eq=False)
class _Works:
    """What draws change of each candidate, (candidates,): prices by part, kind, whether it is a repair, whether it
    draws from a stream."""

    fixed: FloatArray
    pipes: FloatArray
    per_household: FloatArray
    kind: IntArray
    kinds: int
    repair: BoolArray
    stream: BoolArray
    capacity: FloatArray
    usable_l_s: FloatArray
    withdrawal_l_s: FloatArray


@dataclass(frozen=True, eq=False)
class _Draw:
    """One draw: links that still work, households to serve, capacities, costs."""

    alive: BoolArray
    households: FloatArray
    capacity: FloatArray
    fixed: FloatArray
    per_household: FloatArray


def assess(
    study: Study, today: Today, candidates: Candidates, model: Model, answers: Answers, works: list[Built]
) -> Uncertainty:
    """Plan each draw anew with a fast primal method, and ask what the plan as shown brings in it.

    Notes
    -----
    Each draw moves every village within its accuracy (a link works where the village stays within reach and below the
    water), scales yield, demand and the price of each kind of work within their ranges, and lets some schemes turn out
    a class worse. The plan of a draw takes works by cost per person; it has no bound and serves only to count how often
    a site is chosen: the candidates stay where they are, no intake is looked for at the drawn places, so it says
    nothing of whether the target can be reached there.
    """
    p = study.parameters
    if p.draws == 0 or not len(candidates.works):
        return Uncertainty(np.full(model.candidates, np.nan), np.zeros(0), float("nan"), np.zeros(0))
    links, terms = _links(study, today, candidates, model), _works(candidates, model)
    gap = gap_of(study, today)
    plan = np.zeros(model.candidates, dtype=bool)
    plan[[work.row for work in works]] = True
    served = np.zeros(len(model.candidate))
    for work in works:
        served[links.first[work.row] : links.first[work.row + 1]] = work.households
    times = np.zeros(len(model.sites))
    people, cost = np.zeros(p.draws), np.zeros(p.draws)
    limit = answers.works_max if answers.works_max is not None else model.candidates
    for k in range(p.draws):
        draw = _draw(study, terms, model, links, gap, draw_generator(p.seed, k))
        chosen, _, _ = plan_greedily(
            links.first, links.village, links.size, draw.alive, draw.households, draw.capacity, draw.fixed,
            draw.per_household, model.site, len(model.sites), limit, answers.people_min,
        )  # fmt: skip
        times[model.site[chosen]] += 1
        people[k], cost[k] = _outcome(model, links, draw, served, plan)
    wanted = answers.people_min
    return Uncertainty(
        chosen_probability=times[model.site] / p.draws,
        people=people,
        target_probability=float((people >= wanted - 1e-6).mean()),
        cost_mvnd=cost,
    )


def _links(study: Study, today: Today, candidates: Candidates, model: Model) -> _Links:
    works = candidates.works
    first = np.searchsorted(model.candidate, np.arange(model.candidates + 1))
    x = np.array([w.x for w in works])[model.candidate]
    y = np.array([w.y for w in works])[model.candidate]
    level = np.array([w.line.level_m for w in works])[model.candidate]
    p = study.parameters
    plant = np.array([w.scheme >= 0 and study.schemes["kind"].iloc[w.scheme] == SchemeKind.URBAN_PLANT for w in works])
    listed = np.array([w.listed for w in works])
    reach_km = np.select([plant, listed], [p.extension_reach_km, p.listed_reach_km], default=p.reach_km)
    reach = reach_km[model.candidate] * 1000.0
    village_x, village_y = study.villages.geometry.x.to_numpy(), study.villages.geometry.y.to_numpy()
    plan_m = np.hypot(village_x[model.village] - x, village_y[model.village] - y)
    on_slope = np.concatenate([_path_m(w.line.tree.parent, w.line.tree.length_m, w.line.tree.node) for w in works])
    winding = np.divide(on_slope, plan_m, out=np.ones(len(plan_m)), where=plan_m > 1.0)
    return _Links(
        first=first.astype(np.int64),
        village=model.village,
        size=model.people[model.first_household :],
        source_x=x,
        source_y=y,
        level_m=level,
        reach_m=reach,
        winding=np.maximum(winding, 1.0),
        plan_m=plan_m,
        joined=_joined(today, candidates, model),
    )


def _joined(today: Today, candidates: Candidates, model: Model) -> BoolArray:
    """Links over which a scheme serves a village today: wherever the village lies, they are joined."""
    pairs = today.reach.pairs[today.served > 0.5]
    known = set(zip(pairs["source"].tolist(), pairs["village"].tolist(), strict=True))
    scheme = np.array([w.scheme for w in candidates.works])[model.candidate]
    return np.array([(s, v) in known for s, v in zip(scheme.tolist(), model.village.tolist(), strict=True)], dtype=bool)


def _path_m(parent: IntArray, length_m: FloatArray, node: IntArray) -> FloatArray:
    """Length of pipe from the source to each village."""
    along = np.zeros(len(parent))
    for k in range(1, len(parent)):
        along[k] = along[parent[k]] + length_m[k]
    return along[node]


def _draw(study: Study, works: _Works, model: Model, links: _Links, gap: Gap, rng: np.random.Generator) -> _Draw:
    p, villages = study.parameters, study.villages
    order = np.argsort(villages["village_id"].to_numpy().astype(str), kind="stable")
    step = np.empty((len(villages), 2))
    step[order] = rng.standard_normal((len(villages), 2))
    sigma = villages["position_accuracy_m"].to_numpy(dtype=float) / RADIUS_TO_SIGMA
    x = villages.geometry.x.to_numpy() + step[:, 0] * sigma
    y = villages.geometry.y.to_numpy() + step[:, 1] * sigma
    height = np.nan_to_num(sample(study.elevation, x, y), nan=np.inf)
    away = np.hypot(x[links.village] - links.source_x, y[links.village] - links.source_y)
    reaches = (away * links.winding <= links.reach_m) & (links.level_m - height[links.village] >= p.residual_head_m)
    alive = reaches | links.joined
    stretch = np.where(links.plan_m > 100.0, np.clip(away / np.maximum(links.plan_m, 1.0), 0.5, 3.0), 1.0)
    return _prices(study.parameters, works, model, gap, rng, alive, stretch)


def _works(candidates: Candidates, model: Model) -> _Works:
    table, households = candidates.table, candidates.links["households_max"].to_numpy()
    kinds, kind = np.unique(table["kind"].to_numpy().astype(str), return_inverse=True)
    own = np.bincount(model.candidate, weights=candidates.links["fixed_mvnd"].to_numpy(), minlength=model.candidates)
    worth = model.cost[model.first_household :] * households
    mean = np.bincount(model.candidate, weights=worth, minlength=model.candidates)
    total = np.bincount(model.candidate, weights=households, minlength=model.candidates)
    return _Works(
        fixed=table["fixed_mvnd"].to_numpy() + own,
        pipes=np.array([float(w.line.sections.mvnd @ w.pipes_share) for w in candidates.works]),
        per_household=np.divide(mean, total, out=np.zeros(len(mean)), where=total > 0),
        kind=kind.astype(np.int64),
        kinds=len(kinds),
        repair=table["kind"].str.startswith("repair").to_numpy(),
        stream=np.array([w.source.cell >= 0 for w in candidates.works]),
        capacity=table["capacity_households"].to_numpy(),
        usable_l_s=table["usable_flow_l_s"].to_numpy(),
        withdrawal_l_s=table["withdrawal_l_s_per_household"].to_numpy(),
    )


def _prices(
    p: WaterParameters,
    works: _Works,
    model: Model,
    gap: Gap,
    rng: np.random.Generator,
    alive: BoolArray,
    stretch: FloatArray,
) -> _Draw:
    """Capacities and prices of one draw."""
    demand = _between(rng, p, "demand_l_per_person_day") / p.demand_l_per_person_day
    water = _between(rng, p, "yield_factor") / p.yield_factor if p.yield_factor > 0 else 1.0
    everywhere = rng.triangular(*COST_RANGE)
    of_kind = rng.triangular(*KIND_COST_RANGE, size=works.kinds)[works.kind]
    worse = rng.random(len(model.sites)) < p.class_error_pct / 100
    factor = everywhere * of_kind * np.where(works.repair & worse[model.site], WORSE_CLASS_COST, 1.0)
    from_stream = works.usable_l_s * water / np.maximum(works.withdrawal_l_s * demand, 1e-12)
    capacity = np.where(works.stream, np.minimum(works.capacity, from_stream), works.capacity / demand)
    longest = np.ones(model.candidates)
    np.maximum.at(longest, model.candidate, np.where(alive, stretch, 0.0))
    return _Draw(
        alive=alive,
        households=np.round(gap.households, 6),
        capacity=capacity,
        fixed=(works.fixed + works.pipes * (longest - 1.0)) * factor,
        per_household=works.per_household * factor,
    )


def _outcome(model: Model, links: _Links, draw: _Draw, served: FloatArray, plan: BoolArray) -> tuple[float, float]:
    """People that the plan as shown serves in a draw, and what it costs then."""
    kept = np.where(draw.alive, served, 0.0)
    load = np.bincount(model.candidate, weights=kept, minlength=model.candidates)
    share = np.minimum(1.0, np.divide(draw.capacity, load, out=np.ones(len(load)), where=load > 0))
    kept = kept * share[model.candidate]
    per_candidate = np.bincount(model.candidate, weights=kept, minlength=model.candidates)
    cost = float((draw.fixed * plan + draw.per_household * per_candidate * plan).sum())
    return float(kept @ links.size), cost


def _between(rng: np.random.Generator, p: WaterParameters, name: str) -> float:
    """A value of a parameter within its range, its own most likely."""
    extra = type(p).model_fields[name].json_schema_extra
    value = float(getattr(p, name))
    if not isinstance(extra, dict):
        return value
    low, high = float(extra["low"]), float(extra["high"])  # type: ignore[arg-type]
    low, high = min(low, value), max(high, value)
    return float(rng.triangular(low, value, high)) if high > low else value
