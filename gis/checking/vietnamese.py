"""Vietnamese text: its letters and syllables, and the old fonts TCVN3 (.VnTime) and VNI turned into Unicode.

An old font puts Vietnamese letters in the places of Western ones: the text is valid and means nothing. It is told by
its syllables: what is none as it stands, and is one once converted, was typed in that font.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

LETTERS = frozenset("àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ")
"""Letters beyond a to z, lower case."""

_TCVN3 = {
    0xB5: "àảãáạ", 0xBB: "ằẳẵắ", 0xC6: "ặầẩẫấậè", 0xCE: "ẻẽéẹềểễếệìỉ", 0xDC: "ĩíịò", 0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
}  # fmt: skip
"""Runs of letters from a code on, as the standard TCVN 5712:1993 (table VN3) lists them."""

_VNI_MARKS = {
    "a": {"ø": "à", "ù": "á", "û": "ả", "õ": "ã", "ï": "ạ", "ê": "ă", "è": "ằ", "é": "ắ", "ú": "ẳ", "ü": "ẵ", "ë": "ặ",
    "â": "â", "à": "ầ", "á": "ấ", "å": "ẩ", "ã": "ẫ", "ä": "ậ"},
    "e": {"ø": "è", "ù": "é", "û": "ẻ", "õ": "ẽ", "ï": "ẹ", "â": "ê", "à": "ề", "á": "ế", "å": "ể", "ã": "ễ", "ä": "ệ"},
    "o": {"ø": "ò", "ù": "ó", "û": "ỏ", "õ": "õ", "ï": "ọ", "â": "ô", "à": "ồ", "á": "ố", "å": "ổ", "ã": "ỗ", "ä": "ộ"},
    "u": {"ø": "ù", "ù": "ú", "û": "ủ", "õ": "ũ", "ï": "ụ"},
    "y": {"ø": "ỳ", "ù": "ý", "û": "ỷ", "õ": "ỹ"},
    "ô": {"ø": "ờ", "ù": "ớ", "û": "ở", "õ": "ỡ", "ï": "ợ"},
    "ö": {"ø": "ừ", "ù": "ứ", "û": "ử", "õ": "ữ", "ï": "ự"},
}  # fmt: skip
_VNI_SINGLE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ì": "ì", "í": "í"}

_ONSET = "ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|b|c|d|đ|g|h|k|l|m|n|p|q|r|s|t|v|x"
_OPEN = (
    "a|e|ê|i|o|ô|ơ|u|ư|y|ai|ao|au|ay|âu|ây|eo|êu|ia|iu|oa"
    "|oai|oay|oao|oe|oeo|oi|ôi|ơi|ua|uâ|ui|ưa|ưi|ưu|uây|uê|uơ|uy|uya|uyu|uôi|ươi|ươu|iêu|yêu|ya"
)
_CLOSED = "a|ă|â|e|ê|i|o|ô|ơ|u|ư|y|iê|yê|uô|ươ|oa|oă|oe|oo|uâ|uê|uy|uyê"
_SYLLABLE = re.compile(rf"(?:{_ONSET})?(?:(?:{_OPEN})|(?:{_CLOSED})(?:ng|nh|ch|c|m|n|p|t|k))")
_TONE_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323")


def is_vietnamese_sign(sign: str) -> bool:
    """Tell whether a letter beyond a to z is Vietnamese.

    Examples
    --------
    >>> is_vietnamese_sign("Ả"), is_vietnamese_sign("ø")
    (True, False)
    """
    return sign.lower() in LETTERS


@lru_cache(maxsize=65536)
def is_syllable(word: str) -> bool:
    """Tell whether a word can be one Vietnamese syllable with at least one letter beyond a to z, by its parts: onset,
    vowels, coda.

    Examples
    --------
    >>> [is_syllable(word) for word in ("Mảnh", "Lµng", "Maûnh", "Moller")]
    [True, False, False, False]
    """
    lower = unicodedata.normalize("NFC", word.lower())
    if lower.isascii() or not all(sign.isascii() or sign in LETTERS for sign in lower):
        return False
    tones = sum(mark in _TONE_MARKS for mark in unicodedata.normalize("NFD", lower))
    bare = unicodedata.normalize("NFC", "".join(m for m in unicodedata.normalize("NFD", lower) if m not in _TONE_MARKS))
    return tones <= 1 and _SYLLABLE.fullmatch(bare) is not None


TCVN3: Mapping[int, str] = {first + step: letter for first, run in _TCVN3.items() for step, letter in enumerate(run)}
"""Code to letter; codes that the standard leaves empty are absent."""


def from_tcvn3(text: str) -> str:
    """Convert text typed in a TCVN3 font, its bytes read as Latin-1.

    Examples
    --------
    >>> from_tcvn3("Lµng Bang"), from_tcvn3("NËm BiÕu")
    ('Làng Bang', 'Nậm Biếu')
    """
    return text.translate(TCVN3)


def from_vni(text: str) -> str:
    """Convert text typed in a VNI font, its bytes read as Latin-1.

    Examples
    --------
    >>> from_vni("Laøng Maûnh"), from_vni("ÑOÀNG BAÈNG"), from_vni("Nghóa Loä")
    ('Làng Mảnh', 'ĐỒNG BẰNG', 'Nghĩa Lộ')
    """
    out, position = [], 0
    while position < len(text):
        sign, after = text[position], text[position + 1 : position + 2]
        letter = _VNI_MARKS.get(sign.lower(), {}).get(after.lower()) if after else None
        taken = 2 if letter is not None else 1
        letter = letter if letter is not None else _VNI_SINGLE.get(sign.lower())
        out.append(sign if letter is None else letter.upper() if sign.isupper() else letter)
        position += taken
    return "".join(out)


def from_cp1258(text: str) -> str:
    """Read text again as Windows-1258 that was read as Latin-1 or Windows-1252.

    Examples
    --------
    >>> from_cp1258("Quôìc lôò")
    'Quốc lộ'
    """
    content = b"".join(_western_byte(sign) for sign in text)
    return unicodedata.normalize("NFC", content.decode("cp1258", "replace"))


def _western_byte(sign: str) -> bytes:
    if ord(sign) < 256:
        return sign.encode("latin-1")
    return sign.encode("cp1252", "replace")


OLD_FONTS: Mapping[str, Callable[[str], str]] = {"TCVN3": from_tcvn3, "VNI": from_vni, "Windows-1258": from_cp1258}
"""How text of an old font or code page becomes Unicode."""


@lru_cache(maxsize=65536)
def old_font_words(text: str) -> Mapping[str, int]:
    """Count, by old font, the words that are no Vietnamese syllable as they stand and are one once converted.

    Examples
    --------
    >>> dict(old_font_words("Lµng M¶nh")), dict(old_font_words("Làng Mảnh")), dict(old_font_words("Möller"))
    ({'TCVN3': 2}, {}, {})
    """
    counts: dict[str, int] = {}
    for word in text.split():
        bare = word.strip("()[].,;:'\"")
        if bare.isascii() or is_syllable(bare):
            continue
        for name, convert in OLD_FONTS.items():
            if is_syllable(convert(bare)):
                counts[name] = counts.get(name, 0) + 1
    return counts
