"""`infragap data init`: the catalogue of a folder of files, with guesses that it names and questions that it leaves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pyproj
import rasterio
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info

from infragap.gis import schema
from infragap.gis.catalog import FILE_NAME, Catalog, LayerEntry, PackHead, catalog_text, read_catalog, sha256_of
from infragap.gis.errors import MissingDataError, ParameterError
from infragap.profiles.profile import DEFAULT, ProfileError, name_beside, profile_names, read_profile
from infragap.starting.files import Found, found_in
from infragap.starting.forms import is_empty_form
from infragap.starting.guesses import guessed_mapping


@dataclass(frozen=True)
class Start:
    """What `start_pack` has written.

    Attributes
    ----------
    catalog
        The catalogue.
    guesses
        What was guessed, one sentence each; they stand as remarks in catalog.toml too.
    questions
        What the planner must say.
    kept
        Name under which an earlier catalogue is kept; None where there was none.
    """

    catalog: Catalog
    guesses: tuple[str, ...]
    questions: tuple[str, ...]
    kept: str | None


def start_pack(folder: Path, *, profile: str | None = None, title: str | None = None) -> Start:
    """Write the catalogue of a folder.

    Parameters
    ----------
    folder
        With the planner's files; none of them is changed. Entries of a catalogue that is there already are kept, and
        completed.
    profile
        Of the country; None: guessed from the codes of areas.
    title
        Of the pack and the province; None: that of the earlier catalogue, or the folder's name.

    Raises
    ------
    MissingDataError
        No such folder, or nothing in it that could be a layer.
    ParameterError
        There is no such profile, or it has faults.
    """
    if not folder.is_dir():
        raise MissingDataError(f"{folder}: there is no such folder. Name the folder that holds your files.")
    earlier = read_catalog(folder) if (folder / FILE_NAME).exists() else None
    found, problems = found_in(folder)
    listed = earlier.layer if earlier is not None else []
    left_empty = [entry.name for entry in listed if is_empty_form(folder, entry)]
    known = {entry.name: entry for entry in listed if entry.name not in left_empty}
    if not found and not known:
        why = "".join(f" {problem}" for problem in problems)
        raise MissingDataError(f"{folder}: no file that could be a layer. Put your layers into the folder.{why}")
    country, why = _country(found, None if profile is None else name_beside(profile, folder), earlier)
    try:
        its_profile = read_profile(country, folder=folder)
    except ProfileError as error:
        raise ParameterError(
            f"{error}. Name {', '.join(profile_names())} or the path of your own .toml file."
        ) from error
    head, guesses = _head(folder, found, earlier, country, title)
    remarks: dict[str, str] = {"pack.profile": why, **guesses}
    remarks |= {f"{name}": "left out: nothing is filled in its form" for name in left_empty}
    entries, questions = [], ([f"pack: {why}"] if why.startswith("question: ") else []) + problems
    has_areas = "communes" in known or any(item.layer == "communes" for item in found)
    by_layer = {item.layer: item for item in found}
    for name in [n for n in (*schema.LAYERS, *schema.RASTERS) if n in known or n in by_layer]:
        entry, item = known.get(name), by_layer.get(name)
        if entry is None and item is not None:
            entry = _entry(folder, item)
            if item.why:
                remarks[f"{name}.name"] = item.why
            if item.heading_row:
                remarks[f"{name}.heading_row"] = "guess: titles stand above the headings"
            remarks[f"{name}.provenance"] = "assumption: say official or modelled where it is"
        if entry is not None and item is not None and item.frame is not None and item.file == entry.file:
            mapping = guessed_mapping(item.frame, name, its_profile, has_areas=has_areas)
            entry = entry.model_copy(
                update={
                    "columns": {**mapping.columns, **entry.columns},
                    "values": {**mapping.values, **entry.values},
                    "defaults": {**mapping.defaults, **entry.defaults},
                }
            )
            remarks |= {f"{name}.{key}": text for key, text in mapping.remarks.items()}
            questions += mapping.questions
        if entry is not None:
            entries.append(entry)
    catalog = Catalog(pack=head, targets=earlier.targets if earlier is not None else {}, layer=entries)
    kept = _keep(folder)
    (folder / FILE_NAME).write_text(catalog_text(catalog, remarks), encoding="utf-8", newline="\n")
    told = tuple(f"{place}: {text}" for place, text in remarks.items())
    return Start(catalog, told, tuple(questions), kept)


def _entry(folder: Path, item: Found) -> LayerEntry:
    raster = item.frame is None
    geometry = schema.GEOMETRY.get(item.layer, ())
    kinds = sorted(item.frame.geom_type.dropna().unique()) if isinstance(item.frame, gpd.GeoDataFrame) else []
    return LayerEntry.model_validate(
        {
            "name": item.layer, "title": item.layer, "file": item.file,
            "kind": "raster" if raster else "vector" if geometry else "table",
            "geometry": None if raster or not geometry else kinds[-1] if kinds else geometry[0],
            "crs": item.crs, "sheet": item.part, "x": item.x, "y": item.y, "provenance": "open-data",
            "heading_row": item.heading_row,
            "sha256": sha256_of(folder / item.file),
        }
    )  # fmt: skip


def _country(found: list[Found], profile: str | None, earlier: Catalog | None) -> tuple[str, str]:
    """Profile of the country: the one asked for, the one named before, or that whose area codes the files use."""
    if profile is not None:
        return profile, "as asked for"
    if earlier is not None and earlier.pack.profile != DEFAULT:
        return earlier.pack.profile, "as before"
    for name in profile_names():
        pattern = re.compile(read_profile(name).administration.area_code_pattern)
        for item in found:
            if item.frame is None:
                continue
            for column in item.frame.select_dtypes(object).columns.difference(["geometry"]):
                texts = item.frame[column].dropna().astype(str)
                if len(texts) and texts.map(lambda text, p=pattern: p.search(text) is not None).all():
                    return name, f"guess: codes in column '{column}' of {item.file}"
    names = ", ".join(profile_names())
    return DEFAULT, f"question: of which country is it? Its prices are {DEFAULT}'s: name {names} or a file of your own"


def _head(
    folder: Path, found: list[Found], earlier: Catalog | None, profile: str, title: str | None
) -> tuple[PackHead, dict[str, str]]:
    if earlier is not None:
        changed = {"profile": profile} | ({"title": title, "province": title} if title else {})
        return earlier.pack.model_copy(update=changed), {}
    name = title or folder.resolve().name
    crs = _measuring_crs(folder, found)
    remarks = {"pack.crs_measure": "guess: the UTM zone of the middle of your layers"}
    return PackHead(title=name, province=name, crs_measure=crs, profile=profile), remarks


def _measuring_crs(folder: Path, found: list[Found]) -> str:
    middles = []
    for item in found:
        if isinstance(item.frame, gpd.GeoDataFrame) and len(item.frame):
            middles.append(item.frame.to_crs("EPSG:4326").total_bounds)
        elif item.frame is None and item.crs is not None:
            with rasterio.open(folder / item.file) as dataset:
                west, south, east, north = dataset.bounds
            corners = pyproj.Transformer.from_crs(item.crs, "EPSG:4326", always_xy=True)
            middles.append((*corners.transform(west, south), *corners.transform(east, north)))
    if not middles:
        raise MissingDataError(
            "crs_measure: no layer says where it lies. Add a layer with a CRS, such as the elevation."
        )
    point = shapely.union_all([shapely.box(*bounds) for bounds in middles]).centroid
    area = AreaOfInterest(point.x, point.y, point.x, point.y)
    return f"EPSG:{query_utm_crs_info(datum_name='WGS 84', area_of_interest=area)[0].code}"


def _keep(folder: Path) -> str | None:
    """Keep an earlier catalogue under the first free name beside it."""
    path = folder / FILE_NAME
    if not path.exists():
        return None
    number = 1
    while (folder / f"{FILE_NAME}.{number}").exists():
        number += 1
    path.rename(folder / f"{FILE_NAME}.{number}")
    return f"{FILE_NAME}.{number}"
