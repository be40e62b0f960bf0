"""For which country words are said: its languages, its money and its voltages in place of those of the default profile.

`with speaking_for(profile):` around a run; outside of it words are those of the default profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from infragap.profiles.profile import DEFAULT, Profile, read_profile

INDICATORS = {"maps.index.rural_to_standard": "water_clean_pct", "maps.index.rural_basic": "water_basic_pct"}
"""Texts that are what a country calls a published total."""

LAYER = {"en": "layer", "vi": "lớp"}
"""Word before the name of a layer, by language."""

_spoken: ContextVar[Profile | None] = ContextVar("spoken_profile", default=None)


@contextmanager
def speaking_for(profile: Profile) -> Iterator[None]:
    """Say all words for one country until the block ends."""
    token = _spoken.set(None if profile.code == DEFAULT else profile)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken_profile() -> Profile:
    """Give the profile of the country that words are said for."""
    return _spoken.get() or read_profile()


def in_words_of(texts: dict[str, str], profile: Profile, language: str) -> dict[str, str]:
    """Put money, voltages and areas of a country into texts, by key."""
    fixed, money = _fillings(profile, language), _money(profile, language)
    said = {key: _said(text, fixed, money) for key, text in texts.items()}
    if profile.code != DEFAULT:
        for key, indicator in INDICATORS.items():
            name = profile.indicators.get(indicator, {}).get(language)
            if name and key in said:
                said[key] = _capital(name)
    return said


def _fillings(profile: Profile, language: str) -> dict[str, str]:
    kinds = " / ".join((*profile.administration.rural, *profile.administration.urban))
    return {
        "{upper_kv}": f"{profile.voltage.upper_kv:g}",
        "{lower_kv}": f"{profile.voltage.lower_kv:g}",
        "{rural_kinds}": ", ".join(profile.administration.rural),
        "{area_kinds}": kinds,
        "{water_standard}": _standard(profile, language),
        "{first_year}": str(profile.first_year),
        "{last_year}": str(profile.last_year),
        "{crs_example}": profile.crs_hint or "EPSG:32736",
    }


def _standard(profile: Profile, language: str) -> str:
    names = profile.water_standard
    return names.get(language) or next(iter(names.values()), "WHO")


def _money(profile: Profile, language: str) -> list[tuple[re.Pattern[str], str]]:
    if profile.code == DEFAULT:
        return []
    ours, theirs = read_profile().money, profile.money
    pairs = [(ours.currency, theirs.currency)]
    if language in theirs.name:
        pairs = [
            (ours.name[language], theirs.name[language]),
            (ours.thousands_name[language], theirs.thousands_name[language]),
            *pairs,
        ]
    said = [(_whole_word(old), new) for old, new in pairs]
    return said + [(_whole_word(old, but_after=LAYER.get(language, "")), new) for old, new in _areas(profile, language)]


def _areas(profile: Profile, language: str) -> list[tuple[str, str]]:
    """What areas are called, in singular and plural, within a sentence and at its beginning."""
    ours, theirs = read_profile().administration, profile.administration
    found = []
    for old, new in ((ours.area_plural, theirs.area_plural), (ours.area, theirs.area)):
        if language in old and language in new:
            found += [(old[language], new[language]), (_capital(old[language]), _capital(new[language]))]
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=64)
def _whole_word(text: str, but_after: str = "") -> re.Pattern[str]:
    """A word, but for the name of a layer, which no country changes, and of what is filled in."""
    layer = rf"(?<!\b{re.escape(but_after)} )" if but_after else ""
    return re.compile(rf"{layer}(?<![\w{{]){re.escape(text)}(?![\w}}])")


def _said(text: str, fixed: dict[str, str], money: list[tuple[re.Pattern[str], str]]) -> str:
    if "{" in text:
        for name, value in fixed.items():
            text = text.replace(name, value)
    for pattern, word in money:
        text = pattern.sub(word, text)
    return text
