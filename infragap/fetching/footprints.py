"""Footprints of buildings in a box, out of the file of a country that is too large to be fetched whole."""

from __future__ import annotations

import gzip
import json
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from infragap.fetching.client import Client, Fetched, FetchError, NoRangesError, NotThereError, Wanted, WrongFileError
from infragap.fetching.flatgeobuf import FIRST_BYTES, Span, spans_of, split
from infragap.fetching.grounds import Box
from infragap.fetching.services import address, service

FILE = "base/buildings.fgb"
MOST_BYTES = 1_000_000_000
TILE_ZOOM = 9
COLUMNS = ("bf_source", "confidence", "area_in_meters")


def fetch_buildings(
    client: Client, country: str, box: Box, path: Path, tell: Callable[[str], None]
) -> tuple[int, list[Fetched]]:
    """Write the footprints whose boxes touch a box.

    Parameters
    ----------
    client
        Asks, waits, and keeps.
    country
        ISO 3166-1 code of three letters.
    box
        West, south, east, north [°].
    path
        FlatGeobuf to be written.
    tell
        Receives how much is fetched.

    Returns
    -------
    tuple
        Number of footprints, and the files that hold them.

    Raises
    ------
    FetchError
        There is no file of the country, it holds nothing of the box, or more would have to be fetched than is sane.
    """
    url = address("vida", f"flatgeobuf/by_country/country_iso={country}/{country}.fgb", client.environment)
    with tempfile.TemporaryDirectory(dir=path.parents[1]) as folder:
        try:
            source, files = _parts(client, url, box, Path(folder), tell)
        except NoRangesError as whole:
            if not 0 < whole.size <= MOST_BYTES:
                raise FetchError(
                    f"{whole}, {whole.size / 1e9:.1f} GB: more than {MOST_BYTES / 1e9:.0f} GB; give footprints of the "
                    "area by --buildings of data build"
                ) from whole
            tell(f"buildings: the file of the country, {whole.size / 1e6:.0f} MB, since no part of it can be had alone")
            files = [client.get(Wanted("vida", url, "fgb"))]
            source = str(files[0].path)
        frame = _read(source, box)
    if not len(frame):
        raise NotThereError(f"vida: the file of {country} has none in the box")
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_file(path, driver="FlatGeobuf", engine="pyogrio")
    return len(frame), files


def fetch_tiles(client: Client, box: Box, path: Path, tell: Callable[[str], None]) -> tuple[int, list[Fetched]]:
    """Write the footprints of a box from Microsoft's tiles, where the country's file cannot be had.

    Parameters and results are those of `fetch_buildings`.

    Raises
    ------
    FetchError
        No tile holds the box, one cannot be read, or more would have to be fetched than is sane.
    """
    index = client.get(
        Wanted("microsoft", address("microsoft", service("microsoft").index, client.environment), "text")
    )
    try:
        # a key of a tile is text: it may begin with noughts
        table = pd.read_csv(index.path, dtype=str)[["QuadKey", "Url"]].sort_values(["QuadKey", "Url"])
    except (KeyError, ValueError) as error:
        raise FetchError(f"microsoft: the list of tiles is not what was expected ({error})") from error
    files, parts, size = [index], [], 0
    for url in table["Url"][table["QuadKey"].isin(quadkeys(box, TILE_ZOOM))]:
        file = client.get(Wanted("microsoft", str(url), "gzip"))
        files.append(file)
        size += int(file.about["bytes"])
        if size > MOST_BYTES:
            raise FetchError(f"microsoft: more than {MOST_BYTES / 1e9:.0f} GB of footprints; take a smaller box")
        tell(f"buildings: {size / 1e6:.1f} MB of Microsoft's tiles")
        parts.append(_lines(file, box))
    frame = pd.concat(parts, ignore_index=True) if parts else None
    if frame is None or not len(frame):
        raise NotThereError("microsoft: no footprints in the box")
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_file(path, driver="FlatGeobuf", engine="pyogrio")
    return len(frame), files


