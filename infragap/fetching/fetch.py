"""`infragap data fetch`: base layers of a box, country or province into a new folder, with a catalogue that says under
what licence each may be used.

What was fetched stays in the cache; the folder is made beside its place and put there in one step. A layer that cannot
be had is a sentence, and the pack goes without it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.features import rasterize

from infragap.fetching.areas import Areas, Question, areas_of
from infragap.fetching.client import Client, Fetched, FetchError
from infragap.fetching.described import Origin, describe_fetched, write_sources
from infragap.fetching.footprints import FILE as BUILDINGS
from infragap.fetching.footprints import fetch_buildings, fetch_tiles
from infragap.fetching.grounds import Box, fetch_people, fetch_trees
from infragap.fetching.heights import SERVICE, SIZES_M, fetch_heights
from infragap.fetching.osm import WAYS, Place, fetch_osm
from infragap.fetching.services import service
from infragap.fetching.sunshine import fetch_sunshine
from infragap.gis.errors import ParameterError
from infragap.profiles.profile import Profile
from infragap.starting.vocabulary import DEFAULTS

LAYERS = ("boundaries", "elevation", "population", "osm", "landcover", "solar")
"""What is fetched where nothing is named."""

MORE_LAYERS = ("buildings",)
"""What is fetched where it is named: it is large."""

PEOPLE = "base/population.tif"
MARGIN_DEGREES = 0.02
"""By which the box goes beyond the areas: lines and roads just outside count."""


@dataclass(frozen=True)
class Request:
    """What is to be fetched.

    Attributes
    ----------
    out
        Folder of the new pack; there must be none.
    profile, profile_name
        The country as planned for, and what the catalogue calls it.
    box
        West, south, east, north [°]; None: that of the areas.
    country
        ISO 3166-1 code of three letters; empty: no areas, no people.
    province
        Name or code; empty for the whole country or box.
    layers
        Of `LAYERS` and `MORE_LAYERS`.
    year
        Of the people.
    osm
        Of `osm.WAYS`: from where OpenStreetMap's objects come.
    elevation_m
        Cells of the heights: 30, 90, or 0 for what fits the box.
    """

    out: Path
    profile: Profile
    profile_name: str
    box: Box | None = None
    country: str = ""
    province: str = ""
    layers: Sequence[str] = LAYERS
    year: int = 2025
    osm: str = WAYS[0]
    elevation_m: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether a whole country is wanted."""
        return bool(self.country) and not self.province and self.box is None


@dataclass
class Outcome:
    """What came of it.

    Attributes
    ----------
    made
        Layers that are there.
    problems
        One sentence for each layer that is not.
    notes
        What must be known about layers that are.
    questions
        What the catalogue leaves open.
    """

    made: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


def fetch_pack(client: Client, request: Request, tell: Callable[[str], None] = lambda part: None) -> Outcome:
    """Fetch the layers and write the pack.

    Parameters
    ----------
    client
        Asks, waits, and keeps.
    request
        What is wanted.
    tell
        Receives the name of each layer.

    Raises
    ------
    ParameterError
        The folder is there already, nothing says which box, or a layer is unknown.
    FetchError
        No box is known because the areas cannot be had, or nothing at all could be fetched.
    """
    _require(request)
    work = request.out.with_name(f".{request.out.name}.fetching")
    with client.alone():
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        try:
            outcome = _fill(client, request, work, tell)
            _put_in_place(work, request.out)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return outcome


def _require(request: Request) -> None:
    if request.out.exists() and (not request.out.is_dir() or any(request.out.iterdir())):
        raise ParameterError(f"{request.out} is there already: name a new folder, nothing of yours is overwritten")
    if request.box is None and not request.country:
        raise ParameterError("name --bbox west,south,east,north, or --country with its code of three letters")
    if request.country and not (len(request.country) == 3 and request.country.isascii() and request.country.isupper()):
        raise ParameterError(f"--country {request.country!r}: write the code of three letters, such as VNM")
    if unknown := sorted(set(request.layers) - {*LAYERS, *MORE_LAYERS}):
        known = ", ".join((*LAYERS, *MORE_LAYERS))
        raise ParameterError(f"--layers: {', '.join(unknown)} is unknown; there are {known}")
    if request.elevation_m not in (0, *SIZES_M):
        raise ParameterError(f"--elevation-m {request.elevation_m}: there are 30 and 90; 0 takes what fits the box")
    if request.osm not in WAYS:
        raise ParameterError(f"--osm {request.osm!r}: there are {', '.join(WAYS)}")


