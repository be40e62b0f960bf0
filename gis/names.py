"""Vietnamese place names: folded diacritics, generic words stripped, matching that asks rather than guesses, old
communes to new ones.

Fuzzy scores alone mislead: two towns that share no syllable can be 93 % alike. So a name is decided in tiers, each only
when one candidate stands out: the same with diacritics, the same without, the same by sound (s/x, tr/ch, d/gi/r, k/c,
i/y are mixed up in spelling), and last alike, where at least two of three syllables must be the same and the second
best must be clearly worse.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import pandas as pd
from rapidfuzz import fuzz

from infragap.gis.errors import MissingDataError
from infragap.profiles.profile import read_profile

Level = Literal["village", "commune", "district"]

ALIKE_PCT = 85.0
MARGIN_PCT = 8.0
SAME_SYLLABLES = 2 / 3
"""What an alike name needs: score, lead over the second best, share of equal syllables ('Mùng Căng Chải' has two of
three of 'Mù Cang Chải'; others only one of two). Chosen so that the cases in the tests come out; an
assumption, not a published rule."""

_STRAIGHT = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "-": " ", "–": " ", "_": " ", "’": "'", "‘": "'"})
_TONES = tuple(
    (re.compile(rf"{old}(?!\w)"), new)
    for olds, news in (
        ("oà oá oả oã oạ", "òa óa ỏa õa ọa"),
        ("oè oé oẻ oẽ oẹ", "òe óe ỏe õe ọe"),
        ("uỳ uý uỷ uỹ uỵ", "ùy úy ủy ũy ụy"),
    )
    for old, new in zip(olds.split(), news.split(), strict=True)
)
_SOUNDS = (("ngh", "ng"), ("gh", "g"), ("tr", "ch"), ("gi", "d"), ("k", "c"), ("s", "x"), ("r", "d"))


@dataclass(frozen=True)
class Candidate:
    """A place that a name may mean: its key (commune code, village id), name, and likeness 0 to 100."""

    key: str
    name: str
    score: float


@dataclass(frozen=True)
class Match:
    """What a name was found to mean.

    Attributes
    ----------
    query
        The name asked for.
    name, key
        The best candidate ('' where there is none); to be used without asking only where `decided`.
    score
        Its likeness, 0 to 100.
    margin
        Lead over the second best candidate.
    decided
        One candidate stands out.
    candidates
        The best five, best first.
    """

    query: str
    name: str
    key: str
    score: float
    margin: float
    decided: bool
    candidates: tuple[Candidate, ...]


@lru_cache(maxsize=65536)
def normal(text: str) -> str:
    """Give the text in NFC, lower case, single blanks, diacritics kept, both ways of placing the tone made one ('Hoà' =
    'Hòa').

    Examples
    --------
    >>> normal("Thôn  Hoà-Bình")
    'thôn hòa bình'
    """
    words = " ".join(unicodedata.normalize("NFC", text).replace("-", " ").replace("–", " ").lower().split())
    for old, new in _TONES:
        words = old.sub(new, words)
    return words


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Give the text without diacritics, in lower case, single blanks: 'Mù Cang Chải' becomes 'mu cang chai'.

    Composed and decomposed text fold alike; 'đ' becomes 'd'. Folding twice changes nothing.

    Examples
    --------
    >>> fold("Mù Cang Chải")
    'mu cang chai'
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", plain).translate(_STRAIGHT)
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


@lru_cache(maxsize=65536)
def strip_prefix(text: str, *, level: Level = "village") -> str:
    """Take one generic word off the front: 'Thôn Lùng Cúng' gives 'Lùng Cúng', 'Xã Bản Mù' (level 'commune') gives 'Bản
    Mù'.

    A bare number keeps its word ('Thôn 3'). Without any diacritics in the text the words are recognised without theirs
    too.

    Examples
    --------
    >>> strip_prefix("Thôn Lùng Cúng"), strip_prefix("Xã Bản Mù", level="commune"), strip_prefix("Thôn 3")
    ('Lùng Cúng', 'Bản Mù', 'Thôn 3')
    """
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    lower = clean.lower()
    plain = fold(clean) == lower
    for prefix in read_profile().administration.name_prefixes.get(level, ()):
        for form in (prefix, fold(prefix)) if plain else (prefix,):
            rest = lower[len(form) :]
            if lower.startswith(form) and (rest.startswith(" ") or (form.endswith(".") and rest)):
                name = clean[len(form) :].strip()
                return clean if name.isdigit() else name
    return clean


def match(query: str, places: Iterable[tuple[str, str]], *, level: Level = "village") -> Match:
    """Find which place a name means.

    Parameters
    ----------
    query
        The name, with or without diacritics and generic word.
    places
        (key, name) of every candidate.
    level
        Which generic words to strip.

    Returns
    -------
    Match
        Undecided where two candidates fit equally well (two villages called Làng Mảnh) or none well enough.

    Examples
    --------
    >>> match("mu cang chai", [("04489", "Mù Cang Chải"), ("04462", "Nậm Có")]).key
    '04489'
    >>> match("Sa Pả", [("a", "Sa Phìn"), ("b", "Nghĩa Lộ")]).decided
    False
    """
    listed = [(key, name, _tier_and_score(query, name, level=level)) for key, name in places]
    ranked = sorted(listed, key=lambda item: (-item[2][0], -item[2][1], item[0]))
    if not ranked:
        return Match(query=query, name="", key="", score=0.0, margin=0.0, decided=False, candidates=())
    tier, score = ranked[0][2]
    second_tier, second_score = ranked[1][2] if len(ranked) > 1 else (0, 0.0)
    margin = max(score - second_score, 0.0)
    ahead = margin >= MARGIN_PCT
    decided = ahead if tier == _ALIKE else tier > _ALIKE and (ahead or tier > second_tier)
    best = tuple(Candidate(key=key, name=name, score=round(marks[1], 1)) for key, name, marks in ranked[:5])
    return Match(
        query=query,
        name=best[0].name,
        key=best[0].key,
        score=best[0].score,
        margin=round(margin, 1),
        decided=decided,
        candidates=best,
    )


_SAME, _SAME_STRIPPED, _SAME_FOLDED, _SAME_FOLDED_STRIPPED, _SAME_SOUND, _ALIKE, _UNLIKE = 6, 5, 4, 3, 2, 1, 0


def _tier_and_score(query: str, name: str, *, level: Level) -> tuple[int, float]:
    short_query, short_name = strip_prefix(query, level=level), strip_prefix(name, level=level)
    accents = 100.0 if fold(query) == normal(query) else fuzz.ratio(normal(short_query), normal(short_name))
    if normal(query) == normal(name):
        return _SAME, 100.0
    if normal(short_name) in (normal(short_query), normal(query)):
        return _SAME_STRIPPED, 100.0
    if fold(query).replace(" ", "") == fold(name).replace(" ", ""):
        return _SAME_FOLDED, 90 + accents / 10
    if fold(short_name).replace(" ", "") in (fold(short_query).replace(" ", ""), fold(query).replace(" ", "")):
        return _SAME_FOLDED_STRIPPED, 90 + accents / 10
    ratio = 0.75 * fuzz.ratio(fold(short_query), fold(short_name)) + 0.25 * accents
    first, second = (
        [_sound(part) for part in fold(short_query).split()],
        [_sound(part) for part in fold(short_name).split()],
    )
    if first == second:
        return _SAME_SOUND, max(ratio, ALIKE_PCT)
    equal = sum(a == b for a, b in zip(first, second, strict=False))
    same_numbers = re.findall(r"\d+", query) == re.findall(r"\d+", name)
    alike = ratio >= ALIKE_PCT and same_numbers and len(first) == len(second) and equal >= SAME_SYLLABLES * len(first)
    return (_ALIKE if alike else _UNLIKE), ratio


def _sound(syllable: str) -> str:
    for written, heard in _SOUNDS:
        if syllable.startswith(written) and syllable != "gi":
            syllable = heard + syllable[len(written) :]
            break
    return syllable.replace("y", "i")


def match_commune(name: str, communes: pd.DataFrame) -> Match:
    """Find a commune by name among rows with `commune_code`, `name` and, where there, `kind`; the key is the code."""
    kinds = communes["kind"] if "kind" in communes.columns else [""] * len(communes)
    places = [
        (str(code), str(plain), str(kind))
        for code, plain, kind in zip(communes["commune_code"], communes["name"], kinds, strict=True)
    ]
    found = match(name, [(code, plain) for code, plain, _ in places], level="commune")
    if found.decided or found.score < 100:
        return found
    # namesakes: 'xã Nghĩa Lộ' and 'phường Nghĩa Lộ' differ by their kind only
    return match(name, [(code, f"{kind} {plain}".strip()) for code, plain, kind in places], level="commune")


def match_place(name: str, places: pd.DataFrame, *, key: str, commune_code: str | None = None) -> Match:
    """Find a village or settlement by name, within its commune where that is known.

    Parameters
    ----------
    name
        The name.
    places
        Rows with `name`, `commune_code` and the column `key`.
    key
        Column that identifies a row, such as 'village_id'.
    commune_code
        Commune to look in; without one, namesakes stay undecided.
    """
    rows = places if commune_code is None else places[places["commune_code"] == commune_code]
    return match(name, zip(rows[key].astype(str), rows["name"].astype(str), strict=True))


@dataclass(frozen=True)
class LegacyCommune:
    """A commune before July 2025 and the commune that it belongs to now.

    `is_divided`: parts of it went to other new communes too; the one named here got the main part.
    """

    code: str
    name: str
    kind: str
    district: str
    province: str
    new_code: str
    new_name: str
    is_divided: bool


def new_commune_of(old_name: str, *, district: str | None = None, province: str) -> Match:
    """Find the commune of today that an old commune belongs to.

    Parameters
    ----------
    old_name
        Name of the old commune, with or without 'xã', 'phường', 'thị trấn' and diacritics.
    district
        Its old district, which tells namesakes apart.
    province
        Province of today.

    Returns
    -------
    Match
        Key and name of the new commune; decided too where several old namesakes all went to the same new commune.

    Raises
    ------
    MissingDataError
        No such province.
    """
    old = legacy_communes(province)
    noted = re.fullmatch(r"(.+?)\s*\((.+)\)", old_name.strip())
    if district is None and noted is not None:
        # decisions tell namesakes apart as 'Xã Thanh Bình (huyện Mường Khương)'
        old_name, district = noted[1], noted[2]
    if district is not None:
        units = sorted({unit.district for unit in old})
        found = match(district, [(unit, unit) for unit in units], level="district")
        old = tuple(unit for unit in old if found.decided and unit.district == found.key)
    listed = match(old_name, [(unit.code, f"{unit.kind} {unit.name}") for unit in old], level="commune")
    by_code = {unit.code: unit for unit in old}
    candidates = tuple(Candidate(by_code[c.key].new_code, by_code[c.key].new_name, c.score) for c in listed.candidates)
    if not candidates:
        return listed
    best = [by_code[c.key] for c in listed.candidates if c.score == listed.score]
    together = len({unit.new_code for unit in best}) == 1 and listed.score == 100
    return Match(
        query=old_name, name=candidates[0].name, key=candidates[0].key, score=listed.score, margin=listed.margin,
        decided=(listed.decided or together) and not best[0].is_divided, candidates=candidates,
    )  # fmt: skip


@cache
def legacy_communes(province: str) -> tuple[LegacyCommune, ...]:
    """List the communes before July 2025 of a province of today, in the order of their codes.

    Notes
    -----
    The table was cut from the data files of vietnamadminunits 1.0.4 (MIT; licence beside it), see data/README.md.
    """
    with _registry("communes_before_2025.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wanted = fold(strip_prefix(province, level="district"))
    listed = [row for row in rows if fold(row["province"]) == wanted]
    if not listed:
        known = ", ".join(sorted({row["province"] for row in rows}))
        raise MissingDataError(f"names: there is no province '{province}'. Write one of {known}.")
    return tuple(
        LegacyCommune(
            row["old_code"], row["old_name"], row["old_kind"], row["old_district"], row["old_province"],
            row["code"], row["name"], is_divided=row["is_divided"] == "yes",
        )
        for row in listed
    )  # fmt: skip


def _registry(name: str) -> Path:
    """A table of the fact tables: inside the installed package, or in `data/` of a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_data", package / "data"):
        if (path := folder / "facts" / "registry" / name).exists():
            return path
    raise MissingDataError(f"names: {name} is not among the fact tables. Install infragap from its checkout again.")
