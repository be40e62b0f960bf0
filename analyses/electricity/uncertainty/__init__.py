"""How sure the plan is: draws, one parameter at a time, other rules, and real projects."""
