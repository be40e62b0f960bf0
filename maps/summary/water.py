"""The summary's part on water."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infragap.analyses.water.result import WaterResult
from infragap.maps.proof import proof_of
from infragap.maps.quantities import water_quantities
from infragap.maps.summary.markdown import in_language, spoken_proof, table
from infragap.wording.catalogue import Number, Words

TOP = 10


def water_part(say: Words, result: WaterResult, targets: Mapping[str, Any]) -> list[str]:
    """Write what people have now, what the works bring, and the communes with the largest gap."""
    siting, counted = result.siting, water_quantities(result)
    published = ""
    if "water_clean_pct" in targets:
        published = say("maps.summary.water.published", pct=Number(targets["water_clean_pct"], 1))
    now = say(
        "maps.summary.water.now",
        to_standard_pct=counted["to_standard_now"].number,
        published=published,
        basic_pct=counted["basic"].number,
        works=counted["works"].number,
        after_pct=counted["to_standard_after"].number,
        cost_bn=counted["works_cost"].number,
    )
    proof = proof_of("water", siting)
    cheapest = say(
        "maps.summary.water.cheapest",
        target_pct=counted["water_target"].number,
        works=Number(siting["target_works"]),
        cost_bn=counted["target_cost"].number,
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
        *([spoken_proof(say, proof)] if proof else []),
        cheapest,
        say("maps.summary.water.communes", count=TOP),
        table(headings, rows),
    ]
