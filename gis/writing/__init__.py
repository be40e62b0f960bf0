"""Layers as files for other tools."""
