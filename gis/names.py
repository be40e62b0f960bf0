"""Vietnamese place names: folded diacritics, generic words stripped, matching that asks rather than guesses, old communes to new ones."""

from __future__ import annotations

import unicodedata

PREFIXES = (
    "tổ dân phố", "khu dân cư", "cụm dân cư", "thị trấn nông trường", "thị trấn", "thị xã", "thành phố", "phường", "xã", "thôn", "bản", "tổ", "khu phố", "khu", "chòm", "tiểu khu",
    "ấp", "xóm", "huyện", "tỉnh",
)  # fmt: skip
"""Generic words before a name, the longer ones first."""

_STRAIGHT = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "-": " ", "–": " ", "_": " ", "’": "'", "‘": "'"})


def normal(text: str) -> str:
    """Give the text in NFC, lower case, one blank between words; diacritics kept, old and new tone positions made one (hoà = hòa)."""
    words = " ".join(unicodedata.normalize("NFC", text).replace("-", " ").replace("–", " ").lower().split())
    for old, new in _TONE_POSITIONS:
        words = words.replace(old, new)
    return words


_TONE_POSITIONS = tuple(
    (old, new)
    for olds, news in (
        ("oà oá oả oã oạ", "òa óa ỏa õa ọa"),
        ("oè oé oẻ oẽ oẹ", "òe óe ỏe õe ọe"),
        ("uỳ uý uỷ uỹ uỵ", "ùy úy ủy ũy ụy"),
    )
    for old, new in zip(olds.split(), news.split(), strict=True)
)


def fold(text: str) -> str:
    """Give the text without diacritics, in lower case and one blank between words: 'Mù Cang Chải' becomes 'mu cang chai'.

    Works on composed and decomposed text alike; 'đ' becomes 'd'. Folding twice changes nothing.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_STRAIGHT)).casefold()
    plain = unicodedata.normalize("NFKD", plain).translate(_STRAIGHT)
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())
