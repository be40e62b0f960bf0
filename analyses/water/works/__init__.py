"""Works that can be built: what each does, whom it reaches over which pipes, and what it costs by quantities."""
