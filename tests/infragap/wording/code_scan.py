"""What the code says: its string constants, its patterns of keys, its declared columns, read from the syntax tree."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("gis", "analyses", "maps", "infragap")


@dataclass
class Said:
    """Texts of the code.

    Attributes
    ----------
    constants
        String constants that are no docstrings → the file that holds them first.
    patterns
        Regular expressions of f-strings, a group for each value filled in.
    names
        Identifiers: fields, variables, keyword arguments.
    columns
        Table and column of every declared column.
    column_names
        Names of columns, whichever table they go into.
    """

    constants: dict[str, str] = field(default_factory=dict)
    patterns: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    columns: set[tuple[str, str]] = field(default_factory=set)
    column_names: set[str] = field(default_factory=set)


def code_files(suffix: str) -> list[Path]:
    """Files of code, each once: the links in infragap/ are not followed."""
    return sorted(
        file
        for room in ROOMS
        for file in (ROOT / room).rglob(f"*{suffix}")
        if not any(parent.is_symlink() for parent in file.parents if parent != ROOT)
    )


@cache
def said() -> Said:
    """Read all modules."""
    found = Said()
    for file in code_files(".py"):
        _Reader(found, file.relative_to(ROOT).as_posix()).visit(ast.parse(file.read_text(encoding="utf-8")))
    return found


class _Reader(ast.NodeVisitor):
    def __init__(self, found: Said, file: str) -> None:
        self.found, self.file = found, file

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a constant alone is a docstring
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.found.constants.setdefault(node.value, self.file)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [re.escape(p.value) if isinstance(p, ast.Constant) else "(.*)" for p in node.values]
        self.found.patterns.add("".join(str(part) for part in parts))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part)

    def visit_Name(self, node: ast.Name) -> None:
        self.found.names.add(node.id)

    def visit_keyword(self, node: ast.keyword) -> None:
        self.found.names.add(node.arg or "")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if getattr(node.func, "id", "") == "Column" and node.args and isinstance(node.args[0], ast.Constant):
            self.found.column_names.add(str(node.args[0].value))
        if getattr(node.func, "id", "") == "table" and node.args and isinstance(node.args[0], ast.Constant):
            for part in ast.walk(node):
                if isinstance(part, ast.Call) and getattr(part.func, "id", "") == "Column":
                    first = part.args[0] if part.args else None
                    if isinstance(first, ast.Constant):
                        self.found.columns.add((str(node.args[0].value), str(first.value)))
        self.generic_visit(node)
