"""Benchmarks: each routine of ours beside its peer, in the same run on the same machine.

A module of this package answers for one routine and exposes

    def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]

`quick` leaves the long instances out; `shared` is the folder with the published instances, or None where it
is absent (the module then yields what it can generate itself). A row is yielded as soon as it is measured, so
that the table grows while the run goes on. `python -m benchmarks` prints the table and writes it as JSON.
"""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["FOLDER", "ROUTINES", "Row"]

FOLDER = Path(__file__).resolve().parent
"""Of these modules."""

ROUTINES = ("leastcost", "tiles", "steiner", "location", "headroom", "growth", "country", "split", "schools")
"""Modules of this package that `python -m benchmarks` runs, in this order."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured instance. None means 'not measured' or 'has no such number', never zero.

    Parameters
    ----------
    routine
        Name of the function measured, such as `cost_distance`; with its options where they matter.
    instance
        Name of the instance: a published one, or how it was generated, seed included.
    size
        Cells, nodes or customers: the number against which the growth of the cost is read.
    seconds
        Wall time of ours [s], compilation excluded.
    peak_memory_mb
        Peak resident memory [MB of 10^6 bytes] of a fresh process that does only this, interpreter, libraries
        and inputs included (`benchmarks.measure.peak_memory_mb`).
    objective, lower_bound, gap, status
        What ours found: value, proven bound, relative gap (0.01 = 1 %), status as in the solution.
    peer, peer_seconds, peer_objective
        The library compared with, its wall time [s] and what it found (or the published optimum: say so in
        `peer`).
    speed_up
        peer_seconds / seconds; filled in when left out. Give it only when it was measured in another way,
        such as the median of ratios of pairs run one after the other, which noise from other processes moves
        less.
    efficiency
        What several workers do by what as many single ones would, 1 for no loss.
    exponent_of_time, exponent_of_memory
        Of the size, by a straight line through logarithms of several instances.
    note
        What a reader must know to read the row right.
    """

    routine: str
    instance: str
    size: int
    seconds: float
    peak_memory_mb: float | None = None
    objective: float | None = None
    lower_bound: float | None = None
    gap: float | None = None
    status: str | None = None
    peer: str | None = None
    peer_seconds: float | None = None
    peer_objective: float | None = None
    speed_up: float | None = None
    efficiency: float | None = None
    exponent_of_time: float | None = None
    exponent_of_memory: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Fill the speed-up from the two times."""
        if self.speed_up is None and self.peer_seconds is not None and self.seconds > 0:
            object.__setattr__(self, "speed_up", self.peer_seconds / self.seconds)
