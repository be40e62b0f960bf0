"""Areas with official codes, where there are any: Vietnam's communes, the United Nations' codes, else names only."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import shapely

from infragap.fetching.answers import read_json
from infragap.fetching.client import Client, Fetched, FetchError, NotThereError, Wanted
from infragap.fetching.services import address, service
from infragap.profiles.profile import Profile
from infragap.starting.vocabulary import folded

LEVELS = ("ADM3", "ADM2", "ADM1")
LARGEST_MEMBER = 1_000_000_000
"""Most bytes that one file inside an archive may unpack to."""


@dataclass(frozen=True)
class Areas:
    """Areas of a country or province.

    Attributes
    ----------
    frame
        commune_code, name, kind, polygon (EPSG:4326), by code.
    shape
        Outline of the province or country.
    fetched
        Files that it was made from.
    licence, attribution
        As the answer says.
    """

    frame: gpd.GeoDataFrame
    shape: Any
    fetched: tuple[Fetched, ...]
    licence: str
    attribution: str


@dataclass
class Question:
    """Which areas are wanted.

    Attributes
    ----------
    country
        ISO 3166-1 code of three letters.
    province
        Name or code; empty for the whole country.
    profile
        Whose codes and kinds of areas are wanted.
    """

    country: str
    province: str
    profile: Profile
    tell: list[str] = field(default_factory=list)


def areas_of(client: Client, question: Question) -> Areas:
    """Fetch the areas of a province or country from the first source that has them.

    Raises
    ------
    FetchError
        No source has them; every one is named with its reason.
    """
    sources: list[Callable[[Client, Question], Areas]] = [_of_hdx, _of_geoboundaries]
    if question.country == "VNM":
        sources.insert(0, _of_vietnam)
    problems = []
    for source in sources:
        try:
            return source(client, question)
        except FetchError as error:
            problems.append(str(error))
    raise FetchError("; ".join(problems))


def _of_vietnam(client: Client, question: Question) -> Areas:
    if not question.province:
        raise FetchError("vn_communes: name a --province; the whole country is 3,321 files")
    about = service("vn_communes")
    index = client.get(Wanted("vn_communes", address("vn_communes", about.index, client.environment), "json"))
    province = _named(
        read_json(index.path), question.province, ("Name", "NameEn", "FullName", "CodeName", "Code"), "Name"
    )
    folder = f"json/geojson/{_plain(province['Code'])}_{_plain(province['CodeName'])}/wards"
    rows, fetched = [], [index]
    for ward in sorted(province["Wards"], key=lambda one: str(one["Code"])):
        path = f"{folder}/{_plain(ward['Code'])}_{_plain(ward['CodeName'])}.geojson"
        file = client.get(Wanted("vn_communes", address("vn_communes", path, client.environment), "json"))
        feature = read_json(file.path)["features"][0]
        told = feature["properties"]
        full = str(told["fullName"]).casefold()
        kind = next((word for word in question.profile.administration.kinds if full.startswith(word)), "")
        shape = shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
        rows.append({"commune_code": told["code"], "name": told["name"], "kind": kind, "geometry": shape})
        fetched.append(file)
    return _areas(rows, fetched, about.licence, about.attribution)


def _of_hdx(client: Client, question: Question) -> Areas:
    iso3 = question.country.lower()
    url = address("hdx", f"api/3/action/package_show?id=cod-ab-{iso3}", client.environment)
    answer = client.get(Wanted("hdx", url, "json"))
    content = read_json(answer.path)
    if not content.get("success"):
        raise NotThereError(f"hdx: there is no data set cod-ab-{iso3}")
    result = content["result"]
    archive = client.get(Wanted("hdx", _resource(result["resources"], iso3), "zip"))
    levels = _members(archive.path, iso3)
    deepest = max(levels)
    features = levels[deepest]
    if question.province:
        key = "adm1_name"
        wanted = folded(question.province)
        features = [one for one in features if wanted in (folded(one["properties"].get(key)),
                    folded(one["properties"].get("adm1_pcode")))]  # fmt: skip
        if not features:
            raise NotThereError(f"hdx: cod-ab-{iso3} has no province {question.province!r}")
    kind = question.profile.administration.rural[0]
    rows = [
        {
            "commune_code": str(one["properties"][f"adm{deepest}_pcode"]),
            "name": str(one["properties"][f"adm{deepest}_name"]),
            "kind": kind,
            "geometry": shapely.make_valid(shapely.geometry.shape(one["geometry"])),
        }
        for one in features
    ]
    source = str((result.get("organization") or {}).get("title") or "OCHA")
    told = f"{result.get('title', '')}: {source}, through the Humanitarian Data Exchange"
    return _areas(rows, [answer, archive], str(result.get("license_title") or "not stated"), told)


def _resource(resources: list[dict[str, Any]], iso3: str) -> str:
    """Address of the archive with all levels: GeoJSON before shapefiles, by its name where there are several."""
    for kind in ("geojson", "shp"):
        of_kind = [one for one in resources if str(one.get("url", "")).endswith(f".{kind}.zip")]
        named = [one for one in of_kind if str(one.get("name", "")).startswith(f"{iso3}_admin_boundaries")]
        if chosen := named or of_kind:
            return str(chosen[0]["url"])
    raise NotThereError(f"hdx: cod-ab-{iso3} has neither GeoJSON nor shapefiles")


def _members(path: Path, iso3: str) -> dict[int, list[Any]]:
    """Features of each level in an archive of GeoJSON or shapefiles."""
    found: dict[int, list[Any]] = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            match = re.fullmatch(rf"(?:[\w./ -]*/)?{iso3}_admin(\d)\.(geojson|shp)", info.filename)
            if not match or info.file_size > LARGEST_MEMBER:
                continue
            if match[2] == "geojson":
                found[int(match[1])] = json.loads(archive.read(info))["features"]
            else:
                frame = pyogrio.read_dataframe(f"/vsizip/{{{path.resolve()}}}/{info.filename}").to_crs("EPSG:4326")
                found[int(match[1])] = list(frame.iterfeatures())
    if not found:
        raise FetchError("hdx: no level of areas in the archive")
    return found


def _of_geoboundaries(client: Client, question: Question) -> Areas:
    for level in LEVELS:
        try:
            frame, told, files = _level(client, question.country, level)
            break
        except NotThereError:
            continue
    else:
        raise NotThereError(f"geoboundaries: no areas of {question.country}")
    if question.province:
        above, _, more = _level(client, question.country, "ADM1")
        rows = [{"Name": name, "geometry": shape} for name, shape in zip(above["name"], above.geometry, strict=True)]
        outline = _named(rows, question.province, ("Name",), "Name")["geometry"]
        frame = frame[frame.representative_point().within(outline)]
        files += more
    rows = [
        {"commune_code": code, "name": name, "kind": question.profile.administration.rural[0], "geometry": shape}
        for code, name, shape in zip(frame["code"], frame["name"], frame.geometry, strict=True)
    ]
    licence = str(told.get("boundaryLicense") or "not stated")
    attribution = f"{told.get('boundarySource', '')}; {service('geoboundaries').attribution}"
    return _areas(rows, files, licence, attribution)


def _level(client: Client, iso3: str, level: str) -> tuple[gpd.GeoDataFrame, dict[str, Any], list[Fetched]]:
    meta = client.get(Wanted("geoboundaries", address("geoboundaries", f"{iso3}/{level}/", client.environment), "json"))
    told = read_json(meta.path)
    told = told[0] if isinstance(told, list) and told else told
    # a missing value is the word "nan"
    told = {key: "" if value == "nan" else value for key, value in dict(told).items()}
    if not told.get("gjDownloadURL"):
        raise NotThereError(f"geoboundaries: {iso3} {level} names no file")
    file = client.get(Wanted("geoboundaries_files", str(told["gjDownloadURL"]), "json"))
    features = read_json(file.path)["features"]
    shapes = [shapely.make_valid(shapely.geometry.shape(one["geometry"])) for one in features]
    codes = [str(one["properties"].get("shapeID", "")) for one in features]
    names = [str(one["properties"].get("shapeName", "")) for one in features]
    frame = gpd.GeoDataFrame({"code": codes, "name": names}, geometry=shapes, crs="EPSG:4326")
    return frame, told, [meta, file]


def _areas(rows: Iterable[dict[str, Any]], fetched: list[Fetched], licence: str, attribution: str) -> Areas:
    listed = list(rows)
    if not listed:
        raise NotThereError("no area lies there")
    for row in listed:
        row["geometry"] = _polygons(row["geometry"])
    frame = gpd.GeoDataFrame(listed, geometry="geometry", crs="EPSG:4326")
    frame = frame.sort_values("commune_code", kind="stable", ignore_index=True)
    return Areas(frame, shapely.union_all(frame.geometry.to_numpy()), tuple(fetched), licence, attribution)


def _polygons(shape: Any) -> Any:
    """Polygons of a shape alone: a repair may leave lines and points beside them."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shape


def _named(rows: list[dict[str, Any]], name: str, keys: tuple[str, ...], shown: str) -> dict[str, Any]:
    wanted = folded(name)
    for row in rows:
        if wanted in {folded(row.get(key, "")) for key in keys}:
            return row
    known = ", ".join(sorted(str(row.get(shown)) for row in rows))
    raise NotThereError(f"there is no province {name!r}; there are {known}")


def _plain(text: object) -> str:
    """A part of a path as the index gives it: letters, digits, lines and dots alone."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", str(text)) or ".." in str(text):
        raise FetchError(f"an index names the path {str(text)[:60]!r}")
    return str(text)
