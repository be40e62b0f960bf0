"""The summary's part on water."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infragap.analyses.water.result import WaterResult
from infragap.analyses.wording.catalogue import Number, Words
from infragap.analyses.wording.codes import label
from infragap.maps.summary.markdown import in_language, table

TOP = 10


def water_part(say: Words, result: WaterResult, targets: Mapping[str, Any]) -> list[str]:
    """Write what people have now, what the works bring, and the communes with the largest gap."""
    siting, here = result.siting, result.summary
    published = ""
    if "water_clean_pct" in targets:
        published = say("maps.summary.water.published", pct=Number(targets["water_clean_pct"], 1))
    now = say(
        "maps.summary.water.now",
        to_standard_pct=Number(here["to_standard_pct"], 1),
        published=published,
        basic_pct=Number(here["basic_pct"], 1),
        works=siting["works"],
        after_pct=Number(siting["to_standard_after_pct"], 1),
        cost_bn=Number(siting["cost_mvnd"] / 1000, 1),
        gap_pct=Number(100 * siting["gap"], 2),
        status=label(say.language, "solver_status", siting["status"]),
    )
    cheapest = say(
        "maps.summary.water.cheapest",
        target_pct=Number(siting["target_pct"]),
        works=siting["target_works"],
        cost_bn=Number(siting["target_cost_mvnd"] / 1000, 1),
        reached_pct=Number(siting["target_reached_pct"], 1),
    )
    headings = [say(f"maps.summary.water.{part}") for part in ("rank", "commune", "reason")]
    rows = [
        (row["rank"], row["commune"], in_language(say, row, "reason"))
        for row in result.communes.head(TOP).to_dict("records")
    ]
    return [
        say("maps.summary.water.title"),
        now,
        cheapest,
        say("maps.summary.water.communes", count=TOP),
        table(headings, rows),
    ]
