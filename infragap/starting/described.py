"""`infragap data schema`: a pack described for other programs, beside its catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infragap.disk.exchange import put_text
from infragap.gis.catalog import read_catalog
from infragap.gis.dictionary import PACKAGE, pack_json_schema, pack_package
from infragap.profiles.profile import read_profile

SCHEMA_FILE = "pack.schema.json"


def describe_pack(folder: Path) -> list[Path]:
    """Write `datapackage.json` (Frictionless) and `pack.schema.json` (JSON Schema) beside a catalogue.

    Parameters
    ----------
    folder
        The pack; only these two files are written.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    MissingDataError, LayerError
        There is no catalogue, or it has faults.
    ProfileError
        Its profile cannot be read.
    """
    catalog = read_catalog(folder)
    profile = read_profile(catalog.pack.profile, folder=folder)
    return [
        _written(folder / PACKAGE, pack_package(catalog, folder, profile)),
        _written(folder / SCHEMA_FILE, pack_json_schema(profile)),
    ]


def _written(path: Path, content: dict[str, Any]) -> Path:
    put_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return path
