"""Rasters that do not fit into memory: read and written in windows, spread over tile by tile."""
