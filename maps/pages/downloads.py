"""Files of a run on the index: grouped by who wants them, each with what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from infragap.maps.pages.html import escaped, spoken
from infragap.wording.catalogue import in_each_language, words

GROUPS = ("reports", "workbooks", "gis", "tables", "engineering", "record")
"""In the order of the page."""
FOLDED = ("tables", "engineering")
"""Groups with many files: they open by a click."""
PAGES = ("index", "electricity", "water", "schools")
DESCRIBED = (
    "summary.md", "summary_en.md", "commune_sheets.html", "compare.html", "grid_extension_list.xlsx", "programme.xlsx",
    "tables.xlsx", "results.gpkg", "results.kml", "results.kmz", "run.json", "columns.csv", "parameters.csv",
    "datapackage.json", "results.schema.json",
)  # fmt: skip
"""Files that have words of their own; tables have those of the workbook, layers those of their folder."""
BY_ENDING = {".md": "reports", ".html": "reports", ".xlsx": "workbooks", ".gpkg": "gis", ".kml": "gis", ".kmz": "gis"}
BY_FOLDER = {"tables": "tables", "geojson": "gis", "geoparquet": "gis", "epanet": "engineering"}


def group_of(document: Path) -> str | None:
    """Group of a file by its folder, else by its ending; None for the pages that the header links to.

    Examples
    --------
    >>> group_of(Path("epanet/N001.inp")), group_of(Path("programme.xlsx")), group_of(Path("index.html"))
    ('engineering', 'workbooks', None)
    """
    if document.parent != Path():
        return BY_FOLDER.get(document.parts[0], "record")
    if document.suffix == ".html" and document.stem in PAGES:
        return None
    return BY_ENDING.get(document.suffix, "record")


def downloads_section(documents: Sequence[Path]) -> str:
    """Compose the list of files."""
    parts = []
    for group in GROUPS:
        own = [document for document in documents if group_of(document) == group]
        if not own:
            continue
        items = "".join(_item(document) for document in own)
        title = spoken(in_each_language(f"maps.files.{group}"))
        note = spoken(in_each_language(f"maps.files.{group}.note"))
        content = f'<p class="under">{note}</p><ul class="files">{items}</ul>'
        if group in FOLDED:
            parts.append(f"<details><summary>{title} ({len(own)})</summary>{content}</details>")
        else:
            parts.append(f"<h3>{title}</h3>{content}")
    heading = spoken(in_each_language("maps.index.files"))
    return f'<section class="downloads"><h2>{heading}</h2>{"".join(parts)}</section>'


def _item(document: Path) -> str:
    name, stem = document.as_posix(), document.stem
    key = f"maps.file.geojson.{stem}" if document.parent.name in ("geojson", "geoparquet") else f"maps.table.{stem}"
    if document.name in DESCRIBED:
        key = f"maps.file.{document.name}"
    told = f" – {spoken(in_each_language(key))}" if key in words("en") else ""
    # a page opens, everything else is saved
    saving = "" if document.suffix == ".html" else " download"
    return f'<li><a href="{escaped(name)}"{saving}>{escaped(document.name)}</a>{told}</li>'
