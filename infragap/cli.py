"""The command `infragap`: options in, one of the runs, an exit code out."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infragap import __version__
from infragap.gis.errors import InfragapError
from infragap.options import Places, Scenario, grouped_options

if TYPE_CHECKING:
    from infragap.settings import Settings

app = typer.Typer(
    help="Rank infrastructure gaps: electricity, water, boarding schools. Results open without internet.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="The data pack: what is in it, and how it is built.", no_args_is_help=True)
app.add_typer(data_app, name="data")

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True)
_debug = False

DataOption = Annotated[Path | None, typer.Option("--data", help="Folder of a data pack; default: the embedded pack.")]
ParamsOption = Annotated[Path | None, typer.Option("--params", help="TOML file with parameters.")]


def _print_version(asked: bool) -> None:
    if asked:
        console.print(f"infragap {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    global _debug
    _debug = debug


@app.command("run")
@grouped_options
def run_command(
    places: Places,
    only: Annotated[str | None, typer.Option(help="Analyses, comma-separated: electricity,water,schools.")] = None,
) -> None:
    """Plan electricity, water and schools on a data pack: tables, layers and maps into --out."""
    from infragap.settings import ANALYSES, read_settings

    chosen = tuple(part.strip() for part in only.split(",") if part.strip()) if only is not None else ANALYSES
    _run(places, read_settings(places.params), chosen)


@app.command("electrify")
@grouped_options
def electrify_command(places: Places, scenario: Scenario) -> None:
    """Plan electricity alone, under a scenario."""
    from infragap.settings import read_settings

    _run(places, read_settings(places.params, {"electricity": scenario.changes()}), ("electricity",))


@app.command("compare")
def compare_command(
    first: Annotated[Path, typer.Argument(help="Result folder A.")],
    second: Annotated[Path, typer.Argument(help="Result folder B.")],
    out: Annotated[Path | None, typer.Option("--out", help="CSV file for the whole comparison.")] = None,
) -> None:
    """Compare two electricity runs: what changed choice, cost and rank, and why."""
    from infragap.compare import compare, print_comparison

    print_comparison(compare(first, second), console, out)


@app.command("backtest")
def backtest_command(params: ParamsOption = None) -> None:
    """Hold the unit costs of lines and stations against real projects: the cost that they give divided by the actual one."""
    from infragap.analyses.electricity.uncertainty.backtest import backtest_median, backtest_table
    from infragap.settings import read_settings

    parameters = read_settings(params).electricity
    table = Table(title="unit costs against real projects, million VND of 2026")
    for heading in ("project", "year", "predicted", "actual", "ratio", "in fit", "note"):
        table.add_column(
            heading, overflow="fold", justify="right" if heading in ("predicted", "actual", "ratio") else "left"
        )
    for row in backtest_table(parameters).itertuples():
        cells = (f"{row.predicted_mvnd:,.0f}", f"{row.actual_2026_mvnd:,.0f}", f"{row.predicted_to_actual:.2f}")
        table.add_row(
            escape(str(row.project)), str(row.year), *cells, "yes" if row.in_fit else "no", escape(str(row.note_vi))
        )
    console.print(table)
    console.print(f"Median over the projects of the fit: {backtest_median(parameters):.2f}.")


@app.command("check")
def check_command(pack: Annotated[Path, typer.Argument(help="Folder of a data pack.")]) -> None:
    """Check a data pack and print all its faults at once."""
    from infragap.gis.findings import faults as only_faults
    from infragap.gis.findings import notices
    from infragap.gis.pack import check_pack

    found = check_pack(pack)
    for notice in notices(found):
        errors.print(f"[yellow]![/yellow] {escape(str(notice))}")
    if faults := only_faults(found):
        for fault in faults:
            errors.print(f"[red]✗[/red] {escape(str(fault))}")
        errors.print(f"{len(faults)} faults in {escape(str(pack))}.")
        raise typer.Exit(1)
    console.print(f"[green]✓[/green] {escape(str(pack))}: no faults.")


@data_app.command("list")
def data_list_command(data: DataOption = None) -> None:
    """List the layers of a pack with what each rests on."""
    from infragap.gis.catalog import read_catalog
    from infragap.settings import data_folder

    catalog = read_catalog(data or data_folder())
    table = Table(title=escape(catalog.pack.title))
    for heading in ("layer", "kind", "rows", "provenance", "licence", "date", "method"):
        table.add_column(heading, overflow="fold")
    for entry in catalog.layer:
        cells = (entry.name, entry.kind, entry.rows, entry.provenance, entry.licence, entry.date, entry.method)
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in cells))
    console.print(table)


@data_app.command("build")
def data_build_command(
    out: Annotated[Path, typer.Option("--out", help="Folder for the pack.")],
    boundaries: Annotated[Path | None, typer.Option(help="Real commune polygons.")] = None,
    elevation: Annotated[Path | None, typer.Option(help="Real elevation raster.")] = None,
    population: Annotated[Path | None, typer.Option(help="Real population raster.")] = None,
    forest: Annotated[Path | None, typer.Option(help="Real forest shares by commune.")] = None,
) -> None:
    """Build the reference pack from its fact tables, better where real base layers are given."""
    from infragap.progress import ConsoleProgress
    from infragap.reference.build import build_pack
    from infragap.settings import data_folder

    with ConsoleProgress(console).step("build the reference pack") as part:
        build_pack(
            out,
            facts=data_folder() / "facts",
            boundaries=boundaries,
            elevation=elevation,
            population=population,
            forest=forest,
            progress=part,
        )
    console.print(f"The pack is in {escape(str(out))}.")


def _run(places: Places, settings: Settings, only: tuple[str, ...]) -> None:
    from infragap.progress import ConsoleProgress
    from infragap.run import run
    from infragap.settings import data_folder

    progress = ConsoleProgress(console)
    record = run(places.data or data_folder(), places.out, settings, only=only, progress=progress)
    timings = record["timings"]
    index = escape(str(places.out / "index.html"))
    console.print(f"Done in {timings['total_s']:.0f} s, {timings['peak_memory_mb']} MB. Open {index}.")


def main() -> None:
    """Entry point: errors that the user can repair end in a short message and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        # a terminal that knows no Vietnamese shows question marks, it does not end the run
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    _guard(app)


def _guard(command: Callable[[], None]) -> None:
    try:
        command()
    except InfragapError as error:
        if _debug:
            raise
        errors.print(f"[red]{type(error).__name__}[/red]: {escape(str(error))}")
        errors.print("[dim]Nothing was written. Add --debug before the command for the trace.[/dim]")
        raise SystemExit(1) from None
    except OSError as error:
        if _debug:
            raise
        where = f"{error.filename}: " if error.filename else ""
        errors.print(f"[red]OSError[/red]: {escape(f'{where}{error.strerror or error}')}")
        errors.print("[dim]An earlier result is kept. Free space or permissions, then run again.[/dim]")
        raise SystemExit(1) from None
