"""Everything about one place, from a result folder: its rows in every table, with headings and units, for the
terminal."""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from infragap.analyses.columns import is_plain
from infragap.console.messages import Message, refused
from infragap.disk.manifest import MARKER
from infragap.gis.errors import MissingDataError
from infragap.gis.findings import listed
from infragap.gis.names import fold
from infragap.profiles.naming import inward_unit
from infragap.wording.catalogue import languages, words
from infragap.wording.codes import label, unit_words
from infragap.wording.country import spoken_profile

OWN_ID: Mapping[str, str] = {
    "electricity_ranking": "settlement_id",
    "water_villages": "village_id",
    "schools_villages": "village_id",
    "schools_sites": "school_id",
    "water_works": "work_id",
    "communes": "commune_code",
    "electricity_lines": "line_id",
}
"""Tables that hold one row for each place or work, with the column that names it."""

REFERS: tuple[tuple[str, str, str], ...] = (
    ("electricity_ranking", "electricity_lines", "to_settlement_id"),
    ("electricity_lines", "electricity_remedies", "line_id"),
    ("electricity_ranking", "communes", "commune_code"),
    ("water_villages", "communes", "commune_code"),
    ("schools_villages", "communes", "commune_code"),
    ("communes", "water_communes", "commune_code"),
    ("water_villages", "water_works", "work_id"),
)
"""From a row to the rows of another table that belong to it: table, other table, column of the other table."""

NOT_NUMBERS = ("_id", "_code")
DECIMALS_MAX = 3
DECIMALS = {
    "longitude": 5,
    "latitude": 5,
    "hydro_longitude": 5,
    "hydro_latitude": 5,
    "tap_longitude": 5,
    "tap_latitude": 5,
}
SUGGESTED = 5


@dataclass(frozen=True)
class Place:
    """Something that a result names.

    Attributes
    ----------
    table, row
        Where its row stands.
    key, name, commune
        Its id, name and commune.
    """

    table: str
    row: int
    key: str
    name: str
    commune: str


@dataclass(frozen=True)
class Entry:
    """One value of a place in words: its column, the heading, the value with its unit."""

    column: str
    heading: str
    text: str


@dataclass(frozen=True)
class Section:
    """The values of a place in one table."""

    table: str
    entries: tuple[Entry, ...]


def index_of(folder: Path) -> Path:
    """Give the page that a result opens with.

    Raises
    ------
    MissingDataError
        The folder holds no complete result.
    """
    index = folder / "index.html"
    if not (folder / MARKER).is_file() or not index.is_file():
        raise _refused("no_result", folder=folder)
    return index


def first_place(folder: Path) -> str | None:
    """Give the id of the place that a result names first, as an example; None where it names none."""
    place = next(Result(folder).places(), None)
    return place.key if place is not None else None


