"""Pure solvers: arrays and graphs in, arrays out; no geometry, no files."""
