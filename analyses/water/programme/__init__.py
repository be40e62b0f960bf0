"""What the chosen plan builds: each work with its quantities, its flow, its year, its upkeep, and what remains of
it."""
