"""The command `infragap`: options in, one of the runs, an exit code out."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infragap.gis.errors import InfragapError, ParameterError

app = typer.Typer(
    help="Rank infrastructure gaps: electricity, water, boarding schools. Results open without internet.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="The data pack: what is in it, and how it is built.", no_args_is_help=True)
app.add_typer(data_app, name="data")

console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)
_debug = False

DataOption = Annotated[Path | None, typer.Option("--data", help="Folder of a data pack; default: the embedded pack.")]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
ParamsOption = Annotated[Path | None, typer.Option("--params", help="TOML file with parameters.")]


@app.callback()
def _options(debug: Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")] = False) -> None:
    global _debug
    _debug = debug


@app.command("run")
def run_command(
    data: DataOption = None,
    out: OutOption = Path("out"),
    params: ParamsOption = None,
    only: Annotated[str | None, typer.Option(help="Analyses, comma-separated: electricity,water,schools.")] = None,
) -> None:
    """Plan electricity, water and schools on a data pack: tables, layers and maps into --out."""
    from infragap.settings import ANALYSES, read_settings

    chosen = tuple(part.strip() for part in only.split(",") if part.strip()) if only is not None else ANALYSES
    _run(data, out, read_settings(params), chosen)


@app.command("electrify")
def electrify_command(
    data: DataOption = None,
    out: OutOption = Path("out"),
    params: ParamsOption = None,
    forest: Annotated[
        str | None, typer.Option(help="Lines through natural and special-use forest: forbid, price, ignore.")
    ] = None,
    discount_rate_pct: Annotated[float | None, typer.Option(help="Real discount rate, percent a year.")] = None,
    demand_tier: Annotated[
        str | None, typer.Option(help="Demand of the households: expected, tier3, tier4, tier5.")
    ] = None,
    all_on_grid: Annotated[
        bool, typer.Option("--all-on-grid", help="Every settlement gets the grid, whatever it costs.")
    ] = False,
    force_grid: Annotated[list[str] | None, typer.Option(help="Settlement that must get the grid; repeatable.")] = None,
    forbid_grid: Annotated[
        list[str] | None, typer.Option(help="Settlement that must not get the grid; repeatable.")
    ] = None,
    budgets_mvnd: Annotated[str | None, typer.Option(help="Money of each year, million VND, comma-separated.")] = None,
    draws: Annotated[int | None, typer.Option(help="Draws of the Monte Carlo; 0 leaves it out.")] = None,
) -> None:
    """Plan electricity alone, under a scenario."""
    from infragap.settings import read_settings

    changes: dict[str, Any] = {
        "forest_rule": forest,
        "discount_rate_pct": discount_rate_pct,
        "demand_tier": demand_tier,
        "all_on_grid": all_on_grid or None,
        "forced_grid": tuple(force_grid) if force_grid else None,
        "forbidden_grid": tuple(forbid_grid) if forbid_grid else None,
        "budgets_mvnd": _numbers(budgets_mvnd, "--budgets-mvnd") if budgets_mvnd else None,
        "draws": draws,
    }
    settings = read_settings(params, {"electricity": {k: v for k, v in changes.items() if v is not None}})
    _run(data, out, settings, ("electricity",))


@app.command("schools")
def schools_command(
    data: DataOption = None,
    out: OutOption = Path("out"),
    params: ParamsOption = None,
    intake: Annotated[
        str | None, typer.Option(help="Pupils of which communes a border school takes: own, adjoining, any.")
    ] = None,
    sites: Annotated[int | None, typer.Option(help="Number of schools to place; default: one per planned school.")] = None,
    candidates: Annotated[
        Path | None, typer.Option(help="CSV with own candidates: candidate, commune_code, longitude, latitude.")
    ] = None,
    fix: Annotated[list[str] | None, typer.Option(help="Candidate that must be chosen; repeatable.")] = None,
    forbid: Annotated[list[str] | None, typer.Option(help="Candidate that must not be chosen; repeatable.")] = None,
    levels: Annotated[
        str | None, typer.Option(help="Levels taught, comma-separated: primary,lower_secondary,upper_secondary.")
    ] = None,
    season: Annotated[str | None, typer.Option(help="Season whose ways count: year, dry, rainy.")] = None,
    mode: Annotated[str | None, typer.Option(help="Way of travelling that counts: motorbike, foot.")] = None,
    objective: Annotated[
        str | None, typer.Option(help="What the sites are best at: least_total, fairest, widest.")
    ] = None,
    priority: Annotated[
        str | None, typer.Option(help="Who comes first where places are short: lower_secondary, farthest, poorest.")
    ] = None,
    draws: Annotated[int | None, typer.Option(help="Draws of the uncertainty; 0 leaves them out.")] = None,
) -> None:
    """Place schools alone: sites, who gets a place, what each bridge is worth."""
    from infragap.settings import read_settings

    changes: dict[str, Any] = {
        "intake_rule": intake,
        "sites": sites,
        "candidate_file": str(candidates) if candidates is not None else None,
        "fixed_sites": tuple(fix) if fix else None,
        "forbidden_sites": tuple(forbid) if forbid else None,
        "levels": tuple(part.strip() for part in levels.split(",") if part.strip()) if levels else None,
        "season": season,
        "placement_mode": mode,
        "objective": objective,
        "priority": priority,
        "draws": draws,
    }
    settings = read_settings(params, {"schools": {k: v for k, v in changes.items() if v is not None}})
    _run(data, out, settings, ("schools",))


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
    """Hold the unit costs of lines and stations against real projects: predicted by actual, and what is missed."""
    from infragap.analyses.electricity.backtest import backtest_median, backtest_table
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
    from infragap.gis.pack import check_pack

    faults = check_pack(pack)
    if faults:
        for fault in faults:
            complaints.print(f"[red]✗[/red] {escape(fault)}")
        complaints.print(f"{len(faults)} faults in {escape(str(pack))}.")
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


def _numbers(text: str, option: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise ParameterError(f"{option} {text!r}: give numbers separated by commas, such as 90000,90000.") from error


def _run(data: Path | None, out: Path, settings: Any, only: tuple[str, ...]) -> None:
    from infragap.progress import ConsoleProgress
    from infragap.run import run
    from infragap.settings import data_folder

    record = run(data or data_folder(), out, settings, only=only, progress=ConsoleProgress(console))
    timings = record["timings"]
    console.print(
        f"Done in {timings['total_s']:.0f} s, {timings['peak_memory_mb']} MB. Open {escape(str(out / 'index.html'))}."
    )


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
        complaints.print(f"[red]{type(error).__name__}[/red]: {escape(str(error))}")
        complaints.print("[dim]Nothing was written. Add --debug before the command for the trace.[/dim]")
        raise SystemExit(1) from None
    except OSError as error:
        if _debug:
            raise
        where = f"{error.filename}: " if error.filename else ""
        complaints.print(f"[red]OSError[/red]: {escape(f'{where}{error.strerror or error}')}")
        complaints.print("[dim]An earlier result is kept. Free space or permissions, then run again.[/dim]")
        raise SystemExit(1) from None
