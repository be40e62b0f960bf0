"""Schools: where boarding schools go so that pupils travel least."""
