"""The tables that people read, built once, last, from the plan; nothing is decided here."""
