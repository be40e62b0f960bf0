"""Parts of the index: files in groups, every one once, each with words."""

from pathlib import Path

from infragap.maps.contents import LAYER_IDS
from infragap.maps.pages.downloads import DESCRIBED, downloads_section, group_of
from infragap.wording.catalogue import words


def test_every_file_stands_in_one_group_and_pages_in_none() -> None:
    files = [
        "index.html",
        "water.html",
        "compare.html",
        "tables/a.csv",
        "geojson/b.geojson",
        "epanet/N1.inp",
        "run.json",
    ]
    assert [group_of(Path(file)) for file in files] == [
        None, None, "reports", "tables", "gis", "engineering", "record",
    ]  # fmt: skip
    text = downloads_section([Path(file) for file in files])
    assert [text.count(f'href="{file}"') for file in files] == [0, 0, 1, 1, 1, 1, 1]
    assert text.count("<details>") == 2
    assert '<a href="compare.html">' in text
    assert '<a href="run.json" download>' in text


def test_files_are_described_in_every_language() -> None:
    for language in ("vi", "en"):
        assert all(f"maps.file.{name}" in words(language) for name in DESCRIBED)
        assert all(f"maps.file.geojson.{name}" in words(language) for name in LAYER_IDS)


def test_a_hostile_file_name_stays_text() -> None:
    assert "<script>" not in downloads_section([Path('tables/<script>".csv')])
