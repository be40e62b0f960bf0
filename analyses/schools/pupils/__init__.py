"""Who goes to school, at which level, and who may board."""
