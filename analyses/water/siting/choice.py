"""The answer to one question: which works, whom they serve, and how far from the best that can be at most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_array, vstack

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.solvers.mixed_integer import STEP_WORK, Program, minimise
from infragap.analyses.solvers.stopping import Meter, Stop
from infragap.analyses.water.siting.model import Asked, Model
from infragap.analyses.water.siting.relaxation import Relaxation, extra_rows, limits_of, near, tie_weight

KEPT_BESIDE = 60
"""Candidates that the first, small programme chooses among besides those that the relaxation opens."""

ENTRIES_OF_LONG_STEPS = 30_000
"""Entries of a programme from which on a step takes much longer than so many entries else do: 15 ms at 11,000 entries,
0.3 to 2.5 s at 92,000 (measured)."""

EXACT = 1e-6

ROUNDED = 0.01
"""People that a plan over rounded households may lack."""

Status = Literal["optimal", "gap", "work_limit", "time_limit", "infeasible"]


@dataclass(frozen=True, eq=False)
class Choice:
    """A plan and its proof.

    Attributes
    ----------
    open
        (candidates,) True where a work is built.
    pipes
        (pipe variables,) True where a village's pipes are laid.
    households
        (links,) households served over each link.
    cost_mvnd, people
        What the plan costs, and the people that it brings to the standard.
    bound
        No plan costs less; of the question for most people: none serves more.
    gap
        Distance of plan and bound, as a part of the plan's value.
    status
        'optimal', 'gap' (proven within the gap asked for), 'work_limit' or 'time_limit' (ended before), or
        'infeasible'.
    """

    open: BoolArray
    pipes: BoolArray
    households: FloatArray
    cost_mvnd: float
    people: float
    bound: float
    gap: float
    status: Status

    @property
    def works(self) -> int:
        """Number of works."""
        return int(self.open.sum())

    def by_work(self, model: Model) -> tuple[FloatArray, FloatArray]:
        """Cost of each candidate in this plan [million VND], and the people whom it serves, (candidates,) each."""
        own = model.pipe >= 0
        links = model.cost[model.first_household :] * self.households
        links[own] += model.cost[model.candidates + model.pipe[own]] * self.pipes[model.pipe[own]]
        served = model.people[model.first_household :] * self.households
        cost = np.bincount(model.candidate, weights=links, minlength=model.candidates)
        people = np.bincount(model.candidate, weights=served, minlength=model.candidates)
        return cost + model.cost[: model.candidates] * self.open, people.astype(np.float64)

    def laid(self, model: Model) -> BoolArray:
        """(links,) True where a village's own pipes are laid."""
        own = model.pipe >= 0
        laid = np.zeros(len(own), dtype=bool)
        laid[own] = self.pipes[model.pipe[own]]
        return laid


@dataclass(frozen=True, eq=False)
class Plan:
    """What is built, without a proof: (candidates,) works, (links,) households and pipes of a village's own."""

    open: BoolArray
    households: FloatArray
    laid: BoolArray


def choose(model: Model, relaxation: Relaxation, asked: Asked, *, stop: Stop, start: Choice | None = None) -> Choice:
    """Answer one question with a proven bound.

    Parameters
    ----------
    model, relaxation
        The choice, and its relaxation kept warm.
    asked
        The question.
    stop
        Relative distance at which the search may stop, and the most work; what is found by then is stated with its gap.
    start
        A plan that answers the question already, to begin with.

    Notes
    -----
    The linear relaxation gives the bound. The integer programme is first solved over the candidates that the relaxation
    opens or nearly opens; if its plan is within the gap of that bound, it is as good as any over all candidates. Else
    it is solved over all candidates, and its own bound is taken.
    """
    meter, gap = Meter(stop), stop.gap
    relaxed = relaxation.solve(asked, meter)
    if relaxed is None:
        return nothing(model, status="infeasible")
    best, bound = start, relaxed.value
    kept = near(relaxed, model, beside=KEPT_BESIDE)
    found, _ = _integer(model, asked, kept, best, meter=meter, gap=gap / 4)
    best = _better(model, asked, best, found)
    if best is None or _distance(_value(model, asked, best), bound) > gap:
        worth = np.inf if best is None else _value(model, asked, best)
        kept = np.ones(model.candidates, dtype=bool)
        found, proven = _integer(model, asked, kept, best, meter=meter, gap=gap / 2)
        best, bound = _better(model, asked, best, found), max(bound, min(proven, worth))
    ended: Status = "time_limit" if meter.clock_struck else "work_limit"
    if best is None:
        return nothing(model, status=ended if np.isfinite(bound) else "infeasible")
    return _certified(model, asked, best, bound, gap, ended)


def proven(model: Model, relaxation: Relaxation, asked: Asked, plan: Plan, *, stop: Stop) -> Choice:
    """Hold a plan that is known against the bound of its question; where it is not within the gap, answer the question
    anew."""
    values = np.concatenate([plan.open.astype(float), plan.laid[model.pipe >= 0].astype(float), plan.households])
    start = _choice(model, values)
    if asked.people_min is not None and start.people < asked.people_min - ROUNDED:
        return choose(model, relaxation, asked, stop=stop)
    relaxed = relaxation.solve(asked, Meter(stop))
    if relaxed is not None:
        held = _certified(model, asked, start, relaxed.value, stop.gap, "work_limit")
        if held.gap <= stop.gap:
            return held
    return choose(model, relaxation, asked, stop=stop, start=start)


