"""How numbers stand in Vietnamese sentences."""

from __future__ import annotations


def number_vi(value: float, *, decimals: int = 0) -> str:
    """Write a number as Vietnamese text does: dot between thousands, decimal comma."""
    return f"{value:,.{decimals}f}".replace(",", "\0").replace(".", ",").replace("\0", ".")
