"""`infragap data hash`: checksums into a catalogue, which keeps its remarks and its order."""

from __future__ import annotations

from pathlib import Path

from infragap.gis.catalog import FILE_NAME, read_catalog, set_in_catalog, sha256_of


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
        set_in_catalog(folder / FILE_NAME, {name: {"sha256": value} for name, value in wanted.items()})
    return filled, differing
