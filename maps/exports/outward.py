"""Tables and layers as a country reads them: its money unit and voltages in the names, its languages alone."""

from __future__ import annotations

import re
from typing import TypeVar

import pandas as pd

from infragap.profiles.naming import outward, outward_unit
from infragap.profiles.profile import DEFAULT, Profile
from infragap.wording.catalogue import all_languages, languages
from infragap.wording.country import spoken_profile

Frame = TypeVar("Frame", bound=pd.DataFrame)


def outward_frame(frame: Frame) -> Frame:
    """Give a table under the names of the country; texts in languages that it does not speak are left out."""
    profile = spoken_profile()
    if profile.code == DEFAULT:
        return frame
    kept = frame.drop(columns=[name for name in frame.columns if _is_unspoken(str(name))])
    if {"parameter", "unit"} <= set(kept.columns):
        kept["parameter"] = [outward(str(text), profile) for text in kept["parameter"]]
        kept["unit"] = [outward_unit(str(text), profile) for text in kept["unit"]]
    return kept.rename(columns={name: outward(str(name), profile) for name in kept.columns})


def outward_dictionary(rows: pd.DataFrame, *, name: str) -> pd.DataFrame:
    """Put the names in column `name` and the units in column `unit` of a list into the country's words."""
    profile = spoken_profile()
    if profile.code == DEFAULT:
        return rows
    kept = rows[[not _is_unspoken(str(text)) for text in rows[name]]]
    if "derived_from" in kept:
        kept = kept.assign(derived_from=[_in_text(str(text), profile) for text in kept["derived_from"]])
    return kept.assign(
        **{name: [outward(str(text), profile) for text in kept[name]]},
        unit=[outward_unit(str(text), profile) for text in kept["unit"]],
    )


def _in_text(text: str, profile: Profile) -> str:
    return re.sub(r"\w+", lambda word: outward(word[0], profile), text)


def _is_unspoken(name: str) -> bool:
    ending = name.rsplit("_", 1)[-1]
    return ending in set(all_languages()) - set(languages())
