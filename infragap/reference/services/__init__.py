"""Services of the reference pack: schools, water schemes, household water works."""
