"""Which services there are, and where: one table, whose addresses the environment may replace."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from urllib.parse import urlsplit

from infragap.gis.errors import ParameterError

ENVIRONMENT = "INFRAGAP_FETCH_"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Service:
    """One service.

    Attributes
    ----------
    name, title
        In the table, and in words.
    base
        Address that all of its paths start with.
    licence, attribution, shareable
        Under what its layers may be used, what must be said beside them, and whether they may be passed on.
    pause_s
        Seconds between two requests.
    needs_contact
        Whether it asks that whoever calls can be reached.
    index
        Path of its list, where it has one.
    status
        Path of what it says when it is busy, where it has one.
    busy_s
        Least seconds to be waited after it has said so.
    """

    name: str
    title: str
    base: str
    licence: str
    attribution: str
    shareable: bool
    pause_s: float
    needs_contact: bool = False
    index: str = ""
    status: str = ""
    busy_s: float = 0.0


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Service]:
    content = (files("infragap.fetching") / "addresses.toml").read_text(encoding="utf-8")
    return {name: Service(name=name, **values) for name, values in tomllib.loads(content).items()}


def service(name: str) -> Service:
    """Give a service of the table."""
    return _table()[name]


def address(name: str, path: str = "", environment: Mapping[str, str] | None = None) -> str:
    """Give an address of a service, at the base that the environment names, else at that of the table.

    Raises
    ------
    ParameterError
        The environment names a base that is no web address, or one that is not encrypted on another machine.
    """
    known = environment if environment is not None else os.environ
    base = known.get(f"{ENVIRONMENT}{name.upper()}", service(name).base).rstrip("/")
    _require_web(base, f"{ENVIRONMENT}{name.upper()}")
    return f"{base}/{path}" if path else base


def rewritten(url: str, environment: Mapping[str, str] | None = None) -> str:
    """Give an address that an answer names, with the base of a known service replaced as in `address`.

    Raises
    ------
    ParameterError
        It is no web address.
    """
    _require_web(url, "an answer")
    for name, known in _table().items():
        if url == known.base or url.startswith(known.base + "/"):
            return address(name, url.removeprefix(known.base).lstrip("/"), environment)
    return url


def _require_web(url: str, where: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return
    raise ParameterError(f"{where} names the address {url[:200]!r}: only https addresses are fetched")
