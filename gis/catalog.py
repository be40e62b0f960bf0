"""The catalogue of a data pack: what each layer is, where its file lies, and what it rests on (catalog.toml)."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pyproj
import pyproj.exceptions
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from infragap.gis.errors import MissingDataError
from infragap.gis.findings import Finding, fault, notice
from infragap.gis.schema import SCHEMA_VERSION
from infragap.profiles.profile import DEFAULT

FILE_NAME = "catalog.toml"

ABSENT = fault("catalog.absent", reason="a folder is a data pack by its catalogue")
NO_TOML = fault("catalog.no_toml", tolerance="a byte order mark", reason="one wrong line makes every key doubtful")
TOO_LARGE = fault("catalog.too_large", tolerance="5 MB", reason="a catalogue of a pack has some dozens of entries")
KEYS = fault("catalog.keys", reason="a misspelt key is passed over in silence, a wrong value is believed")
NO_LAYER = fault("catalog.no_layer", reason="an analysis asks for a layer that the pack does not list")
CHANGED = fault(
    "file.changed", reason="a file that is not the one the catalogue describes: sums and sources no longer hold"
)

UNSOURCED = notice(
    "catalog.unsourced",
    tolerance="none",
    reason="whoever reads the results asks where the layers come from; without a checksum a change goes unseen",
)

LARGEST_MB = 5.0
SHOWN_FAULTS = 10

Provenance = Literal["official", "open-data", "modelled"]
Geometry = Literal["Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]


def _known_crs(value: str) -> str:
    try:
        known = pyproj.CRS.from_user_input(value)
    except (pyproj.exceptions.CRSError, TypeError, ValueError) as error:
        raise ValueError(f"{value[:80]!r} is not a known CRS; write it like EPSG:32648") from error
    if not (known.is_projected or known.is_geographic or known.is_bound):
        raise ValueError(f"{value[:80]!r} has no place on Earth; write it like EPSG:32648")
    return value


class LayerEntry(BaseModel):
    """One layer of the pack.

    Attributes
    ----------
    name, title, file, kind, crs, geometry, rows, bands, id
        What it is called, where it lies, and what is to be found there.
    licence, date, sha256, method
        What the file rests on; a planner's own pack may leave them out, and the check says so (`infragap data hash`
        fills `sha256`).
    provenance
        official, open-data or modelled.
    columns
        Column of the schema → column of the file, or a formula over columns of the file such as 'persons / 4.6'.
    values
        Column of the schema → word of the file → word of the schema.
    defaults
        Column of the schema → value of every row that has none.
    sheet, x, y, axis_order, encoding
        How the file is to be read.
    heading_row
        Row of a table that holds the headings, from 1, where titles stand above them.
    source
        Server that the file is a snapshot of, such as 'postgresql://host/database?table=public.places'; no name and no
        password in it. `infragap data pull` reads it anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1)]
    title: str
    file: str
    kind: Literal["vector", "raster", "table"]
    crs: str | None = None
    geometry: Geometry | None = None
    rows: Annotated[int, Field(ge=0)] | None = None
    bands: Annotated[int, Field(ge=1)] | None = None
    id: str | None = None
    licence: str | None = None
    date: str | None = None
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    provenance: Provenance
    method: Annotated[str, Field(min_length=1)] | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str | float | int | bool]] = Field(default_factory=dict)
    defaults: dict[str, str | float | int | bool] = Field(default_factory=dict)
    sheet: str | None = None
    x: str | None = None
    y: str | None = None
    axis_order: Literal["xy", "vn2000"] = "xy"
    encoding: str | None = None
    heading_row: Annotated[int, Field(ge=1, le=100)] | None = None
    source: str | None = None

    @field_validator("source")
    @classmethod
    def _source_is_open(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not value.startswith(("postgresql://", "ogcapi+https://", "ogcapi+http://", "wfs+https://", "wfs+http://")):
            raise ValueError("a source begins with postgresql://, ogcapi+https:// or wfs+https://")
        if "@" in value or "password" in value.casefold():
            raise ValueError("take name and password out of the source; they come from the environment")
        return value

    @field_validator("crs")
    @classmethod
    def _crs_is_known(cls, value: str | None) -> str | None:
        return None if value is None else _known_crs(value)

    @field_validator("date")
    @classmethod
    def _date_is_iso(cls, value: str | None) -> str | None:
        if value is not None:
            date.fromisoformat(value)
        return value

    @field_validator("file")
    @classmethod
    def _file_stays_inside(cls, value: str) -> str:
        path = Path(value)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"{value!r} leaves the pack; give the path inside the folder of catalog.toml")
        return value

    @model_validator(mode="after")
    def _coordinates_come_in_pairs(self) -> LayerEntry:
        if (self.x is None) != (self.y is None):
            raise ValueError("x and y name the two coordinate columns: give both or neither")
        if self.kind == "vector" and self.geometry is None:
            raise ValueError("a vector layer needs its geometry type")
        return self


