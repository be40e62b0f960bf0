"""What a fetched pack says of its files: sources.json with every address, checksum and licence, and the catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from infragap.disk.exchange import put_text
from infragap.fetching.client import Fetched
from infragap.fetching.osm import EXTRACTS
from infragap.fetching.services import service
from infragap.gis.catalog import FILE_NAME, Catalog, catalog_text
from infragap.starting.init import start_pack

SOURCES = "sources.json"


@dataclass
class Origin:
    """Of one file of the pack.

    Attributes
    ----------
    service
        From which it came.
    files
        What was fetched for it.
    licence, attribution
        Under what it may be used, and what must be said beside it.
    method
        How it was made, in words.
    """

    service: str
    files: Sequence[Fetched]
    licence: str
    attribution: str
    method: str


def write_sources(work: Path, origins: Mapping[str, Origin]) -> None:
    """Write what each file rests on: addresses, dates, checksums, licence, what must be said, whether it may go on."""
    content = {
        name: {
            "licence": origin.licence,
            "attribution": origin.attribution,
            "shareable": service(origin.service).shareable,
            "method": origin.method,
            "fetched": [file.about for file in origin.files],
        }
        for name, origin in sorted(origins.items())
    }
    (work / SOURCES).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def describe_fetched(folder: Path, profile_name: str, title: str) -> list[str]:
    """Write the catalogue of a fetched folder, licences and attributions in it; give its open questions."""
    start = start_pack(folder, profile=profile_name, title=title)
    sources = json.loads((folder / SOURCES).read_text(encoding="utf-8"))
    if start.kept is not None:
        # the earlier one was ours too
        (folder / start.kept).unlink()
    entries = []
    for entry in start.catalog.layer:
        said = sources.get(entry.file)
        if said is None:
            entries.append(entry)
            continue
        dates = [str(file["date"]) for file in said["fetched"]]
        about = {"licence": said["licence"], "method": f"{said['method']}; {said['attribution']}"}
        entries.append(
            entry.model_copy(update={**about, "date": max(dates, default=datetime.now(UTC).date().isoformat())})
        )
    # places of volunteers' maps have no households: settlements are clustered from people (`data build`)
    kept = [one for one in entries if one.name != "settlements" or one.file not in EXTRACTS]
    note = "; ".join(dict.fromkeys(said["attribution"] for said in sources.values()))
    head = start.catalog.pack.model_copy(update={"provenance_note": note})
    remarks = dict(guess.split(": ", 1) for guess in start.guesses)
    text = catalog_text(Catalog(pack=head, targets=start.catalog.targets, layer=kept), remarks)
    put_text(folder / FILE_NAME, text)
    return [question for question in start.questions if not question.startswith("settlements:")]


def say_derived(folder: Path, file: str, base: str, method: str) -> None:
    """Write that a file was made from another, under whose licence it stands; nothing where the other is not ours."""
    if not (folder / SOURCES).exists():
        return
    sources = json.loads((folder / SOURCES).read_text(encoding="utf-8"))
    if base not in sources:
        return
    sources[file] = {**sources[base], "method": f"{method}; made from {base}"}
    put_text(folder / SOURCES, json.dumps(dict(sorted(sources.items())), ensure_ascii=False, indent=1) + "\n")
