"""How long the way to school takes: ground that is walked on, roads that are ridden on, and both together."""
