"""The catalogue: keys into texts, numbers and dates of one language, by gettext's file format and Babel's locale
data."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from infragap.profiles.profile import DEFAULT, Profile
from infragap.wording.country import in_words_of, spoken_profile

FOLDER = files("infragap.wording")
COMPLETE = ("vi", "en")
"""Languages whose catalogues lack nothing, which a test holds."""

FALLBACK = "en"
"""Language of what another catalogue lacks."""


@dataclass(frozen=True)
class Number:
    """A number inside a text: each language writes it with its own separators.

    Examples
    --------
    >>> Number(1234.5, decimals=1).written(words("vi"))
    '1.234,5'
    """

    value: float
    decimals: int = 0

    def written(self, language: Words) -> str:
        """Write the number as a language does."""
        return language.number(self.value, decimals=self.decimals)


def languages() -> tuple[str, ...]:
    """Give the languages that have a catalogue and that the country speaks: Vietnamese, English, then any other by its
    code; the first is the main one."""
    spoken = spoken_profile()
    if spoken.code == DEFAULT:
        return all_languages()
    return tuple(code for code in spoken.languages if code in all_languages()) or (FALLBACK,)


@lru_cache(maxsize=1)
def all_languages() -> tuple[str, ...]:
    """Give all languages that have a catalogue."""
    found = sorted(entry.name.removesuffix(".po") for entry in FOLDER.iterdir() if entry.name.endswith(".po"))
    return tuple(sorted(found, key=lambda code: (code != "vi", code != "en", code)))


def words(language: str) -> Words:
    """Give the words of one language, said for the country of `speaking_for`; where it does not speak the language,
    those of its main one.

    Raises
    ------
    KeyError
        There is no catalogue of that language.
    """
    if language not in all_languages():
        raise KeyError(f"no catalogue for language '{language}'; there are {', '.join(all_languages())}")
    spoken, known = spoken_profile(), languages()
    return _words(language if language in known else known[0], spoken.code, _Unhashed(spoken))


class _Unhashed:
    """A profile beside the key of a cache: equal to any other, as its code is in the key."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Unhashed):
            return False
        return other.profile is self.profile or other.profile == self.profile

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=16)
def _words(language: str, country: str, spoken: _Unhashed) -> Words:
    texts = read_texts(language)
    # reading a catalogue is a third of the time that a help takes
    if language not in COMPLETE:
        texts = read_texts(FALLBACK) | texts
    return Words(language, in_words_of(texts, spoken.profile, language))


def read_texts(language: str) -> dict[str, str]:
    """Read the texts that stand in the catalogue file of a language, by key."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string}


class Words:
    """Texts, numbers and dates of one language.

    Parameters
    ----------
    language
        Code of the language, such as 'vi'.
    texts
        Key to text; `{name}` in a text is filled from the values given.

    Examples
    --------
    >>> words("vi").number(1234.5, decimals=1), words("en").number(1234.5, decimals=1)
    ('1.234,5', '1,234.5')
    """

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        """Keep the texts."""
        self.language = language
        self._texts = dict(texts)

    def __contains__(self, key: str) -> bool:
        """Whether the catalogue holds a text for the key."""
        return key in self._texts

    def __call__(self, key: str, /, **values: Any) -> str:
        """Give the text of a key with its values filled in; a `Number` is written as the language does.

        Raises
        ------
        KeyError
            The catalogue has no such key, or the text names a value that was not given.
        """
        text = self._texts[key]
        if not values and "{" not in text:
            return text
        return text.format(**{k: v.written(self) if isinstance(v, Number) else v for k, v in values.items()})

    def keys(self, prefix: str = "") -> list[str]:
        """Keys that begin with the prefix, in the order of the catalogue."""
        return [key for key in self._texts if key.startswith(prefix)]

    def fields(self, key: str) -> set[str]:
        """Names of the values that a text wants."""
        return {name for _, name, _, _ in string.Formatter().parse(self._texts[key]) if name}

    def number(self, value: float, *, decimals: int = 0) -> str:
        """Write a number with the language's separators, or its word for 'not known' where the value is not finite."""
        if not math.isfinite(value):
            return self("number.unknown")
        # rounded by Python first: Babel rounds the shortest decimal text, not the number itself
        return _written(f"{value:.{decimals}f}", decimals, self.language)

    def day(self, value: date) -> str:
        """Write a date with figures only, in the language's order."""
        return format_date(value, format="dd/MM/yyyy" if self.language == "vi" else "yyyy-MM-dd", locale=self.language)


def in_each_language(key: str, /, **values: Any) -> dict[str, str]:
    """Give the text of a key in every language of the country, by its code; for another one, that of the main one."""
    return Texts({language: words(language)(key, **values) for language in languages()})


class Texts(dict[str, str]):
    """One text in several languages, by their codes; a language that there is not reads as the first."""

    def __missing__(self, language: str) -> str:
        """Give the text of the main language."""
        return next(iter(self.values()))


@lru_cache(maxsize=50_000)
def _written(text: str, decimals: int, language: str) -> str:
    """Write a number with the separators of a language; tables, maps and sheets show most numbers several times."""
    return format_decimal(text, format=_pattern(decimals), locale=language)


def _pattern(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")
