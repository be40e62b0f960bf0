"""Commune sheets: one A4 per commune with electricity, water, schools, map and list, as a page and as PDF."""
