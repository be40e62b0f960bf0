"""Electricity: which settlement gets the grid, which an off-grid supply, in what order and at what cost."""
