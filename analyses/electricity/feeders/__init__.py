"""Whether the existing feeders carry the planned branches at the right voltage, and what helps where they do not.

Changes no plan by itself.
"""
