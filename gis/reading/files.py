"""Files before they are opened: regular, inside the pack, not too large, and of the format that their name says, judged
by content.

GDAL picks a driver by what it finds in a file, and some drivers open other files and addresses. So nothing is handed to
it whose first bytes and structure are not those of a format that this package reads.
"""

from __future__ import annotations

import lzma
import sqlite3
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from infragap.gis.errors import MissingDataError
from infragap.gis.findings import fault


@dataclass(frozen=True)
class ReadingLimits:
    """Sizes beyond which a file is refused before it is read; set your own with `reading_limits`.

    Attributes
    ----------
    file_mb
        Largest binary file: GeoPackage, FlatGeobuf, shapefile [MB].
    raster_file_mb
        Largest file of a raster, which need not be read whole [MB].
    text_mb
        Largest text: CSV, GeoJSON, KML, catalogue; and what a ZIP, KMZ or XLSX unpacks to [MB].
    raster_cells
        Most cells of a raster in memory, all bands together.
    rows
        Most rows of a layer.
    cells
        Most cells of a table, rows times columns.
    """

    file_mb: float = 2_000.0
    raster_file_mb: float = 50_000.0
    text_mb: float = 100.0
    raster_cells: float = 150e6
    rows: int = 1_000_000
    cells: int = 3_000_000


COLUMNS = 2_000
"""Most columns of a table."""

DEFAULT_LIMITS = ReadingLimits()
_limits: ContextVar[ReadingLimits] = ContextVar("reading_limits", default=DEFAULT_LIMITS)

ABSENT = fault("file.absent", reason="the catalogue lists what is not there")
UNREADABLE = fault(
    "file.unreadable",
    reason="the system does not let the file be opened: permissions, a name too long or with forbidden signs",
)
OUTSIDE = fault(
    "file.outside", reason="a link out of the pack reads whatever lies there; a pack is moved and checked as a whole"
)
SPECIAL = fault("file.special", reason="pipes and devices never end, or do something when read")
TOO_LARGE = fault(
    "file.too_large",
    tolerance="text 100 MB, what an archive unpacks to 100 MB, binary files 2,000 MB, rasters 50,000 MB and what "
    "is read of them 150 million cells, layers 1 million rows, tables 3 million cells and 2,000 columns "
    "(`ReadingLimits`)",
    reason="a file that claims more than the machine holds ends the run without a word",
)
FORMAT = fault("file.format", reason="a file is opened by what it is, not by what it is called")
UNKNOWN_SUFFIX = fault("file.suffix", reason="only formats that are read right are read")
DAMAGED = fault(
    "file.damaged",
    reason="a file that was cut off may give its first rows without complaint; no row of it can be trusted",
)
ARCHIVE = fault("file.archive", reason="which of several layers is meant must be said")
FORBIDDEN = fault("file.forbidden", reason="the file tells GDAL to open other files or addresses")

_MAGIC = (
    (b"SQLite format 3\x00", "SQLite database"), (b"fgb\x03fgb", "FlatGeobuf"), (b"PK\x03\x04", "ZIP archive"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"\x00\x00\x27\x0a", "shapefile"), (b"II*\x00", "TIFF"), (b"MM\x00*", "TIFF"), (b"II+\x00", "TIFF"), (b"MM\x00+",
    "TIFF"),
    (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"%PDF", "PDF"), (b"\xd0\xcf\x11\xe0", "old Excel workbook (XLS)"),
    (b"CDF", "NetCDF"),
    (b"\x89HDF", "HDF5"), (b"\x1f\x8b", "gzip archive"), (b"PAR1", "Parquet"), (b"Rar!", "RAR archive"), (b"7z\xbc\xaf",
    "7z archive"),
)  # fmt: skip

WANTED = {
    ".gpkg": ("SQLite database",), ".fgb": ("FlatGeobuf",), ".zip": ("ZIP archive",), ".kmz": ("ZIP archive",),
    ".xlsx": ("ZIP archive",),
    ".xlsm": ("ZIP archive",), ".shp": ("shapefile",), ".tif": ("TIFF",), ".tiff": ("TIFF",), ".geojson": ("JSON",),
    ".json": ("JSON",),
 ".kml": ("XML <kml>",), ".gpx": ("XML <gpx>",), ".gml": ("XML <featurecollection>",), ".parquet": ("Parquet",),
 ".geoparquet": ("Parquet",),
    ".geojsonl": ("JSON",), ".mif": ("text",), ".tab": ("text",),
}  # fmt: skip
"""Content that each ending may have; tables of text have no ending of their own here."""

