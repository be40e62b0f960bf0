"""The planning questions, one folder each, and the solvers that they share."""
