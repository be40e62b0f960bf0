"""Words of the fact tables: names and notes that the builders write into layers, and patterns that they look for in the
tables."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infragap.gis.errors import MissingDataError


@dataclass(frozen=True, eq=False)
class Words:
    """Content of `words.toml` of the fact tables.

    Attributes
    ----------
    name, note
        Sentences with `{…}` for values, by key.
    word
        Single words and the name of a place, by key.
    road_class
        Class of the fact table → class of `infragap.gis.schema.Roads`.
    find
        Regular expressions that the builders look for in the fact tables, by key.
    """

    name: dict[str, str]
    note: dict[str, str]
    word: dict[str, str]
    road_class: dict[str, str]
    find: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Words:
        """Read the file.

        Raises
        ------
        MissingDataError
            It is not there.
        """
        content = read_toml(path)
        word = dict(content["word"])
        return cls(
            name=content["name"],
            note=content["note"],
            road_class=word.pop("road_class"),
            word=word,
            find=content["find"],
        )


def read_toml(path: Path) -> dict[str, Any]:
    """Read one TOML file of the fact tables.

    Raises
    ------
    MissingDataError
        It is not there.
    """
    if not path.exists():
        raise MissingDataError(f"facts: there is no {path}. Give the folder data/facts of the checkout with --facts.")
    return tomllib.loads(path.read_text(encoding="utf-8"))
