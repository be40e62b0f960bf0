"""What the catalogue of the reference pack says, from `pack.toml` of the fact tables: head, published targets, and how
each layer came about."""

from __future__ import annotations

import dataclasses
from typing import Any

from infragap.reference.pack_writer import Described

OPEN_DATA = "open-data"


def describe_layers(about: dict[str, Any], given: dict[str, str]) -> dict[str, Described]:
    """Describe all layers of a build.

    Parameters
    ----------
    about
        Content of `pack.toml`.
    given
        File names of the real layers used, by 'boundaries', 'elevation', 'population', 'forest'.
    """
    result = {name: Described(**layer) for name, layer in about["layer"].items()}
    texts = about["given"]

    def replace(layer: str, option: str, text: str, *, provenance: str = OPEN_DATA) -> None:
        method = texts[text].format(file=given[option])
        result[layer] = dataclasses.replace(
            result[layer], provenance=provenance, licence=texts["licence"], method=method
        )

    if "boundaries" in given:
        replace("communes", "boundaries", "boundaries")
    if "elevation" in given:
        replace("elevation", "elevation", "elevation")
    if "forest" in given:
        if given["forest"].lower().endswith((".tif", ".tiff")):
            replace("forest", "forest", "forest_raster")
        else:
            replace("forest", "forest", "forest_table", provenance="modelled")
    if "population" in given:
        for name in ("villages", "settlements"):
            method = texts["population"].format(method=result[name].method, file=given["population"])
            result[name] = dataclasses.replace(result[name], method=method)
    return result
