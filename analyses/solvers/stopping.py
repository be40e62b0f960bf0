"""When may a solver stop? At a proven gap, after so much work, or, as a guard, after so much time.

Work is counted, not timed, so that the same input gives the same result on a slow and a fast machine. The clock is
only a guard against waiting for ever; where it ends a search, the status says so.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypedDict

Status = Literal["optimal", "gap", "work_limit", "time_limit", "heuristic"]
"""How a search ended.

'optimal': proven, up to rounding; 'gap': within the gap asked for; 'work_limit': the work allowed was used up before,
on any machine alike; 'time_limit': the clock ended it, and another machine may find another solution; 'heuristic': a
quick solution was asked for, and its gap is stated.
"""


@dataclass(frozen=True)
class Stop:
    """When a search may stop.

    Parameters
    ----------
    gap
        Relative gap ``(cost - lower bound) / cost``; 0: at the proven optimum only.
    work_limit
        Most work; a unit takes about a second on one core of a machine of 2026 (measured: 0.13 to 2.2 s, by the
        problem).
    time_limit_s
        Guard: most wall time [s].
    clock
        Seconds that never run backwards; another one only in tests.
    """

    gap: float = 1e-4
    work_limit: float = 60.0
    time_limit_s: float = 1800.0
    clock: Callable[[], float] = time.perf_counter


class Limits(TypedDict, total=False):
    """The limits of a `Stop` as keywords of a solver's door.

    `stop` gives them as one thing. A `time_limit_s` without a `work_limit` leaves the clock as the only limit: whoever
    names seconds wants these seconds used.
    """

    stop: Stop
    gap: float
    work_limit: float
    time_limit_s: float


def stop_of(limits: Limits, default: Stop) -> Stop:
    """Give the `Stop` that keywords describe.

    >>> stop_of({"gap": 0.01}, Stop()).gap, stop_of({"time_limit_s": 5.0}, Stop()).work_limit
    (0.01, inf)
    """
    base = limits.get("stop", default)
    work = limits.get("work_limit", math.inf if "time_limit_s" in limits else base.work_limit)
    return Stop(limits.get("gap", base.gap), work, limits.get("time_limit_s", base.time_limit_s), base.clock)


UNTIL_PROVEN = Stop(gap=0.0)
"""Stop at the proven optimum only, or by the limits."""


class Meter:
    """Work and time of one solution; every loop of its search asks whether it may go on.

    Parameters
    ----------
    stop
        The limits.

    Attributes
    ----------
    work_left
        Units of work that may still be done.
    clock_struck
        Whether the guard on the time was found passed: the result then hangs on the speed of the machine.
    """

    def __init__(self, stop: Stop) -> None:
        """Start the clock."""
        self.work_left = stop.work_limit
        self.clock_struck = False
        self._clock = stop.clock
        self._deadline_s = stop.clock() + stop.time_limit_s

    def spend(self, work: float) -> None:
        """Count work done [units]."""
        self.work_left -= work

    @property
    def seconds_left(self) -> float:
        """Seconds until the guard strikes."""
        return self._deadline_s - self._clock()

    @property
    def is_over(self) -> bool:
        """Whether the search must end; the work is asked first, so that the clock counts only where it decides."""
        if self.work_left <= 0:
            return True
        if self.seconds_left <= 0:
            self.clock_struck = True
        return self.clock_struck

    @property
    def status(self) -> Status:
        """What ended a search that closed no gap."""
        return "time_limit" if self.clock_struck else "work_limit"


class Interrupted(Exception):  # noqa: N818 - it names a finding, not a fault of the code
    """The meter ran out within a step that has nothing to show for it."""
