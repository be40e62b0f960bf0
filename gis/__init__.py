"""Layers and space: reading, checking, measuring; knows no analysis."""
