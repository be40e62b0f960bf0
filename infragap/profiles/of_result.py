"""For which country a result was made: read from its record, so that what is told of it later uses the same words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from infragap.profiles.naming import inward_record, naming_of
from infragap.profiles.profile import DEFAULT, Profile, ProfileError, read_profile

RECORD = "run.json"


def country_record(profile: Profile) -> dict[str, Any]:
    """Give what a record says of its country; the whole profile as text where it is not the default one, so that a
    planner's own file need not be found again."""
    said: dict[str, Any] = {"profile": profile.code, "naming": naming_of(profile)}
    return said if profile.code == DEFAULT else said | {"country": profile.model_dump_json()}


def profile_of_result(folder: Path) -> Profile:
    """Give the profile that a result was made for; the default one where the record does not say, or cannot be read.

    What is wrong with a folder is told by whoever reads its tables.
    """
    try:
        pack = json.loads((folder / RECORD).read_text(encoding="utf-8"))["pack"]
        if "country" in pack:
            return Profile.model_validate_json(pack["country"])
        return read_profile(str(pack.get("profile", DEFAULT)))
    except (OSError, ValueError, KeyError, TypeError, ValidationError, ProfileError, RecursionError):
        return read_profile()


def inward_columns(columns: Iterable[object], pack: Mapping[str, Any]) -> list[str]:
    """Give the program's own names of columns as a result has written them.

    Parameters
    ----------
    columns
        Names in a file.
    pack
        Part `pack` of the record.
    """
    naming = pack.get("naming", naming_of(read_profile()))
    return [next(iter(inward_record({str(name): 0}, naming))) for name in columns]
