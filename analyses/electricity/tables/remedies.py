"""The table of remedies, and the words for what helps a tree of planned lines."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from infragap.analyses.columns import names
from infragap.analyses.electricity.codes import Remedy
from infragap.analyses.electricity.columns import REMEDIES
from infragap.analyses.electricity.feeders.remedies import Remedies, TreeRemedies
from infragap.analyses.electricity.least_cost.plan import Plan
from infragap.wording.catalogue import Words, words


def remedies_table(plan: Plan, remedies: Remedies, lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give every way to help each tree that fails, with the identifiers of its uppermost line.

    Parameters
    ----------
    plan, remedies
        The plan, and what helps.
    lines
        Table of lines.
    """
    rows = []
    for tree in remedies.trees:
        line, first = lines.iloc[tree.root], int(tree.failing[0])  # the uppermost line need not fail itself
        failing = lines.iloc[first]
        change = {language: _change_text(plan, tree, words(language)) for language in ("vi", "en")}
        alone = "" if tree.cheapest_alone == Remedy.NEARER_SUBSTATION else tree.cheapest_alone.value
        rows.append(
            {name: line[name] for name in ("line_id", "to_name", "feeder")}
            | {"voltage_drop_pct": tree.drop_pct, "tap_drop_pct": tree.tap_today_pct}
            | {f"{code.value}_mvnd": cost if np.isfinite(cost) else np.nan for code, cost in tree.mvnd.items()}
            | {"other_tap": change["vi"], "other_tap_en": change["en"], "cheapest_alone": alone}
            | {"remedy": remedies.code[first]}
            | {"remedy_vi": failing["remedy_vi"], "remedy_en": failing["remedy_en"]}
            | {"remedy_mvnd": line["remedy_mvnd"]}
        )
    return pd.DataFrame(rows, columns=names(REMEDIES))


def remedy_texts(plan: Plan, remedies: Remedies, language: str) -> list[str]:
    """Say what helps each branch that fails, (branches,); empty elsewhere."""
    w = words(language)
    texts = [""] * len(remedies.code)
    for tree in remedies.trees:
        for branch in tree.failing.tolist():
            texts[branch] = _text(plan, remedies, tree, branch, w)
    return texts


def _text(plan: Plan, remedies: Remedies, tree: TreeRemedies, branch: int, w: Words) -> str:
    code = remedies.code[branch]
    if code == Remedy.OTHER_TAP:
        return _change_text(plan, tree, w)
    if code == Remedy.SHARED_REGULATOR:
        return w("electricity.remedy.shared_regulator", km=w.number(remedies.regulator_km[branch]))
    return w(f"electricity.remedy.{code}")


def _change_text(plan: Plan, tree: TreeRemedies, w: Words) -> str:
    """Say where a tree could be tapped instead; empty where nowhere."""
    change = tree.change
    if change is None:
        return ""
    line = plan.study.grid.lines.iloc[change.row]
    kv = f"{line['voltage_kv']:g}"
    feeder = str(line["feeder"]) if pd.notna(line["feeder"]) else w("electricity.remedy.unnamed_feeder", kv=kv)
    key = "electricity.remedy.other_tap" if change.load_known else "electricity.remedy.other_tap_load_unknown"
    return w(key, feeder=feeder, tap=line["line_id"], km=w.number(change.length_km, decimals=1))
