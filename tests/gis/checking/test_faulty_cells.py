"""A corpus of faulty cells: every column of every table layer, made wrong in every way that it can be, with the
sentence that must come."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from infragap.gis import schema
from infragap.gis.catalog import LayerEntry
from infragap.gis.crs import to_wgs84
from infragap.gis.findings import Finding
from infragap.gis.reading.layers import read_layer
from tests import pack_factory

TABLES = ("villages", "settlements", "substations", "solar", "water_schemes", "water_households", "schools", "bridges")
ROW = 1
"""Row that is made wrong."""


def sound(layer: str) -> pd.DataFrame:
    """The layer of the factory as text cells, with coordinates."""
    frame = pack_factory.BUILDERS[layer]()
    assert isinstance(frame, pd.DataFrame)
    if isinstance(frame, gpd.GeoDataFrame):
        degrees = to_wgs84(frame)
        plain = pd.DataFrame(degrees.drop(columns="geometry"))
        frame = plain.assign(longitude=degrees.geometry.x.round(5), latitude=degrees.geometry.y.round(5))
    rows = pd.concat([frame, frame], ignore_index=True) if len(frame) == 1 else frame
    text = rows.astype(object).map(lambda cell: "" if cell is None or cell != cell else str(cell))
    key = schema.ID_COLUMN.get(layer)
    if key is not None and len(frame) == 1:
        text.loc[1, key] = text.loc[1, key] + "b"
    return text


def findings(folder: Path, layer: str, table: pd.DataFrame, *, separator: str = ",") -> list[Finding]:
    table.to_csv(folder / "t.csv", index=False, sep=separator)
    kind = "vector" if schema.GEOMETRY[layer] else "table"
    place = {"geometry": schema.GEOMETRY[layer][0], "crs": "EPSG:4326"} if kind == "vector" else {}
    entry = LayerEntry.model_validate(
        {"name": layer, "title": layer, "file": "t.csv", "kind": kind, "provenance": "modelled", **place}
    )
    return read_layer(folder, entry, crs_measure="EPSG:9208")[1]


@dataclass(frozen=True)
class Case:
    """One cell made wrong, and the sentence that must be among those that come."""

    layer: str
    column: str
    kind: str
    cell: str
    expected: str
    separator: str = ","


def row_name(layer: str, column: str) -> str:
    key = schema.ID_COLUMN.get(layer)
    return f"row {ROW + 1}" if key is None or key == column else sound(layer).loc[ROW, key]


def cases() -> Iterator[Case]:
    for layer in TABLES:
        table = sound(layer)
        for name, column in schema.LAYERS[layer].to_schema().columns.items():
            if name not in table.columns:
                continue
            dtype, unit, row = str(column.dtype), column.title, row_name(layer, name)
            of = f"{layer}: 1 of {len(table)} rows have"
            if not column.nullable:
                expected = f"{of} no {name} ({row}). Fill the column or drop the rows."
                yield Case(layer, name, "empty", "", expected)
                yield Case(layer, name, "blank", "   ", expected)
            if dtype in ("int64", "float64"):
                word = "a whole number" if dtype == "int64" else "a number"
                for kind, cell in (
                    ("word", "mười"),
                    ("range", "10-20"),
                    ("infinite", "inf"),
                    ("truth", "TRUE"),
                    ("error", "#REF!"),
                    ("blank inside", "1 000"),
                    ("hex", "0x1F"),
                    ("digits of another script", "١٢"),
                ):
                    yield Case(
                        layer,
                        name,
                        kind,
                        cell,
                        f"{of} {name} that is not {word} ({row} = {cell}). Write {word} ({unit}).",
                    )
            if dtype == "int64":
                yield Case(
                    layer, name, "thousands", "2.000",
                    f"{of} {name} with a dot that may part thousands ({row} = 2.000). If 2.000 means 2000, write 2000;",
                    separator=";",
                )  # fmt: skip
                yield Case(
                    layer,
                    name,
                    "half",
                    "1.5",
                    f"{of} {name} that is not a whole number ({row} = 1.5). Write a whole number ({unit}).",
                )
            if dtype == "bool":
                yield Case(
                    layer,
                    name,
                    "word",
                    "có",
                    f"{of} {name} that is not true or false ({row} = có). Write true or false (-).",
                )
            for check in column.checks:
                limits = dict(check.statistics or {})
                if "allowed_values" in limits:
                    allowed = ", ".join(map(str, limits["allowed_values"]))
                    yield Case(
                        layer,
                        name,
                        "choice",
                        "khác",
                        f"{of} a {name} that is not one of {allowed} ({row} = khác). Use one of these words.",
                    )
                if "min_value" in limits and check.name == "greater_than_or_equal_to":
                    low = f"{limits['min_value']:g}"
                    cell = f"{limits['min_value'] - 1:g}"
                    yield Case(
                        layer,
                        name,
                        "below",
                        cell,
                        f"{of} {name} below {low} ({row} = {cell}). Correct the values ({unit}) or drop the rows.",
                    )
                if "min_value" in limits and check.name == "greater_than":
                    yield Case(
                        layer,
                        name,
                        "zero",
                        "0",
                        f"{of} {name} not above 0 ({row} = 0). Correct the values ({unit}) or drop the rows.",
                    )
                if "max_value" in limits:
                    cell = f"{limits['max_value'] + 1:g}"
                    yield Case(
                        layer,
                        name,
                        "above",
                        cell,
                        f"{of} {name} above {limits['max_value']:g} ({row} = {cell}). Correct the values ({unit}) or "
                        f"drop the rows.",
                    )
            usual = (column.metadata or {}).get(schema.USUAL)
            if usual is not None:
                # a large number, of a size that no other unit explains
                yield Case(layer, name, "huge", "1e14" if dtype == "int64" else "1e300", f"{of} {name} outside ")
            if (
                dtype == "str"
                and not column.unique
                and name != "commune_code"
                and not any("allowed_values" in (c.statistics or {}) for c in column.checks)
            ):
                for kind, cell in (
                    ("mojibake", "Báº£n PhÃ³"),
                    ("mac", "B·∫£n"),
                    ("lost", "B?n N?m"),
                    ("entity", "B&#7843;n"),
                    ("percent", "B%E1%BA%A3n"),
                    ("replacement", "B�n"),
                    ("UTF-7", "B+HqM-n"),
                ):
                    yield Case(
                        layer,
                        name,
                        kind,
                        cell,
                        f"{of} garbled {name} ({row} = {cell}). The text was once saved in the wrong encoding",
                    )
                yield Case(
                    layer, name, "hidden", "B\u202en", f"{of} control or invisible signs in {name} ({row} = B\\u202en)."
                )
            if column.unique and name != "commune_code":
                yield Case(
                    layer,
                    name,
                    "control",
                    "X\u001b[31m",
                    f"{of} control or invisible signs in {name} (X\\x1b[31m = X\\x1b[31m).",
                )
                yield Case(
                    layer,
                    name,
                    "zero width",
                    "X\u200b1",
                    f"{of} control or invisible signs in {name} (X\\u200b1 = X\\u200b1).",
                )


CASES = list(cases())


def test_the_corpus_is_large() -> None:
    assert len(CASES) >= 300
    assert len({(case.layer, case.column, case.kind) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("layer", TABLES)
def test_the_layers_are_sound_before(tmp_path: Path, layer: str) -> None:
    assert findings(tmp_path, layer, sound(layer)) == []


@pytest.mark.parametrize(
    "case",
    # every fourth in the fast suite, of every layer and kind; the others beside them in the slow one
    [
        pytest.param(case, marks=[pytest.mark.slow] if i % 4 else [], id=f"{case.layer}.{case.column}.{case.kind}")
        for i, case in enumerate(CASES)
    ],
)
def test_faulty_cell(tmp_path: Path, case: Case) -> None:
    table = sound(case.layer)
    table.loc[ROW, case.column] = case.cell
    said = [str(finding) for finding in findings(tmp_path, case.layer, table, separator=case.separator)]
    assert any(text.startswith(case.expected) for text in said), said
    # one slip, one sentence: nothing else is blamed for it
    assert len(said) == 1, said


@pytest.mark.parametrize("layer", [name for name in TABLES if name in schema.ID_COLUMN and name != "water_households"])
@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda text: f" {text[:1]} {text[1:]}",
        lambda text: text[:2] + "\u200b" + text[2:],
        # letters of Cyrillic and Greek, digits of full width
        lambda text: text.translate(str.maketrans("BCKST01", "\u0412\u0421\u039a\u0405\u0422\uff10\uff11")),
    ],
)
def test_identifiers_that_only_look_different(tmp_path: Path, layer: str, change: Callable[[str], str]) -> None:
    table, key = sound(layer), schema.ID_COLUMN[layer]
    table.loc[ROW, key] = change(table.loc[0, key])
    said = [str(finding) for finding in findings(tmp_path, layer, table)]
    assert any(
        f"2 of {len(table)} rows have a {key} that differs from another's only in case, blanks, invisible signs or "
        f"letters of another script" in text
        for text in said
    )
