"""Works from the stations that stand already: what proper low-voltage lines, a larger transformer or switching on would
do for a settlement nearby.

Knows nothing of new medium-voltage lines.
"""
