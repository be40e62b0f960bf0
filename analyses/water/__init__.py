"""Who lacks water to standard in the rural communes, and which works bring it to them.

The rooms follow the method: `hydraulics` (formulas of pipes) → `service` (what the schemes give today) → `works`
(candidates and their costs) → `siting` (which of them are chosen, with a bound) → `tables` (rows for people, built
once, last). `plan` runs them in order.
"""