def _put_in_place(work: Path, out: Path) -> None:
    if out.is_dir():
        out.rmdir()
    work.rename(out)


def _fill(client: Client, request: Request, work: Path, tell: Callable[[str], None]) -> Outcome:
    outcome, origins = Outcome(), dict[str, Origin]()
    areas: Areas | None = None
    if request.country and ("boundaries" in request.layers or request.box is None or request.province):
        tell("boundaries")
        try:
            areas = areas_of(client, Question(request.country, request.province, request.profile))
        except FetchError as error:
            if request.box is None:
                raise
            outcome.problems.append(f"boundaries: {error}; one area stands for all")
    box = request.box or _box_of(areas)
    steps: dict[str, Callable[[], tuple[str, Origin] | None]] = {
        "elevation": lambda: _heights(client, request, box, work, outcome),
        "population": lambda: _people(client, request, box, work),
        "osm": lambda: _extract(client, request, box, work, outcome, tell),
        "landcover": lambda: _trees(client, box, work),
        "buildings": lambda: _footprints(client, request, box, work, outcome, tell),
    }
    for name, step in steps.items():
        if name not in request.layers:
            continue
        tell(name)
        try:
            if (made := step()) is not None:
                origins[made[0]] = made[1]
                outcome.made.append(name)
        except FetchError as error:
            outcome.problems.append(f"{name}: {error}; the pack goes without it")
    if areas is not None and "boundaries" in request.layers:
        _areas(areas, box, request, work, origins, outcome)
    if "solar" in request.layers:
        tell("solar")
        try:
            origins["solar.csv"] = _sunshine(client, request, box, work)
            outcome.made.append("solar")
        except FetchError as error:
            outcome.problems.append(f"solar: {error}; sunshine by latitude stands in")
    if not origins:
        raise FetchError("nothing could be fetched: " + "; ".join(outcome.problems))
    write_sources(work, origins)
    outcome.questions += describe_fetched(work, request.profile_name, request.province or request.out.name)
    return outcome


def _box_of(areas: Areas | None) -> Box:
    if areas is None:
        raise FetchError("no box is known")
    west, south, east, north = areas.shape.bounds
    m = MARGIN_DEGREES
    return max(west - m, -180.0), max(south - m, -90.0), min(east + m, 180.0), min(north + m, 90.0)


def _origin(name: str, files: Sequence[Fetched], method: str, **told: str) -> Origin:
    about = service(name)
    return Origin(name, files, told.get("licence", about.licence), told.get("attribution", about.attribution), method)


def _heights(client: Client, request: Request, box: Box, work: Path, outcome: Outcome) -> tuple[str, Origin]:
    made = fetch_heights(client, box, work / "elevation.tif", asked_m=request.elevation_m)
    method = (
        f"tiles of {made.cell_m} m on one grid, cut to the box; metres above the geoid EGM2008 (EPSG:3855) of a "
        "surface with tree tops and roofs, not of the ground"
    )
    said = [service(SERVICE[made.cell_m]).attribution]
    if made.coarser:
        words = f"{', '.join(made.coarser)}: GLO-30 was never released there, GLO-90 stands in"
        method += f"; {words}"
        outcome.notes.append(f"elevation: {words}; slopes there are those of cells of 90 m")
        said.append(service(SERVICE[90]).attribution)
    if made.sea:
        method += f"; {made.sea} tiles that are not there are sea, 0 m"
    return "elevation.tif", _origin(SERVICE[made.cell_m], made.files, method, attribution="; ".join(said))


def _people(client: Client, request: Request, box: Box, work: Path) -> tuple[str, Origin]:
    if not request.country:
        raise FetchError("people are published by country: name --country")
    files, citation = fetch_people(client, request.country, request.year, box, work / PEOPLE)
    return PEOPLE, _origin("worldpop_files", files, f"cut to the box; {citation}")


def _extract(
    client: Client, request: Request, box: Box, work: Path, outcome: Outcome, tell: Callable[[str], None]
) -> tuple[str, Origin]:
    made = fetch_osm(client, Place(box, request.country, request.is_whole), request.osm, work, tell)
    if made.note:
        outcome.notes.append(made.note)
    return made.file, _origin(made.service, made.files, made.method)


