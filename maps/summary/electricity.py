"""The summary's part on electricity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from infragap.analyses.electricity import columns
from infragap.analyses.electricity.result import ElectricityResult
from infragap.maps import colours
from infragap.maps.proof import electricity_proof
from infragap.maps.quantities import electricity_quantities
from infragap.maps.summary.markdown import headed, in_language, shown, spoken_proof, table
from infragap.wording.catalogue import Number, Words
from infragap.wording.codes import code_words, label, unit_words
from infragap.wording.country import spoken_profile

SENSITIVE_ROWS = 5


COUNTED = ("villages_on_grid",)
"""Targets that are numbers of places."""


def electricity_part(say: Words, result: ElectricityResult, targets: Mapping[str, Any]) -> list[str]:
    """Write the choices, the proof, the villages, the years, and what would change the plan."""
    return [
        say("maps.summary.electricity.title"),
        _scope(say, result, targets),
        _choices(say, result),
        *_cost(say, result),
        *_targets(say, result),
        *_villages(say, result),
        *_years(say, result),
        *_headroom(say, result),
        *_unknown_room(say, result),
        *_feeders(say, result),
        *_standing(say, result),
        *_forest(say, result),
        *_what_if(say, result),
        *_voltage(say, result),
        *_sensitivity(say, result),
        *_backtest(say, result),
    ]


def _headings(say: Words, table_name: str, *parts: str) -> list[str]:
    return [say(f"maps.summary.electricity.{table_name}.{part}") for part in parts]


def _scope(say: Words, result: ElectricityResult, targets: Mapping[str, Any]) -> str:
    counted = electricity_quantities(result)
    text = say(
        "maps.summary.electricity.scope",
        settlements=counted["settlements"].number,
        households=counted["households"].number,
    )
    known = [
        say(f"maps.summary.electricity.{key}", pct=Number(targets[key], 2))
        for key in ("household_electrification_pct", "household_electrification_2030_pct")
        if key in targets
    ]
    return f"{text} {say('maps.summary.electricity.rates', rates=', '.join(known))}" if known else text


def _choices(say: Words, result: ElectricityResult) -> str:
    frame = result.settlements
    rows = [
        (
            code_words("choice", code)[say.language],
            say.number(len(chosen)),
            say.number(float(chosen["households"].sum())),
        )
        for code in colours.CHOICES
        if len(chosen := frame[frame["choice"] == code])
    ]
    return table(_headings(say, "choices", "choice", "settlements", "households"), rows)


def _cost(say: Words, result: ElectricityResult) -> list[str]:
    plan, counted = result.plan, electricity_quantities(result)
    if "life_cycle_cost" not in counted:
        return []
    text = say("maps.summary.electricity.cost", cost_bn=counted["life_cycle_cost"].number)
    if isinstance(plan.get("lower_bound_mvnd"), int | float):
        bound = Number(plan["lower_bound_mvnd"] / 1000, 1)
        text += say("maps.summary.electricity.bound", bound_bn=bound, gap_pct=Number(100 * plan["gap"], 2))
    text += "."
    if "candidate_lines" in plan:
        nodes, lines = Number(plan["candidate_nodes"]), Number(plan["candidate_lines"])
        text += " " + say("maps.summary.electricity.bound_covers", nodes=nodes, lines=lines)
    proof = electricity_proof(result)
    return [text, *([spoken_proof(say, proof)] if proof else [])]


def _villages(say: Words, result: ElectricityResult) -> list[str]:
    frame = result.settlements
    villages = frame[frame["kind"] == "village"].sort_values("rank")
    rows = [
        (
            row["rank"],
            row["name"],
            row["commune"],
            say.number(row["households"]),
            label(say.language, "choice", row["choice"]) or say("maps.no_choice"),
            in_language(say, row, "reason"),
        )
        for row in pd.DataFrame(villages.drop(columns="geometry", errors="ignore")).to_dict("records")
    ]
    headings = _headings(say, "villages", "rank", "village", "commune", "households", "choice", "reason")
    return [say("maps.summary.electricity.villages", villages=len(villages)), table(headings, rows)]


def _years(say: Words, result: ElectricityResult) -> list[str]:
    if not len(result.years):
        return []
    known = {column.name: headed(say, column) for column in columns.YEARS}
    rows = [
        (label(say.language, "year", year), *(shown(say, value) for value in values))
        for year, *values in result.years.itertuples(index=False)
    ]
    found = [say("maps.summary.electricity.years"), table([known[name] for name in result.years.columns], rows)]
    granted = result.summary.get("budgets_granted", True)
    return found if granted else [*found, say("maps.summary.electricity.needed")]


def _targets(say: Words, result: ElectricityResult) -> list[str]:
    """What the scheme asks for, whether the plan reaches it, and what each target costs alone."""
    frame = result.tables.get("targets", pd.DataFrame())
    if not len(frame):
        return []
    known = {column.name: headed(say, column) for column in columns.TARGETS}
    wanted = ("target", "year", "wanted", "reached", "missing", "extra_mvnd", "marginal_mvnd", "repair_mvnd")
    rows = [
        (
            label(say.language, "target", row["target"]),
            row["year"],
            # villages are counted, the other targets are rates
            *(say.number(row[name], decimals=0 if row["target"] in COUNTED else 2) for name in ("wanted", "reached")),
            row["missing"] or say("maps.summary.electricity.targets.none"),
            *(shown(say, row[name]) for name in wanted[5:]),
        )
        for row in frame.to_dict("records")
    ]
    return [say("maps.summary.electricity.targets"), table([known[name] for name in wanted], rows)]


def _standing(say: Words, result: ElectricityResult) -> list[str]:
    """What the plan uses of lines that were built but never switched on."""
    lines = result.lines
    if not len(lines) or not lines["not_energised_km"].sum() > 0:
        return []
    names = sorted({name for text in lines["not_energised_lines"] for name in text.split(", ") if name})
    km = Number(lines["not_energised_km"].sum(), 1)
    return [say("maps.summary.electricity.not_energised", km=km, names=", ".join(names))]


def _forest(say: Words, result: ElectricityResult) -> list[str]:
    """How much of the lines lies in forest, by exemption, and what must be asked for."""
    lines = result.lines
    if not len(lines):
        return []
    permits = lines[lines["forest_permit"]]
    if not lines[FOREST_COLUMNS].to_numpy().any():
        return []  # no line meets forest, or no forest is known, which the notices say
    return [
        say(
            "maps.summary.electricity.forest",
            road_km=Number(lines["forest_road_km"].sum(), 1),
            clearing_km=Number(lines["forest_clearing_km"].sum(), 1),
            outside_km=Number(lines["forest_outside_km"].sum(), 1),
            forest_ha=Number(lines["forest_ha"].sum(), 1),
            permits=Number(len(permits)),
            decisions=Number((lines["forest_ha"] > 0).sum()),
            delay_months=Number(permits["forest_delay_months"].max() if len(permits) else 0),
        )
    ]


FOREST_COLUMNS = ["forest_road_km", "forest_clearing_km", "forest_outside_km", "forest_ha"]
"""What lines may meet of forest."""


def _what_if(say: Words, result: ElectricityResult) -> list[str]:
    """Other rules beside the plan."""
    frame = result.tables.get("scenarios", pd.DataFrame())
    if not len(frame):
        return []
    headings = _headings(say, "scenarios", "scenario", "cost", "extra", "settlements", "households", "lines")
    rows = [
        (
            label(say.language, "scenario", row["scenario"]),
            say.number(row["cost_mvnd"] / 1000, decimals=1),
            say.number(row["extra_mvnd"] / 1000, decimals=1),
            say.number(row["grid_settlements"]),
            say.number(row["grid_households"]),
            say.number(row["line_km"]),
        )
        for row in frame.to_dict("records")
    ]
    return [say("maps.summary.electricity.what_if"), table(headings, rows), *_two_wires(say, frame)]


def _two_wires(say: Words, scenarios: pd.DataFrame) -> list[str]:
    """What the plan leans on where the table of works knows prices of two-wire lines and single-phase stations only as
    brackets; nothing where the country has a table of its own."""
    dear = scenarios[scenarios["scenario"] == "three_phase_only"]
    if len(dear) != 1 or spoken_profile().works or not dear["extra_mvnd"].iloc[0] > 0:
        return []
    extra, cost = float(dear["extra_mvnd"].iloc[0]), float(dear["cost_mvnd"].iloc[0])
    pct = Number(100 * extra / (cost - extra))
    return [say("maps.summary.electricity.two_wires", extra_bn=Number(extra / 1000, 1), extra_pct=pct)]


def _headroom(say: Words, result: ElectricityResult) -> list[str]:
    """What the room on feeders and substations asks for; nothing where the plan fits in as it stands."""
    plan = result.plan
    reinforced, waiting = plan["headroom_reinforced"], plan["headroom_waiting_settlements"]
    if not reinforced and not waiting:
        return []
    text = say(
        "maps.summary.electricity.headroom",
        reinforced=Number(len(reinforced)),
        cost_bn=Number(plan["headroom_reinforcement_mvnd"] / 1000, 1),
        waiting=Number(waiting),
    )
    headroom = result.tables["headroom"]
    rows = [
        (
            f"{label(say.language, 'limit', row['limit'])} {row['substation']} {row['feeder']}".strip(),
            say.number(row["headroom_kw"]),
            say.number(row["added_load_kw"]),
            say.number(row["settlements"]),
            say.number(row["reinforcement_mvnd"] / 1000, decimals=1),
            "" if pd.isna(row["year"]) else str(row["year"]),
        )
        for row in headroom[headroom["reinforcement_mvnd"] > 0].to_dict("records")
    ]
    named = (
        [table(_headings(say, "headroom", "limit", "room", "added", "settlements", "cost", "year"), rows)]
        if rows
        else []
    )
    return [say("maps.summary.electricity.headroom.title"), text, *named]


def _unknown_room(say: Words, result: ElectricityResult) -> list[str]:
    """Load on feeders and substations of which nobody has published what they carry: nothing limits it in the plan."""
    headroom, frame = result.tables["headroom"], result.settlements
    fed = frame[frame["fed_by_line_id"] != ""]
    is_feeder = headroom["limit"] == "feeder"
    known_feeders = set(zip(headroom["substation"][is_feeder], headroom["feeder"][is_feeder], strict=True))
    pairs = list(zip(fed["fed_by_substation"], fed["feeder"], strict=True))
    of_feeder = pd.Series(pairs, index=fed.index, dtype=object)
    feeder, station = ~of_feeder.isin(known_feeders), ~fed["fed_by_substation"].isin(headroom["substation"][~is_feeder])
    load_kw = float(fed.loc[feeder | station, "added_load_kw"].sum())
    if not load_kw > 0:
        return []
    return [
        say(
            "maps.summary.electricity.unknown_room",
            feeders=Number(of_feeder[feeder].nunique()),
            substations=Number(fed["fed_by_substation"][station].nunique()),
            load_mw=Number(load_kw / 1000, 1),
        )
    ]


def _feeders(say: Words, result: ElectricityResult) -> list[str]:
    """What the existing feeders mean for those who are connected to them."""
    found = result.summary
    if not (found["feeders_beyond_share_with_plan"] or found["settlements_without_voltage"]):
        return []
    return [
        say(
            "maps.summary.electricity.feeders",
            limit_pct=Number(found["mv_drop_limit_pct"]),
            cost_bn=Number(found["feeders_remedies_mvnd"] / 1000, 1),
            **{
                name: Number(found[key])
                for name, key in (
                    ("today", "feeders_beyond_share_today"),
                    ("after", "feeders_beyond_share_with_plan"),
                    ("settlements", "settlements_beyond_voltage_share"),
                    ("households", "households_beyond_voltage_share"),
                    ("unsolved", "settlements_without_voltage"),
                    ("without", "feeders_without_priced_remedy"),
                )
            },
        )
    ]


def _voltage(say: Words, result: ElectricityResult) -> list[str]:
    """What the voltage check found."""
    frame = result.tables.get("remedies", pd.DataFrame())
    if not len(frame):
        return []
    counted = electricity_quantities(result)
    counts = frame["remedy"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    ways = "; ".join(f"{label(say.language, 'remedy', code)}: {say.number(count)}" for code, count in counts.items())
    text = say(
        "maps.summary.electricity.voltage",
        lines=counted["lines_beyond_voltage"].number,
        branches=counted["branches_to_remedy"].number,
        cost_bn=Number(frame["remedy_mvnd"].sum() / 1000, 1),
        ways=ways,
    )
    return [say("maps.summary.electricity.voltage.title"), text]


def _sensitivity(say: Words, result: ElectricityResult) -> list[str]:
    """Which assumptions move most choices."""
    frame = result.tables.get("sensitivity", pd.DataFrame())
    if not len(frame):
        return []
    counted = ("choices_changed", "households_changed", "grid_settlements")
    rows = []
    for row in frame.head(SENSITIVE_ROWS).to_dict("records"):
        unit = unit_words(row["unit"])
        value = say.number(row["value"], decimals=0 if row["value"] >= 10 else 2)
        name = _parameter(say, row)
        rows.append((name, f"{value} {unit[say.language] if unit else ''}", *(shown(say, row[key]) for key in counted)))
    headings = _headings(say, "sensitivity", "parameter", "value", *counted)
    return [say("maps.summary.electricity.sensitivity"), table(headings, rows)]


def _parameter(say: Words, row: Mapping[Any, Any]) -> str:
    """Short name of a parameter in the language."""
    key = f"parameter.electricity.{row['parameter']}"
    return say(key) if key in say else in_language(say, row, "parameter")


def _backtest(say: Words, result: ElectricityResult) -> list[str]:
    """Unit costs against real projects."""
    frame = result.tables.get("backtest", pd.DataFrame())
    if not len(frame):
        return []
    rows = [
        (
            row["project"],
            row["year"],
            say.number(row["predicted_mvnd"]),
            say.number(row["actual_2026_mvnd"]),
            say.number(row["predicted_to_actual"], decimals=2),
            in_language(say, row, "note"),
        )
        for row in frame.to_dict("records")
    ]
    headings = _headings(say, "backtest", "project", "year", "predicted", "actual", "ratio", "note")
    median = Number(result.summary["backtest_median"], 2)
    return [say("maps.summary.electricity.backtest", median=median), table(headings, rows)]
