"""Meaning and source of each parameter in the language of who signs for it: all there, of the English that stands in
the code, with the same numbers and names."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.parameters import Parameters, describe, for_country, sentence
from infragap.maps.workbooks.grid_extension import assumptions_of
from infragap.parameter_template import as_file
from infragap.profiles.profile import read_profile
from infragap.settings import ANALYSES, Settings
from infragap.wording.catalogue import words

VIETNAMESE = re.compile(r"[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
ENGLISH = re.compile(r"\b(?:assumption|choice|the|and|of|norms [A-F]|engineering facts \d|general knowledge|scheme)\b")
KEPT = re.compile(r"`[^`]+`|\b[a-z]\w*_\w+\b|\b(?:QĐ|TT|NĐ|TCXDVN) \d[\w/:-]*|\bAC-\d+")
"""What stands in each language as it is: names of columns and parameters, decrees, conductors."""


@cache
def texts() -> dict[str, tuple[str, str]]:
    """Key → English of the code, and Vietnamese as a reader gets it, of every parameter."""
    found = {}
    for analysis in ANALYSES:
        group: Parameters = getattr(Settings(), analysis)
        for row in describe(group).to_dict("records"):
            for what in ("meaning", "source"):
                found[f"parameter.{analysis}.{row['parameter']}.{what}"] = (str(row[what]), str(row[f"{what}_vi"]))
    return found


def is_bare(text: str) -> bool:
    """Whether a text has no word of a language: names, numbers, decrees."""
    return not re.findall(r"\b[a-z]{3,}\b", text)


def numbers(text: str) -> Counter[str]:
    """Digits of the numbers of a text, whichever marks stand between them."""
    return Counter(re.sub(r"\D", "", one).lstrip("0") for one in re.findall(r"\d+(?:[.,]\d+)*", text))


def test_the_catalogue_has_the_english_of_the_code() -> None:
    english = words("en")
    stale = [key for key, (declared, _) in texts().items() if key not in english or english(key) != declared]
    assert stale == [], "run .ci/words --parameters and write these in the other languages"


def test_every_parameter_that_a_reader_sees_is_told_in_vietnamese() -> None:
    assert [key for key, (said, told) in texts().items() if not is_bare(said) and not VIETNAMESE.search(told)] == []
    assert [key for key, (said, told) in texts().items() if not is_bare(said) and ENGLISH.search(told)] == []


def test_a_translation_keeps_numbers_decrees_and_names_of_columns() -> None:
    assert [key for key, (said, told) in texts().items() if numbers(said) - numbers(told)] == []
    assert [key for key, (said, told) in texts().items() if set(KEPT.findall(said)) - set(KEPT.findall(told))] == []


def test_what_a_signer_reads_is_told_in_vietnamese() -> None:
    sheet = assumptions_of({"electricity": describe(ElectricityParameters())}).set_index("parameter")
    assert len(sheet) > 50
    assert sheet.loc["grid_om_pct", "source_vi"] == "giả định (tài liệu norms, mục F)"
    assert sheet.loc["tariff_vnd_per_kwh", "source_vi"] == "bậc thang thứ nhất theo QĐ 14/2025/QĐ-TTg"
    assert sheet.loc["grid_om_pct", "source"] == "assumption (norms F)"


@pytest.mark.parametrize(("language", "told"), [("vi", "tổn thất từ điểm đấu nối"), ("en", "losses from the tap")])
def test_a_parameter_file_is_explained_in_its_language(language: str, told: str) -> None:
    assert told in as_file(Settings(), language, commented=True)


def test_a_profile_speaks_of_its_own_sources_itself() -> None:
    profile = read_profile("mw")
    own = for_country(ElectricityParameters(), profile)
    name, number = next((n, a) for n, a in profile.parameters["electricity"].items() if n in type(own).model_fields)
    assert sentence(own, name, "source", "vi") == number.source
    assert sentence(own, name, "meaning", "vi") == sentence(ElectricityParameters(), name, "meaning", "vi")
