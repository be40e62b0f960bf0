"""Composes the sheet of a commune: what a commune office asks first, in figures and short lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from infragap.analyses.columns import Column, Columns
from infragap.analyses.electricity import columns as electricity_columns
from infragap.analyses.schools import columns as schools_columns
from infragap.analyses.water import columns as water_columns
from infragap.maps import colours
from infragap.maps.communes import commune_columns
from infragap.maps.sheets.picture import picture
from infragap.maps.sheets.sheet import Figures, Listing, Sheet, Text
from infragap.maps.sheets.source import Source
from infragap.maps.shown import headed, is_missing, measured, same, shown
from infragap.wording.catalogue import Number, in_each_language
from infragap.wording.codes import code_words, unit_words

COMMUNE = ("population", "households", "area_km2", "poverty_rate_pct", "minority_pct", "forest_cover_pct", "is_border")
WATER = (
    "people_without_standard", "to_standard_pct", "basic_pct", "to_standard_after_pct", "people_gained", "hot_spot",
)  # fmt: skip
PAGE_ROWS, LEAST_ROWS = 16, 4
"""Rows of all lists together that a page holds, and of the first list at least."""
FAR_VILLAGES = "schools.villages"
"""Table in which a missing time means that no way leads there."""
NAME_SIGNS = 62
"""Signs of a name or cell that a line of a list holds."""


@dataclass(frozen=True)
class _List:
    """Which rows of a table make a list, in which order, how many, and how wide its columns are."""

    key: str
    table: str
    columns: Columns
    shown: tuple[str, ...]
    widths: tuple[float, ...]
    order: tuple[str, ...]
    most: int
    id_column: str = ""
    prefix: str = ""
    descending: bool = False


LISTS = (
    _List(
        "electricity",
        "electricity_ranking",
        electricity_columns.RANKING,
        ("name", "households", "choice", "year", "plan_investment_mvnd", "grid_probability"),
        (0.33, 0.11, 0.2, 0.07, 0.15, 0.14),
        ("year", "priority_rank", "settlement_id"),
        12,
        "settlement_id",
        "Đ",
    ),
    _List(
        "water",
        "water_works",
        water_columns.WORKS,
        ("name", "kind", "year", "people_gained", "cost_mvnd"),
        (0.42, 0.24, 0.08, 0.13, 0.13),
        ("year", "rank", "work_id"),
        6,
        "work_id",
        "N",
    ),
    _List(
        "schools",
        "schools_sites",
        schools_columns.SITES,
        ("name", "kind", "status", "pupils_served", "mean_min"),
        (0.32, 0.26, 0.16, 0.13, 0.13),
        ("rank", "school_id"),
        3,
        "school_id",
        "T",
    ),
    _List(
        "far_villages",
        "schools_villages",
        schools_columns.VILLAGES,
        ("name", "upper_school", "upper_motorbike_dry_min", "upper_motorbike_rainy_min", "pupils_upper_secondary"),
        (0.28, 0.32, 0.14, 0.14, 0.12),
        ("upper_motorbike_dry_min", "village_id"),
        5,
        descending=True,
    ),
)


def sheets(source: Source) -> Iterator[Sheet]:
    """Compose the sheets of all communes in the order of their codes."""
    columns = commune_columns(source.communes)
    for row in source.communes.to_dict("records"):
        yield _sheet(source, {str(key): value for key, value in row.items()}, columns)


def _sheet(source: Source, commune: Mapping[str, object], columns: Columns) -> Sheet:
    code, name = str(commune["commune_code"]), str(commune["name"])
    numbers: dict[str, str] = {}
    listings = tuple(
        made for how in _fitting(source, code) if (made := _listing(source, code, how, numbers)) is not None
    )
    modelled = any(
        "provenance" in frame and (frame["provenance"] == "modelled").any()
        for frame in (source.table(name, code) for name in source.tables)
    )
    merged = commune.get("merged_from")
    return Sheet(
        code,
        name,
        in_each_language("maps.sheet.title", name=name, kind=commune.get("kind") or "", code=code),
        same("") if is_missing(merged) else in_each_language("maps.sheet.merged", merged=_cut(str(merged), 150)),
        in_each_language("maps.notice.modelled") if modelled else None,
        picture(source, code, numbers),
        tuple(block for block in _blocks(source, code, commune, columns) if block.rows),
        listings,
        in_each_language("maps.sheet.source", title=source.pack_title),
    )


def _fitting(source: Source, code: str) -> list[_List]:
    """The lists with as many rows as a page holds: the first gets what the others leave."""
    first, *others = LISTS
    taken = sum(min(how.most, len(source.table(how.table, code))) for how in others)
    return [replace(first, most=max(LEAST_ROWS, min(first.most, PAGE_ROWS - taken))), *others]


def _blocks(source: Source, code: str, commune: Mapping[str, object], columns: Columns) -> Iterator[Figures]:
    known = {column.name: column for column in columns}
    yield _figures("commune", [(known[key], commune.get(key)) for key in COMMUNE if key in known])
    settlements = source.table("electricity_ranking", code)
    if "electricity_ranking" in source.tables:
        yield Figures(in_each_language("maps.sheet.part.electricity"), tuple(_electricity(settlements)))
    water = source.table("water_communes", code)
    if len(water):
        described = {column.name: column for column in water_columns.COMMUNES}
        first = water.iloc[0]
        block = _figures("water", [(described[key], first[key]) for key in WATER if key in described and key in first])
        works = source.table("water_works", code)
        cost = (in_each_language("maps.fact.works_cost"), _money(works["cost_mvnd"].sum()))
        count = (in_each_language("maps.fact.works"), measured(len(works)))
        yield Figures(block.title, (*block.rows, count, cost) if len(works) else (*block.rows, count))
    villages = source.table("schools_villages", code)
    if len(villages):
        yield Figures(in_each_language("maps.sheet.part.schools"), tuple(_schools(villages)))


def _figures(part: str, values: Sequence[tuple[Column, object]]) -> Figures:
    rows = [
        ({code: column.heading(code).removesuffix(" (%)") for code in text}, text)
        for column, value in values
        if not is_missing(value) and (text := shown(column, value))
    ]
    return Figures(in_each_language(f"maps.sheet.part.{part}"), tuple(rows))


def _electricity(settlements: pd.DataFrame) -> Iterator[tuple[Text, Text]]:
    yield in_each_language("maps.fact.settlements"), measured(len(settlements))
    if not len(settlements):
        return
    yield (
        in_each_language("maps.fact.households"),
        measured(settlements["households"].sum(), 0, unit_words("households")),
    )
    for choice in colours.CHOICES:
        chosen = settlements[settlements["choice"] == choice]
        if len(chosen):
            counted = in_each_language(
                "maps.electricity.counted",
                settlements=Number(len(chosen)),
                households=Number(float(chosen["households"].sum())),
            )
            yield code_words("choice", choice), counted
    yield in_each_language("maps.fact.plan_investment"), _money(settlements["plan_investment_mvnd"].sum())
    for year, cost in settlements.groupby("year")["plan_investment_mvnd"].sum().items():
        yield in_each_language("maps.sheet.in_year", year=f"{year:.0f}"), _money(cost)


def _schools(villages: pd.DataFrame) -> Iterator[tuple[Text, Text]]:
    described = {column.name: column for column in schools_columns.VILLAGES}
    for key in ("pupils_primary", "pupils_lower_secondary", "pupils_upper_secondary"):
        column = described[key]
        yield {code: column.heading(code) for code in same("")}, measured(villages[key].sum(), 0, unit_words("pupils"))
    known = villages.dropna(subset=["upper_motorbike_dry_min"])
    pupils = known["pupils_upper_secondary"]
    if pupils.sum() > 0:
        mean = float((known["upper_motorbike_dry_min"] * pupils).sum() / pupils.sum())
        yield in_each_language("maps.sheet.upper_mean"), measured(mean, 1, unit_words("min"))
    cut_off = villages["cut_off_in_rain"].astype(bool).sum()
    yield in_each_language("maps.fact.villages_cut_off_in_rain"), measured(cut_off)


def _money(value_mvnd: float) -> Text:
    return measured(float(value_mvnd) / 1000, 1, unit_words("bn_vnd"))


def _listing(source: Source, code: str, how: _List, numbers: dict[str, str]) -> Listing | None:
    """The first rows of a list; their numbers are noted for the map. None where the run has no such table or the
    commune no row in it."""
    frame = source.table(how.table, code)
    if not len(frame):
        return None
    frame = frame.sort_values(
        [column for column in how.order if column in frame],
        ascending=[not how.descending, *[True] * (sum(column in frame for column in how.order) - 1)],
        # whom no way leads to is farther off than everybody else
        na_position="first" if how.descending else "last",
    )
    if how.descending and frame[how.order[0]].isna().all():
        return None
    described = {column.name: column for column in how.columns}
    chosen = [(described[key], width) for key, width in zip(how.shown, how.widths, strict=True) if key in frame]
    asked = list(dict.fromkeys([*(column.name for column, _ in chosen), *([how.id_column] if how.id_column else [])]))
    rows = []
    for i, row in enumerate(frame.head(how.most)[asked].to_dict("records"), start=1):
        cells = [_cell(column, row[column.name]) for column, _ in chosen]
        if how.id_column:
            numbers[str(row[how.id_column])] = f"{how.prefix}{i}"
            cells = [same(f"{how.prefix}{i}"), *cells]
        rows.append(tuple(cells))
    headings: list[Text] = [headed(column) for column, _ in chosen]
    widths = [width for _, width in chosen]
    numeric = [column.unit != "-" or column.name in ("year", "grid_probability") for column, _ in chosen]
    if how.id_column:
        headings, widths, numeric = (
            [in_each_language("maps.sheet.number"), *headings],
            [0.06, *widths],
            [False, *numeric],
        )
    left = len(frame) - len(rows)
    rest = in_each_language("maps.sheet.rest", count=Number(left), file=f"tables/{how.table}.csv") if left else None
    total = sum(widths)
    return Listing(
        in_each_language(f"maps.sheet.list.{how.key}", count=Number(len(frame))),
        tuple(headings),
        tuple(rows),
        tuple(numeric),
        tuple(width / total for width in widths),
        rest,
    )


def _cell(column: Column, value: object) -> Text:
    if column.name.endswith("_probability") and not is_missing(value):
        return measured(100 * float(str(value)), 0, unit_words("%"))
    if column.table == FAR_VILLAGES and column.unit == "min" and is_missing(value):
        return in_each_language("maps.sheet.no_way")
    return {code: _cut(text, NAME_SIGNS) for code, text in shown(column, value, unit=False).items()}


def _cut(text: str, signs: int) -> str:
    return text if len(text) <= signs else text[: signs - 1].rstrip(" ,;") + "…"
