"""Facility location with proven bounds: `infragap.analyses.solvers.location` is the door.

`site_choice` says which sets of sites are allowed and `solution` what every solver returns. Each model has a file of
its own (`p_median`, `capacitated_p_median`, `p_center`, `maximal_coverage`); the others hold its parts: heuristics
(`interchange`, `capacitated_search`, `coverage_heuristics`), bounds (`lagrangian_bound`, `capacitated_bound`,
`benders_cuts`) and proofs that no allowed set exists (`set_cover`, `capacity_check`).
"""