class Result:
    """The tables of a result folder."""

    def __init__(self, folder: Path) -> None:
        """Read the tables.

        Raises
        ------
        MissingDataError
            The folder holds no complete result, or a damaged one.
        """
        if not (folder / MARKER).is_file() or not (folder / "tables" / "columns.csv").is_file():
            raise _refused("no_result", folder=folder)
        try:
            files = sorted((folder / "tables").glob("*.csv"))
            self._tables = {file.stem: _read(file) for file in files if file.stem != "columns"}
            described = _read(folder / "tables" / "columns.csv").to_dict("records")
            self._columns = {(str(row["table"]), str(row["column"])): row for row in described}
        except (OSError, ValueError, KeyError) as error:
            raise _refused("damaged", folder=folder, reason=error) from error

    def places(self) -> Iterator[Place]:
        """Give every place and work, villages once."""
        seen = set()
        for table, column in OWN_ID.items():
            frame = self._tables.get(table)
            if frame is None or column not in frame:
                continue
            for row, record in enumerate(frame.to_dict("records")):
                if (column, record[column]) not in seen:
                    seen.add((column, record[column]))
                    name = record.get("name") or record.get("to_name") or record[column]
                    yield Place(table, row, record[column], name, record.get("commune", ""))

    def find(self, asked: str) -> list[Place]:
        """Find a place by its id, else by its name, with or without diacritics; several where several bear the name.

        Raises
        ------
        MissingDataError
            There is no such place; the nearest names come with the message.
        """
        places = list(self.places())
        by_id = [place for place in places if place.key.casefold() == asked.strip().casefold()]
        wanted = fold(asked)
        found = by_id or [place for place in places if fold(place.name) == wanted]
        found = found or [place for place in places if wanted and f" {wanted} " in f" {fold(place.name)} "]
        found = _first_of_each(found)
        if not found:
            names = {fold(place.name): place for place in reversed(places)}
            near = difflib.get_close_matches(wanted[:100], names, n=SUGGESTED, cutoff=0.7)
            suggestions = listed([f"{names[name].name} ({names[name].key})" for name in near])
            raise _refused("no_place" if near else "no_like_place", asked=asked, near=suggestions)
        return found

    def about(self, place: Place, language: str) -> list[Section]:
        """Give all that the tables say about a place: its own rows, and those that belong to them."""
        shown: dict[tuple[str, int], None] = {}
        waiting = [(place.table, place.row), *self._same_village(place)]
        while waiting:
            table, row = waiting.pop(0)
            if (table, row) in shown:
                continue
            shown[table, row] = None
            waiting += self._belonging(table, row)
        return [self._section(table, row, language) for table, row in shown]

    def _same_village(self, place: Place) -> Iterator[tuple[str, int]]:
        """Rows of the same village in the tables of the other questions: same id, or the only one of its name in the
        commune."""
        for table in ("electricity_ranking", "water_villages", "schools_villages"):
            frame = self._tables.get(table)
            if frame is None or table == place.table or place.table not in OWN_ID or not place.commune:
                continue
            same = frame[OWN_ID[table]] == place.key
            if not same.any():
                same = (frame["commune"] == place.commune) & (frame["name"].map(fold) == fold(place.name))
            if same.sum() == 1:
                yield table, int(same.to_numpy().argmax())

    def _belonging(self, table: str, row: int) -> Iterator[tuple[str, int]]:
        own = self._tables[table].iloc[row]
        for source, other, column in REFERS:
            frame = self._tables.get(other)
            key = own.get(column) or own.get(OWN_ID.get(source, ""))
            if source == table and frame is not None and column in frame and key:
                for match in (frame[column] == key).to_numpy().nonzero()[0]:
                    yield other, int(match)

    def _section(self, table: str, row: int, language: str) -> Section:
        values = self._tables[table].iloc[row]
        left_out = {name for name in values.index if _is_other_language(str(name), language, values.index)}
        entries = (
            self._entry(table, str(name), value, language)
            for name, value in values.items()
            if value != "" and name not in left_out
        )
        return Section(table, tuple(entries))

    def _entry(self, table: str, column: str, value: str, language: str) -> Entry:
        known = self._columns.get((table, column), {})
        heading = str(known.get(f"heading_{language}") or column)
        return Entry(column, heading, _in_words(value, column, table, str(known.get("unit", "-")), language))


def _in_words(value: str, column: str, table: str, unit: str, language: str) -> str:
    """Write a value as people read it: words of codes, yes and no, separators of the language, the unit behind it."""
    say = words(language)
    if value in ("True", "False"):
        return say("command.yes" if value == "True" else "command.no")
    if _is_number(value) and is_plain(column):
        return f"{float(value):.0f}"
    if column.endswith(NOT_NUMBERS) or not _is_number(value):
        return label(language, column, value, table.replace("_", ".", 1))
    number, decimals = float(value), DECIMALS.get(column, DECIMALS_MAX)
    text = f"{number:.{decimals}f}" if abs(number) < 100 or column in DECIMALS else f"{number:.0f}"
    kept = len(text.rstrip("0").partition(".")[2])
    behind = (unit_words(inward_unit(unit, spoken_profile())) or {}).get(language, "")
    return f"{say.number(number, decimals=kept)} {behind}".rstrip()


def _first_of_each(places: Iterable[Place]) -> list[Place]:
    """Keep one of the places that bear one name in one commune: a settlement without grid is a village too."""
    kept: dict[tuple[str, str], Place] = {}
    for place in places:
        kept.setdefault((fold(place.name), place.commune), place)
    return list(kept.values())


def _read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _is_other_language(name: str, language: str, names: Container[object]) -> bool:
    """Whether a column is a text in another language, and the one in this language stands beside it."""
    stem, _, code = name.rpartition("_")
    return code in languages() and code != language and f"{stem}_{language}" in names


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refused(name: str, **values: object) -> MissingDataError:
    return refused(MissingDataError, [Message(f"command.explain.{name}", values)])