SCANNED_AT_ONCE = 1 << 24
"""Bytes of a file that are searched at a time."""

_REMOTE = (b"ogrvrtdatasource", b"ogrvrtlayer", b"vrtdataset", b"gdal_streamed_alg", b"overview_file")
_REMOTE_TAB = (*_REMOTE, b"open table", b"type linked", b"seamless")
"""Words that make a GDAL driver open other files."""


_BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError, EOFError, OSError, RuntimeError,
    ValueError,
    OverflowError,
)  # fmt: skip


def limits() -> ReadingLimits:
    """Give the limits in force."""
    return _limits.get()


@contextmanager
def reading_limits(chosen: ReadingLimits) -> Iterator[None]:
    """Read with other limits inside the block."""
    token = _limits.set(chosen)
    try:
        yield
    finally:
        _limits.reset(token)


def require_file(path: Path, *, layer: str, inside: Path | None = None, largest_mb: float | None = None) -> None:
    """Refuse a path that is absent, special, too large or leads out of a folder.

    Parameters
    ----------
    path
        File, or folder of an unpacked shapefile.
    layer
        Name for messages.
    inside
        Folder that nothing may lead out of; None where there is none.
    largest_mb
        Largest size; None for that of binary files.

    Raises
    ------
    MissingDataError
        No such file.
    LayerError
        Any of the others.
    """
    try:
        if not path.exists():
            found = ABSENT.found(layer, file=path)
            raise MissingDataError(str(found), findings=[found])
        parts = [path, *(sorted(path.iterdir()) if path.is_dir() else sidecars(path))]
        for part in parts:
            if inside is not None and not part.resolve().is_relative_to(inside.resolve()):
                raise OUTSIDE.error(layer, file=part.name)
            mode = part.stat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise SPECIAL.error(layer, file=part.name)
            require_size(part.stat().st_size / 1e6, largest_mb or limits().file_mb, "MB", path=part, layer=layer)
        if path.is_file():
            with path.open("rb"):
                pass
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UNREADABLE.error(layer, file=path.name, reason=reason) from error


def sidecars(path: Path) -> list[Path]:
    """Files that a format reads beside the one named."""
    beside = [path.with_name(path.name + suffix) for suffix in (".msk", ".ovr", ".aux.xml", "-wal", "-journal", "-shm")]
    own = [
        ".shx",
        ".dbf",
        ".prj",
        ".cpg",
        ".qix",
        ".sbn",
        ".sbx",
        ".tfw",
        ".tifw",
        ".wld",
        ".aux",
        ".mid",
        ".dat",
        ".map",
        ".id",
        ".ind",
    ]
    beside += [path.with_suffix(suffix) for suffix in (*own, *(suffix.upper() for suffix in own))]
    return [part for part in beside if part != path and (part.exists() or part.is_symlink())]


def require_size(size: float, largest: float, unit: str, *, path: Path, layer: str) -> None:
    """Refuse what is larger than a limit."""
    if size > largest:
        raise TOO_LARGE.error(layer, file=path.name, size=float(size), largest=float(largest), unit=unit)


def require_table_size(rows: int, cells: int, columns: int, *, path: Path, layer: str) -> None:
    """Refuse a table that has grown beyond the limits of rows, cells and columns."""
    require_size(columns, COLUMNS, "columns", path=path, layer=layer)
    require_size(rows, limits().rows, "rows", path=path, layer=layer)
    require_size(cells, limits().cells, "cells", path=path, layer=layer)


def require_text_size(path: Path, *, layer: str) -> None:
    """Refuse a text file that is larger than texts may be."""
    require_size(path.stat().st_size / 1e6, limits().text_mb, "MB", path=path, layer=layer)


def content_of(path: Path) -> str:
    """Tell what a file is by its content: 'TIFF', 'JSON', 'XML <kml>', 'text' …"""
    with path.open("rb") as stream:
        head = stream.read(4096)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        return "JSON"
    if text[:1] == b"<":
        return f"XML <{_root_of(path)}>"
    return "text" if b"\x00" not in head else "binary data"


def _root_of(path: Path) -> str:
    """Name of the root element, without its prefix; '?' where there is none within the first megabyte."""
    root: list[str] = []
    parser = expat.ParserCreate()

    def started(name: str, _: object) -> None:
        root.append(name)
        raise StopIteration

    parser.StartElementHandler = started
    with path.open("rb") as stream, suppress(StopIteration, expat.ExpatError):
        parser.Parse(stream.read(1_000_000), False)
    return root[0].rpartition(":")[2].lower() if root else "?"


