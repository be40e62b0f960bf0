"""How sure the plan is, in one thing: scenarios, sensitivity and draws, as far as the parameters ask for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from infragap.analyses.arrays import FloatArray
from infragap.analyses.draws import begun_draws
from infragap.analyses.electricity.feeders.remedies import Remedies
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.uncertainty.locating import value_of_position_mvnd
from infragap.analyses.electricity.uncertainty.monte_carlo import (
    Draw,
    DrawSummary,
    Known,
    cells_of,
    one_draw,
    summarised,
    what_draws_share,
)
from infragap.analyses.electricity.uncertainty.positions import PossibleCells
from infragap.analyses.electricity.uncertainty.scenario_figures import ScenarioFigures, figures_of
from infragap.analyses.electricity.uncertainty.scenarios import (
    VOLTAGE_KEPT,
    asked_of,
    order_of,
    own_scenario,
    plan_scenario,
    voltage_kept,
)
from infragap.analyses.electricity.uncertainty.sensitivity import (
    Moved,
    Usual,
    one_move,
    sensitivity,
    usual_problem,
)
from infragap.analyses.electricity.uncertainty.streams import UnprovenStreams, unproven_streams


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """What was looked at beside the plan.

    Attributes
    ----------
    scenarios
        Figures of plans under other rules, that of the run first; empty where none were asked for.
    sensitivity
        One parameter at a time; None where it was not asked for.
    draws
        Result of the draws; None without draws.
    streams
        What streams that nobody has surveyed would bring.
    position_value_mvnd, position_turns
        (n,) expected saving of locating each settlement, and part of its possible places where the other supply is
        cheaper.
    """

    scenarios: list[ScenarioFigures]
    sensitivity: pd.DataFrame | None
    draws: DrawSummary | None
    streams: UnprovenStreams
    position_value_mvnd: FloatArray
    position_turns: FloatArray


@dataclass(frozen=True, eq=False)
class Unknowns:
    """What is not known of a plan's settlements and streams, whatever its draws are.

    Attributes
    ----------
    cells
        Where each settlement may lie.
    streams, position_value_mvnd, position_turns
        As in `Uncertainty`.
    """

    cells: PossibleCells
    streams: UnprovenStreams
    position_value_mvnd: FloatArray
    position_turns: FloatArray


def unknowns_of(plan: Plan) -> Unknowns:
    """Look at what is not known of a plan: it hangs on nothing that follows from the plan."""
    cells = cells_of(plan)
    value, turns = value_of_position_mvnd(plan, cells)
    return Unknowns(cells, unproven_streams(plan), value, turns)


def assessment(plan: Plan, remedies: Remedies, unknowns: Unknowns, progress: Callable[[str], None]) -> Uncertainty:
    """Plan under other rules, at other prices and for other positions, as far as that is asked for.

    Parameters
    ----------
    plan, remedies
        The plan, and what helps its weak feeders.
    unknowns
        Of the same plan.
    progress
        Receives the name of each part.
    """
    p = plan.parameters
    usual = usual_problem(plan) if p.scenarios else None
    shared = _Shared(what_draws_share(plan, unknowns.cells), remedies, usual, _pieces(plan, usual))
    with begun_draws(_made, shared, len(shared.pieces), _alone(shared.pieces)) as made:
        if shared.pieces:
            progress("scenarios" if p.scenarios else f"uncertainty, {p.draws} draws")
        found = made()
    moved = [piece for piece in found if isinstance(piece, Moved)]
    drawn = [piece for piece in found if isinstance(piece, Draw)]
    return Uncertainty(
        scenarios=_scenarios(plan, found) if p.scenarios else [],
        sensitivity=sensitivity(usual, moved) if usual else None,
        draws=summarised(drawn, len(plan.study.settlements)) if p.draws else None,
        streams=unknowns.streams,
        position_value_mvnd=unknowns.position_value_mvnd,
        position_turns=unknowns.position_turns,
    )


Piece = tuple[Literal["draw", "move"], int] | tuple[Literal["scenario"], str]
"""A piece of work: a draw or a moved parameter by its number, a scenario by its name."""


@dataclass(frozen=True, eq=False)
class _Shared:
    """What draws, scenarios and moved parameters need, and which there are."""

    known: Known
    remedies: Remedies
    usual: Usual | None
    pieces: list[Piece]


def _pieces(plan: Plan, usual: Usual | None) -> list[Piece]:
    """All pieces of work. Two processes take them from both ends, so that pieces that take long stand at the ends and
    the short ones, by which they end together, between them."""
    names = [*asked_of(plan), VOLTAGE_KEPT][::-1] if usual else []
    early, late = (names[: len(names) // 3], names[len(names) // 3 :])
    return [
        *(("draw", number) for number in range(plan.parameters.draws)),
        *(("scenario", name) for name in early),
        *(("move", number) for number in range(len(usual.moves) if usual else 0)),
        *(("scenario", name) for name in late),
    ]


def _alone(pieces: Sequence[Piece]) -> list[int]:
    """Numbers of the pieces that take as long as many draws."""
    return [number for number, (kind, _) in enumerate(pieces) if kind == "scenario"]


def _made(shared: _Shared, number: int) -> Draw | Moved | list[ScenarioFigures]:
    """Make one piece of work."""
    plan = shared.known.plan
    match shared.pieces[number]:
        case ("draw", int(draw)):
            return one_draw(shared.known, draw)
        case ("move", int(move)):
            assert shared.usual is not None
            return one_move(shared.usual, move)
        case (_, name):
            kept = name == VOLTAGE_KEPT
            made = [voltage_kept(plan, shared.remedies)] if kept else plan_scenario(plan, str(name))
            return [figures_of(each) for each in made]


def _scenarios(plan: Plan, found: Sequence[Any]) -> list[ScenarioFigures]:
    """Figures of the plan of the run, then those of the others in the order of their rules."""
    by_name = {each.name: each for piece in found if isinstance(piece, list) for each in piece}
    return [figures_of(own_scenario(plan)), *(by_name[name] for name in (*order_of(plan), VOLTAGE_KEPT))]
