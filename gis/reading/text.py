"""Text files: UTF-8, or the encoding that the catalogue names; old Vietnamese fonts by name; nothing guessed from a
wrong encoding."""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path
from typing import Any

import charset_normalizer

from infragap.gis.checking.vietnamese import from_tcvn3, from_vni, is_syllable
from infragap.gis.findings import fault, listed
from infragap.gis.reading.files import require_file, require_text_size

UNKNOWN_ENCODING = fault(
    "text.unknown_encoding",
    reason="a name that is no text encoding reads nothing; punycode, hex and zip are no encodings of text",
)
WRONG_ENCODING = fault("text.wrong_encoding", reason="the bytes are not in the encoding that the catalogue names")
WIDE = fault("text.wide", reason="Excel's 'Unicode text' is UTF-16, which must be said")
NOT_UTF8 = fault("text.not_utf8", reason="read in the wrong encoding, Vietnamese names are garbled and match nothing")
NUL = fault("text.nul", reason="NUL bytes are no text: the file is cut off, padded or of another format")

SYLLABLE_SHARE = 0.5
"""Share of the words beyond a to z that must be Vietnamese syllables in an encoding before it is named (assumption;
real text has nearly all)."""

OLD_FONTS = {"tcvn3": from_tcvn3, "tcvn": from_tcvn3, "abc": from_tcvn3, "vni": from_vni}
"""Names for `encoding` in the catalogue that are fonts, not code pages."""

_REFUSED = ("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7", "mbcs", "oem", "palmos")
_WORDS = re.compile(r"[\s,;|\"]+")
_PUNCTUATION = "()[].:'"


def decode(path: Path, *, layer: str, encoding: str | None = None) -> str:
    """Read a text file as UTF-8 (with or without BOM), or in the encoding that the catalogue names.

    Parameters
    ----------
    path
        The file.
    layer
        Name for messages.
    encoding
        A Python encoding of text, or 'tcvn3' or 'vni' for text typed in these fonts.

    Raises
    ------
    LayerError
        It is in another encoding; the message names the one detected, the lines, and the repair.
    """
    require_file(path, layer=layer)
    require_text_size(path, layer=layer)
    return decode_bytes(path.read_bytes(), path=path, layer=layer, encoding=encoding)


def decode_bytes(content: bytes, *, path: Path, layer: str, encoding: str | None = None) -> str:
    """Turn the bytes of a text file into text, as `decode`."""
    if encoding is not None:
        text = _named(content, path=path, layer=layer, encoding=encoding)
    else:
        wide = _wide_encoding(content)
        if wide is not None:
            raise WIDE.error(layer, file=path.name, found=wide, encoding=wide.lower())
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise _not_utf8(content, layer=layer, file=path.name) from None
    if "\x00" in text:
        lines = [str(number) for number, line in enumerate(text.split("\n"), start=1) if "\x00" in line]
        raise NUL.error(layer, file=path.name, lines=listed(lines), number=len(lines))
    return unicodedata.normalize("NFC", text)


def text_encoding(name: str, *, layer: str) -> str:
    """Give the Python name of a text encoding.

    Raises
    ------
    LayerError
        There is none of that name, or it is no encoding of text.
    """
    try:
        found = codecs.lookup(name)
        "a".encode(found.name)
    except (LookupError, ValueError, TypeError, UnicodeError) as error:
        raise UNKNOWN_ENCODING.error(layer, encoding=name) from error
    if found.name.replace("-", "_").lower() in _REFUSED:
        raise UNKNOWN_ENCODING.error(layer, encoding=name)
    return "utf-8-sig" if found.name == "utf-8" else found.name


def _named(content: bytes, *, path: Path, layer: str, encoding: str) -> str:
    convert = OLD_FONTS.get(encoding.lower())
    if convert is not None:
        try:
            return convert(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            return convert(content.decode("latin-1"))
    known = text_encoding(encoding, layer=layer)
    try:
        return content.decode(known)
    except (UnicodeDecodeError, LookupError) as error:
        raise WRONG_ENCODING.error(layer, file=path.name, encoding=encoding, reason=str(error)) from error


def _wide_encoding(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "UTF-32"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    head = content[:4000]
    if head.count(0) * 4 > len(head) and 0 < min(head[1::2].count(0), head[0::2].count(0)) * 4 < len(head):
        return "UTF-16-LE" if head[1::2].count(0) >= head[0::2].count(0) else "UTF-16-BE"
    if head.count(0) * 4 > len(head) and min(head[1::2].count(0), head[0::2].count(0)) == 0:
        return "UTF-16-LE" if head[1::2].count(0) else "UTF-16-BE"
    return None


def _not_utf8(content: bytes, *, layer: str, file: str) -> Exception:
    lines = content.splitlines()
    broken = [str(number) for number, line in enumerate(lines, start=1) if not _is_utf8(line)]
    values: dict[str, Any] = {
        "file": file,
        "found": legacy_encoding(content),
        "number": len(broken),
        "all": len(lines),
        "lines": listed(broken),
    }
    return NOT_UTF8.error(layer, **values)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def legacy_encoding(content: bytes) -> str:
    """Name the old encoding of Vietnamese text that is not UTF-8, as it is written for `encoding` in the catalogue
    where it is known.

    Each is tried; the one in which most words become Vietnamese syllables is named.

    Examples
    --------
    >>> legacy_encoding("Laøng Maûnh".encode("latin-1")), legacy_encoding(b"L\\xb5ng M\\xb6nh")
    ('vni', 'tcvn3')
    """
    latin = content.decode("latin-1")
    words = sum(not word.isascii() for word in latin.split())
    readings = {"cp1258": _signs(content, "cp1258"), "tcvn3": from_tcvn3(latin), "vni": from_vni(latin)}
    syllables = {
        name: sum(is_syllable(word.strip(_PUNCTUATION)) for word in _WORDS.split(text))
        for name, text in readings.items()
    }
    best_name = max(readings, key=lambda name: syllables[name])
    if syllables[best_name] > 0 and syllables[best_name] >= SYLLABLE_SHARE * words:
        return best_name
    best = charset_normalizer.from_bytes(content[:100_000]).best()
    return best.encoding if best is not None else "?"


def _signs(content: bytes, encoding: str) -> str:
    try:
        return unicodedata.normalize("NFC", content.decode(encoding))
    except UnicodeDecodeError:
        return ""
