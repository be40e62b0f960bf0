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
QUESTIONS = ("least_cost", "least_cost_unlimited", "most_people", "listed_only")


def water_part(say: Words, result: WaterResult, targets: Mapping[str, Any]) -> list[str]:
    """Write what people have now, what the works bring, and the communes with the largest gap."""
    siting, counted = result.siting, water_quantities(result)
    published = ""
    if "water_clean_pct" in targets:
        published = say("maps.summary.water.published", pct=Number(targets["water_clean_pct"], 1))
    now = say(
        "maps.summary.water.now",
        from_schemes_pct=counted["to_standard_from_schemes"].number,
        after_years_pct=counted["to_standard_after_years"].number,
        to_standard_pct=counted["to_standard_now"].number,
        published=published,
        basic_pct=counted["basic"].number,
        works=counted["works"].number,
        after_pct=counted["to_standard_after"].number,
        cost_bn=counted["works_cost"].number,
    )
    proof = proof_of("water", siting)
    questions = [_question(say, question, siting) for question in QUESTIONS]
    headings = [say(f"maps.summary.water.{part}") for part in ("rank", "commune", "reason")]
    rows = [
        (row["rank"], row["commune"], in_language(say, row, "reason"))
        for row in result.communes.head(TOP).to_dict("records")
    ]
    return [
        say("maps.summary.water.title"),
        now,
        *_short_of_money(say, siting),
        *([spoken_proof(say, proof)] if proof else []),
        *questions,
        *([_listed(say, siting)] if siting["listed"]["rows"] else []),
        *_price_of_list(say, siting),
        *_sure(say, siting),
        _off_pipe(say, result.summary),
        say("maps.summary.water.communes", count=TOP),
        table(headings, rows),
    ]


def _short_of_money(say: Words, siting: Mapping[str, Any]) -> list[str]:
    """What the money of the years pays for, where that is not the whole plan."""
    if not siting["works_beyond_budgets"]:
        return []
    return [
        say(
            "maps.summary.water.short_of_money",
            year=str(siting["last_year"]),
            paid=Number(siting["works_within_budgets"]),
            works=Number(siting["works"]),
            last_year_pct=Number(siting["to_standard_last_year_pct"], 1),
        )
    ]


def _question(say: Words, question: str, siting: Mapping[str, Any]) -> str:
    """One answer: works, money, people, how far from the best; whether the target is met, and by when."""
    record = siting[question]
    return say(
        f"maps.summary.water.{question}",
        works=Number(record["works"]),
        cost_bn=Number(record["cost_mvnd"] / 1000, 1),
        people=Number(record["people"]),
        gap_pct=Number(100 * record["gap"], 2),
        reached=_reached(say, record, str(siting["last_year"])),
    )


def _reached(say: Words, record: Mapping[str, Any], year: str) -> str:
    """Whether the target is met with the money of the years, or would be with all of it at once, or not at all."""
    forms = {(True, True): "reached", (False, True): "late", (None, None): "no_target"}
    form = forms.get((record["target_met"], record["target_met_when_all_built"]), "not_reached")
    told = say(f"maps.summary.water.{form}")
    if record["people_by_last_year"] >= record["people"] - 1:
        return told
    return f"{told} {say('maps.summary.water.paid', year=year, people=Number(record['people_by_last_year']))}"


def _sure(say: Words, siting: Mapping[str, Any]) -> list[str]:
    """How sure the plan is, where draws were made."""
    sure = siting["uncertainty"]
    if sure is None:
        return []
    numbers = {key: Number(sure[key]) for key in ("draws", "people_gained_p5", "people_gained_p95", "no_regret_works")}
    return [
        say(
            "maps.summary.water.uncertainty",
            target_probability_pct=Number(100 * sure["target_probability"], 1),
            **numbers,
        )
    ]


def _price_of_list(say: Words, siting: Mapping[str, Any]) -> list[str]:
    """What it costs to take a part of the works from the list."""
    record = siting["of_list"]
    if record is None:
        return []
    low, high = (Number(record[f"price_mvnd_at_{end}"] / 1000, 1) for end in ("least", "most"))
    return [
        say(
            "maps.summary.water.of_list",
            listed_min=Number(record["listed_min"]),
            works=Number(record["works"]),
            cost_bn=Number(record["cost_mvnd"] / 1000, 1),
            low_bn=low,
            high_bn=high,
        )
    ]


def _listed(say: Words, siting: Mapping[str, Any]) -> str:
    """What became of the rows of the province's list, and why most are left out."""
    listed, works = siting["listed"], siting["works_max"]
    counts = {key: Number(listed[key]) for key in ("rows", "in_plan", "possible", "no_need", "no_water", "no_line")}
    people, price = listed["possible_people_median"], listed["possible_mvnd_per_person_median"]
    if people is None:
        return say("maps.summary.water.listed_all", **counts)
    middle = {"possible_people_median": Number(people), "possible_mvnd_per_person_median": Number(price, 1)}
    if works is None or not siting["target_people"]:
        return say("maps.summary.water.listed_unlimited", **counts, **middle)
    each = Number(siting["target_people"] / works)
    return say("maps.summary.water.listed", works=Number(works), people_each=each, **counts, **middle)


def _off_pipe(say: Words, here: Mapping[str, Any]) -> str:
    """What households that no pipe reaches need."""
    return say(
        "maps.summary.water.off_pipe",
        households=Number(here["households_off_the_pipe"]),
        cost_bn=Number(here["households_off_the_pipe_mvnd"] / 1000, 1),
        loans_bn=Number(here["households_off_the_pipe_loans_mvnd"] / 1000, 1),
    )
