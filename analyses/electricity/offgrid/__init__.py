"""What supply without the grid costs each settlement at equal service, and the cheapest that lasts.

Knows nothing of lines.
"""
