"""The rooted prize-collecting Steiner tree with a proof: `infragap.analyses.solvers.steiner` is the door.

In the order of the work: `graph` holds the network, `reductions` takes out what no best tree needs, `dual_ascent`
bounds the cost from below, `tree` and `local_search` find trees, `cuts` and `relaxation` tighten the bound on HiGHS;
`search` keeps what is known so far, and `exact` runs the others until the gap is closed.
"""
