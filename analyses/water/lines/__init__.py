"""Pipes that can be laid: a tree of paths over the terrain, tanks on its profile, and a diameter for every section.

`tree` joins villages to a source along least-cost paths; `pressure` places break-pressure tanks and reducing valves so
that no pipe and no tap is over its class at rest; `sizing` picks diameters by dynamic programming on the head
available; `design` puts them together.
"""
