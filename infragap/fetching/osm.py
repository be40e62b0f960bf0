"""One extract of OpenStreetMap for a box: roads, power, places, waters, schools, in one query."""

from __future__ import annotations

from infragap.fetching.answers import require_whole_osm
from infragap.fetching.client import Client, Fetched, FetchError, Wanted
from infragap.fetching.grounds import Box
from infragap.fetching.services import address

LARGEST_DEGREES2 = 6.0
"""Boxes beyond this [square degrees] are for extracts of a whole country, not for a shared server."""

SELECTED = (
    'way[highway]', 'way[power~"^(line|minor_line|cable)$"]', 'nwr[power~"^(substation|transformer|plant)$"]',
    'node[place]', 'way[waterway~"^(river|stream|canal)$"]', 'nwr[natural=water]', 'nwr[amenity~"^(school|college)$"]',
    'nwr[route=ferry]',
)  # fmt: skip


def query(box: Box) -> str:
    """The query; boxes are south, west, north, east there.

    Examples
    --------
    >>> query((1.0, 2.0, 3.0, 4.0)).split("way[highway]")[1][:11]
    '(2,1,4,3);w'
    """
    west, south, east, north = box
    where = f"({south:.10g},{west:.10g},{north:.10g},{east:.10g})"
    return f"[out:xml][timeout:180];({''.join(f'{one}{where};' for one in SELECTED)});(._;>;);out body;"


def fetch_extract(client: Client, box: Box) -> Fetched:
    """Fetch the extract.

    Raises
    ------
    FetchError
        The box is too large, the caller cannot be reached, or the server gave up.
    """
    west, south, east, north = box
    if (east - west) * (north - south) > LARGEST_DEGREES2:
        raise FetchError("overpass: the box is too large for a shared server; put an extract of the country "
                         "(download.geofabrik.de, .osm.pbf) into the folder instead")  # fmt: skip
    url = address("overpass", "interpreter", client.environment)
    return client.get(Wanted("overpass", url, "xml", data={"data": query(box)}, accept=require_whole_osm))
