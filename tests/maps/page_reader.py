"""Reads what stands on the pages of a run: what a map page's script receives, and the rows of the index."""

from __future__ import annotations

import base64
import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any


def page_content(page: Path | str) -> dict[str, Any]:
    """Give what the script of a page receives, of a file or of its text; the values of layers by `rows` too."""
    text = page if isinstance(page, str) else page.read_text(encoding="utf-8")
    packed = re.search(r'infragapPage\(\w+, "([A-Za-z0-9+/=]+)"\);', text)
    assert packed is not None
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    for layer in found["layers"]:
        layer["rows"] = [[column[i] for column in layer["values"]] for i in range(len(layer["geometry"]))]
    return found


class _Cells(HTMLParser):
    """Rows of tables as cells of text, in one language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language, self.hidden = language, 0
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True
        elif tag == "span" and dict(attrs).get("lang", self.language) != self.language:
            self.hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.inside = False
        elif tag == "span" and self.hidden:
            self.hidden -= 1

    def handle_data(self, data: str) -> None:
        if self.inside and not self.hidden:
            self.rows[-1][-1] += data


def table_rows(file: Path, language: str) -> list[list[str]]:
    """Give the rows of all tables of an HTML file, in one language."""
    reader = _Cells(language)
    reader.feed(file.read_text(encoding="utf-8"))
    return reader.rows
