"""One uncertain parameter at a time: which one changes most choices."""

from __future__ import annotations

import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import SENSITIVITY
from infragap.analyses.electricity.least_cost.choice import choose_plan_fast, start_from
from infragap.analyses.electricity.least_cost.costs import cost_study
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.analyses.electricity.uncertainty.ranges import ranges
from infragap.analyses.parameters import describe, short_name


def sensitivity(plan: Plan) -> pd.DataFrame:
    """Move every uncertain parameter alone to the ends of its range and plan anew: which one changes most households'
    choice."""
    study, choice, parameters, barred = plan.study, plan.choice, plan.parameters, plan.loading.barred
    start, price = start_from(study.network, choice), choice.household_price_mvnd
    usual = cost_study(study, parameters, barred=barred, household_price_mvnd=price).problem
    as_usual = choose_plan_fast(study.network, usual, start=start)
    unit = describe(parameters).set_index("parameter")["unit"]
    rows = []
    for name, (low, now, high) in ranges(parameters).items():
        for end, value in (("low", low), ("high", high)):
            if value == now:
                continue
            p = parameters.model_copy(update={name: value})
            problem = cost_study(study, p, barred=barred, household_price_mvnd=price).problem
            # what no settlement of this pack uses, such as water without a surveyed stream, poses the same problem
            same = problem.equals(usual)
            other = as_usual if same else choose_plan_fast(study.network, problem, start=start)
            changed = other.national_grid != choice.national_grid
            rows.append(
                {
                    "parameter": name,
                    "parameter_vi": short_name(parameters, name, "vi"),
                    "parameter_en": short_name(parameters, name, "en"),
                    "value": value,
                    "unit": unit[name],
                    "end": end,
                    "choices_changed": int(changed.sum()),
                    "households_changed": int(study.settlements.households[changed].sum()),
                    "grid_settlements": int(other.national_grid.sum()),
                    "cost_mvnd": other.cost_mvnd,
                }
            )
    table = pd.DataFrame(rows, columns=names(SENSITIVITY))
    table = table.sort_values(["households_changed", "parameter", "end"], ascending=[False, True, True], kind="stable")
    return table.reset_index(drop=True)
