"""Parameter files: reading them, and what can be wrong in them."""
