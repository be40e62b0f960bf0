"""OpenStreetMap objects of a small box from the shared Overpass server, in one query."""

from __future__ import annotations

from infragap.fetching.answers import require_whole_osm
from infragap.fetching.client import Client, Fetched, FetchError, Wanted
from infragap.fetching.grounds import Box
from infragap.fetching.services import address
from infragap.fetching.tags import SELECTED, Selected

LARGEST_DEGREES2 = 6.0
"""Boxes beyond this [square degrees] are for extracts of a whole country, not for a shared server."""


def query(box: Box) -> str:
    """The query; boxes are south, west, north, east there.

    Examples
    --------
    >>> query((1.0, 2.0, 3.0, 4.0)).split("way[highway]")[1][:11]
    '(2,1,4,3);w'
    """
    west, south, east, north = box
    where = f"({south:.10g},{west:.10g},{north:.10g},{east:.10g})"
    parts = "".join(f"{_filter(one)}{where};" for one in SELECTED)
    return f"[out:xml][timeout:180];({parts});(._;>;);out body;"


def _filter(one: Selected) -> str:
    kinds = {"w": "way", "n": "node"}.get(one.kinds, one.kinds)
    if len(one.values) > 1:
        return f'{kinds}[{one.key}~"^({"|".join(one.values)})$"]'
    return f"{kinds}[{'='.join((one.key, *one.values))}]"


def is_too_large(box: Box) -> bool:
    """Whether a box is too large for the shared server."""
    west, south, east, north = box
    return (east - west) * (north - south) > LARGEST_DEGREES2


def fetch_box(client: Client, box: Box) -> Fetched:
    """Fetch what lies in a box.

    Raises
    ------
    FetchError
        The box is too large, the caller cannot be reached, or the server gave up.
    """
    if is_too_large(box):
        raise FetchError(f"overpass: the box is larger than the {LARGEST_DEGREES2:g} square degrees that a shared "
                         "server is asked for; take --osm geofabrik, or a smaller box")  # fmt: skip
    url = address("overpass", "interpreter", client.environment)
    return client.get(Wanted("overpass", url, "xml", data={"data": query(box)}, accept=require_whole_osm))
