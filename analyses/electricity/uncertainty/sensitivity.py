"""One uncertain parameter at a time: which one changes most choices."""

from __future__ import annotations

import pandas as pd

from infragap.analyses.arrays import BoolArray
from infragap.analyses.columns import names
from infragap.analyses.electricity.columns import SENSITIVITY
from infragap.analyses.electricity.least_cost.choice import Choice, choose_fast, start_from
from infragap.analyses.electricity.least_cost.study import Study, price
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.uncertainty.ranges import ranges
from infragap.analyses.parameters import describe


def sensitivity(study: Study, choice: Choice, parameters: ElectricityParameters, *, barred: BoolArray) -> pd.DataFrame:
    """Move every uncertain parameter alone to the ends of its range and plan anew: which one changes most households' choice."""
    start = start_from(study.network, choice)
    known = describe(parameters).set_index("parameter")
    rows = []
    for name, (low, now, high) in ranges(parameters).items():
        for end, value in (("low", low), ("high", high)):
            if value == now:
                continue
            p = parameters.model_copy(update={name: value})
            plan = choose_fast(study.network, price(study, p, barred=barred).question, start=start)
            changed = plan.on_grid != choice.on_grid
            rows.append(
                {
                    "parameter": name,
                    "parameter_vi": known.loc[name, "name_vi"],
                    "value": value,
                    "unit": known.loc[name, "unit"],
                    "end": end,
                    "choices_changed": int(changed.sum()),
                    "households_changed": int(study.places.households[changed].sum()),
                    "grid_settlements": int(plan.on_grid.sum()),
                    "cost_mvnd": plan.cost_mvnd,
                }
            )
    table = pd.DataFrame(rows, columns=names(SENSITIVITY))
    table = table.sort_values(["households_changed", "parameter", "end"], ascending=[False, True, True], kind="stable")
    return table.reset_index(drop=True)