def require_format(path: Path, *, layer: str) -> None:
    """Refuse a file whose content is not what its ending says, or that would make GDAL open others.

    Raises
    ------
    LayerError
        With what was found.
    """
    wanted = WANTED.get(path.suffix.lower())
    if wanted is None:
        return
    if path.is_dir():
        raise FORMAT.error(layer, file=path.name, found="folder", wanted=" / ".join(wanted))
    found = content_of(path)
    if path.stat().st_size == 0:
        raise DAMAGED.error(layer, file=path.name, reason="0 bytes")
    if found not in wanted:
        raise FORMAT.error(layer, file=path.name, found=found, wanted=" / ".join(wanted))
    if found in ("TIFF", "JSON", "text") or found.startswith("XML"):
        _require_no_remote(path, layer=layer)
    for part in sidecars(path):
        name = part.name.lower()
        if name.endswith((".msk", ".ovr")) and content_of(part) != "TIFF":
            raise FORMAT.error(layer, file=part.name, found=content_of(part), wanted="TIFF")
        if name.endswith((".aux.xml", ".aux")):
            _require_no_remote(part, layer=layer)


def _require_no_remote(path: Path, *, layer: str) -> None:
    forbidden = _REMOTE_TAB if path.suffix.lower() == ".tab" else _REMOTE
    # read piece by piece: a country's raster must not count as memory; a word may lie across two pieces
    before = b""
    with path.open("rb") as stream:
        while piece := stream.read(SCANNED_AT_ONCE):
            part = before + piece.lower()
            for word in forbidden:
                if word in part:
                    raise FORBIDDEN.error(layer, file=path.name, word=word.decode())
            before = part[1 - max(map(len, forbidden)) :]


def require_gpkg(path: Path, *, layer: str) -> None:
    """Refuse a GeoPackage that is cut off, is none, or holds tables that read other files."""
    # GDAL may read a cut-off file up to the cut and stop there; SQLite's own check does not let that pass
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            answer = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
            statements = [
                str(row[0]) for row in database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
            ]
    except (sqlite3.Error, ValueError, UnicodeDecodeError) as error:
        answer, statements = str(error), []
    if answer != "ok":
        raise DAMAGED.error(layer, file=path.name, reason=answer)
    if not any("gpkg_contents" in statement for statement in statements):
        raise FORMAT.error(layer, file=path.name, found="SQLite database", wanted="GeoPackage")
    for statement in statements:
        lower = " ".join(statement.lower().split())
        if lower.startswith("create virtual table") and " using rtree" not in lower and " using fts" not in lower:
            raise FORBIDDEN.error(layer, file=path.name, word="CREATE VIRTUAL TABLE")


@contextmanager
def open_archive(path: Path, *, layer: str) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP, KMZ or XLSX whose unpacked size, as far as declared, is within the limit.

    Raises
    ------
    LayerError
        It is cut off, encrypted, or unpacks to more.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked_mb = sum(item.file_size for item in archive.infolist()) / 1e6
            require_size(unpacked_mb, limits().text_mb, "MB", path=path, layer=layer)
            require_size(len(archive.infolist()), 10_000, "files", path=path, layer=layer)
            if any(item.flag_bits & 0x1 for item in archive.infolist()):
                raise DAMAGED.error(layer, file=path.name, reason="encrypted")
            yield archive
    except _BROKEN_ARCHIVE as error:
        raise DAMAGED.error(layer, file=path.name, reason=str(error)) from error


def unpack(archive: zipfile.ZipFile, name: str, *, path: Path, layer: str) -> bytes:
    """Give one part of an archive, refused where it unpacks to more than it declares."""
    largest = int(limits().text_mb * 1e6)
    with archive.open(name) as part:
        content = part.read(largest + 1)
    require_size(len(content) / 1e6, limits().text_mb, "MB", path=path, layer=layer)
    return content


def require_plain_xml(content: bytes, *, path: Path, layer: str) -> None:
    """Refuse XML that is not well formed, declares entities or a document type, or nests without end.

    Raises
    ------
    LayerError
        With the place of the error.
    """
    parser = expat.ParserCreate()
    depth = [0]

    def doctype(*_: object) -> None:
        raise FORBIDDEN.error(layer, file=path.name, word="DOCTYPE")

    def started(*_: object) -> None:
        depth[0] += 1
        if depth[0] > 500:
            raise FORBIDDEN.error(layer, file=path.name, word="500 nested elements")

    def ended(_: str) -> None:
        depth[0] -= 1

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        # a misspelt encoding in the first line is a LookupError
        raise DAMAGED.error(layer, file=path.name, reason=str(error)) from error