def quadkeys(box: Box, zoom: int) -> set[str]:
    """Keys of the tiles that a box touches: two bits of column and row a digit, from the coarsest.

    Examples
    --------
    >>> sorted(quadkeys((-100.0, 40.0, -99.9, 40.1), 3)), sorted(quadkeys((103.0, 21.0, 103.1, 21.1), 3))
    (['023'], ['132'])
    """
    west, south, east, north = box
    count = 1 << zoom

    def row(latitude: float) -> int:
        up = math.asinh(math.tan(math.radians(max(-85.05, min(85.05, latitude)))))
        return min(count - 1, int((1 - up / math.pi) / 2 * count))

    def column(longitude: float) -> int:
        return min(count - 1, int((longitude + 180) / 360 * count))

    return {
        "".join(str((x >> bit & 1) + 2 * (y >> bit & 1)) for bit in reversed(range(zoom)))
        for x in range(column(west), column(east) + 1)
        for y in range(row(north), row(south) + 1)
    }


def _lines(file: Fetched, box: Box) -> gpd.GeoDataFrame:
    """Footprints of a tile that touch the box; each line of it is a feature."""
    wanted, shapes, confidence = shapely.box(*box), [], []
    try:
        with gzip.open(file.path, "rt", encoding="utf-8") as lines:
            for line in lines:
                feature = json.loads(line)
                shape = shapely.geometry.shape(feature["geometry"])
                if shape.intersects(wanted):
                    shapes.append(shape)
                    confidence.append(float((feature.get("properties") or {}).get("confidence", -1)))
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise FetchError(f"microsoft: {file.path.name} cannot be read ({error})") from error
    told = {"bf_source": "microsoft", "confidence": confidence}
    return gpd.GeoDataFrame(told, geometry=shapes, crs="EPSG:4326", index=range(len(shapes)))


def _parts(client: Client, url: str, box: Box, folder: Path, tell: Callable[[str], None]) -> tuple[str, list[Fetched]]:
    """Fetch the spans that hold the box, and give a file for GDAL that has them alone."""
    files: list[Fetched] = []

    def fetched(span: Span) -> Fetched:
        file = client.get(Wanted("vida", url, "bytes" if span[0] else "fgb", span=span))
        files.append(file)
        return file

    head = fetched((0, FIRST_BYTES))
    begins, total = head.path.read_bytes(), int(head.about["total"])
    if not total:
        raise NoRangesError(f"vida: {url} does not say how long it is", 0)

    def read(first: int, last: int) -> bytes:
        if last <= len(begins):
            return begins[first:last]
        return b"".join(fetched(span).path.read_bytes() for span in split((first, last)))

    objects = [span for run in spans_of(read, box, total) for span in split(run) if span[1] > len(begins)]
    size = sum(last - first for first, last in objects)
    if size > MOST_BYTES:
        raise FetchError(
            f"vida: the footprints of the box are {size / 1e9:.1f} GB, more than {MOST_BYTES / 1e9:.0f} GB; take a "
            "smaller box"
        )
    tell(f"buildings: {size / 1e6:.1f} of {total / 1e6:.0f} MB")
    for span in objects:
        fetched(span)
    marks = {(file.about["etag"], file.about["last_modified"], file.about["total"]) for file in files}
    if len(marks) > 1:
        for file in files:
            client.forget(file)
        raise WrongFileError(f"vida: {url} was exchanged while it was read; fetch again")
    return _sparse(files, total, folder / "buildings.fgb.xml"), files


def _sparse(files: list[Fetched], total: int, path: Path) -> str:
    """Describe a file of which only some spans are there, in the way of GDAL."""
    regions = "".join(
        f"<SubfileRegion><Filename>{escape(str(file.path.resolve()))}</Filename>"
        f"<DestinationOffset>{file.about['span'][0]}</DestinationOffset><SourceOffset>0</SourceOffset>"
        f"<RegionLength>{file.about['bytes']}</RegionLength></SubfileRegion>"
        for file in files
    )
    path.write_text(f"<VSISparseFile><Length>{total}</Length>{regions}</VSISparseFile>", encoding="utf-8")
    return f"/vsisparse/{path.resolve()}"


def _read(source: str, box: Box) -> gpd.GeoDataFrame:
    try:
        frame = pyogrio.read_dataframe(source, bbox=box)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise FetchError(f"vida: the footprints cannot be read ({error})") from error
    frame = frame[[name for name in COLUMNS if name in frame.columns] + ["geometry"]]
    if frame.crs is None:
        frame = frame.set_crs("EPSG:4326")
    return frame.reset_index(drop=True)
