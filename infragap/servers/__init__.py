"""Layers from servers into a pack, as dated snapshots, and results into a database."""
