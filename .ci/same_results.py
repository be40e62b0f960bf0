"""Compare two result folders.

`same_results.py A B`: byte by byte; in run.json the timings may differ. `same_results.py --tables A B`: every table,
layer and number that both have, for two versions of the program: numbers and rows must be equal; changed words, added
columns and files are listed and allowed. Exit code 1 if anything else differs.
"""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def content(file: Path) -> bytes:
    """Bytes of a file, without the timings of run.json."""
    if file.name != "run.json":
        return file.read_bytes()
    record = json.loads(file.read_text(encoding="utf-8"))
    record.pop("timings")
    return json.dumps(record, sort_keys=True).encode()


def files_of(folder: Path) -> set[Path]:
    """Files below a folder, relative to it."""
    return {file.relative_to(folder) for file in folder.rglob("*") if file.is_file()}


def byte_by_byte(first: Path, second: Path) -> int:
    """Print the files that differ and return the exit code."""
    a, b = files_of(first), files_of(second)
    differing = sorted(a ^ b)
    differing += sorted(file for file in a & b if content(first / file) != content(second / file))
    for file in differing:
        print(f"differs: {file}")
    print(f"{len(a)} files compared, {len(differing)} differ")
    return 1 if differing or not a else 0


def rows_of(file: Path) -> list[Row]:
    """Rows of a table or layer, or the leaves of run.json as one row."""
    if file.suffix == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.DictReader(lines))
    record = json.loads(file.read_text(encoding="utf-8"))
    if file.suffix == ".geojson":
        return [{**f["properties"], "(geometry)": json.dumps(f["geometry"])} for f in record["features"]]
    return [dict(leaves(record))]


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of a nested record with their paths."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if children is None:
        yield path, value
        return
    for key, child in children:
        yield from leaves(child, f"{path}.{key}")


def is_number(value: Any) -> bool:
    """Whether a cell holds a number."""
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def compare_rows(name: Path, first: list[Row], second: list[Row]) -> tuple[int, list[str]]:
    """Count what may not differ, and tell all that does."""
    if not first or not second or len(first) != len(second):
        return int(len(first) != len(second)), [f"{name}: {len(first)} and {len(second)} rows"]
    told = [f"{name}: column {c} added" for c in second[0] if c not in first[0]]
    removed = [c for c in first[0] if c not in second[0]]
    told += [f"{name}: column {c} taken away" for c in removed]
    numbers, texts, example = Counter[str](), Counter[str](), dict[str, str]()
    for a, b in zip(first, second, strict=True):
        for column in a.keys() & b.keys():
            if a[column] == b[column]:
                continue
            strict = is_number(a[column]) or is_number(b[column]) or column == "(geometry)"
            (numbers if strict else texts)[column] += 1
            example.setdefault(column, f"{str(a[column])[:160]!r} -> {str(b[column])[:160]!r}")
    told += [f"{name}: {column}: {n} numbers differ, first {example[column]}" for column, n in numbers.items()]
    told += [f"{name}: {column}: {n} texts differ, first {example[column]}" for column, n in texts.items()]
    return len(removed) + len(numbers), told


def tables(first: Path, second: Path) -> int:
    """Compare tables, layers and the record of two versions."""
    a, b = files_of(first), files_of(second)
    wrong, told = 0, [f"{file}: added" for file in sorted(b - a)]
    for file in sorted(a - b):
        wrong, told = wrong + 1, [*told, f"{file}: taken away"]
    compared = sorted(f for f in a & b if f.suffix in {".csv", ".geojson"} and f.name not in {"columns.csv"})
    for file in compared:
        count, lines = compare_rows(file, rows_of(first / file), rows_of(second / file))
        wrong, told = wrong + count, told + lines
    for part in ("electricity", "water", "schools"):
        records = [
            json.loads((folder / "run.json").read_text(encoding="utf-8")).get(part, {}) for folder in (first, second)
        ]
        count, lines = compare_rows(Path(f"run.json/{part}"), *([dict(leaves(record))] for record in records))
        wrong, told = wrong + count, told + lines
    print("\n".join(told))
    print(f"{len(compared)} tables and layers and run.json compared; {wrong} things differ that may not")
    return 1 if wrong or not compared else 0


def main(arguments: list[str]) -> int:
    """Choose the comparison."""
    by_table = "--tables" in arguments
    first, second = (Path(argument) for argument in arguments if argument != "--tables")
    return tables(first, second) if by_table else byte_by_byte(first, second)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
