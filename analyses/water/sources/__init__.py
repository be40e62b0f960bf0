"""Where new water comes from: how much of each stream may be taken, and where an intake may stand."""
