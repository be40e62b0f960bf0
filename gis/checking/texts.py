"""Texts of a layer: letters garbled by a wrong encoding or an old font, hidden signs in identifiers, identifiers that
only look different."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pandas as pd

from infragap.gis import schema
from infragap.gis.arrays import BoolArray
from infragap.gis.checking.vietnamese import is_vietnamese_sign, old_font_words
from infragap.gis.findings import Finding, fault, notice

GARBLED = fault(
    "text.garbled",
    tolerance="question marks at the end of a word or before a capital; percent codes in web addresses",
    reason="UTF-8 read as another encoding (Lã read as LÃ£), signs for what could not be read, HTML entities and "
    "percent codes: such names "
    "match nothing and reach every map",
)
OLD_FONT = fault(
    "text.old_font",
    tolerance="a single such word in a column",
    reason="text typed in a TCVN3 or VNI font, or saved in Windows-1258, is valid and means nothing: its words are no "
    "Vietnamese syllables "
    "as they stand, and are once converted",
)
TAGS = fault(
    "text.tags",
    tolerance="columns that are not of the schema; signs < and > that are no tag",
    reason="marks of a web page in a name (<b>, <br/>) come from Google Earth or a form, and match nothing",
)
DOUBT = notice(
    "text.doubt",
    tolerance="columns other than names",
    reason="a question mark in a name is a letter that was lost, or a doubt that somebody noted and nobody settled",
)
NO_NAME = notice(
    "text.no_name",
    tolerance="none",
    reason="None, NULL, nan and the like are what a program writes where it knows nothing: no place is called so",
)
ERROR_VALUE = fault(
    "text.error_value",
    reason="a formula of a workbook failed (#N/A, #REF!): what it says is no name, and reaches every map",
)
HIDDEN = fault(
    "id.hidden", reason="control, direction and zero-width signs make two identifiers look alike, and harm a terminal"
)
HIDDEN_TEXT = fault(
    "text.hidden",
    tolerance="tabs, line ends, soft hyphens",
    reason="control and direction signs in a text harm a terminal and split names",
)
ALIKE = fault(
    "id.alike",
    reason="identifiers that differ only in case, blanks, invisible signs or a letter of another script that looks the "
    "same (Cyrillic С for C) are one place written twice, or will be mixed up",
)

OLD_FONT_WORDS = 2
"""Least words of a column that must be Vietnamese in one old font before it is named."""

_LOST = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])|(?<!\w)\?(?=[a-zà-ỹ])|\ufffd")
_DOUBT = re.compile(r"\?|\ufffd")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,11}(?:\s[^<>]*)?/?>|<!--")
_NO_NAME = re.compile(
    r"none|null|nan|<na>|n/a|undefined|unnamed|\[object object\]|\(null\)|no ?data|#|\?+", re.IGNORECASE
)
NAMES = ("name", "name_in_scheme", "legacy_commune", "river", "feeder", "conductor", "merged_from")
"""Columns of names, in which a question mark is no punctuation."""
_ENTITY = re.compile(
    r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|amp|lt|gt|quot|nbsp|apos|[a-zA-Z]{1,8}(?:grave|acute|circ|tilde|uml|ring|slash|cedil));"
)
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}){2,}")
_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|_x[0-9A-F]{4}_|(?:=[0-9A-F]{2}){2,}")
_BOX = re.compile(r"[□▯■￿](?=[^\W\d_])|(?<=[^\W\d_])[□▯■]|(?<=[^\W\d_])¿(?=[^\W\d_])")
_LATIN, _OTHER = (
    r"A-Za-z\u00c0-\u024f\u1e00-\u1eff",
    r"\u0370-\u03a8\u03aa-\u03af\u0400-\u1cff\u2e80-\ud7ff\uf900-\ufaff",
)
_MIXED = re.compile(rf"[{_LATIN}][{_OTHER}]+[{_LATIN}]")
"""A letter of another script inside a Latin word: bytes of UTF-8 read as Cyrillic, Thai or Chinese. Small Greek letters
and Ω stand in units."""
_UTF7 = re.compile(r"\+([A-Za-z0-9/]{2,})-")
_ERROR_VALUE = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_LINK = re.compile(r"\S*(?:https?:|www\.)\S*")
_UTF8_RUN = re.compile("[\xc3-\xc6\xcc][\x80-\xbf]|[\xe1-\xe2][\x80-\xbf]{2}|\xc2[\xa1-\xbf]")


class _Bytes(dict[int, str]):
    """Sign to the byte that it stands for in a single-byte encoding, as Latin-1, for `str.translate`: ASCII stays,
    other signs become a blank."""

    def __missing__(self, code: int) -> str:
        """Give what stands for a sign that the encoding has no byte above ASCII for."""
        return chr(code) if code < 0x80 else "\x00"


def _bytes_of(encoding: str) -> _Bytes:
    table = _Bytes()
    for code in range(0x80, 0x100):
        try:
            table[ord(bytes([code]).decode(encoding))] = chr(code)
        except UnicodeDecodeError:
            table[code] = chr(code)
    return table


_MISREADINGS = {
    name: _bytes_of(name) for name in ("cp1252", "latin-1", "mac_roman", "cp1258", "cp1250", "cp1251", "cp437", "cp850")
}


_LOOK_ALIKE = str.maketrans("авсеніјкморѕтхуαβεηικμνορτυχζ", "abcehijkmopstxyabehikmnoptyxz")
"""Cyrillic and Greek letters to the Latin ones that look the same as capitals or as small letters."""


def text_findings(frame: pd.DataFrame, *, layer: str) -> list[Finding]:
    """Check every text column of a layer as it was read, columns beyond the schema included."""
    key = schema.ID_COLUMN.get(layer)
    model = schema.LAYERS.get(layer)
    columns = model.to_schema().columns if model is not None else {}
    # there the value is told as no number
    numbers = {name for name, column in columns.items() if str(column.dtype) in ("int64", "float64", "bool")}
    found = []
    for name in frame.columns:
        if name == "geometry" or frame[name].dtype != object:
            continue
        texts = [unicodedata.normalize("NFC", cell) if isinstance(cell, str) else "" for cell in frame[name]]
        # each text once: columns of a large layer hold few different ones
        garbled, hidden, fonts = {}, {}, {}
        for text in set(texts):
            garbled[text] = looks_garbled(text)
            hidden[text] = has_hidden_signs(text, strict=name == key)
            fonts[text] = {} if text.isascii() else old_font_words(text)
        shared = {"layer": layer, "column": str(name)}
        if any(garbled.values()):
            found.append(GARBLED.in_rows(frame, [garbled[text] for text in texts], shown=frame[name], **shared))
        else:
            found += _old_font_findings(frame, name, [fonts[text] for text in texts], layer=layer)
        if name in columns and name not in numbers and not _has_choices(columns[name]):
            found += _name_findings(frame, str(name), texts, garbled, layer=layer)
        errors = [_ERROR_VALUE.fullmatch(text.strip()) is not None for text in texts]
        if any(errors) and name not in numbers:
            found.append(ERROR_VALUE.in_rows(frame, errors, shown=frame[name], **shared))
        if any(hidden.values()):
            check = HIDDEN if name == key else HIDDEN_TEXT
            found.append(check.in_rows(frame, [hidden[text] for text in texts], shown=frame[name], **shared))
        if name == key:
            found += _alike_findings(frame, name, texts, layer=layer)
    return found


def _has_choices(column: Any) -> bool:
    return any("allowed_values" in (check.statistics or {}) for check in column.checks)


def _name_findings(
    frame: pd.DataFrame, name: str, texts: list[str], garbled: dict[str, bool], *, layer: str
) -> list[Finding]:
    """Look at a text column of the schema: tags, words that stand for nothing, question marks in names."""
    shared: dict[str, Any] = {"layer": layer, "column": name, "shown": frame[name]}
    tags = [_TAG.search(text) is not None for text in texts]
    nothing = [_NO_NAME.fullmatch(text.strip()) is not None for text in texts]
    doubts = [
        name in NAMES and not garbled[text] and not empty and _DOUBT.search(_LINK.sub("", text)) is not None
        for text, empty in zip(texts, nothing, strict=True)
    ]
    return [
        check.in_rows(frame, marked, **shared)
        for check, marked in ((TAGS, tags), (NO_NAME, nothing), (DOUBT, doubts))
        if any(marked)
    ]


def has_hidden_signs(text: str, *, strict: bool) -> bool:
    """Tell whether a text holds signs that nobody sees; `strict` counts line ends, tabs and odd blanks too.

    Examples
    --------
    >>> has_hidden_signs("C\\u200b1", strict=True), has_hidden_signs("two\\nlines", strict=False)
    (True, False)
    """
    if text.isascii() and text.isprintable():
        return False
    for sign in text:
        category = unicodedata.category(sign)
        if category in ("Cc", "Cf", "Cs", "Co", "Cn") and (strict or sign not in "\t\n\r\u00ad\ufeff"):
            return True
        if strict and category in ("Zs", "Zl", "Zp") and sign != " ":
            return True
    return False


def looks_garbled(text: str) -> bool:
    """Tell whether a text was saved or read in a wrong encoding, or still holds codes of a web page.

    Examples
    --------
    >>> looks_garbled("LÃ¡ng Máº£nh"), looks_garbled("B?n N?m"), looks_garbled("Làng Mảnh"), looks_garbled("Bản Phố?")
    (True, True, False, False)
    """
    text = _LINK.sub("", text)
    if any(signs.search(text) for signs in (_LOST, _ENTITY, _PERCENT, _ESCAPE, _BOX, _MIXED)):
        return True
    return _holds_utf7(text) if text.isascii() else any(_holds_utf8(text, table) for table in _MISREADINGS.values())


def _holds_utf7(text: str) -> bool:
    for match in _UTF7.finditer(text):
        try:
            letters = match[0].encode().decode("utf-7")
        except UnicodeDecodeError:
            continue
        if letters and all(is_vietnamese_sign(sign) for sign in letters):
            return True
    return False


def _holds_utf8(text: str, table: _Bytes) -> bool:
    """Whether signs, read as the bytes that they stand for, are Vietnamese letters or common signs in UTF-8."""
    as_bytes = text.translate(table)
    for match in _UTF8_RUN.finditer(as_bytes):
        if text[match.start() : match.end()] == "Ã\xa0" and not as_bytes[match.end() : match.end() + 1].islower():
            # 'XÃ' before a hard blank is a word; inside a word it is not
            continue
        try:
            letter = match[0].encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:
            continue
        if is_vietnamese_sign(letter) or letter in "–—’‘“”…°²³·×" or unicodedata.combining(letter):
            return True
    return False


def _old_font_findings(frame: pd.DataFrame, name: Any, fonts: list[Any], *, layer: str) -> list[Finding]:
    totals: dict[str, int] = {}
    for counts in fonts:
        for font, number in counts.items():
            totals[font] = totals.get(font, 0) + number
    if not totals or max(totals.values()) < OLD_FONT_WORDS:
        return []
    best = max(totals, key=lambda font: (totals[font], font))
    marked = [font_counts.get(best, 0) > 0 for font_counts in fonts]
    return [OLD_FONT.in_rows(frame, marked, layer=layer, shown=frame[name], column=str(name), font=best)]


def _alike_findings(frame: pd.DataFrame, name: str, texts: list[str], *, layer: str) -> list[Finding]:
    plain: pd.Series[Any] = pd.Series([_bare(text) for text in texts])
    exact: pd.Series[Any] = pd.Series([text.strip() for text in texts])
    # equal identifiers are another fault: here they differ, but only in what nobody sees
    spellings = exact.groupby(plain).nunique().reindex(plain).to_numpy()
    marked: BoolArray = (plain != "").to_numpy() & (spellings > 1)
    if not marked.any():
        return []
    return [ALIKE.in_rows(frame, marked, layer=layer, shown=[f"'{text}'" for text in texts], column=name)]


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        folded = folded.translate(_LOOK_ALIKE)
    return "".join(sign for sign in folded if not sign.isspace() and unicodedata.category(sign) not in ("Cc", "Cf"))
