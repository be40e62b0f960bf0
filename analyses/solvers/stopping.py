"""When may a solver stop?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """A proven gap at which a search may stop, and a guard on its time.

    Parameters
    ----------
    gap
        Relative gap ``(cost - lower bound) / cost`` at which the search may stop; 0: at the proven optimum only.
    time_limit_s
        Wall time [s] after which it stops with the best solution found, the true gap and the status 'time_limit'.
    """

    gap: float = 1e-4
    time_limit_s: float = 60.0


UNTIL_PROVEN = Stop(gap=0.0)
"""Stop at the proven optimum only, or by the guard."""
