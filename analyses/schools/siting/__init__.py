"""Where a school may stand, and which of these places takes pupils least time."""
