"""Works that may be built, and what each costs."""
