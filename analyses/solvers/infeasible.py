"""How a solver says that no solution exists, and what would help."""


class Infeasible(Exception):  # noqa: N818 - it names a finding, not a fault of the code
    """No solution meets the constraints; the caller knows the names of the rows and translates.

    Parameters
    ----------
    message
        What is wrong, in one sentence.
    indices
        Positions (node, customer or site numbers, ascending) that cannot be served.
    relaxation
        The least change of the input that makes it feasible, in one sentence.

    Notes
    -----
    Malformed input (a negative cost, an index out of range, NaN) is a ``ValueError``, not this.
    """

    def __init__(self, message: str, *, indices: tuple[int, ...] = (), relaxation: str = "") -> None:
        """Keep the fields; the text of the exception is the message and the relaxation."""
        super().__init__(f"{message} {relaxation}".strip())
        self.message = message
        self.indices = indices
        self.relaxation = relaxation

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild from the fields, so that the error survives the way back from a worker process."""
        return _rebuild, (self.message, self.indices, self.relaxation)


class Undecided(Infeasible):
    """Neither a solution nor the proof that there is none was found within the work allowed."""

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild from the fields, so that the error survives the way back from a worker process."""
        return _rebuild_undecided, (self.message, self.indices, self.relaxation)


def _rebuild_undecided(message: str, indices: tuple[int, ...], relaxation: str) -> Undecided:
    return Undecided(message, indices=indices, relaxation=relaxation)


def _rebuild(message: str, indices: tuple[int, ...], relaxation: str) -> Infeasible:
    return Infeasible(message, indices=indices, relaxation=relaxation)
