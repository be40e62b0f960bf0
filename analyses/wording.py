"""How numbers stand in Vietnamese sentences."""

from __future__ import annotations

import math


def number_vi(value: float, *, decimals: int = 0) -> str:
    """Write a number as Vietnamese text does: dot between thousands, decimal comma; 'không rõ' where it is not known."""
    if not math.isfinite(value):
        return "không rõ"
    return f"{value:,.{decimals}f}".replace(",", "\0").replace(".", ",").replace("\0", ".")
