"""How far a run is, and how long the rest will take: by the time that its parts took when they were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

PARTS_S: Mapping[str, Mapping[str, float]] = {
    "read": {"": 5.0},
    "electricity": {"line routes": 7.0, "least-cost plan": 2.0, "voltage of the feeders": 1.0, "years": 0.1,
    "scenarios": 20.0, "uncertainty": 3.0},
    "wait": {"": 0.1},
    "water": {"coverage today": 3.0, "water in the streams": 1.6, "candidate works and their lines": 7.0,
    "choice of works": 15.0, "years and upkeep": 0.1, "uncertainty": 2.5, "tables": 1.2},
    "schools": {"ground and roads": 2.0, "placing the schools": 14.0, "sharing out the places": 4.0, "draws": 6.0,
    "upper secondary": 16.0, "worth of bridges and paved stretches": 2.5, "tables": 1.0},
    "write": {"layers": 5.0, "maps": 0.5},
}  # fmt: skip
"""By step, then by part as the step names it, CPU time on the embedded pack [s]; '' is what a step does before it names
a part."""

KNOWN_FROM = 0.03
"""Share from which on the pace so far says how long the rest takes."""

NEVER_DONE_BEFORE_ITS_END = 0.95
"""Share of a part that may pass for done while it goes on."""


class Estimate:
    """Progress of a run over known steps.

    Parameters
    ----------
    steps
        Steps of the run, in order; others count for nothing.
    now_s
        Clock at its beginning [s].

    Examples
    --------
    >>> estimate = Estimate(["read", "water", "write"], 0.0)
    >>> estimate.end("read", 2.0); estimate.end("water", 10.0); estimate.end("write", 12.0)
    >>> estimate.share(12.0), estimate.left_s(12.0)
    (1.0, 0.0)
    """

    def __init__(self, steps: Sequence[str], now_s: float) -> None:
        """Begin at nothing done."""
        self._steps = {step: dict(PARTS_S.get(step, {})) for step in steps}
        self._total = sum(sum(parts.values()) for parts in self._steps.values())
        self._started_s = self._part_started_s = now_s
        self._done = self._part = 0.0

    def begin(self, step: str, part: str, now_s: float) -> None:
        """Note that a part of a step begins, and with it that the one before is done."""
        self._done += self._part
        self._part = self._steps.get(step, {}).pop(part, 0.0)
        self._part_started_s = now_s

    def end(self, step: str, now_s: float) -> None:
        """Note that a step is done, with the parts that it did not name."""
        self.begin(step, "", now_s)
        self._done += self._part + sum(self._steps.pop(step, {}).values())
        self._part = 0.0

    def share(self, now_s: float) -> float:
        """Share that is done, from 0 to 1; within a part it grows with the pace so far."""
        if not self._total:
            return 0.0
        so_far_s = self._part_started_s - self._started_s
        pace = self._done / so_far_s if so_far_s > 0 and self._done else 1.0
        within = min((now_s - self._part_started_s) * pace, NEVER_DONE_BEFORE_ITS_END * self._part)
        return min((self._done + within) / self._total, 1.0)

    def left_s(self, now_s: float) -> float | None:
        """Seconds that the rest takes at the pace so far; None while that says little."""
        share = self.share(now_s)
        return (now_s - self._started_s) * (1 - share) / share if share >= KNOWN_FROM else None
