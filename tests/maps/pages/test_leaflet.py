"""Leaflet as it lies in the repository is the published one, and its licence travels with it."""

import hashlib
from importlib.resources import files

from infragap.maps.pages.leaflet import leaflet_script

SHA256 = {
    "LICENSE": "53e8dc25862014e4324741ca18fbe3611e11d42ef69f59f86ea8c5389647d4cb",
    "leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
    "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
    "images/layers-2x.png": "066daca850d8ffbef007af00b06eac0015728dee279c51f3cb6c716df7c42edf",
    "images/layers.png": "1dbbe9d028e292f36fcba8f8b3a28d5e8932754fc2215b9ac69e4cdecf5107c6",
    "images/marker-icon-2x.png": "00179c4c1ee830d3a108412ae0d294f55776cfeb085c60129a39aa6fc4ae2528",
    "images/marker-icon.png": "574c3a5cca85f4114085b6841596d62f00d7c892c7b03f28cbfa301deb1dc437",
    "images/marker-shadow.png": "264f5c640339f042dd729062cfc04c17f8ea0f29882b538e3848ed8f10edb4da",
}
"""Files of `leaflet@1.9.4`, folder `dist` and its licence, as the npm registry gives them."""


def test_files_are_the_published_ones() -> None:
    folder = files("infragap.maps") / "assets" / "leaflet"
    there = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SHA256}
    assert there == SHA256


def test_nothing_else_lies_there() -> None:
    folder = files("infragap.maps") / "assets" / "leaflet"
    names = {item.name for item in folder.iterdir()} | {f"images/{item.name}" for item in (folder / "images").iterdir()}
    assert names == {*SHA256, "images"}


def test_the_licence_is_named_in_the_script() -> None:
    text = (files("infragap.maps") / "assets" / "leaflet" / "leaflet.js").read_text(encoding="utf-8")
    assert "Leaflet 1.9.4" in text[:200]


def test_each_page_holds_the_licence_text() -> None:
    licence = (files("infragap.maps") / "assets" / "leaflet" / "LICENSE").read_text(encoding="utf-8")
    assert "Redistribution and use in source and binary forms" in licence
    assert leaflet_script().startswith(f"/*\n{licence}*/")
