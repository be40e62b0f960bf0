"""What is taken of OpenStreetMap: roads, power, places, waters, schools, ferries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NODE, WAY, RELATION = "n", "w", "r"


@dataclass(frozen=True)
class Selected:
    """Objects with a tag.

    Attributes
    ----------
    kinds
        Of 'n', 'w', 'r': nodes, ways, relations.
    key, values
        The tag; no values: any.
    """

    kinds: str
    key: str
    values: tuple[str, ...] = ()


SELECTED = (
    Selected("w", "highway"),
    Selected("w", "power", ("line", "minor_line", "cable")),
    Selected("nwr", "power", ("substation", "transformer", "plant")),
    Selected("n", "place"),
    Selected("w", "waterway", ("river", "stream", "canal")),
    Selected("nwr", "natural", ("water",)),
    Selected("nwr", "amenity", ("school", "college")),
    Selected("nwr", "route", ("ferry",)),
)


def keys_of(kind: str) -> tuple[str, ...]:
    """Keys of the tags by which objects of a kind are taken.

    Examples
    --------
    >>> keys_of(RELATION)
    ('power', 'natural', 'amenity', 'route')
    """
    return tuple(dict.fromkeys(one.key for one in SELECTED if kind in one.kinds))


def is_selected(kind: str, tags: Mapping[str, str]) -> bool:
    """Whether an object of a kind with these tags is taken.

    Examples
    --------
    >>> is_selected(WAY, {"highway": "track"}), is_selected(NODE, {"highway": "stop"})
    (True, False)
    """
    return any(
        kind in one.kinds and one.key in tags and (not one.values or tags[one.key] in one.values) for one in SELECTED
    )
