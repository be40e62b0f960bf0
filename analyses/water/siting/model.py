"""The choice of works as one mixed-integer model, for every question: who is served by which work, over which pipes, at
what cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack, vstack

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.water.works.candidate import Candidates


@dataclass(frozen=True, eq=False)
class Asked:
    """One question.

    Attributes
    ----------
    most_people
        Most people; else least cost.
    works_max
        Most works; None for no limit.
    people_min
        People that must be gained, None where not asked.
    budget_mvnd
        Money, None for no limit.
    allowed, forced
        (sites,) by name.
    poor_min
        People of poor communes that must be gained.
    listed_min
        Works of the province's list that must be among those chosen.
    """

    most_people: bool = False
    works_max: int | None = None
    people_min: float | None = None
    budget_mvnd: float | None = None
    allowed: BoolArray | None = None
    forced: tuple[str, ...] = ()
    poor_min: float = 0.0
    listed_min: int = 0


@dataclass(frozen=True, eq=False)
class Model:
    """Rows and columns that all questions share.

    Variables: one opening per candidate, one pipe per link whose pipes are its own cost, the households of each link.

    Attributes
    ----------
    candidate, village
        (links,) of each link.
    pipe
        (links,) number of the pipe variable of a link; -1 where its pipes are part of the work.
    site, listed, capacity
        (candidates,) number of its site, whether it is of the province's list, households that it can serve.
    rows, low, high
        Constraints that hold whatever is asked.
    upper
        (variables,) upper bounds; lower ones are 0.
    cost, people, poor
        (variables,) million VND, people gained, people gained in poor communes.
    """

    candidate: IntArray
    village: IntArray
    pipe: IntArray
    site: IntArray
    listed: BoolArray
    capacity: FloatArray
    sites: list[str]
    rows: csr_array
    low: FloatArray
    high: FloatArray
    upper: FloatArray
    cost: FloatArray
    people: FloatArray
    poor: FloatArray

    @property
    def candidates(self) -> int:
        """Number of candidates."""
        return len(self.site)

    @property
    def pipes(self) -> int:
        """Number of pipe variables."""
        return int(self.pipe.max(initial=-1)) + 1

    @property
    def first_household(self) -> int:
        """Place of the first household variable."""
        return self.candidates + self.pipes

    @property
    def whole(self) -> BoolArray:
        """(variables,) openings and pipes are whole numbers."""
        return np.arange(len(self.cost)) < self.first_household


def build_model(candidates: Candidates, gap_households: FloatArray, poor_village: BoolArray) -> Model:
    """Lay out the model.

    Parameters
    ----------
    candidates
        Works and links, with the numbers as exported.
    gap_households
        (villages,) households without water to standard.
    poor_village
        (villages,) True in a poor commune.
    """
    table, links = candidates.table, candidates.links
    n, m = len(table), len(links)
    cand, village = links["candidate"].to_numpy(), links["village"].to_numpy()
    own_pipes = np.zeros(n, dtype=bool)
    own_pipes[cand[links["fixed_mvnd"].to_numpy() > 0]] = True
    pipe = np.where(own_pipes[cand], np.cumsum(own_pipes[cand]) - 1, -1)
    pipes = int(pipe.max(initial=-1)) + 1
    blocks = _Blocks(n, pipes, m)
    site, names = pd.factorize(table["site"], sort=True)
    most = links["households_max"].to_numpy()
    capacity = table["capacity_households"].to_numpy()
    at = np.arange(m)
    blocks.add(csr_array((np.ones(n), (site, np.arange(n)))), None, None, 1.0)
    loads = csr_array((np.ones(m), (cand, at)), shape=(n, m))
    blocks.add(csr_array((-capacity, (np.arange(n), np.arange(n)))), None, loads, 0.0)
    open_of = np.where(pipe >= 0, n + pipe, cand)
    opened = csr_array((-np.minimum(most, capacity[cand]), (at, open_of)), shape=(m, n + pipes))
    blocks.add(opened[:, :n], opened[:, n:], csr_array((np.ones(m), (at, at))), 0.0)
    blocks.add(*_branches(links, pipe, n, pipes), None, 0.0)
    villages = len(gap_households)
    blocks.add(None, None, csr_array((np.ones(m), (village, at)), shape=(villages, m)), np.round(gap_households, 6))
    taken, free = _stream_rows(table, cand)
    blocks.add(None, None, taken, free)
    people = links["people_per_household"].to_numpy()
    per_household = links["cost_mvnd_per_household"].to_numpy() + table["mvnd_per_household"].to_numpy()[cand]
    return Model(
        candidate=cand,
        village=village,
        pipe=pipe,
        site=site.astype(np.int64),
        listed=table["listed"].to_numpy(dtype=bool),
        capacity=capacity,
        sites=[str(name) for name in names],
        rows=csr_array(vstack(blocks.rows)),
        low=np.full(blocks.count, -np.inf),
        high=np.concatenate(blocks.high),
        upper=np.concatenate([np.ones(n + pipes), most]),
        cost=np.concatenate([table["fixed_mvnd"].to_numpy(), links["fixed_mvnd"].to_numpy()[pipe >= 0], per_household]),
        people=np.concatenate([np.zeros(n + pipes), people]),
        poor=np.concatenate([np.zeros(n + pipes), people * poor_village[village]]),
    )


def empty_model() -> Model:
    """The model of no candidates."""
    none, numbers = np.zeros(0), np.zeros(0, dtype=np.int64)
    rows = csr_array((0, 0))
    nobody = np.zeros(0, dtype=bool)
    return Model(numbers, numbers, numbers, numbers, nobody, none, [], rows, none, none, none, none, none, none)


class _Blocks:
    """Rows of the model, block by block; every row is 'at most'."""

    def __init__(self, openings: int, pipes: int, households: int) -> None:
        self.widths = (openings, pipes, households)
        self.rows: list[csr_array] = []
        self.high: list[FloatArray] = []

    @property
    def count(self) -> int:
        return sum(len(high) for high in self.high)

    def add(
        self,
        openings: csr_array | None,
        pipes: csr_array | None,
        households: csr_array | None,
        high: float | FloatArray,
    ) -> None:
        given = (openings, pipes, households)
        height = next(part.shape[0] for part in given if part is not None)
        if not height:
            return
        parts = [
            csr_array((height, width)) if part is None else part for part, width in zip(given, self.widths, strict=True)
        ]
        self.rows.append(csr_array(hstack(parts)))
        self.high.append(np.broadcast_to(np.asarray(high, dtype=np.float64), (height,)).copy())


def _branches(links: pd.DataFrame, pipe: IntArray, n: int, pipes: int) -> tuple[csr_array, csr_array]:
    """A pipe needs the pipe that it hangs on, or the work itself."""
    own = np.flatnonzero(pipe >= 0)
    number = {
        (c, v): pipe[k]
        for k, c, v in zip(own, links["candidate"].to_numpy()[own], links["village"].to_numpy()[own], strict=True)
    }
    rows = np.arange(len(own))
    above = np.array(
        [
            n + number[(c, v)] if v >= 0 else c
            for c, v in zip(links["candidate"].to_numpy()[own], links["parent_village"].to_numpy()[own], strict=True)
        ],
        dtype=np.int64,
    )
    matrix = csr_array(
        (
            np.concatenate([np.ones(len(own)), -np.ones(len(own))]),
            (np.concatenate([rows, rows]), np.concatenate([n + pipe[own], above])),
        ),
        shape=(len(own), n + pipes),
    )
    return matrix[:, :n], matrix[:, n:]


def _stream_rows(table: pd.DataFrame, candidate: IntArray) -> tuple[csr_array, FloatArray]:
    """At every source: what is taken there and above it on the same stream is at most what may be taken there."""
    sources = table.drop_duplicates("source_id").set_index("source_id")
    number = {name: k for k, name in enumerate(sources.index)}
    rows: list[int] = []
    columns: list[int] = []
    by_source: dict[str, list[int]] = {}
    for k, source in enumerate(table["source_id"].to_numpy()[candidate]):
        by_source.setdefault(source, []).append(k)
    for name in sources.index:
        at, seen = name, set()
        while at and at in number and at not in seen:
            seen.add(at)
            rows += [number[at]] * len(by_source.get(name, []))
            columns += by_source.get(name, [])
            at = str(sources.loc[at, "downstream_id"])
    taken = table["withdrawal_l_s_per_household"].to_numpy()[candidate][columns]
    matrix = csr_array((taken, (rows, columns)), shape=(len(sources), len(candidate)))
    return matrix, sources["usable_flow_l_s"].to_numpy(dtype=float)
