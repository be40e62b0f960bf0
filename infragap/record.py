"""The record of a run, `run.json`: the same for the same input, but for its timings."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from infragap.analyses.parameters import prices_outward
from infragap.analyses.results import Results
from infragap.disk.manifest import MARKER, RECORD_CHECKSUM, checksums, record_checksum
from infragap.gis.findings import Finding
from infragap.gis.pack import Pack
from infragap.gis.schema import SCHEMA_VERSION
from infragap.profiles.naming import outward_record
from infragap.profiles.of_result import country_record
from infragap.settings import Settings
from infragap.wording.country import spoken_profile

VERSIONS_OF = (
    "infragap", "numpy", "scipy", "numba", "pandas", "geopandas", "shapely", "pyproj", "rasterio", "pyogrio",
    "highspy", "pandapower", "pvlib", "pyflwdir", "osmnx", "folium",
)  # fmt: skip

STOPPED_BY_TIME = "time_limit"
"""Status of a solver that its guard of wall time has stopped: another machine may find another answer."""


def record_of(pack: Pack, settings: Settings, results: Results, notices: Sequence[Finding]) -> dict[str, Any]:
    """Everything of the record but timings and files."""
    record: dict[str, Any] = {
        "program": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in VERSIONS_OF},
        },
        "schema_version": SCHEMA_VERSION,
        "pack": _pack_record(pack),
        "parameters": {
            name: prices_outward(part, pack.profile) if isinstance(part, dict) else part
            for name, part in settings.model_dump(mode="json").items()
        },
        "notices": [notice.as_json() for notice in notices],
    }
    if results.electricity is not None:
        record["electricity"] = {
            "plan": results.electricity.plan,
            "summary": results.electricity.summary,
            "targets": results.electricity.targets,
        }
    if results.water is not None:
        record["water"] = {"siting": results.water.siting, "summary": results.water.summary}
    if results.schools is not None:
        record["schools"] = {
            "placement": results.schools.placement,
            "assignment": results.schools.assignment_record,
            "upper_secondary": results.schools.upper_record,
            "summary": results.schools.summary,
        }
    record["stopped_by_time"] = stopped_by_time(record)
    return record


def _pack_record(pack: Pack) -> dict[str, Any]:
    return {
        "title": pack.catalog.pack.title,
        "province": pack.catalog.pack.province,
        "crs_measure": pack.crs_measure,
        **country_record(pack.profile),
        "catalog_sha256": hashlib.sha256((pack.folder / "catalog.toml").read_bytes()).hexdigest(),
        "targets": pack.catalog.targets,
        "layers": [
            entry.model_dump(
                include={"name", "file", "sha256", "rows", "provenance", "method", "source", "date"}, exclude_none=True
            )
            for entry in pack.catalog.layer
        ],
    }


def stopped_by_time(record: Mapping[str, Any]) -> list[str]:
    """Name the solutions that the guard of wall time has stopped before the proof, such as 'schools.placement.fairest'.

    Examples
    --------
    >>> water, schools = {"siting": {"status": "time_limit"}}, {"placement": {"status": "optimal"}}
    >>> stopped_by_time({"water": water, "schools": schools})
    ['water.siting']
    """
    return [
        place
        for analysis in ("electricity", "water", "schools")
        for place in _with_status(record.get(analysis), analysis, STOPPED_BY_TIME)
    ]


def _with_status(value: Any, place: str, status: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.get("status") == status:
            yield place
        for name, part in value.items():
            yield from _with_status(part, f"{place}.{name}", status)


def write_record(record: dict[str, Any], folder: Path) -> None:
    """Write the record into a folder of results; the names and checksums of the files there go with it."""
    record["files"] = checksums(folder)
    written = outward_record(record, spoken_profile())
    plain = json.loads(json.dumps(written, ensure_ascii=False, default=_plain))
    plain[RECORD_CHECKSUM] = record[RECORD_CHECKSUM] = record_checksum(plain)
    (folder / MARKER).write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    """Numbers of array libraries as plain ones."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"run.json cannot hold a {type(value).__name__}")
