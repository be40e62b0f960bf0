"""Footprints of buildings in a box, out of the file of a country that is too large to be fetched whole."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import geopandas as gpd
import pyogrio

from infragap.fetching.client import Client, Fetched, FetchError, NoRangesError, NotThereError, Wanted, WrongFileError
from infragap.fetching.flatgeobuf import FIRST_BYTES, Span, spans_of, split
from infragap.fetching.grounds import Box
from infragap.fetching.services import address

FILE = "base/buildings.fgb"
MOST_BYTES = 1_000_000_000
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
