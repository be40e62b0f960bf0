"""What a candidate work is: a site with a capacity, a source, a line, villages that it reaches, and a bill of
quantities."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from infragap.analyses.arrays import FloatArray
from infragap.analyses.water.codes import BillItem, Treatment, WorkKind
from infragap.analyses.water.lines.design import Line


@dataclass(frozen=True)
class BillLine:
    """One line of a bill: quantity and price, before design and tax; `detail` names the pipe."""

    item: BillItem
    detail: str
    quantity: float
    unit: str
    mvnd: float


@dataclass(frozen=True)
class Source:
    """Where a work's water comes from.

    Attributes
    ----------
    source_id
        The stream cell, or the scheme whose own capacity is used.
    usable_l_s
        What may be taken there.
    downstream_id
        The next source below on the same stream; empty where there is none.
    dry_flow_l_s
        Natural flow of the driest month; NaN where it is not known.
    village_above, village_below
        Somebody lives in the sanitary zone upstream, downstream.
    cell
        Flat cell of the drainage; -1 where a scheme's own capacity is used.
    catchment_km2
        Land whose water passes there; NaN where it is not known.
    """

    source_id: str
    usable_l_s: float
    downstream_id: str = ""
    dry_flow_l_s: float = float("nan")
    village_above: bool = False
    village_below: bool = False
    cell: int = -1
    catchment_km2: float = float("nan")


@dataclass(frozen=True)
class Link:
    """A village that a work may serve.

    Attributes
    ----------
    village
        Its number.
    households_max
        Households of the village without water to standard.
    mvnd_per_household
        Connection.
    fixed_mvnd
        Pipes that are laid for it, beyond those of its parent.
    parent
        Village whose pipes it hangs on; -1 where it hangs on the source.
    """

    village: int
    households_max: float
    mvnd_per_household: float
    fixed_mvnd: float
    parent: int


@dataclass(frozen=True, eq=False)
class Candidate:
    """A work that may be built; candidates of one site exclude each other.

    Attributes
    ----------
    candidate_id, site
        Identifiers; a site is a scheme or an intake.
    kind, treatment
        What is done.
    scheme
        Row of the existing or planned scheme; -1 for a new one.
    listed
        In the province's list.
    x, y, source_m
        Where the water starts [m].
    capacity_households
        Households that it can bring to the standard.
    fixed_mvnd, mvnd_per_household
        Cost without and with every household, design and tax included.
    bill
        Quantities of the fixed part; pipes of `links` with a price of their own are not in it.
    source
        Where its water comes from.
    withdrawal_l_s_per_household
        What a household takes from the source on the peak day.
    line
        Pipes; `pipes_share` of each section is laid anew, (sections,).
    village_share
        (links,) share of the pipes that are there for each village first.
    links
        Villages, in the order of `line.tree.village`.
    pump_m
        Height that the water is lifted [m].
    rural
        A rural scheme with an operator of its own, not a town's plant.
    """

    candidate_id: str
    site: str
    kind: WorkKind
    treatment: Treatment
    scheme: int
    listed: bool
    x: float
    y: float
    source_m: float
    capacity_households: float
    fixed_mvnd: float
    mvnd_per_household: float
    bill: tuple[BillLine, ...]
    source: Source
    withdrawal_l_s_per_household: float
    line: Line
    pipes_share: FloatArray
    village_share: FloatArray
    links: tuple[Link, ...]
    pump_m: float
    rural: bool


@dataclass(frozen=True, eq=False)
class Candidates:
    """All candidates in the order of their identifiers, and the same as the tables that the choice is made from.

    Attributes
    ----------
    works
        The candidates.
    table
        candidate_id, site, kind, listed, capacity_households, fixed_mvnd, mvnd_per_household, source_id,
        usable_flow_l_s, withdrawal_l_s_per_household, downstream_id, treatment, village_upstream, scheme_id.
    links
        candidate (row of `table`), village (number), households_max, people_per_household, cost_mvnd_per_household,
        fixed_mvnd, parent_village (number, -1).
    dry
        Rows of planned rural schemes near which no stream carries the smallest scheme.
    """

    works: tuple[Candidate, ...]
    table: pd.DataFrame
    links: pd.DataFrame
    dry: frozenset[int] = frozenset()
