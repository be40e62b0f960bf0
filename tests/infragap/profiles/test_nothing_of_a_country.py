"""What is a country's stands in its profile: the code names no province, grid zone, kind of area or voltage of it."""

import re

import pytest

from tests.infragap.wording.code_scan import ROOT, code_files

ROOMS_OF_A_COUNTRY = ("infragap/reference/", "infragap/profiles/", "infragap/wording/", "data/")
NAMES_OF_THE_PROGRAM = re.compile(r"\bmv(35|22)_\w+")
"""Parameters and columns have the names of the default country; `profiles.naming` writes them as each country does."""
PHYSICS = {
    # a plausible capacity by voltage, and worked examples of one line
    "gis/checking/rows.py", "analyses/electricity/feeders/radial.py",
}  # fmt: skip


def places(pattern: str) -> list[str]:
    found = []
    for suffix in (".py", ".js", ".css"):
        for file in code_files(suffix):
            name = file.relative_to(ROOT).as_posix()
            if name.startswith(ROOMS_OF_A_COUNTRY):
                continue
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
                if re.search(pattern, NAMES_OF_THE_PROGRAM.sub("", line)):
                    found.append(f"{name}:{number}: {line.strip()[:80]}")
    return found


@pytest.mark.parametrize("pattern", [r"Lào Cai", r"EPSG:9208", r"\b(xã|phường)\b"])
def test_the_code_names_no_province_zone_or_kind_of_area(pattern: str) -> None:
    examples = ("gis/names.py:",)  # what is tried on Vietnamese names shows them
    assert [place for place in places(pattern) if not place.startswith(examples)] == []


def test_the_code_names_no_voltage() -> None:
    # the evidence behind a Vietnamese default, in its source text, is no voltage that the program uses
    evidence = ("analyses/electricity/parameters.py:",)
    found = [place for place in places(r"\b(35|22)(\.0)? ?kV\b") if place.split(":")[0] not in PHYSICS]
    assert [place for place in found if not place.startswith(evidence)] == []
