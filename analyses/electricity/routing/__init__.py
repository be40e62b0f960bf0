"""Where medium-voltage lines could run and what they are made of: cost surface, own routes, candidate network.

Chooses nothing.
"""
