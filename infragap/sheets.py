"""Commune sheets of a result as PDF: by Chromium where it is present, else by ReportLab; registered with the result, so
that the next run knows them."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter

from infragap.console.messages import Message, refused
from infragap.disk.manifest import MARKER, others, register
from infragap.gis.errors import MissingDataError, ParameterError
from infragap.gis.findings import listed
from infragap.maps.sheets.as_html import sheets_html
from infragap.maps.sheets.as_pdf import write_pdf
from infragap.maps.sheets.compose import sheets
from infragap.maps.sheets.sheet import Sheet
from infragap.maps.sheets.source import read_source
from infragap.wording.catalogue import in_each_language

FOLDER = "commune_sheets"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
BROWSER_SECONDS = 300
"""After which a browser is given up and the sheets are written without it."""
SHOWN = 5


def chromium() -> Path | None:
    """Program of Chromium or a browser made from it; None where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return Path(found) if found else None


def write_sheets(
    out: Path, language: str, browser: Path | None, tell: Callable[[Message], None] | None = None
) -> list[Path]:
    """Write `commune_sheets/<commune_code>.pdf` for every commune of a result.

    Parameters
    ----------
    out
        A complete result; its files and checksums are noted anew in `run.json`.
    language
        Language of the sheets.
    browser
        Chromium; None to write them without a browser.
    tell
        Receives what went otherwise than asked: the browser could not print.

    Returns
    -------
    list of Path
        The files in the order of the communes.

    Raises
    ------
    MissingDataError
        The folder holds no complete result, or a damaged one.
    ParameterError
        A file of the sheets was changed or added by somebody else, or the folder cannot be written.
    """
    made = _composed(out)
    names = [f"{FOLDER}/{sheet.code}.pdf" for sheet in made]
    foreign = [name for name in others(out).names if name in set(names)]
    if foreign:
        raise refused(ParameterError, [Message("command.sheets.foreign", {"files": listed(foreign[:SHOWN])})])
    try:
        with tempfile.TemporaryDirectory(dir=out, prefix=".sheets-") as work:
            _print(made, Path(work), language, browser, tell or (lambda message: None))
            (out / FOLDER).mkdir(exist_ok=True)
            for sheet, name in zip(made, names, strict=True):
                (Path(work) / f"{sheet.code}.pdf").replace(out / name)
        register(out, names)
    except OSError as error:
        raise refused(ParameterError, [Message("command.sheets.unwritable", {"out": out, "reason": error})]) from error
    return [out / name for name in names]


def _composed(out: Path) -> list[Sheet]:
    record = read_record(out)
    try:
        return list(sheets(read_source(out, record)))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise refused(
            MissingDataError, [Message("command.explain.damaged", {"folder": out, "reason": error})]
        ) from error


def read_record(out: Path) -> Mapping[str, Any]:
    """Give the record of a complete result.

    Raises
    ------
    MissingDataError
        The folder holds none.
    """
    try:
        record: Mapping[str, Any] = json.loads((out / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise refused(MissingDataError, [Message("command.explain.no_result", {"folder": out})]) from error
    if not isinstance(record, dict) or "pack" not in record:
        raise refused(MissingDataError, [Message("command.explain.no_result", {"folder": out})])
    return record


def _print(
    made: Sequence[Sheet], work: Path, language: str, browser: Path | None, tell: Callable[[Message], None]
) -> None:
    if browser is not None:
        try:
            _print_by_browser(made, work, language, browser)
            return
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            tell(Message("command.sheets.browser_failed", {"browser": browser, "reason": error}))
    for sheet in made:
        write_pdf(sheet, work / f"{sheet.code}.pdf", language, date.today())


def _print_by_browser(made: Sequence[Sheet], work: Path, language: str, browser: Path) -> None:
    """Print all sheets at once and cut the document into its pages: a browser takes long to start.

    Raises
    ------
    OSError, subprocess.SubprocessError, ValueError
        The browser cannot print, or prints another number of pages than there are sheets.
    """
    page, whole = work / "sheets.html", work / "sheets.pdf"
    page.write_text(sheets_html(made, in_each_language("maps.sheet.page", province=""), language), encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="infragap-browser-") as profile:
        subprocess.run(  # noqa: S603 - the browser found on the path, with a page of our own
            [
                str(browser), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--no-first-run", "--no-pdf-header-footer",
                f"--user-data-dir={profile}", f"--print-to-pdf={whole}", page.resolve().as_uri(),
            ],
            check=True, capture_output=True, timeout=BROWSER_SECONDS,
        )  # fmt: skip
    pages = PdfReader(whole).pages
    if len(pages) != len(made):
        raise ValueError(f"{len(pages)} pages for {len(made)} sheets")
    for sheet, content in zip(made, pages, strict=True):
        writer = PdfWriter()
        writer.add_page(content)
        writer.add_metadata({"/Title": sheet.title[language]})
        writer.write(work / f"{sheet.code}.pdf")
