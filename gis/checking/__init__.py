"""What is wrong with a layer, and between layers: every check with its tolerance, every finding with rows and
repair."""