class PackHead(BaseModel):
    """Head of the catalogue.

    Attributes
    ----------
    title, province
        What pages are headed with.
    crs_measure
        Projected CRS that lengths are measured in.
    provenance_note
        Sentence on what the data rest on, for every map.
    profile
        Profile of the country: a name ('vn') or the path of a TOML file beside the catalogue.
    schema_version
        Version of the schema that the pack was made for, MAJOR.MINOR.
    seed
        Of the modelled layers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: str
    province: str
    crs_measure: str
    provenance_note: str = ""
    profile: Annotated[str, Field(min_length=1)] = DEFAULT
    schema_version: Annotated[str, Field(pattern=r"^\d+\.\d+$")] = SCHEMA_VERSION
    seed: int | None = None

    @field_validator("schema_version")
    @classmethod
    def _version_is_known(cls, value: str) -> str:
        if value.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
            raise ValueError(
                f"the pack is made for schema {value}, this infragap reads {SCHEMA_VERSION} and others of its major "
                f"number; install an infragap of that schema, or bring the pack to {SCHEMA_VERSION} by docs/schema.md"
            )
        return value

    @field_validator("crs_measure")
    @classmethod
    def _crs_is_known(cls, value: str) -> str:
        return _known_crs(value)


class Catalog(BaseModel):
    """All of catalog.toml; unknown keys are errors.

    Attributes
    ----------
    pack
        Title, province, measuring CRS, note on provenance, seed of the modelled layers.
    targets
        Published totals that the pack reproduces, the unit in each name.
    layer
        The layers in the order of the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    pack: PackHead
    targets: dict[str, float | int] = Field(default_factory=dict)
    layer: list[LayerEntry]

    @model_validator(mode="after")
    def _names_are_unique(self) -> Catalog:
        names = [entry.name for entry in self.layer]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"layers listed twice: {', '.join(twice)}")
        return self

    def entry(self, name: str) -> LayerEntry:
        """Give the entry of a layer.

        Raises
        ------
        MissingDataError
            The pack has no such layer.
        """
        for entry in self.layer:
            if entry.name == name:
                return entry
        found = NO_LAYER.found(name, pack=self.pack.title)
        raise MissingDataError(str(found), findings=[found])

    def has(self, name: str) -> bool:
        """Tell whether the pack lists a layer."""
        return any(entry.name == name for entry in self.layer)


