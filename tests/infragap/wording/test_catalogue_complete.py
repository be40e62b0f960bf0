"""The catalogues are whole: every language has every key, the code uses each of them, and no reader's word stands in
the code."""

from __future__ import annotations

import re
import string

import pytest

from infragap.wording.catalogue import read_texts
from tests.infragap.wording.code_scan import code_files, said

SPOKEN_ROOMS = ("maps.", "code.", "unit.", "language.", "number.")
"""Beginnings of keys that are nothing but keys; others are names of tables and files as well."""
VIETNAMESE = re.compile(r"[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
SPELLED_OUT = {"gis/names.py", "gis/crs.py", "gis/schema.py", "gis/checking/texts.py", "gis/checking/vietnamese.py"}
"""Tables of Vietnamese letters, names of coordinate systems as maps print them, and the words that stand in the data
(xã, phường)."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_catalogues_hold_the_same_keys() -> None:
    vietnamese, english = read_texts("vi"), read_texts("en")
    assert sorted(set(vietnamese) ^ set(english)) == []


def test_texts_of_a_key_want_the_same_values() -> None:
    vietnamese, english = read_texts("vi"), read_texts("en")
    shared = set(vietnamese) & set(english)
    assert [key for key in sorted(shared) if placeholders(vietnamese[key]) != placeholders(english[key])] == []


@pytest.mark.slow
def test_every_key_in_the_code_stands_in_the_catalogue() -> None:
    known = read_texts("en")
    prefixes = {key[: i + 1] for key in known for i, letter in enumerate(key) if letter == "."}
    asked = [
        (text, file) for text, file in said().constants.items() if re.fullmatch(r"[a-z_]+(\.[^\s.]+)+\.?", text)
        and text.startswith(SPOKEN_ROOMS)
    ]  # fmt: skip
    # codes of checks have a room 'unit' too, whose sentences stand under check.
    assert [
        (text, file)
        for text, file in asked
        if text not in known and text not in prefixes and f"check.{text}" not in known
    ] == []


@pytest.mark.slow
def test_every_declared_column_has_a_heading_and_a_meaning() -> None:
    known = read_texts("en")
    wanted = [(table, name, kind) for table, name in said().columns for kind in ("heading", "meaning")]
    assert [
        w for w in sorted(wanted) if f"column.{'.'.join(w)}" not in known and f"column.{w[1]}.{w[2]}" not in known
    ] == []


def test_no_key_is_spare() -> None:
    code = said()
    scripts = "".join(file.read_text(encoding="utf-8") for file in code_files(".js"))
    scripted = {word for text in re.findall(r'"([\w. -]+)"', scripts) for word in (text, *text.split())}
    spoken = set(code.constants) | code.names | scripted | {text.replace(" ", "_") for text in code.constants}
    columns = {name for _, name in code.columns} | code.column_names
    patterns = [re.compile(pattern) for pattern in code.patterns if re.match(r"[a-z_]+\\\.", pattern)]

    endings = [re.compile(pattern) for pattern in code.patterns if re.fullmatch(r"[a-z]{4,}_\(\.\*\)", pattern)]

    def used(key: str) -> bool:
        if key in code.constants or key.removeprefix("command.part.") in code.constants:
            return True
        if key.startswith("column."):
            return key.startswith("column.communes.") or key.split(".")[-2] in columns
        if key.startswith("maps.page."):
            return key.removeprefix("maps.page.") in spoken
        if key.startswith("code."):
            return all(part in spoken for part in key.rsplit(".", 1)[1].split("+"))
        return any(
            all(known(group) for group in match.groups()) for pattern in patterns if (match := pattern.fullmatch(key))
        )

    def known(text: str) -> bool:
        """Whether the code says a text, its parts, or a pattern that it fits."""
        if text in spoken or all(part in spoken for part in text.split(".") if part):
            return True
        return any(match[1] in spoken for pattern in endings if (match := pattern.fullmatch(text)))

    assert [key for key in sorted(read_texts("en")) if not used(key)] == []


def vietnamese_words(text: str) -> list[str]:
    """Words of a text that are Vietnamese and no names: they have Vietnamese letters and begin with a small one."""
    return [word for word in re.findall(r"\w+", text) if VIETNAMESE.search(word) and word[0].islower()]


def test_no_vietnamese_sentence_stands_in_the_code() -> None:
    """A name (Nà Đang) may stand in a source, a code of the data (xã) alone; a sentence may not."""
    sentences = [
        (file, text)
        for text, file in said().constants.items()
        if len(vietnamese_words(text)) > 1 and file not in SPELLED_OUT and not file.startswith("infragap/reference/")
    ]
    assert sentences == []


@pytest.mark.parametrize("suffix", [".js", ".css"])
def test_no_vietnamese_stands_in_scripts_and_styles(suffix: str) -> None:
    assert [file.name for file in code_files(suffix) if VIETNAMESE.search(file.read_text(encoding="utf-8"))] == []
