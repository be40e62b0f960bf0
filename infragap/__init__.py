"""Geospatial planning of infrastructure gaps: electricity, water and boarding schools, ranked with reasons."""

__version__ = "0.1.0"
