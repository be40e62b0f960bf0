"""Networks of the reference pack: roads, stations and power lines."""
