"""Who gets the grid and along which lines, with a proven bound, and what that means for each settlement.

Knows nothing of voltage or years.
"""