def read_catalog(folder: Path) -> Catalog:
    """Read catalog.toml of a pack.

    Raises
    ------
    MissingDataError
        No such folder or no catalogue in it.
    LayerError
        The catalogue is not TOML or breaks its model; the message lists every fault.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        found = ABSENT.found("catalog", folder=folder)
        raise MissingDataError(str(found), findings=[found])
    if path.stat().st_size > LARGEST_MB * 1e6:
        raise TOO_LARGE.error("catalog", file=path, size=path.stat().st_size / 1e6, largest=LARGEST_MB)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError, OSError) as error:
        raise NO_TOML.error("catalog", file=path, reason=str(error) or "nested too deep") from error
    try:
        return Catalog.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(_fault(item, content) for item in error.errors()[:SHOWN_FAULTS])
        raise KEYS.error("catalog", file=path, number=error.error_count(), faults=faults) from error
    except RecursionError as error:
        raise NO_TOML.error("catalog", file=path, reason="nested too deep") from error


def catalog_text(catalog: Catalog, remarks: Mapping[str, str] | None = None) -> str:
    """Write a catalogue as the text of catalog.toml; what stands at its default is left out.

    Parameters
    ----------
    catalog
        The catalogue.
    remarks
        What is said behind a line, by 'pack.crs_measure', 'settlements.provenance' or 'settlements.columns.name'.

    Examples
    --------
    >>> head = PackHead(title="T", province="P", crs_measure="EPSG:32736")
    >>> print(catalog_text(Catalog(pack=head, layer=[]), {"pack.crs_measure": "guess"}))
    [pack]
    title = "T"
    province = "P"
    crs_measure = "EPSG:32736"  # guess
    <BLANKLINE>
    """
    said = remarks or {}
    head = catalog.pack.model_dump(exclude_defaults=True)
    if "pack.profile" in said:
        head["profile"] = catalog.pack.profile
    parts = [_table_text("[pack]", head, "pack", said)]
    if catalog.targets:
        parts.append(_table_text("[targets]", catalog.targets, "targets", said))
    for entry in catalog.layer:
        values = entry.model_dump(exclude_defaults=True)
        own = {k: v for k, v in values.items() if not isinstance(v, dict)}
        parts.append(_table_text("[[layer]]", own, entry.name, said))
        mapping = ((name, values.get(name)) for name in ("columns", "values", "defaults"))
        parts += [_table_text(f"[layer.{n}]", table, f"{entry.name}.{n}", said) for n, table in mapping if table]
    return "\n".join(parts)


def _table_text(head: str, values: dict[str, Any], place: str, remarks: Mapping[str, str]) -> str:
    lines = [f"{_key_text(key)} = {_value_text(value)}" for key, value in values.items()]
    said = (remarks.get(f"{place}.{key}", "") for key in values)
    ends = (f"  # {' '.join(text.split())}" if text else "" for text in said)
    return "\n".join([head, *(line + end for line, end in zip(lines, ends, strict=True)), ""])


def _key_text(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def _value_text(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key_text(key)} = {_value_text(part)}" for key, part in value.items()) + " }"
    # strings, numbers and truth values of JSON are those of TOML, but for one sign that JSON leaves as it is
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _fault(item: Any, content: dict[str, Any]) -> str:
    place = list(item["loc"])
    if len(place) >= 2 and place[0] == "layer" and isinstance(place[1], int):
        entry = content["layer"][place[1]]
        place[:2] = [
            f"layer '{entry.get('name', place[1] + 1)}'" if isinstance(entry, dict) else f"layer {place[1] + 1}"
        ]
    reason = "unknown key" if item["type"] == "extra_forbidden" else item["msg"].removeprefix("Value error, ")
    return f"{' '.join(str(part) for part in place)}: {reason}" if place else reason


def set_in_catalog(path: Path, wanted: Mapping[str, Mapping[str, str]]) -> None:
    """Set keys of layers in a catalogue, which keeps its remarks and its order.

    Parameters
    ----------
    path
        catalog.toml; replaced in one step.
    wanted
        By layer, key → text.
    """
    text = path.read_text(encoding="utf-8-sig")
    head, *blocks = re.split(r"(?m)^(?=[ \t]*\[\[layer\]\])", text)
    text = head + "".join(_with_keys(block, wanted) for block in blocks)
    tomllib.loads(text)
    partial = path.with_name(f"{path.name}.part")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)


def _with_keys(block: str, wanted: Mapping[str, Mapping[str, str]]) -> str:
    """Write keys into the part of one layer: over old ones, or below its own keys' first line."""
    own = tomllib.loads(block)["layer"][0]
    for key, value in wanted.get(own["name"], {}).items():
        # a backslash means something in a replacement
        line = f"{key} = {json.dumps(value)}".replace("\\", "\\\\")
        if key in own:
            block = re.sub(rf"(?m)^[ \t]*{re.escape(key)}[ \t]*=.*$", line, block, count=1)
        else:
            block = re.sub(r"(?m)^([ \t]*\[\[layer\]\].*)$", rf"\1\n{line}", block, count=1)
    return block


def sha256_of(path: Path) -> str:
    """Checksum of a file; of a folder (an unzipped shapefile), of its files' names and contents in order."""
    digest = hashlib.sha256()
    if path.is_dir():
        for part in sorted(p for p in path.iterdir() if p.is_file()):
            digest.update(part.name.encode())
            digest.update(part.read_bytes())
        return digest.hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def unsourced_findings(entry: LayerEntry) -> list[Finding]:
    """Say what the catalogue leaves out of a layer's origin."""
    absent = [key for key in ("licence", "date", "sha256", "method") if getattr(entry, key) is None]
    return [UNSOURCED.found(entry.name, keys=", ".join(absent))] if absent else []


def checksum_findings(folder: Path, entry: LayerEntry) -> list[Finding]:
    """Check that the file of a layer is unchanged since the catalogue was written."""
    path = folder / entry.file
    if entry.sha256 is None or not path.exists():
        return []
    found = sha256_of(path)
    if found == entry.sha256:
        return []
    return [CHANGED.found(entry.name, file=entry.file, found=found, stated=entry.sha256)]