def _trees(client: Client, box: Box, work: Path) -> tuple[str, Origin]:
    files = fetch_trees(client, box, work / "forest.tif")
    method = (
        "trees of 2021 as production forest: whose forest it is by law is not known from above, so lines through "
        "protected forest look allowed here; ask the forest service"
    )
    return "forest.tif", _origin("worldcover", files, method)


def _footprints(
    client: Client, request: Request, box: Box, work: Path, outcome: Outcome, tell: Callable[[str], None]
) -> tuple[str, Origin]:
    if not request.country:
        raise FetchError("footprints are published by country: name --country")
    origin = "vida"
    try:
        count, files = fetch_buildings(client, request.country, box, work / BUILDINGS, tell)
    except FetchError as error:
        try:
            count, files = fetch_tiles(client, box, work / BUILDINGS, tell)
        except FetchError as again:
            raise FetchError(f"{error}; {again}") from again
        origin = "microsoft"
        outcome.notes.append(f"buildings: {error}; Microsoft's own tiles stand in")
    method = f"{count} footprints seen from above, in the box; nobody has said which of them are homes"
    return BUILDINGS, _origin(origin, files, method)


def _areas(areas: Areas, box: Box, request: Request, work: Path, origins: dict[str, Origin], outcome: Outcome) -> None:
    """Write the areas as layer where their codes are the country's, else beside it."""
    frame = areas.frame[areas.frame.intersects(shapely.box(*box))].reset_index(drop=True)
    rules = request.profile.administration
    fits = frame["commune_code"].astype(str).str.contains(rules.area_code_pattern, regex=True).all()
    fits = fits and frame["commune_code"].is_unique and len(frame) > 0
    origin = Origin(areas.fetched[0].about["service"], areas.fetched, areas.licence, areas.attribution, "as published")
    if not fits:
        (work / "base").mkdir(exist_ok=True)
        frame.to_file(work / "base" / "areas.geojson", driver="GeoJSON")
        origins["base/areas.geojson"] = origin
        outcome.problems.append(
            f"boundaries: the areas have no codes like {rules.area_code_words}, so they lie in base/areas.geojson and "
            "one area stands for all"
        )
        return
    people = _people_by_area(frame, work / PEOPLE)
    if people is None:
        (work / "base").mkdir(exist_ok=True)
        frame.to_file(work / "base" / "areas.geojson", driver="GeoJSON")
        origins["base/areas.geojson"] = origin
        outcome.problems.append(
            "boundaries: without people by area they lie in base/areas.geojson; one area stands for all"
        )
        return
    households = np.maximum(np.round(people / request.profile.household_size), 0).astype(int)
    table = frame.assign(population=np.round(people).astype(int), households=households, **DEFAULTS["communes"])
    table.to_file(work / "communes.geojson", driver="GeoJSON")
    origin.method = (
        f"as published; people summed from WorldPop {request.year}, households by {request.profile.household_size:g} "
        f"persons; border and forest areas are not known and stand at no and 0"
    )
    origins["communes.geojson"] = origin
    outcome.made.append("boundaries")


def _people_by_area(frame: gpd.GeoDataFrame, path: Path) -> Any:
    """People of each area: cells belong to the area that holds their centre."""
    if not path.exists():
        return None
    with rasterio.open(path, driver="GTiff") as dataset:
        values, transform = dataset.read(1), dataset.transform
    shapes = ((shape, number) for number, shape in enumerate(frame.geometry, start=1))
    labels = rasterize(shapes, out_shape=values.shape, transform=transform, dtype="int32")
    return np.bincount(labels.ravel(), weights=values.ravel(), minlength=len(frame) + 1)[1:]


def _sunshine(client: Client, request: Request, box: Box, work: Path) -> Origin:
    places = [(request.profile.administration.area_code_example, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)]
    if (work / "communes.geojson").exists():
        frame = gpd.read_file(work / "communes.geojson")
        points = frame.representative_point()
        places = list(zip(frame["commune_code"].astype(str), points.x, points.y, strict=True))
    table, files = fetch_sunshine(client, places)
    table.to_csv(work / "solar.csv", index=False)
    return _origin("pvgis", files, "hourly series of ten years by month; yield at the best slope with 14 % losses")


def default_cache() -> Path:
    """Folder of what was fetched, the same for all packs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "infragap"
