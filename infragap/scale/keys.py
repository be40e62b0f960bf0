"""When a result may stand: it was made by this program, from these files, with these parameters, and nobody has changed
it since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from infragap.disk.exchange import put_text
from infragap.disk.manifest import MARKER, RECORD_CHECKSUM, checksum, others, written
from infragap.profiles.profile import Profile
from infragap.scale.program import hash_of_files, program
from infragap.settings import Settings, in_country


def key_of(folder: Path, profile: Profile, settings: Settings, only: Sequence[str]) -> str:
    """Hash everything that a result depends on, SHA-256 in hexadecimal.

    Parameters
    ----------
    folder
        The pack: all its files count, whether the catalogue names them or not.
    profile
        Its country.
    settings
        Parameters; where they name a file, its content counts.
    only
        Analyses that are run.
    """
    used = in_country(settings, profile)
    candidates = settings.schools.candidate_file
    parts = {
        "program": program(),
        "pack": hash_of_files(folder),
        "profile": profile.model_dump_json(),
        "settings": used.model_dump_json(),
        "candidates": checksum(Path(candidates)) if candidates and Path(candidates).is_file() else None,
        "only": sorted(only),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def stands(result: Path, note: Path, key: str) -> bool:
    """Whether a complete, unchanged result of this key lies in a folder."""
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
        record = json.loads((result / MARKER).read_text(encoding="utf-8"))
        if noted != {"key": key, "record_sha256": record[RECORD_CHECKSUM]}:
            return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return all((result / name).is_file() for name in written(result / MARKER)) and not others(result)


def write_note(result: Path, note: Path, key: str) -> None:
    """Note the key of a complete result; until then it counts as unfinished."""
    record = json.loads((result / MARKER).read_text(encoding="utf-8"))
    note.parent.mkdir(parents=True, exist_ok=True)
    put_text(note, json.dumps({"key": key, "record_sha256": record[RECORD_CHECKSUM]}) + "\n")
