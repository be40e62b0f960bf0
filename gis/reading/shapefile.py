"""Shapefiles: whole in all their parts, texts in the encoding that they are in, column names restored from ten
letters."""

from __future__ import annotations

import re
import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import geopandas as gpd

from infragap.gis import schema
from infragap.gis.findings import Finding, fault, notice
from infragap.gis.reading.files import ARCHIVE, DAMAGED, open_archive, require_format, unpack
from infragap.gis.reading.text import decode_bytes

PARTS = fault(
    "shapefile.parts", reason="a shapefile is three files; without .shx and .dbf it has neither places nor columns"
)
CUT_NAMES = notice(
    "shapefile.cut_names",
    tolerance="names that fit only one column are restored without a word",
    reason="a shapefile cuts names to ten letters; names that become equal are numbered, and are told apart by their "
    "order alone",
)

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NUMBERED = re.compile(r"(.{8})_(\d)$")
_NAMED_WIDTH = 10


@contextmanager
def shapefile_in(path: Path, *, layer: str) -> Iterator[Path]:
    """Give the .shp of a shapefile: itself, the only one in a folder, or the only one in a ZIP (unpacked for the
    block).

    Raises
    ------
    LayerError
        None or several, parts missing, cut off or at odds with each other.
    """
    if path.is_dir():
        shapes = sorted(part for part in path.iterdir() if part.suffix.lower() == ".shp")
        if len(shapes) != 1:
            raise ARCHIVE.error(
                layer, file=path.name, number=len(shapes), names=", ".join(part.name for part in shapes) or "-"
            )
        _require_whole(shapes[0], layer=layer)
        yield shapes[0]
    elif path.suffix.lower() == ".zip":
        require_format(path, layer=layer)
        with tempfile.TemporaryDirectory(prefix="infragap-") as folder:
            yield _unpacked(path, Path(folder), layer=layer)
    else:
        require_format(path, layer=layer)
        _require_whole(path, layer=layer)
        yield path


def _unpacked(path: Path, folder: Path, *, layer: str) -> Path:
    with open_archive(path, layer=layer) as archive:
        names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
        shapes = [name for name in names if name.lower().endswith(".shp")]
        if len(shapes) != 1:
            raise ARCHIVE.error(layer, file=path.name, number=len(shapes), names=", ".join(shapes[:10]) or "-")
        stem = PurePosixPath(shapes[0]).with_suffix("").as_posix().lower()
        for name in names:
            inside = PurePosixPath(name)
            if inside.suffix.lower() in _PARTS and inside.with_suffix("").as_posix().lower() == stem:
                (folder / f"layer{inside.suffix.lower()}").write_bytes(unpack(archive, name, path=path, layer=layer))
    shape = folder / "layer.shp"
    _require_whole(shape, layer=layer, name=path.name)
    return shape


def part_of(shape: Path, suffix: str) -> Path | None:
    """Part of a shapefile by its ending, whatever its case."""
    for part in (shape.with_suffix(suffix), shape.with_suffix(suffix.upper())):
        if part.exists():
            return part
    return None


def _require_whole(shape: Path, *, layer: str, name: str | None = None) -> None:
    """Refuse a shapefile whose parts are missing, cut off or lie about their length."""
    index, table = part_of(shape, ".shx"), part_of(shape, ".dbf")
    file = name or shape.name
    if index is None or table is None:
        absent = " and ".join(suffix for suffix, part in ((".shx", index), (".dbf", table)) if part is None)
        raise PARTS.error(layer, file=file, missing=absent)
    shapes, reason = _shp_records(shape.read_bytes())
    rows = _dbf_rows(table.read_bytes())
    entries = (index.stat().st_size - 100) // 8
    if reason is None and rows is None:
        reason = "the length of the .dbf is not that of its rows"
    if reason is None and not shapes == entries == rows:
        reason = f".shp {shapes}, .shx {entries}, .dbf {rows} rows"
    if reason is not None:
        raise DAMAGED.error(layer, file=file, reason=reason)


def _shp_records(content: bytes) -> tuple[int, str | None]:
    """Count the records of a .shp, walking from length to length; and say what is wrong with it."""
    if len(content) < 100 or content[:4] != b"\x00\x00\x27\x0a":
        return 0, "no header of a shapefile"
    stated = 2 * struct.unpack(">i", content[24:28])[0]
    if stated != len(content):
        return 0, f"the header says {stated} bytes, the file has {len(content)}"
    position, count = 100, 0
    while position < len(content):
        if position + 12 > len(content):
            return count, "the last record is cut off"
        length = 2 * struct.unpack(">i", content[position + 4 : position + 8])[0]
        body = content[position + 8 : position + 8 + length]
        if length < 4 or len(body) != length:
            return count, f"record {count + 1} says {length} bytes and has {len(body)}"
        if not _fits(body):
            return count, f"record {count + 1} says another number of points than it has"
        position += 8 + length
        count += 1
    return count, None


def _fits(body: bytes) -> bool:
    """Whether the counts of parts and points of a record fit its length."""
    kind = struct.unpack("<i", body[:4])[0] % 10
    if kind == 0:
        return True
    if kind == 1:
        return len(body) >= 20
    if kind in (3, 5) and len(body) >= 44:
        parts, points = struct.unpack("<ii", body[36:44])
        return bool(parts >= 0 and points >= 0 and len(body) >= 44 + 4 * parts + 16 * points)
    if kind == 8 and len(body) >= 40:
        points = struct.unpack("<i", body[36:40])[0]
        return bool(points >= 0 and len(body) >= 40 + 16 * points)
    return False


