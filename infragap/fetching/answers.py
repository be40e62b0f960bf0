"""Answers in JSON and in OpenStreetMap's XML: read, or refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from infragap.fetching.client import FetchError

TAIL = 4096


def read_json(path: Path) -> Any:
    """Read an answer in JSON.

    Raises
    ------
    FetchError
        It is none.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FetchError(f"an answer is no JSON: {path.name}") from error


def require_whole_osm(path: Path) -> None:
    """Refuse an answer that ends in the middle, or in which the server says that it gave up; its status says neither.

    Raises
    ------
    FetchError
        With the server's words.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        tail = file.read().decode("utf-8", "replace")
    if remark := re.search(r"<remark>(.*?)</remark>", tail, flags=re.DOTALL):
        raise FetchError(f"overpass gave up: {' '.join(remark[1].split())[:200]}. Ask for a smaller box.")
    if not tail.rstrip().endswith("</osm>"):
        raise FetchError("overpass: the answer ends in the middle")
