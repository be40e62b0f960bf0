"""Every section of the norms that code, documents or tables cite exists in data/facts/norms.md."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDERS = ("analyses", "gis", "maps", "infragap", "docs", "data")
ENDINGS = (".py", ".md", ".po", ".toml", ".csv")

CITED = re.compile(r"\b(?:norms|facts,)\s+((?:(?:and|[,–-])\s*|\d\.\d+|[A-G]\d?\b|\s)+)")
SECTION = re.compile(r"\d\.\d+|[A-G]\d?\b")


def cited(text: str) -> set[str]:
    return {section for list_ in CITED.findall(text) for section in SECTION.findall(list_)}


def sections(norms: str) -> set[str]:
    return set(re.findall(r"^##+ (\d\.\d+|[A-G]\d?)\b", norms, flags=re.MULTILINE))


def files() -> list[Path]:
    return [
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in ENDINGS and path.name != "norms.md"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("assumption (norms A2: 6-10 %)", {"A2"}),
        ("norms C and F: mountain motorbike speeds", {"C", "F"}),
        ("what the press says: facts (villages.csv, norms 0.1-0.3).", {"0.1", "0.3"}),
        ("real programmes took 10-104 m (facts, A1)", {"A1"}),
        ("norms B, F and Z9", {"B", "F"}),
        ("the norms are read", set()),
    ],
)
def test_what_counts_as_a_citation(text: str, expected: set[str]) -> None:
    assert cited(text) == expected


@pytest.mark.slow
def test_every_cited_section_of_the_norms_exists() -> None:
    there = sections((ROOT / "data/facts/norms.md").read_text(encoding="utf-8"))
    assert {"A1", "F", "0.3"} <= there
    missing = {
        f"{path.relative_to(ROOT)}: {section}"
        for path in files()
        for section in cited(path.read_text(encoding="utf-8")) - there
    }
    assert not missing
    everything = set().union(*(cited(path.read_text(encoding="utf-8")) for path in files()))
    assert len(everything) >= 5, "the scan finds no citations: its pattern is wrong"
