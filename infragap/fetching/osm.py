"""OpenStreetMap objects of a box: from the shared server where it is small, from the extract of a country where not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from infragap.fetching.client import Client, Fetched
from infragap.fetching.clip import clip_extract
from infragap.fetching.geofabrik import fetch_region
from infragap.fetching.grounds import Box
from infragap.fetching.overpass import fetch_box, is_too_large

WAYS = ("auto", "overpass", "geofabrik")
FROM_SERVER, FROM_COUNTRY = "extract.osm", "extract.osm.pbf"
EXTRACTS = (FROM_SERVER, FROM_COUNTRY)
"""Names under which an extract lies in a pack."""


@dataclass(frozen=True)
class Place:
    """For where objects are wanted.

    Attributes
    ----------
    box
        West, south, east, north [°].
    country
        ISO 3166-1 code of three letters; empty where none is named.
    is_whole
        Whether all of the country is wanted.
    """

    box: Box
    country: str
    is_whole: bool


@dataclass(frozen=True)
class Extract:
    """What was made.

    Attributes
    ----------
    file
        Its name in the pack.
    service
        From which it came.
    files
        What was fetched for it.
    method
        How it was made, in words.
    note
        What the planner must know; empty: nothing.
    """

    file: str
    service: str
    files: Sequence[Fetched]
    method: str
    note: str = ""


def fetch_osm(client: Client, place: Place, way: str, folder: Path, tell: Callable[[str], None]) -> Extract:
    """Write the objects of a box into a folder.

    Parameters
    ----------
    client
        Asks, waits, and keeps.
    place
        For where.
    way
        Of `WAYS`; 'auto' takes the extract for whole countries and boxes too large for the shared server.
    folder
        In which the extract is written.
    tell
        Receives what takes long.

    Raises
    ------
    FetchError
        They could not be fetched; the text says what to do.
    """
    if way == "overpass" or (way == "auto" and not place.is_whole and not is_too_large(place.box)):
        fetched = fetch_box(client, place.box)
        shutil.copyfile(fetched.path, folder / FROM_SERVER)
        method = "one query for the box; objects that volunteers have drawn"
        return Extract(FROM_SERVER, "overpass", [fetched], method)
    region, files = fetch_region(client, place.box, place.country, is_whole=place.is_whole)
    tell(f"osm: {region.name}, {files[-1].about['bytes'] / 1e6:.1f} MB, is cut to the box")
    made_at = clip_extract(files[-1].path, place.box, folder / FROM_COUNTRY)
    method = (
        f"extract of {region.name} by Geofabrik{f' as of {made_at}' if made_at else ''}, cut to the box, ways kept "
        "whole; objects that volunteers have drawn"
    )
    note = "" if region.covers else (
        f"osm: the extract of {region.name} ends some kilometres beyond its border: what of the box lies farther out "
        "is empty of roads and lines"
    )  # fmt: skip
    return Extract(FROM_COUNTRY, "geofabrik", files, method, note)
