"""Every assumption with its unit, source and range, one model a subject; nothing is computed here."""
