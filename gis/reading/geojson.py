"""A GeoJSON read to its end before GDAL sees it, feature by feature: GDAL reads a file that is cut off up to the cut
and stops there.

Nothing is kept of what is read: a text of 100 MB would become gigabytes of Python objects.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyproj
import pyproj.exceptions

from infragap.gis.findings import fault
from infragap.gis.reading.files import DAMAGED, limits, require_size
from infragap.gis.reading.text import decode

JSON_CRS = fault(
    "geojson.crs", reason="a GeoJSON that names an unknown system would be taken for longitude and latitude"
)
JSON_TYPE = fault("geojson.type", reason="only a FeatureCollection holds the rows of a layer")

MOST_BRACKETS = 8_000_000
"""Most lists and objects of a file: 8 million take some 600 MB while they are read."""

_BLANKS = re.compile(r"[ \t\n\r]*")
LONGEST_CRS = 10_000
"""Most signs of the member `crs`."""


def whole_geojson(path: Path, *, layer: str, encoding: str | None) -> bytes:
    """Give the bytes of a GeoJSON in UTF-8, well formed to its end and of a known system.

    Raises
    ------
    LayerError
        It is cut off, no FeatureCollection, too large, or names an unknown CRS.
    """
    text = decode(path, layer=layer, encoding=encoding)
    require_size(text.count("[") + text.count("{"), MOST_BRACKETS, "brackets", path=path, layer=layer)
    try:
        members = _members(text)
    except (ValueError, RecursionError) as error:
        reason = (
            f"line {error.lineno}: {error.msg}"
            if isinstance(error, json.JSONDecodeError)
            else str(error) or "nested too deep"
        )
        raise DAMAGED.error(layer, file=path.name, reason=reason) from error
    if members.get("type") != "FeatureCollection" or not isinstance(members.get("features"), int):
        raise JSON_TYPE.error(layer, file=path.name, found=str(members.get("type")))
    require_size(members["features"], limits().rows, "rows", path=path, layer=layer)
    _require_known_crs(members.get("crs"), path, layer=layer)
    return text.encode("utf-8")


def _members(text: str) -> dict[str, Any]:
    """Give the members of the outermost object: of the features only their number, of others but type and crs
    nothing."""
    found: dict[str, Any] = {}
    place = _after(text, 0, "{")
    if text[place : place + 1] == "}":
        _require_end(text, place + 1)
        return found
    while True:
        key, place = _KEEPING.raw_decode(text, place)
        if not isinstance(key, str):
            raise json.JSONDecodeError("a name is expected", text, place)
        place = _after(text, place, ":")
        if key == "features" and text[place : place + 1] == "[":
            found[key], place = _count(text, place)
        elif key in ("type", "crs"):
            found[key], end = _KEEPING.raw_decode(text[place : place + LONGEST_CRS])
            place += end
        else:
            _, place = _PASSING.raw_decode(text, place)
            found[key] = None
        place = _past_blanks(text, place)
        if text[place : place + 1] == "}":
            _require_end(text, place + 1)
            return found
        place = _after(text, place, ",")


def _count(text: str, place: int) -> tuple[int, int]:
    """Count the elements of a list, and give the place after it."""
    place, count = _after(text, place, "["), 0
    if text[place : place + 1] == "]":
        return 0, place + 1
    while True:
        _, place = _PASSING.raw_decode(text, place)
        count += 1
        place = _past_blanks(text, place)
        if text[place : place + 1] == "]":
            return count, place + 1
        place = _after(text, place, ",")


def _after(text: str, place: int, sign: str) -> int:
    """Place of the next value after a sign that must come."""
    place = _past_blanks(text, place)
    if text[place : place + 1] != sign:
        raise json.JSONDecodeError(f"'{sign}' is expected", text, place)
    return _past_blanks(text, place + 1)


def _past_blanks(text: str, place: int) -> int:
    match = _BLANKS.match(text, place)
    return match.end() if match else place


def _require_end(text: str, place: int) -> None:
    if _past_blanks(text, place) != len(text):
        raise json.JSONDecodeError("there is text after the end", text, place)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _nothing(_: object) -> None:
    return None


def _checked_integer(digits: str) -> int:
    return int(digits)


_KEEPING = json.JSONDecoder(parse_constant=_refuse_constant)
_PASSING = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_nothing, parse_int=_checked_integer, object_pairs_hook=_nothing
)


def _require_known_crs(member: Any, path: Path, *, layer: str) -> None:
    """Refuse the `crs` of an old GeoJSON where it names none: GDAL would pass over it."""
    if member is None:
        return
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    code = properties.get("code") if isinstance(properties, dict) else None
    try:
        pyproj.CRS.from_user_input(f"EPSG:{code}" if name is None and code is not None else str(name))
    except pyproj.exceptions.CRSError as error:
        raise JSON_CRS.error(layer, file=path.name, crs=str(name or member)) from error
