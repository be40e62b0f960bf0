"""Upper-secondary schools: today's, those to be raised, and new ones."""
