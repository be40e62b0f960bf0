"""Features of OGC API Features and WFS, page by page, in longitude and latitude."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin, urlsplit

import geopandas as gpd
import requests

from infragap.gis.errors import InfragapError, MissingDataError
from infragap.servers.places import Features

_VERSION = version("infragap")

PAGE = 1_000
MOST_FEATURES = 1_000_000
MOST_PAGES = 10_000
MOST_BYTES = 500_000_000
TIMEOUT_S = (20, 120)
RETRIED = (429, 500, 502, 503, 504)
WAITS_S = (1.0, 4.0, 15.0)
AUTHORIZATION = "INFRAGAP_SERVICE_AUTHORIZATION"


class ServiceError(InfragapError):
    """A service could not be used; the text says why."""


def read_features(place: Features, layer: str) -> gpd.GeoDataFrame:
    """Read all features.

    Parameters
    ----------
    place
        The service.
    layer
        For messages.

    Returns
    -------
    GeoDataFrame
        In EPSG:4326, in the order of the service.

    Raises
    ------
    ServiceError
        It does not answer, or not with GeoJSON.
    MissingDataError
        It has no such features.
    """
    session = requests.Session()
    session.headers["User-Agent"] = f"infragap/{_VERSION}"
    if secret := os.environ.get(AUTHORIZATION):
        session.headers["Authorization"] = secret
    pages = _ogcapi_pages(session, place, layer) if place.kind == "ogcapi" else _wfs_pages(session, place, layer)
    features: list[Any] = []
    for page in pages:
        features += page
        if len(features) > MOST_FEATURES:
            raise ServiceError(f"{layer}: more than {MOST_FEATURES:,} features")
    if not features:
        raise MissingDataError(f"{layer}: {place.url} has no features")
    return gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")


def _ogcapi_pages(session: requests.Session, place: Features, layer: str) -> Iterator[list[Any]]:
    url: str | None = f"{place.url.rstrip('/')}/items?f=json&limit={PAGE}"
    for _ in range(MOST_PAGES):
        content = _json(session, str(url), layer)
        yield content["features"]
        following = [link.get("href") for link in content.get("links", []) if link.get("rel") == "next"]
        if not following or not content["features"]:
            return
        url = urljoin(place.url, str(following[0]))
        if urlsplit(url).netloc != urlsplit(place.url).netloc:
            # the secret of one machine is not shown to another
            raise ServiceError(f"{layer}: the next page lies on another machine, {urlsplit(url).netloc[:80]}")
    raise ServiceError(f"{layer}: {place.url} has no end")


def _wfs_pages(session: requests.Session, place: Features, layer: str) -> Iterator[list[Any]]:
    for page in range(MOST_PAGES):
        asked = (
            f"service=WFS&version=2.0.0&request=GetFeature&typeNames={place.typename}&outputFormat=application/json"
            f"&srsName=EPSG:4326&count={PAGE}&startIndex={page * PAGE}"
        )
        features = _json(session, f"{place.url}?{asked}", layer)["features"]
        yield features
        if len(features) < PAGE:
            return
    raise ServiceError(f"{layer}: {place.url} has no end")


def _json(session: requests.Session, url: str, layer: str) -> dict[str, Any]:
    problem = ""
    for wait_s in (*WAITS_S, None):
        try:
            with session.get(url, timeout=TIMEOUT_S, allow_redirects=False, stream=True) as answer:
                if answer.status_code in RETRIED:
                    problem = f"answer {answer.status_code}"
                elif answer.status_code != 200:
                    kind = MissingDataError if answer.status_code == 404 else ServiceError
                    raise kind(f"{layer}: {url} answers {answer.status_code}")
                else:
                    return _content(answer, layer)
        except requests.RequestException as error:
            problem = type(error).__name__
        if wait_s is not None:
            time.sleep(wait_s)
    raise ServiceError(f"{layer}: {url} does not answer ({problem})")


def _content(answer: requests.Response, layer: str) -> dict[str, Any]:
    body = b""
    for chunk in answer.iter_content(1 << 16):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ServiceError(f"{layer}: a page is larger than {MOST_BYTES / 1e6:.0f} MB")
    try:
        content = json.loads(body)
    except ValueError as error:
        raise ServiceError(f"{layer}: {answer.url} does not answer in GeoJSON") from error
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        raise ServiceError(f"{layer}: {answer.url} answers without features")
    return content
