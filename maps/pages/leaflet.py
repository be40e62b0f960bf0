"""Leaflet as it lies in the repository, ready to stand inside a page with its licence."""

from __future__ import annotations

import base64
import re
from importlib.resources import files


def asset(name: str) -> str:
    """Text of a file of `maps/assets`."""
    return (files("infragap.maps") / "assets" / name).read_text(encoding="utf-8")


def leaflet_script() -> str:
    """Leaflet with its licence in front."""
    # its licence asks that notice and conditions go with every copy, and each page holds one
    script = re.sub(r"//# sourceMappingURL=\S+", "", asset("leaflet/leaflet.js"))
    return f"/*\n{asset('leaflet/LICENSE')}*/\n{script}"


def leaflet_styles() -> str:
    """Leaflet's styles with its icons as data, so that the browser asks for no file."""
    folder = files("infragap.maps") / "assets" / "leaflet"

    def inline(match: re.Match[str]) -> str:
        image = base64.b64encode((folder / "images" / match.group(1)).read_bytes()).decode()
        return f"url(data:image/png;base64,{image})"

    return re.sub(r"url\(images/([\w.-]+)\)", inline, (folder / "leaflet.css").read_text(encoding="utf-8"))
