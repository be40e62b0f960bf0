"""Addresses of servers: what they may say, and that no secret stands in them."""

import pytest

from infragap.gis.catalog import LayerEntry
from infragap.gis.errors import ParameterError
from infragap.servers.places import Features, database_of, features_of

ENTRY = {"name": "settlements", "title": "", "file": "snapshot/s.gpkg", "kind": "vector", "geometry": "Point",
         "provenance": "official"}  # fmt: skip


def test_addresses_are_read() -> None:
    place = database_of(
        "postgresql://db.example:6000/plan?table=geo.places&geometry=shape", known=("table", "geometry")
    )
    assert (place.host, place.port, place.name, place.is_local) == ("db.example", 6000, "plan", False)
    assert place.options == {"table": "geo.places", "geometry": "shape"}
    assert features_of("wfs+https://x.example/ows?typename=a:b") == Features("wfs", "https://x.example/ows", "a:b")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("postgresql://me:secret@db/plan", "PGUSER and PGPASSWORD"),
        ("postgresql://db/plan?password=secret", "PGPASSWORD"),
        ("postgresql://db/plan?table=a;drop table b", "no name of a table"),
        ("postgresql://db/plan?table=a.b.c", "no name of a table"),
        ("postgresql://db/plan?sslmode=disable", "unknown sslmode"),
        ("mysql://db/plan", "write postgresql"),
        ("postgresql:///plan", "write postgresql"),
    ],
)
def test_bad_addresses_of_databases(address: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message) as raised:
        database_of(address, known=("table",))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    ["ogcapi+http://example.org/collections/x", "ogcapi+file:///etc/passwd", "wfs+https://example.org/ows",
     "ogcapi+https://me:secret@example.org/x", "https://example.org"],
)  # fmt: skip
def test_bad_addresses_of_services(address: str) -> None:
    with pytest.raises(ParameterError):
        features_of(address)


@pytest.mark.parametrize(
    "source", ["postgresql://me:pw@db/x?table=t", "file:///etc/passwd", "https://x/y", "/vsicurl/x"]
)
def test_the_catalogue_refuses_other_sources(source: str) -> None:
    with pytest.raises(ValueError, match="source"):
        LayerEntry.model_validate({**ENTRY, "source": source})
