"""Texts, numbers and dates of a language; a further language is one more file."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from infragap.analyses.water.codes import WorkKind
from infragap.wording import catalogue
from infragap.wording.catalogue import Number, in_each_language, languages, words
from infragap.wording.codes import code_words, codes, label, labels, unit_words


@pytest.fixture
def with_french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of catalogues with a third one that translates three keys."""
    for code in ("vi", "en"):
        (tmp_path / f"{code}.po").write_bytes((catalogue.FOLDER / f"{code}.po").read_bytes())
    french = {"language.name": "Français", "maps.link.water": "Eau", "code.supply.none": "sans courant"}
    lines = ['msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n']
    lines += [f'msgid "{key}"\nmsgstr "{text}"\n' for key, text in french.items()]
    (tmp_path / "fr.po").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    caches = (catalogue.all_languages, catalogue._words, codes)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


def test_numbers_are_written_as_the_language_does() -> None:
    assert words("vi").number(1234567.891, decimals=2) == "1.234.567,89"
    assert words("en").number(1234567.891, decimals=2) == "1,234,567.89"
    # halves as Python rounds them, to the even neighbour
    assert words("vi").number(0.5) == "0"
    assert words("vi").number(float("nan")) == "không rõ"


def test_a_number_inside_a_text_is_written_as_the_language_does() -> None:
    said = in_each_language("maps.electricity.counted", settlements=Number(1000), households=Number(24656))
    assert said["vi"] == "1.000 · 24.656 hộ"
    assert said["en"] == "1,000 · 24,656 households"


def test_dates_are_written_in_the_order_of_the_language() -> None:
    assert words("vi").day(date(2026, 11, 7)) == "07/11/2026"
    assert words("en").day(date(2026, 11, 7)) == "2026-11-07"


def test_a_value_that_a_text_wants_must_be_given() -> None:
    with pytest.raises(KeyError):
        words("vi")("maps.electricity.title")


def test_codes_and_units_have_words() -> None:
    assert label("vi", "choice", "grid") == "Kéo lưới điện"
    assert label("en", "choice", "grid") == "Grid extension"
    # a code without words stands for itself, a missing one is empty
    assert label("vi", "choice", "fusion") == "fusion"
    assert label("vi", "choice", None) == ""
    assert unit_words("mvnd/household") == {"vi": "tr.đ/hộ", "en": "million VND/household"}
    assert unit_words("-") is None


def test_a_table_may_have_its_own_words_for_a_code() -> None:
    assert code_words("kind", "village", "electricity.ranking")["en"] == "village"
    assert set(labels("kind", "water.works")) == {str(kind) for kind in WorkKind}
    assert set(labels("kind", "schools.sites")) >= {"border_boarding", "new_upper_secondary"}


@pytest.mark.slow
def test_a_third_language_is_one_file(with_french: None) -> None:
    assert languages() == ("vi", "en", "fr")
    assert in_each_language("maps.link.water") == {"vi": "Nước sạch", "en": "Water", "fr": "Eau"}
    assert label("fr", "supply", "none") == "sans courant"
    # what it does not translate is said in English
    assert words("fr")("maps.link.schools") == words("en")("maps.link.schools")
    assert words("fr").number(1234.5, decimals=1) == "1\u202f234,5"


@pytest.mark.slow
def test_a_value_with_several_codes_is_read_word_by_word() -> None:
    assert label("en", "undecided_because", "position; relief", "electricity.ranking") == "position, relief"
    assert label("en", "undecided_because", "position; unheard", "electricity.ranking") == "position; unheard"
