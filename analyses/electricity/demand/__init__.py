"""What settlements need: their load, the works on the spot that bring it to the houses, and how costs add up over the
years. No line outside the settlement."""
