"""Why a commune ranks where it does, and what a work brings: one sentence with numbers, in any language of the
catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from infragap.wording.catalogue import words

Row = Mapping[Any, Any]


def with_reasons(table: pd.DataFrame, reason: Callable[[Row, str], str]) -> pd.DataFrame:
    """Add `reason_vi` and `reason_en`."""
    rows = table.to_dict("records")
    return table.assign(**{f"reason_{code}": [reason(row, code) for row in rows] for code in ("vi", "en")})


def commune_reason(row: Row, language: str) -> str:
    """Reason of a commune; `row` has the columns of `columns.COMMUNES`."""
    say = words(language)
    if not row["population"]:
        return say("water.reason.no_village")
    if not row["is_rural"]:
        return _ward_reason(row, language)
    if row["people_without_standard"] < 0.5:
        return say("water.reason.all_served")
    parts = [
        say(
            "water.reason.without",
            people=say.number(row["people_without_standard"]),
            share_pct=say.number(100 - row["to_standard_pct"], decimals=1),
        )
    ]
    if pd.notna(row["poverty_rate_pct"]):
        parts.append(say("water.reason.poor", rate_pct=say.number(row["poverty_rate_pct"], decimals=1)))
    parts.append(say("water.reason.most_in", village=row["hot_spot"], people=say.number(row["hot_spot_people"])))
    return "; ".join(parts) + ". " + _after_works(row, language)


def _after_works(row: Row, language: str) -> str:
    say = words(language)
    if not row["works"]:
        return say("water.reason.no_works")
    rate = say.number(row["to_standard_after_pct"], decimals=1)
    return say("water.reason.works", works=row["works"], rate_pct=rate)


def _ward_reason(row: Row, language: str) -> str:
    """A ward lacks nobody by definition, whatever its rates: say that it is not part of the question."""
    say = words(language)
    text = say("water.reason.ward", rate_pct=say.number(row["to_standard_pct"], decimals=1))
    return text + (" " + say("water.reason.ward_works", works=row["works"]) if row["works"] else "")


def work_reason(row: Row, language: str) -> str:
    """What is done, whom it serves, what it costs, when; `row` has the columns of `columns.WORKS`."""
    say = words(language)
    done = say(
        f"water.reason.{row['kind']}",
        height_m=say.number(row["source_elevation_m"]),
        usable_l_s=say.number(row["usable_flow_l_s"], decimals=2),
        withdrawal_l_s=say.number(row["withdrawal_l_s"], decimals=2),
        pump_m=say.number(row["pump_m"]),
    )
    text = say(
        "water.reason.work",
        done=done,
        households=say.number(row["households_gained"]),
        people=say.number(row["people_gained"]),
        villages=row["villages"],
        pipes_km=say.number(row["pipes_km"], decimals=1),
        cost_mvnd=say.number(row["cost_mvnd"]),
        per_person_mvnd=say.number(row["cost_per_person_mvnd"], decimals=1),
        om_mvnd=say.number(row["om_mvnd_per_year"], decimals=1),
    )
    parts = [
        text,
        say("water.reason.year", year=int(row["year"])) if row["year"] == row["year"] else say("water.reason.no_year"),
    ]
    if row["listed"]:
        parts.append(say("water.reason.listed"))
    if row["sanitary_zone"]:
        parts.append(say("water.reason.zone"))
    if row["chosen_probability"] == row["chosen_probability"]:
        percent = round(100 * row["chosen_probability"], 1)
        told = say.number(percent, decimals=0 if percent.is_integer() else 1)
        parts.append(say("water.reason.probability", percent=told))
    return " ".join(parts)
