"""Commune sheets as a page and as PDF without a browser: one page each, every word readable, names harmless."""

from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from pypdf import PdfReader

from infragap.maps.sheets.as_html import sheets_html
from infragap.maps.sheets.as_pdf import write_pdf
from infragap.maps.sheets.compose import sheets
from tests.maps.sheets.small_source import HOSTILE, small_source


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.scripts = 0
        self.sections: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.sections += [dict(attrs)["data-code"]] if tag == "section" else []


def test_a_sheet_is_one_page_of_a4_with_vietnamese_text(tmp_path: Path) -> None:
    for language, wanted in (("vi", "Phiếu xã: Nậm Có"), ("en", "Commune sheet: Nậm Có")):
        sheet = next(sheets(small_source(40)))
        write_pdf(sheet, tmp_path / "a.pdf", language, date(2026, 11, 27))
        (page,) = PdfReader(tmp_path / "a.pdf").pages
        text = page.extract_text()
        assert wanted in text
        assert "Thôn 2" in text
        assert ("27/11/2026" if language == "vi" else "2026-11-27") in text
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]


def test_a_hostile_name_stays_text(tmp_path: Path) -> None:
    made = list(sheets(small_source()))
    write_pdf(made[1], tmp_path / "b.pdf", "vi", date(2026, 11, 27))
    assert "<script>" in PdfReader(tmp_path / "b.pdf").pages[0].extract_text()
    tags = _Tags()
    tags.feed(sheets_html(made, {"vi": "Phiếu", "en": "Sheets"}))
    assert tags.scripts == 1
    assert tags.sections == ["00001", "00002"]
    assert HOSTILE not in sheets_html(made, {"vi": "Phiếu", "en": "Sheets"})
