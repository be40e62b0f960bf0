"""The schema as others read it: Frictionless table schemas, data packages, and JSON Schema, made of the declarations.

Names and units are those of the country of the pack. `docs/schema.md` says what may change from version to version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infragap.gis import schema
from infragap.gis.catalog import Catalog, LayerEntry
from infragap.profiles.naming import outward, outward_unit
from infragap.profiles.profile import Profile, read_profile

PACKAGE = "datapackage.json"
PACKAGE_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"

_TYPES = {"str": "string", "object": "string", "int64": "integer", "float64": "number", "bool": "boolean"}
_CHECKS = {
    "greater_than": ("exclusiveMinimum", "min_value"),
    "greater_than_or_equal_to": ("minimum", "min_value"),
    "less_than_or_equal_to": ("maximum", "max_value"),
}


@dataclass(frozen=True)
class Field:
    """One column as others read it.

    Attributes
    ----------
    name, unit
        As the country writes them; unit '-' for texts, codes and ratios.
    type
        string, integer, number, boolean, or any.
    meaning, title
        One clause, and a heading; both in one language.
    required
        Whether the column must be there.
    filled
        Whether no cell of it may be empty.
    constraints
        minimum, maximum, exclusiveMinimum, enum, pattern, unique, as both standards call them.
    deprecated
        What replaces the column, and from which version it is gone; empty while it stays.
    """

    name: str
    unit: str
    type: str
    meaning: str
    title: str = ""
    required: bool = True
    filled: bool = False
    constraints: Mapping[str, Any] | None = None
    deprecated: str = ""

    def frictionless(self) -> dict[str, Any]:
        """Give the field of a table schema."""
        limits = dict(self.constraints or {}) | ({"required": True} if self.filled and self.required else {})
        return _stated(
            name=self.name, type=self.type, title=self.title, description=self.meaning, unit=self.unit,
            constraints=limits, deprecated=self.deprecated,
        )  # fmt: skip

    def json_schema(self) -> dict[str, Any]:
        """Give the property of an object that is a row."""
        limits = {key: value for key, value in (self.constraints or {}).items() if key != "unique"}
        kinds = ["string", "number", "boolean"] if self.type == "any" else [self.type]
        if not self.filled:
            kinds = [*kinds, "null"]
            if "enum" in limits:
                limits["enum"] = [*limits["enum"], None]
        told = _stated(title=self.title, description=self.meaning, unit=self.unit, deprecated=bool(self.deprecated))
        return {"type": kinds[0] if len(kinds) == 1 else kinds, **limits, **told}


def layer_fields(layer: str, profile: Profile | None = None) -> list[Field]:
    """Give the columns of a layer of the pack.

    Parameters
    ----------
    layer
        One of `schema.LAYERS`.
    profile
        Country of the pack; None for the default.

    Examples
    --------
    >>> [(field.name, field.unit) for field in layer_fields("schools", read_profile("mw")) if "cost" in field.name]
    [('cost_mmwk', 'million MWK')]
    """
    country = profile or read_profile()
    return [_field(layer, name, column, country) for name, column in schema.LAYERS[layer].to_schema().columns.items()]


def _field(layer: str, name: str, column: Any, profile: Profile) -> Field:
    limits: dict[str, Any] = {}
    for check in column.checks:
        if check.name in _CHECKS:
            key, statistic = _CHECKS[check.name]
            limits[key] = check.statistics[statistic]
        elif check.name == "isin":
            limits["enum"] = sorted(check.statistics["allowed_values"])
    if column.unique:
        limits["unique"] = True
    if (layer, name) == ("communes", "kind"):
        limits["enum"] = list(profile.administration.kinds)
    if (layer, name) == ("communes", "commune_code"):
        limits["pattern"] = profile.administration.area_code_pattern
    return Field(
        name=outward(name, profile),
        unit=outward_unit(column.title, profile),
        type=_TYPES[str(column.dtype)],
        meaning=column.description,
        required=bool(column.required and not column.nullable),
        filled=not column.nullable,
        constraints=limits,
        deprecated=schema.DEPRECATED.get((layer, name), ""),
    )


def rows_schema(fields: Sequence[Field], description: str = "") -> dict[str, Any]:
    """Give the JSON Schema of one row: further properties are let pass, absent optional ones too."""
    return _stated(
        type="object",
        description=description,
        properties={field.name: field.json_schema() for field in fields},
        required=[field.name for field in fields if field.required],
        additionalProperties=True,
    )


def json_schema(title: str, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Give one JSON Schema whose `$defs` are the rows of tables by name."""
    return {"$schema": JSON_SCHEMA, "title": title, "schema_version": schema.SCHEMA_VERSION, "$defs": dict(tables)}


def pack_json_schema(profile: Profile | None = None) -> dict[str, Any]:
    """Give the JSON Schema of a pack: `$defs` of each layer's rows, and of catalog.toml as `catalog`."""
    layers = {
        name: rows_schema(layer_fields(name, profile), " ".join((model.__doc__ or "").split()))
        for name, model in schema.LAYERS.items()
    }
    catalog = Catalog.model_json_schema(ref_template="#/$defs/catalog/$defs/{model}")
    return json_schema("infragap data pack", {**layers, "catalog": catalog})


def pack_package(catalog: Catalog, folder: Path, profile: Profile | None = None) -> dict[str, Any]:
    """Describe a pack as a Frictionless data package: one resource per layer whose file is there.

    Parameters
    ----------
    catalog
        Catalogue of the pack.
    folder
        The pack.
    profile
        Its country.
    """
    resources = [_resource(entry, folder, profile) for entry in catalog.layer if (folder / entry.file).is_file()]
    return {
        "$schema": PACKAGE_PROFILE,
        **_stated(title=catalog.pack.title, description=catalog.pack.provenance_note),
        "schema_version": schema.SCHEMA_VERSION,
        "resources": resources,
    }


def _resource(entry: LayerEntry, folder: Path, profile: Profile | None) -> dict[str, Any]:
    path = folder / entry.file
    told = _stated(
        name=entry.name.replace("_", "-"),
        path=entry.file,
        title=entry.title,
        description=entry.method,
        format=path.suffix.lower().lstrip("."),
        bytes=path.stat().st_size,
        hash=f"sha256:{entry.sha256}" if entry.sha256 else "",
        sources=[{"title": entry.method}] if entry.method else [],
        licenses=[{"name": _licence_name(entry.licence), "title": entry.licence}] if entry.licence else [],
        crs=entry.crs,
        provenance=entry.provenance,
        mapping=_stated(columns=entry.columns, values=entry.values, defaults=entry.defaults),
    )
    if entry.name not in schema.LAYERS:
        return {**told, **_stated(unit=schema.RASTERS.get(entry.name))}
    fields = [field.frictionless() for field in layer_fields(entry.name, profile)]
    key = schema.ID_COLUMN.get(entry.name)
    table = {"fields": fields, "fieldsMatch": "partial", **_stated(primaryKey=[key] if key else [])}
    # only a CSV is a table for every reader; what GDAL reads keeps its schema all the same
    return {**told, **({"type": "table"} if path.suffix.lower() == ".csv" else {}), "schema": table}


def _licence_name(text: str) -> str:
    """The licence as a name without blanks, as the standard wants it."""
    return "-".join("".join(sign if sign.isalnum() or sign in "-._" else " " for sign in text).split())[:80]


def _stated(**values: Any) -> dict[str, Any]:
    """Leave out what says nothing; `False` says nothing here, but for `additionalProperties`, which is true."""
    return {
        key: value for key, value in values.items() if value not in (None, "", False) and value != [] and value != {}
    }