def _dbf_rows(content: bytes) -> int | None:
    """Give the number of rows of a .dbf, None where its header does not fit its length."""
    if len(content) < 32:
        return None
    rows, header, width = struct.unpack("<IHH", content[4:12])
    held = len(content) - header
    # some programs leave out the end mark, some add blanks
    return int(rows) if width > 0 and header >= 33 and rows * width <= held <= rows * width + 1024 else None


def texts_decoded(
    frame: gpd.GeoDataFrame, shape: Path, *, path: Path, layer: str, encoding: str | None
) -> gpd.GeoDataFrame:
    """Turn the texts of a shapefile, read byte by byte, into letters.

    Parameters
    ----------
    frame
        Read as ISO-8859-1, so that every sign is one byte.
    shape
        Its .shp.
    path
        File of the catalogue, for messages.
    layer
        Name for messages.
    encoding
        Encoding that the catalogue names; else that of the .cpg, else UTF-8.
    """
    stated = encoding or _stated_encoding(shape)
    texts = [name for name in frame.columns if name != "geometry" and frame[name].dtype == object]
    # a line for each row, so that what cannot be read is told by rows
    rows = [
        b"\t".join(_bytes_of(text, stated) for text in row if isinstance(text, str) and not text.isascii())
        for row in zip(*(frame[name] for name in texts), strict=True)
    ]
    if not any(rows) and all(str(column).isascii() for column in frame.columns):
        return frame
    whole = b"\n".join(row.replace(b"\n", b" ").replace(b"\r", b" ") for row in rows)
    decode_bytes(whole, path=path, layer=layer, encoding=stated)

    def decoded(text: object) -> object:
        if not isinstance(text, str) or text.isascii():
            return text
        content = _bytes_of(text, stated)
        return decode_bytes(content, path=path, layer=layer, encoding=stated or "utf-8")

    result = frame.copy()
    for column in frame.columns:
        if column != "geometry" and frame[column].dtype == object:
            result[column] = [decoded(text) for text in frame[column]]
    return result.rename(columns={column: decoded(column) for column in frame.columns if not str(column).isascii()})


def _bytes_of(text: str, stated: str | None) -> bytes:
    """Give the bytes of a cell that was read as ISO-8859-1, without half a letter at its end."""
    content = text.encode("latin-1", "replace")
    return _without_broken_end(content) if stated in (None, "utf-8") else content


def _without_broken_end(content: bytes) -> bytes:
    """Drop the beginning of a letter at the end of a field: fields are cut at 254 bytes, not at letters."""
    if len(content) < 250:
        return content
    for cut in range(1, 4):
        lead = content[-cut]
        if lead >= 0xC0:
            needed = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            return content[:-cut] if needed > cut else content
        if lead < 0x80:
            return content
    return content


def _stated_encoding(shape: Path) -> str | None:
    """Name the encoding of the .cpg as Python does, None where there is no .cpg."""
    part = part_of(shape, ".cpg")
    if part is None:
        return None
    text = part.read_bytes()[:100].decode("ascii", "replace").strip().lower()
    page = re.search(r"(?<!\d)(125\d|65001|437|85\d|86\d|874|932|936|949|950)(?!\d)", text)
    if page is not None:
        return "utf-8" if page[1] == "65001" else f"cp{page[1]}"
    latin = re.search(r"8859[ _-]?(\d{1,2})", text)
    if latin is not None:
        return f"iso8859-{latin[1]}"
    return "utf-8" if text.replace("-", "").replace("_", "") in ("utf8", "") else text


def full_names(frame: gpd.GeoDataFrame, *, layer: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Give a shapefile's columns, cut to ten letters, their schema names.

    Names of which only one schema column begins so are restored. Names that became equal are numbered by GDAL
    ('feeder_loa', 'feeder_l_1'): they are matched in the order of the schema, and a notice says so.
    """
    model = schema.LAYERS.get(layer)
    if model is None:
        return frame, []
    known = list(model.to_schema().columns)
    if not any(column in known for column in frame.columns):
        # dBase wrote its names in capitals
        frame = frame.rename(columns={column: str(column).lower() for column in frame.columns if column != "geometry"})
    missing = [name for name in known if name not in frame.columns]
    renamed: dict[str, str] = {}
    for column in map(str, frame.columns):
        fits = [name for name in missing if len(column) == _NAMED_WIDTH and name.startswith(column)]
        if column not in known and len(fits) == 1:
            renamed[column] = fits[0]
    by_order = _by_order(frame, known, [name for name in missing if name not in renamed.values()], renamed)
    found = []
    if by_order:
        pairs = ", ".join(f"{cut} = {name}" for cut, name in by_order.items())
        found.append(CUT_NAMES.found(layer, of=len(frame), pairs=pairs))
    return frame.rename(columns={**renamed, **by_order}), found


def _by_order(
    frame: gpd.GeoDataFrame, known: Sequence[str], missing: Sequence[str], taken: dict[str, str]
) -> dict[str, str]:
    """Match columns of equal beginning, the numbered ones among them, in the order of the schema."""
    groups: dict[str, list[str]] = {}
    for column in map(str, frame.columns):
        if column in taken or (column in known and column not in missing):
            continue
        numbered = _NUMBERED.fullmatch(column)
        if len(column) == _NAMED_WIDTH:
            groups.setdefault(numbered[1] if numbered else column[:8], []).append(column)
    matched: dict[str, str] = {}
    for beginning, columns in groups.items():
        names = [name for name in missing if name.startswith(beginning) and len(name) > _NAMED_WIDTH]
        plain = [column for column in columns if not _NUMBERED.fullmatch(column)]
        names = [
            name
            for name in names
            if not plain or name.startswith(plain[0]) or name[:_NAMED_WIDTH] in known or len(columns) == len(names)
        ]
        if len(names) == len(columns):
            matched |= dict(zip(columns, names, strict=True))
    return matched
