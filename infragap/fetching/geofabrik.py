"""Extracts of whole countries from Geofabrik: which region, and the dated file that its checksum names.

The server is run by a small company for everybody: one extract a day is fetched, what was fetched is used again, and a
cut download goes on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import shapely

from infragap.fetching.answers import read_json
from infragap.fetching.client import Client, Fetched, FetchError, NotThereError, Wanted, WrongFileError
from infragap.fetching.grounds import Box
from infragap.fetching.services import address, service

SUM_LINE = re.compile(r"([0-9a-f]{32})\s+\*?([A-Za-z0-9._-]+\.osm\.pbf)\s*")
DATED = re.compile(r"(.+-)(\d{6})(\.osm\.pbf)")
CODES = "iso3166-1:alpha2"


@dataclass(frozen=True)
class Region:
    """One region of the index.

    Attributes
    ----------
    name
        In English.
    url
        Of its newest extract.
    covers
        Whether its outline covers the box that was asked for.
    """

    name: str
    url: str
    covers: bool


def fetch_region(client: Client, box: Box, country: str, *, is_whole: bool) -> tuple[Region, list[Fetched]]:
    """Fetch the extract for a box or country.

    Parameters
    ----------
    client
        Asks, waits, and keeps.
    box
        West, south, east, north [°].
    country
        ISO 3166-1 code of three letters; empty where none is named.
    is_whole
        Whether the box is that of the whole country, into whose corners the neighbours reach.

    Raises
    ------
    FetchError
        No region fits, another extract was fetched today, or the file does not come as its checksum says.
    """
    index = client.get(
        Wanted("geofabrik", address("geofabrik", service("geofabrik").index, client.environment), "json")
    )
    region = region_of(read_json(index.path), box, country, is_whole=is_whole)
    return region, [index, *_dated(client, region.url)]


def region_of(index: Any, box: Box, country: str, *, is_whole: bool) -> Region:
    """Choose a region: the smallest that covers the box, or that of the country with the fewest others in it.

    Continents, which have neither a code nor a region above them, are no choice.

    Raises
    ------
    FetchError
        None fits.
    """
    wanted = shapely.box(*box)
    named, covering = [], []
    for feature in index.get("features", []):
        told, outline = feature.get("properties", {}), feature.get("geometry")
        codes, url = told.get(CODES) or [], (told.get("urls") or {}).get("pbf")
        if not url or not (codes or told.get("parent")):
            continue
        shape = shapely.make_valid(shapely.geometry.shape(outline)) if outline else shapely.Polygon()
        covers, name = bool(shape.covers(wanted)), str(told.get("name") or told.get("id"))
        # what is named last decides where nothing else does
        rank = (shape.area, str(told.get("id")))
        if covers:
            covering.append((rank, Region(name, str(url), covers)))
        if country and alpha2_of(country) in codes:
            named.append(((len(codes), -shape.area, str(told.get("id"))), Region(name, str(url), covers)))
    first, second = (named, covering) if is_whole else (covering, named)
    if found := first or second:
        return min(found, key=lambda one: one[0])[1]
    raise FetchError(
        f"geofabrik: no extract smaller than a continent {'is of ' + country if country else 'holds the box'}; name "
        "--country, or a box within one country"
    )


def alpha2_of(alpha3: str) -> str:
    """Code of two letters of a country, empty where there is none.

    Examples
    --------
    >>> alpha2_of("VNM"), alpha2_of("MWI"), alpha2_of("XYZ")
    ('VN', 'MW', '')
    """
    return _codes().get(alpha3, "")


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    words = (files("infragap.fetching") / "countries.txt").read_text(encoding="utf-8").split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _dated(client: Client, newest: str) -> list[Fetched]:
    """Fetch the dated file that the checksum of the newest names; that of the day before where it is not there yet."""
    told, wanted = _named(client, f"{newest}.md5")
    try:
        return [told, client.get(_once_a_day(client, wanted))]
    except WrongFileError:
        client.forget(told)
        raise
    except NotThereError:
        client.forget(told)
        if (before := _day_before(wanted.url)) is None:
            raise
        told, wanted = _named(client, f"{before}.md5")
        return [told, client.get(_once_a_day(client, wanted))]


def _named(client: Client, url: str) -> tuple[Fetched, Wanted]:
    told = client.get(Wanted("geofabrik", url, "text", accept=_require_sum))
    match = SUM_LINE.fullmatch(told.path.read_text(encoding="ascii"))
    if match is None:
        raise FetchError(f"geofabrik: {url} names no file")
    return told, Wanted("geofabrik", urljoin(url, match[2]), "pbf", checksum=f"md5:{match[1]}")


def _require_sum(path: Path) -> None:
    if SUM_LINE.fullmatch(path.read_text(encoding="ascii", errors="replace")) is None:
        raise WrongFileError("geofabrik: a checksum does not read as one")


def _day_before(url: str) -> str | None:
    if (match := DATED.fullmatch(url)) is None:
        return None
    try:
        day = datetime.strptime(match[2], "%y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
    return f"{match[1]}{day - timedelta(days=1):%y%m%d}{match[3]}"


def _once_a_day(client: Client, wanted: Wanted) -> Wanted:
    """Refuse a second extract on a day; one that lies in the cache is none."""
    today = client.day().isoformat()
    for about in client.kept():
        is_extract = about["service"] == "geofabrik" and str(about["url"]).endswith(".osm.pbf")
        if is_extract and about["date"] == today and about["url"] != wanted.url:
            raise FetchError(
                f"geofabrik: {str(about['url']).rsplit('/', 1)[-1]} was fetched today, and one extract a day is what "
                "may be asked of a server that is free for all; go on tomorrow, what is there is kept"
            )
    return wanted
