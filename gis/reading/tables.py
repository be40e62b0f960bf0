"""Tables from CSV and XLSX as text cells: encodings, separators and headings; nothing is guessed from a wrong encoding.

Cells come out as stored (text from CSV; text, numbers, truth values from XLSX) with None for empty ones. `infragap.gis.checking.columns` turns them into the
dtypes of the schema, so that '04489' stays text and '1.234,5' is never read as one point two.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import charset_normalizer
import openpyxl
import openpyxl.utils.exceptions
import pandas as pd

from infragap.gis.errors import LayerError, MissingDataError
from infragap.gis.findings import listed

VIETNAMESE_SHARE = 0.9
"""Share of Vietnamese letters among the non-ASCII signs from which text in code page 1258 is told (assumption; real text has all)."""

_VIETNAMESE = set("àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ")
_EXPECTED_SIGNS = _VIETNAMESE | set("°²³–—’‘“”…×₫·\u00a0")


def require_file(path: Path, *, layer: str) -> None:
    """Raise MissingDataError where a layer's file is absent."""
    if not path.exists():
        raise MissingDataError(f"{layer}: there is no file {path}. Put it there or correct `file` in catalog.toml.")


def decode(path: Path, *, layer: str, encoding: str | None = None) -> str:
    """Read a text file as UTF-8 (with or without BOM), or in the encoding that the catalogue names.

    Raises
    ------
    LayerError
        It is in another encoding; the message names the one detected, the lines, and the repair.
    """
    require_file(path, layer=layer)
    content = path.read_bytes()
    if encoding is not None:
        try:
            return unicodedata.normalize(
                "NFC", content.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
            )
        except (UnicodeDecodeError, LookupError) as error:
            raise LayerError(
                f"{layer}: {path.name} cannot be read as {encoding} ({error}). Correct `encoding` in catalog.toml."
            ) from error
    wide = _wide_encoding(content)
    if wide is not None:
        raise LayerError(
            f"{layer}: {path.name} is in {wide}, all rows. Save it as 'CSV UTF-8', or write encoding = \"{wide.lower()}\" for this layer in catalog.toml."
        )
    try:
        return unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise LayerError(_not_utf8(content, layer=layer, file=path.name)) from None


def _wide_encoding(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "UTF-32"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    head = content[:4000]
    if head.count(0) * 4 > len(head):
        return "UTF-16-LE" if head[1::2].count(0) >= head[0::2].count(0) else "UTF-16-BE"
    return None


def _not_utf8(content: bytes, *, layer: str, file: str) -> str:
    lines = content.splitlines()
    broken = [number for number, line in enumerate(lines, start=1) if not _is_utf8(line)]
    name = _legacy_encoding(content)
    return (
        f"{layer}: {file} is not UTF-8 but {name}: {len(broken)} of {len(lines)} lines are affected (lines {listed([str(n) for n in broken])}). "
        f"Save it as 'CSV UTF-8' (Excel: Save as, CSV UTF-8), or name its encoding for this layer in catalog.toml."
    )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _legacy_encoding(content: bytes) -> str:
    # Vietnamese Windows text read as cp1258 composes to Vietnamese letters; text of any other code page or font leaves foreign signs
    try:
        signs = [sign for sign in unicodedata.normalize("NFC", content.decode("cp1258")).lower() if ord(sign) > 127]
    except UnicodeDecodeError:
        signs = []
    if signs and sum(sign in _EXPECTED_SIGNS for sign in signs) >= VIETNAMESE_SHARE * len(signs):
        return "Windows-1258"
    best = charset_normalizer.from_bytes(content).best()
    return "in a legacy encoding" + (
        f" (perhaps {best.encoding}, TCVN3 or VNI)" if best is not None else " (TCVN3 or VNI?)"
    )


def read_table(path: Path, *, layer: str, sheet: str | None = None, encoding: str | None = None) -> pd.DataFrame:
    """Read a CSV or XLSX table, cells untyped.

    Parameters
    ----------
    path
        *.csv, *.tsv, *.txt or *.xlsx.
    layer
        Name for messages.
    sheet
        Sheet of a workbook; the first one where None.
    encoding
        Encoding of a text file that is not UTF-8.

    Returns
    -------
    DataFrame
        dtype object, None for empty cells, RangeIndex in the order of the file. `attrs['decimal_comma']` tells that a CSV separates by
        something else than the comma, so that a comma may stand for the decimal point.

    Raises
    ------
    MissingDataError
        No such file or sheet.
    LayerError
        Wrong encoding, rows of uneven length, headings twice, or not a workbook.
    """
    require_file(path, layer=layer)
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _frame(_workbook_rows(path, layer=layer, sheet=sheet), layer=layer, file=path.name)
    text = decode(path, layer=layer, encoding=encoding)
    separator = max(",;\t", key=text.split("\n", 1)[0].count)
    try:
        rows: list[list[Any]] = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise LayerError(
            f"{layer}: {path.name} breaks off inside a quoted cell ({error}). Close the quotation mark or export it again."
        ) from error
    table = _frame(rows, layer=layer, file=path.name)
    table.attrs["decimal_comma"] = separator != ","
    return table


def _workbook_rows(path: Path, *, layer: str, sheet: str | None) -> list[list[Any]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, openpyxl.utils.exceptions.InvalidFileException, KeyError, OSError) as error:
        raise LayerError(
            f"{layer}: {path.name} is not a readable XLSX workbook ({error}). Save it again as XLSX."
        ) from error
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise MissingDataError(
                f"{layer}: {path.name} has no sheet '{sheet}', only {', '.join(book.sheetnames)}. Correct `sheet` in catalog.toml."
            )
        return [list(row) for row in book[sheet or book.sheetnames[0]].iter_rows(values_only=True)]
    finally:
        book.close()


def _frame(rows: list[list[Any]], *, layer: str, file: str) -> pd.DataFrame:
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(_cell(cell) is not None for cell in row)]
    if not filled:
        raise LayerError(f"{layer}: {file} is empty. It needs a row of headings and the data below.")
    heading_row = filled[0][1]
    headings = [str(_cell(cell) or "") for cell in heading_row]
    while headings and not headings[-1]:
        headings.pop()
    twice = sorted({name for name in headings if headings.count(name) > 1})
    if twice:
        raise LayerError(
            f"{layer}: {file} has headings twice or empty: {', '.join(name or '(empty)' for name in twice)}. Name each column once."
        )
    width = len(headings)
    uneven = [
        number for number, row in filled[1:] if len(row) < width or any(_cell(cell) is not None for cell in row[width:])
    ]
    if uneven:
        raise LayerError(
            f"{layer}: {len(uneven)} of {len(filled) - 1} rows of {file} do not have the {width} cells of the heading (lines "
            f"{listed([str(n) for n in uneven])}). Put cells that contain a separator in quotation marks, or complete the rows."
        )
    cells = [[_cell(cell) for cell in row[:width]] for _, row in filled[1:]]
    return pd.DataFrame(cells, columns=headings, dtype=object)


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        value = unicodedata.normalize("NFC", value).replace("\u00a0", " ").strip()
        return value or None
    return value
