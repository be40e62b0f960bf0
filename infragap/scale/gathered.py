"""What all results together give: layers as partitioned GeoParquet, tables merged where they are asked for, and a list
of what was planned."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from infragap.console.messages import Message, refused
from infragap.disk.exchange import put_text
from infragap.gis.errors import MissingDataError
from infragap.scale.unit_work import Outcome, joined_folder

LIST = "many.json"
KEYS = ("pack", "scenario")
Result = tuple[str, str, Path]
"""Pack, scenario, folder."""


def write_gathered(out: Path, outcomes: Sequence[Outcome], *, merged: bool) -> None:
    """Write list, partitions and (where asked for) tables; what an earlier run has gathered is replaced.

    Parameters
    ----------
    out
        Folder of all results.
    outcomes
        All of them, failed ones too.
    merged
        Whether to write each table of all results into one CSV file.
    """
    results = results_of(out, outcomes)
    for name in ("geoparquet", "tables"):
        shutil.rmtree(out / name, ignore_errors=True)
    for pack, scenario, folder in results:
        for layer in sorted((folder / "geoparquet").glob("*.parquet")):
            part = out / "geoparquet" / layer.stem / f"pack={pack}" / f"scenario={scenario}"
            part.mkdir(parents=True)
            shutil.copyfile(layer, part / "part.parquet")
    if merged:
        names = sorted({file.name for _, _, folder in results for file in (folder / "tables").glob("*.csv")})
        (out / "tables").mkdir(parents=True, exist_ok=True)
        for name in names:
            parts = [((pack, scenario), folder / "tables" / name) for pack, scenario, folder in results]
            merge_tables(KEYS, parts, out / "tables" / name)
    _write_list(out, outcomes)


def results_of(out: Path, outcomes: Sequence[Outcome]) -> list[Result]:
    """Pack, scenario and folder of those that have a result; a pack in areas has one where all its areas do."""
    failed = {(done.unit.pack, done.unit.scenario) for done in outcomes if done.state == "failed"}
    folders = {(done.unit.pack, done.unit.scenario): joined_folder(out, done.unit) for done in outcomes}
    return [(*pair, folder) for pair, folder in folders.items() if pair not in failed]


def table_of(results: Iterable[Result], name: str) -> pd.DataFrame:
    """Merge a table of all results.

    Raises
    ------
    MissingDataError
        No result has it.
    """
    parts = [
        _marked(pd.read_csv(file), pack, scenario)
        for pack, scenario, folder in results
        if (file := folder / "tables" / f"{name}.csv").is_file()
    ]
    return pd.concat(_any(parts, name), ignore_index=True)


def layer_of(results: Iterable[Result], name: str) -> gpd.GeoDataFrame:
    """Merge a layer of all results (WGS84).

    Raises
    ------
    MissingDataError
        No result has it.
    """
    parts = [
        _marked(gpd.read_parquet(file), pack, scenario)
        for pack, scenario, folder in results
        if (file := folder / "geoparquet" / f"{name}.parquet").is_file()
    ]
    return gpd.GeoDataFrame(pd.concat(_any(parts, name), ignore_index=True))


def _any(parts: list[pd.DataFrame], name: str) -> list[pd.DataFrame]:
    if not parts:
        raise refused(MissingDataError, [Message("command.many.no_such_table", {"name": name})])
    return parts


def _marked(frame: pd.DataFrame, pack: str, scenario: str) -> pd.DataFrame:
    frame.insert(0, KEYS[1], scenario)
    frame.insert(0, KEYS[0], pack)
    return frame


def merge_tables(
    keys: Sequence[str],
    parts: Iterable[tuple[Sequence[str], Path]],
    target: Path,
    changed: Callable[[dict[str, str], dict[str, str]], dict[str, str]] = lambda row, _: row,
) -> None:
    """Merge one table row by row, so that memory does not grow with the number of results; texts stay as they are.

    Parameters
    ----------
    keys
        Names of the columns that are put in front.
    parts
        Their values, and the CSV file, which need not be there.
    target
        File to write.
    changed
        Takes a row and the values of its keys, and gives the row that is written.
    """
    files = [(dict(zip(keys, values, strict=True)), file) for values, file in parts if file.is_file()]
    columns: dict[str, None] = {}
    for _, file in files:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            columns |= dict.fromkeys(next(csv.reader(stream), []))
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*keys, *columns], restval="", lineterminator="\n")
        writer.writeheader()
        for values, file in files:
            with file.open(encoding="utf-8-sig", newline="") as rows:
                writer.writerows({**changed(row, values), **values} for row in csv.DictReader(rows))


def _write_list(out: Path, outcomes: Sequence[Outcome]) -> None:
    """Write what was planned: no times, so that two runs on equal inputs give equal lists."""
    told = [
        {
            "pack": outcome.unit.pack,
            "scenario": outcome.unit.scenario,
            **({} if outcome.unit.area is None else {"area": outcome.unit.area.name}),
            "state": "failed" if outcome.state == "failed" else "done",
            "key": outcome.key,
            "error": None if outcome.error is None else str(outcome.error),
        }
        for outcome in outcomes
    ]
    out.mkdir(parents=True, exist_ok=True)
    put_text(out / LIST, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
