"""Mixed-integer programs in sparse rows on HiGHS, with an honest bound whatever ends the search."""

import time
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from infragap.analyses.arrays import BoolArray, FloatArray


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
    """

    objective: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: BoolArray
    rows: sparse.csr_array
    row_lower: FloatArray
    row_upper: FloatArray


@dataclass(frozen=True)
class Outcome:
    """Best values (None: no solution known), their objective, a proven lower bound (inf: proven infeasible)."""

    values: FloatArray | None
    value: float
    bound: float


def minimise(program: Program, *, deadline_s: float, gap: float = 1e-9, start: FloatArray | None = None) -> Outcome:
    """Solve a program until the gap or the deadline (on the clock of ``time.perf_counter``).

    `start` is a feasible solution to begin with. The bound is HiGHS's dual bound; a run without one has -inf.
    """
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    highs.setOptionValue("mip_rel_gap", gap)
    highs.setOptionValue("mip_abs_gap", 1e-9)
    highs.setOptionValue("time_limit", max(deadline_s - time.perf_counter(), 0.01))
    highs.passModel(_model(program))
    if start is not None:
        highs.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Outcome(None, np.inf, np.inf)
    info = highs.getInfo()
    whole = bool(program.integer.any())
    solved = status == highspy.HighsModelStatus.kOptimal
    bound = float(info.mip_dual_bound) if whole else (float(info.objective_function_value) if solved else -np.inf)
    if not np.isfinite(bound) or abs(bound) >= 1e30:
        bound = -np.inf
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Outcome(None, np.inf, bound)
    values = np.array(highs.getSolution().col_value)
    values[program.integer] = np.rint(values[program.integer])
    value = float(program.objective @ values)
    return Outcome(values, value, min(bound, value))


def _model(program: Program) -> highspy.HighsLp:
    rows = program.rows.tocsr()
    model = highspy.HighsLp()
    model.num_col_ = len(program.objective)
    model.num_row_ = rows.shape[0]
    model.col_cost_ = program.objective
    model.col_lower_ = program.lower
    model.col_upper_ = program.upper
    model.row_lower_ = program.row_lower
    model.row_upper_ = program.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = rows.indptr.astype(np.int32)
    model.a_matrix_.index_ = rows.indices.astype(np.int32)
    model.a_matrix_.value_ = rows.data.astype(np.float64)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model.integrality_ = [kinds[int(whole)] for whole in program.integer]
    return model
