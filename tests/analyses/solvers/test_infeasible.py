"""The error that says what would help."""

import pickle

from infragap.analyses.solvers.infeasible import Infeasible


def test_infeasible_keeps_its_fields_between_processes() -> None:
    error = Infeasible("2 nodes cannot be reached.", indices=(3, 5), relaxation="Drop them.")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.message, copy.indices, copy.relaxation) == ("2 nodes cannot be reached.", (3, 5), "Drop them.")
    assert str(copy) == "2 nodes cannot be reached. Drop them."
