"""Least-cost distance on a raster: from many sources, over barriers, up and down slopes, with regions and paths.

`distance` is a whole search, `again` goes on from one after some cells have changed. Both take `steps` (which moves
there are and what a slope does to them) and let `spreading` do the work, compiled in `kernels`.
"""
