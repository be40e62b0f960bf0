"""Classes that stand together on a map of a whole run: of one shape, any two colours can be told apart by every eye."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.maps.page_reader import page_content
from tests.maps.test_colours import close_pairs

pytestmark = pytest.mark.slow


def looks(layer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a layer's features may look like: the classes that its rows have."""
    style = layer["style"]
    entries = [entry for entry in style["values"].values() if entry["label"]]
    entries += [style["other"]] if style["other"] else []
    for entry in entries or [{"draw": {}}]:
        yield {**style["common"], **entry["draw"]}


def kind_of(layer: dict[str, Any], look: dict[str, Any]) -> tuple[str, ...]:
    """What tells features apart beside their colour: an area lies in its layer, a marker has a shape, a line dashes and
    an edge."""
    if layer["type"] == "point":
        return ("point", look.get("shape", "circle"))
    if layer["type"] == "line":
        return ("line", look.get("dashArray", ""), look.get("halo", ""))
    return ("area", layer["id"])


@pytest.mark.parametrize("page", ["electricity.html", "water.html", "schools.html"])
def test_classes_of_one_shape_can_be_told_apart(out: Path, page: str) -> None:
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for layer in page_content(out / page)["layers"]:
        if layer["legend"]:
            for look in looks(layer):
                if look.get("fillOpacity", 1) or layer["type"] == "line":
                    colour = look["color"] if layer["type"] == "line" else look["fillColor"]
                    groups[kind_of(layer, look)].append(colour)
    assert sum(map(len, groups.values())) > 8
    for kind, classes in groups.items():
        # two layers of one colour and shape cannot be told apart either
        assert len(set(classes)) == len(classes), kind
        assert close_pairs(classes) == {}, kind
