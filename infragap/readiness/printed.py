"""What `infragap check` prints: findings, a table of layers by analysis, and a line for each analysis that says whether
a run would begin."""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from infragap.console.terminal import Terminal, cell, shown
from infragap.gis.findings import faults, notices
from infragap.readiness.judging import LayerReport, LayerState, Readiness

MARKS = {
    LayerState.READY: "[green]✓[/green]",
    LayerState.FAULTY: "[red]✗[/red]",
    LayerState.MISSING: "[red]–[/red]",
    LayerState.LEFT_OUT: "[dim]–[/dim]",
}

SHOWN_COLUMNS = 6
"""Absent columns that are named in the table; the others are counted."""


def print_json(readiness: Readiness, terminal: Terminal) -> None:
    """Print findings and readiness for machines: one object, every sign that a terminal would obey as a code."""
    text = json.dumps(readiness.as_json(terminal.language), ensure_ascii=False, indent=1, default=str)
    terminal.out.print(_json_codes(text), markup=False, highlight=False, soft_wrap=True)


def _json_codes(text: str) -> str:
    """Write what is hidden or obeyed as JSON's own codes; the text means the same."""
    return "".join(sign if sign == "\n" or shown(sign) == sign else json.dumps(sign)[1:-1] for sign in text)


def print_readiness(readiness: Readiness, pack: Path, terminal: Terminal) -> None:
    """Print findings, the table, and what the pack is ready for."""
    found = readiness.findings
    terminal.complain((notice.spoken(terminal.language) for notice in notices(found)), "[yellow]![/yellow] ")
    terminal.complain(fault.spoken(terminal.language) for fault in faults(found))
    if any(readiness.layers.values()):
        terminal.out.print(_table(readiness, terminal))
    for analysis, lacking in readiness.lacking.items():
        _print_verdict(readiness, analysis, terminal)
        for finding in lacking:
            terminal.out.print(f"  [red]✗[/red] {cell(finding.spoken(terminal.language))}", soft_wrap=True)
    if count := len(faults(found)):
        terminal.complain([terminal.text("command.check.faults", count=count, pack=pack)], "")
    else:
        terminal.out.print(f"[green]✓[/green] {terminal.text('command.check.sound', pack=pack)}", soft_wrap=True)


def _print_verdict(readiness: Readiness, analysis: str, terminal: Terminal) -> None:
    ready = readiness.is_ready(analysis)
    key = "ready" if ready else "not_ready"
    mark = "[green]✓[/green]" if ready else "[red]✗[/red]"
    terminal.out.print(
        f"{mark} {terminal.text(f'command.check.{key}', name=terminal.text(f'command.step.{analysis}'))}"
    )


def _table(readiness: Readiness, terminal: Terminal) -> Table:
    analyses = [name for name, layers in readiness.layers.items() if layers]
    table = Table(caption=terminal.text("command.check.legend"), caption_justify="left")
    table.add_column(terminal.text("command.check.layer"), overflow="fold")
    for name in analyses:
        table.add_column(terminal.text(f"command.step.{name}"), justify="center")
    table.add_column(terminal.text("command.check.rows"), justify="right")
    table.add_column(terminal.text("command.check.absent_columns"), overflow="fold")
    for layer in dict.fromkeys(name for analysis in analyses for name in readiness.layers[analysis]):
        reports = [readiness.layers[analysis].get(layer) for analysis in analyses]
        report = next(r for r in reports if r is not None)
        rows = "" if report.rows is None else str(report.rows)
        table.add_row(layer, *("" if r is None else MARKS[r.state] for r in reports), rows, _absent(report, terminal))
    return table


def _absent(report: LayerReport, terminal: Terminal) -> str:
    rest = len(report.absent_columns) - SHOWN_COLUMNS
    named = ", ".join(report.absent_columns[:SHOWN_COLUMNS])
    return f"{named} {terminal.text('command.more', count=rest)}" if rest > 0 else named
