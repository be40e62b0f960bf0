"""Where a layer comes from when it is no file: a table of PostGIS, or features of an OGC service.

    postgresql://host:5432/database?table=public.settlements
    ogcapi+https://host/path/collections/settlements
    wfs+https://host/path?typename=ns:settlements

Names and passwords never stand in an address: a database takes PGUSER and PGPASSWORD from the environment, a service
INFRAGAP_SERVICE_AUTHORIZATION, sent as its Authorization header.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from infragap.gis.errors import ParameterError

LOOPBACK = ("localhost", "127.0.0.1", "::1")
IDENTIFIER = re.compile(r"[^\W\d]\w{0,62}")


@dataclass(frozen=True)
class Database:
    """A database.

    Attributes
    ----------
    host, port, name
        Where it is.
    options
        What stands behind the question mark: table, geometry, schema.
    """

    host: str
    port: int
    name: str
    options: dict[str, str]

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine; else the connection is encrypted."""
        return self.host in LOOPBACK


@dataclass(frozen=True)
class Features:
    """Features of a service.

    Attributes
    ----------
    kind
        ogcapi or wfs.
    url
        Address without its kind.
    typename
        Of a WFS.
    """

    kind: str
    url: str
    typename: str = ""


def database_of(text: str, *, known: tuple[str, ...]) -> Database:
    """Read the address of a database.

    Parameters
    ----------
    text
        The address.
    known
        Options that it may have.

    Raises
    ------
    ParameterError
        It is none, or holds a name or password.

    Examples
    --------
    >>> database_of("postgresql://127.0.0.1/plan?table=public.places", known=("table",)).options
    {'table': 'public.places'}
    """
    parts = urlsplit(text)
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname or not parts.path.strip("/"):
        raise ParameterError(f"{_shown(text)}: write postgresql://host:5432/database")
    _no_secret(text)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(set(options) - set(known)):
        raise ParameterError(f"{_shown(text)}: unknown {', '.join(unknown)}; there are {', '.join(known)}")
    for name, value in options.items():
        if not all(IDENTIFIER.fullmatch(part) for part in value.split(".")) or value.count(".") > 1:
            raise ParameterError(f"{_shown(text)}: {name} {value[:60]!r} is no name of a table, column or schema")
    try:
        port = parts.port or 5432
    except ValueError as error:
        raise ParameterError(f"{_shown(text)}: the port is no number") from error
    return Database(parts.hostname, port, parts.path.strip("/"), options)


def features_of(text: str) -> Features:
    """Read the address of features.

    Raises
    ------
    ParameterError
        It is none, holds a name or password, or goes unencrypted to another machine.
    """
    kind, _, url = text.partition("+")
    parts = urlsplit(url)
    if kind not in ("ogcapi", "wfs") or not parts.hostname:
        raise ParameterError(f"{_shown(text)}: write ogcapi+https://…/collections/name or wfs+https://…?typename=name")
    _no_secret(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ParameterError(f"{_shown(text)}: only https is asked, or http on this machine")
    if kind == "ogcapi":
        return Features(kind, url)
    options = dict(parse_qsl(parts.query))
    typename = options.get("typename") or options.get("typenames") or ""
    if not re.fullmatch(r"[\w:.-]{1,200}", typename):
        raise ParameterError(f"{_shown(text)}: name the features: ?typename=ns:name")
    return Features(kind, parts._replace(query="", fragment="").geturl(), typename)


def is_database(text: str) -> bool:
    """Whether an address is one of a database."""
    return text.startswith(("postgresql:", "postgres:"))


def _no_secret(url: str) -> None:
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None or "password" in parts.query.casefold():
        raise ParameterError(
            f"{_shown(url)}: take name and password out of the address; set PGUSER and PGPASSWORD, or "
            f"INFRAGAP_SERVICE_AUTHORIZATION, in the environment"
        )


def _shown(text: str) -> str:
    """An address without what may be secret in it."""
    return re.sub(r"//[^/@]*@", "//…@", text.partition("?")[0])[:200]