def nothing(model: Model, *, status: Status) -> Choice:
    """The plan that builds nothing."""
    return Choice(
        open=np.zeros(model.candidates, dtype=bool),
        pipes=np.zeros(model.pipes, dtype=bool),
        households=np.zeros(len(model.candidate)),
        cost_mvnd=0.0,
        people=0.0,
        bound=0.0,
        gap=0.0,
        status=status,
    )


def _better(model: Model, asked: Asked, one: Choice | None, two: Choice | None) -> Choice | None:
    if one is None or two is None:
        return one if two is None else two
    return two if _value(model, asked, two) < _value(model, asked, one) - EXACT else one


def _value(model: Model, asked: Asked, choice: Choice) -> float:
    return -choice.people + choice.cost_mvnd * tie_weight(model) if asked.most_people else choice.cost_mvnd


def _distance(value: float, bound: float) -> float:
    return 0.0 if value <= bound else (value - bound) / max(abs(value), 1e-9)


def _certified(model: Model, asked: Asked, best: Choice, bound: float, gap: float, ended: Status) -> Choice:
    """State bound and gap in the question's own quantity."""
    if asked.most_people:
        # the money term makes the minimum larger, never smaller: without it the bound on people holds
        most = -bound + tie_weight(model) * _dearest(model, asked)
        bound = max(min(most, float(model.people @ limits_of(model, asked).upper)), best.people)
        reached = (bound - best.people) / best.people if best.people > 0 else 0.0
    else:
        return with_bound(best, bound, gap, ended)
    status: Status = "optimal" if reached <= EXACT else "gap" if reached <= gap else ended
    return replace(best, bound=bound, gap=reached, status=status)


def with_bound(choice: Choice, bound: float, gap: float, ended: Status = "work_limit") -> Choice:
    """The same plan of least cost held against another bound."""
    bound = min(bound, choice.cost_mvnd)
    reached = _distance(choice.cost_mvnd, bound)
    status: Status = "optimal" if reached <= EXACT else "gap" if reached <= gap else ended
    return replace(choice, bound=bound, gap=reached, status=status)


def _dearest(model: Model, asked: Asked) -> float:
    """Money that no plan can exceed: each site's dearest candidate with all its links, of as many sites as are
    allowed."""
    links = model.cost[model.first_household :] * model.upper[model.first_household :]
    of_candidate = model.cost[: model.candidates] + np.bincount(
        model.candidate, weights=links, minlength=model.candidates
    )
    own = model.pipe >= 0
    of_candidate += np.bincount(
        model.candidate[own],
        weights=model.cost[model.candidates + model.pipe[own]],
        minlength=model.candidates,
    )
    dearest = np.zeros(len(model.sites))
    np.maximum.at(dearest, model.site, of_candidate)
    works = len(dearest) if asked.works_max is None else asked.works_max
    most = float(np.sort(dearest)[::-1][:works].sum())
    return most if asked.budget_mvnd is None else min(most, asked.budget_mvnd)


def _integer(
    model: Model, asked: Asked, kept: BoolArray, start: Choice | None, *, meter: Meter, gap: float
) -> tuple[Choice | None, float]:
    """Plan among some candidates, and the bound among them."""
    limits = limits_of(model, asked)
    columns = _columns(model, kept)
    rows: Any = csr_array(vstack([model.rows, extra_rows(model)])).tocsc()[:, columns].tocsr()
    used = np.diff(rows.indptr) > 0
    low = np.concatenate([model.low, limits.low])
    high = np.concatenate([model.high, limits.high])
    used |= (low > 0) | (high < 0)
    program = Program(
        objective=limits.objective[columns],
        lower=np.zeros(len(columns)),
        upper=limits.upper[columns],
        integer=model.whole[columns],
        rows=csr_array(rows[used]),
        row_lower=low[used],
        row_upper=high[used],
    )
    begin = None if start is None else _values(model, start)[columns]
    entries = program.rows.nnz
    step_work = STEP_WORK * (1.0 + (entries / ENTRIES_OF_LONG_STEPS) ** 2)
    outcome = minimise(program, meter, gap=gap, start=begin, step_work=step_work)
    if outcome.values is None:
        return None, outcome.bound
    values = np.zeros(len(model.cost))
    values[columns] = outcome.values
    return _choice(model, values), outcome.bound


def _columns(model: Model, kept: BoolArray) -> IntArray:
    """Variables of some candidates."""
    links = kept[model.candidate]
    own = np.flatnonzero(model.pipe >= 0)
    pipes = kept[model.candidate[own]]
    return np.flatnonzero(np.concatenate([kept, pipes, links])).astype(np.int64)


def _values(model: Model, choice: Choice) -> FloatArray:
    return np.concatenate([choice.open.astype(float), choice.pipes.astype(float), choice.households])


def _choice(model: Model, values: FloatArray) -> Choice:
    """Read a plan off the variables; works and pipes that serve nobody are left out."""
    households = np.maximum(values[model.first_household :], 0.0)
    households[households < 1e-7] = 0.0
    opening = values[: model.candidates] > 0.5
    pipes = values[model.candidates : model.first_household] > 0.5
    served = np.bincount(model.candidate, weights=households, minlength=model.candidates) > 0
    opening &= served
    households = np.where(opening[model.candidate], households, 0.0)
    own = np.flatnonzero(model.pipe >= 0)
    pipes &= opening[model.candidate[own]]
    cleaned = np.concatenate([opening.astype(float), pipes.astype(float), households])
    return Choice(
        open=opening,
        pipes=pipes,
        households=households,
        cost_mvnd=float(model.cost @ cleaned),
        people=float(model.people @ cleaned),
        bound=0.0,
        gap=0.0,
        status="gap",
    )
