"""The builder of the reference pack: fact tables and registry data in, `data/` out."""
