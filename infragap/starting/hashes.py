"""`infragap data hash`: checksums into a catalogue, which keeps its remarks and its order."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from infragap.gis.catalog import FILE_NAME, read_catalog, sha256_of


def fill_hashes(folder: Path, *, replace: bool = False) -> tuple[list[str], list[str]]:
    """Write `sha256` of each file into catalog.toml where it is absent.

    Parameters
    ----------
    folder
        The pack.
    replace
        Whether checksums that no longer fit are replaced too: the planner has changed the files and means it.

    Returns
    -------
    tuple
        Names of layers whose checksum was written, and of those whose file is not what the catalogue says.

    Raises
    ------
    MissingDataError, LayerError
        There is no catalogue, or it has faults.
    """
    catalog = read_catalog(folder)
    filled, differing, wanted = [], [], {}
    for entry in catalog.layer:
        path = folder / entry.file
        if not path.exists():
            continue
        own = sha256_of(path)
        if entry.sha256 is None or (replace and own != entry.sha256):
            wanted[entry.name] = own
            filled.append(entry.name)
        elif own != entry.sha256:
            differing.append(entry.name)
    if wanted:
        path = folder / FILE_NAME
        text = _with_hashes(path.read_text(encoding="utf-8-sig"), wanted)
        tomllib.loads(text)
        partial = path.with_name(f"{FILE_NAME}.part")
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    return filled, differing


def _with_hashes(text: str, wanted: dict[str, str]) -> str:
    head, *blocks = re.split(r"(?m)^(?=[ \t]*\[\[layer\]\])", text)
    return head + "".join(_filled(block, wanted) for block in blocks)


def _filled(block: str, wanted: dict[str, str]) -> str:
    """Write the checksum into the part of one layer: over an old one, or below its own keys' first line."""
    own = tomllib.loads(block)["layer"][0]
    if own["name"] not in wanted:
        return block
    line = f"sha256 = {json.dumps(wanted[own['name']])}"
    if "sha256" in own:
        return re.sub(r"(?m)^[ \t]*sha256[ \t]*=.*$", line, block, count=1)
    return re.sub(r"(?m)^([ \t]*\[\[layer\]\].*)$", lambda found: f"{found[1]}\n{line}", block, count=1)
