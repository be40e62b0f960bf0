"""Linear and mixed-integer programmes on HiGHS, ended by counted work, with an honest bound whatever ends the
search."""

from dataclasses import dataclass, replace

import highspy
import numpy as np
from scipy import sparse

from infragap.analyses.arrays import BoolArray, FloatArray
from infragap.analyses.solvers.quiet import native_output_dropped
from infragap.analyses.solvers.stopping import Meter

SIMPLEX_WORK = 12e-9  # units of work per simplex iteration and row or column, measured between 5e-9 and 50e-9
START_ITERATIONS = 50  # what the start of the simplex costs, in iterations
STEP_WORK = 1e-6  # units of work per step of the branch and bound and entry of the matrix, measured from 0.2e-6 to 7e-6
MOST_ITERATIONS = 2**31 - 1


@dataclass(frozen=True)
class Program:
    """Minimise objective @ x, row_lower <= rows @ x <= row_upper, lower <= x <= upper, some x whole numbers.

    Parameters
    ----------
    objective, lower, upper
        (variables,).
    integer
        (variables,) True where only whole numbers count.
    rows
        (constraints, variables) sparse.
    row_lower, row_upper
        (constraints,).
    constant
        Added to the objective; the relative gap is measured against the sum.
    """

    objective: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: BoolArray
    rows: sparse.csr_array
    row_lower: FloatArray
    row_upper: FloatArray
    constant: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """Best values (None: no solution known), their objective, a proven lower bound (inf: proven infeasible)."""

    values: FloatArray | None
    value: float
    bound: float


def quiet_highs(**options: float | str) -> highspy.Highs:
    """Start HiGHS without output, on one thread and with a fixed seed, so that it finds the same on every machine."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    always: dict[str, float | str] = {"threads": 1, "parallel": "off", "random_seed": 0}
    for option, value in (always | options).items():
        highs.setOptionValue(option, value)
    return highs


def run_simplex(highs: highspy.Highs, meter: Meter) -> highspy.HighsModelStatus:
    """Solve a linear programme from its last basis, as far as work and time reach; returns the status."""
    size = SIMPLEX_WORK * (highs.getNumRow() + highs.getNumCol() + 1)
    iterations = max(meter.work_left, 0.0) / size
    highs.setOptionValue("simplex_iteration_limit", int(min(max(iterations, 1.0), MOST_ITERATIONS)))
    highs.setOptionValue("time_limit", highs.getRunTime() + max(meter.seconds_left, 0.01))
    highs.run()
    meter.spend(size * (max(highs.getInfo().simplex_iteration_count, 0) + START_ITERATIONS))
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kTimeLimit:
        meter.clock_struck = True
    return status


def minimise(
    program: Program,
    meter: Meter,
    *,
    gap: float = 1e-9,
    start: FloatArray | None = None,
    step_work: float = STEP_WORK,
) -> Outcome:
    """Solve a programme until the gap or the end of the meter.

    `start` is a feasible solution to begin with, `step_work` what a step of this kind of programme takes per entry of
    its matrix. The bound is HiGHS's dual bound; a run without one has -inf.

    Notes
    -----
    HiGHS bounds the nodes of its search, but a root can take all the time there is. So its steps are counted: it asks
    back between two of them (a node, a round of cuts, a heuristic), in the same order in every run.

    Examples
    --------
    The fewest whole x and y that satisfy 2 x + y >= 5 and x + 3 y >= 5:

    >>> from infragap.analyses.solvers.stopping import Stop
    >>> rows = sparse.csr_array(np.array([[2.0, 1.0], [1.0, 3.0]]))
    >>> nothing, ones, least, most = np.zeros(2), np.ones(2), np.full(2, 5.0), np.full(2, np.inf)
    >>> found = minimise(Program(ones, nothing, most, ones > 0, rows, least, most), Meter(Stop()))
    >>> found.values.tolist(), found.value, found.bound
    ([2.0, 1.0], 3.0, 3.0)
    """
    highs = quiet_highs(mip_rel_gap=gap, mip_abs_gap=1e-9, time_limit=max(meter.seconds_left, 0.01))
    highs.passModel(_model(program))
    if start is not None:
        highs.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    whole = bool(program.integer.any())
    if whole:
        _run_branch_and_bound(highs, meter, step_work * max(program.rows.nnz, 1))
        status = highs.getModelStatus()
    else:
        status = run_simplex(highs, meter)
    if status == highspy.HighsModelStatus.kInfeasible:
        return Outcome(None, np.inf, np.inf)
    info = highs.getInfo()
    solved = status == highspy.HighsModelStatus.kOptimal
    bound = float(info.mip_dual_bound) if whole else (float(info.objective_function_value) if solved else -np.inf)
    if not np.isfinite(bound) or abs(bound) >= 1e30:
        bound = -np.inf
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Outcome(None, np.inf, bound)
    values = np.array(highs.getSolution().col_value)
    values[program.integer] = np.rint(values[program.integer])
    value = float(program.objective @ values) + program.constant
    return Outcome(values, value, min(bound, value))


def row_prices(program: Program) -> FloatArray | None:
    """Price of each row of a programme whose variables may take parts of whole numbers: its duals, (constraints,); None
    where the solver finds no optimum, as it may where numbers of very different size meet.

    Examples
    --------
    One thing costs 3, another 2; one of them is needed:

    >>> one = sparse.csr_array(np.array([[1.0, 1.0]]))
    >>> zeros, ones = np.zeros(2), np.ones(2)
    >>> row_prices(Program(np.array([3.0, 2.0]), zeros, 9 * ones, ones > 0, one, np.ones(1), np.ones(1))).tolist()
    [2.0]
    """
    highs = quiet_highs()
    highs.passModel(_model(replace(program, integer=np.zeros(len(program.objective), dtype=bool))))
    for presolve in ("off", "choose"):
        highs.setOptionValue("presolve", presolve)
        highs.run()
        if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            return np.array(highs.getSolution().row_dual)
    return None


def _run_branch_and_bound(highs: highspy.Highs, meter: Meter, step_work: float) -> None:
    """Run HiGHS, counting its steps, until it is done or the meter has run out."""

    def ask(event: highspy.HighsCallbackEvent) -> None:
        meter.spend(step_work)
        if meter.work_left <= 0:
            event.interrupt()

    highs.cbMipInterrupt += ask
    try:
        with native_output_dropped():
            highs.run()
    finally:
        highs.cbMipInterrupt -= ask
    meter.spend(step_work)
    if highs.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
        meter.clock_struck = True


def _model(program: Program) -> highspy.HighsLp:
    rows = program.rows.tocsr()
    model = highspy.HighsLp()
    model.num_col_ = len(program.objective)
    model.num_row_ = rows.shape[0]
    model.col_cost_ = program.objective
    model.col_lower_ = program.lower
    model.col_upper_ = program.upper
    model.offset_ = program.constant
    model.row_lower_ = program.row_lower
    model.row_upper_ = program.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = rows.indptr.astype(np.int32)
    model.a_matrix_.index_ = rows.indices.astype(np.int32)
    model.a_matrix_.value_ = rows.data.astype(np.float64)
    if program.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(whole)] for whole in program.integer]
    return model
