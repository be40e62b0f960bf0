"""The command `infragap`: options in, one of the runs, an exit code out; `infragap data` stands in `data_commands`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infragap import __version__
from infragap.console.guard import main_of
from infragap.console.options import (
    ManyPlaces,
    Places,
    Placing,
    Scenario,
    WaterScenario,
    Workers,
    grouped_options,
)
from infragap.console.spoken import terminal
from infragap.data_commands import data_app

if TYPE_CHECKING:
    from infragap.profiles.profile import Profile
    from infragap.settings import Settings

app = typer.Typer(
    help="Rank infrastructure gaps: electricity, water, boarding schools. Results open without internet.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: the decorated one takes twice as long to start
)
app.add_typer(data_app, name="data")


ParamsOption = Annotated[Path | None, typer.Option("--params", help="TOML file with parameters.")]
ResultsOption = Annotated[Path, typer.Option("--results", help="Result folder.")]


def _print_version(asked: bool) -> None:
    if asked:
        terminal.out.print(f"infragap {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
    language: Annotated[
        str | None, typer.Option("--language", help="Language of the messages: vi, en; default: that of the system.")
    ] = None,
) -> None:
    if language is not None:
        from infragap.wording.catalogue import languages

        if language not in languages():
            raise typer.BadParameter(f"choose from {', '.join(languages())}", param_hint="--language")
    terminal.debug = debug
    terminal.language = language
    for library in ("OMP", "OPENBLAS", "MKL"):
        # a sum over a long array differs in its last bit with the number of threads; set before numpy is loaded
        os.environ[f"{library}_NUM_THREADS"] = "1"


@app.command("run")
@grouped_options
def run_command(
    places: Places,
    only: Annotated[str | None, typer.Option(help="Analyses, comma-separated: electricity,water,schools.")] = None,
) -> None:
    """Plan electricity, water and schools on a data pack: tables, layers and maps into --out."""
    from infragap.readiness.judging import chosen_analyses
    from infragap.settings import read_settings

    _run(places, read_settings(places.params, profile=_profile(places)), chosen_analyses(only, "--only"))


@app.command("warm")
def warm_command() -> None:
    """Compile the kernels once, after installing, so that the first run waits less."""
    from infragap.console.progress import TerminalProgress
    from infragap.scale.warming import warm

    kept = warm(TerminalProgress(terminal))
    if kept is None:
        terminal.complain([terminal.text("command.warm.not_kept")])
        raise typer.Exit(1)
    terminal.say("command.warm.done", folder=kept)


@app.command("run-many")
@grouped_options
def run_many_command(
    packs: Annotated[list[Path], typer.Argument(help="Folders of packs, or files with pack = and its parameters.")],
    places: ManyPlaces,
    workers: Workers,
) -> None:
    """Plan many packs under many scenarios, here or on a Dask cluster; a stopped run goes on where it stopped."""
    from infragap.readiness.judging import chosen_analyses
    from infragap.scale.clusters import cluster
    from infragap.scale.draw_chunks import DrawsOn
    from infragap.scale.many import plan_many
    from infragap.scale.told import print_outcome
    from infragap.scale.units import InAreas

    only = chosen_analyses(places.only, "--only")
    with cluster(workers.dask, workers.workers, workers.memory_mb) as executor:
        many = plan_many(
            [
                InAreas(pack, places.area_settlements, maps=places.area_maps) if places.area_settlements else pack
                for pack in packs
            ],
            places.scenarios,
            DrawsOn(executor, workers.draws_per_chunk) if executor and workers.draws_per_chunk else executor,
            out=places.out,
            only=only,
            retries=workers.retries,
            merged=places.merged,
            told=lambda outcome, number, count: print_outcome(outcome, number, count, terminal),
        )
    terminal.say(
        "command.many.done", done=len(many.outcomes) - len(many.failed), count=len(many.outcomes), out=places.out
    )
    if many.failed:
        names = ", ".join(outcome.unit.name for outcome in many.failed)
        said = [terminal.text("command.many.failed", names=names)]
        if torn := {f"{each.unit.pack}/{each.unit.scenario}": None for each in many.failed if each.unit.area}:
            said.append(terminal.text("command.many.not_joined", names=", ".join(torn)))
        terminal.complain(said, "[red]✗[/red] ")
        raise typer.Exit(1)


@app.command("electrify")
@grouped_options
def electrify_command(places: Places, scenario: Scenario) -> None:
    """Plan electricity alone, under a scenario."""
    from infragap.settings import read_settings

    _run(
        places,
        read_settings(places.params, {"electricity": scenario.changes()}, profile=_profile(places)),
        ("electricity",),
    )


@app.command("schools")
@grouped_options
def schools_command(places: Places, placing: Placing) -> None:
    """Place schools alone: sites, who gets a place, what each bridge is worth."""
    from infragap.settings import read_settings

    settings = read_settings(places.params, {"schools": placing.changes()}, profile=_profile(places))
    _run(places, settings, ("schools",))


@app.command("water")
@grouped_options
def water_command(places: Places, scenario: WaterScenario) -> None:
    """Plan water alone, under a scenario."""
    from infragap.settings import read_settings

    settings = read_settings(places.params, {"water": scenario.changes()}, profile=_profile(places))
    _run(places, settings, ("water",))


@app.command("compare")
def compare_command(
    first: Annotated[Path, typer.Argument(help="Result folder A.")],
    second: Annotated[
        Path | None, typer.Argument(help="Result folder B; without it the scenarios of A are compared.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="CSV file for the whole comparison.")] = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", help="Page without internet: map, cost, targets, list, such as compare.html."),
    ] = None,
) -> None:
    """Compare two runs, or the scenarios of one: what changed choice, cost and rank, and why."""
    from infragap.profiles.of_result import profile_of_result
    from infragap.wording.country import speaking_for

    with speaking_for(profile_of_result(first)):
        _compare(first, second, out, page)


def _compare(first: Path, second: Path | None, out: Path | None, page: Path | None) -> None:
    from infragap.comparing.electricity import compare, has_electricity
    from infragap.comparing.page import scenarios_page, two_runs_page
    from infragap.comparing.printed import print_comparison, print_water_comparison, write_page
    from infragap.comparing.water import compare_water, has_water

    if second is None:
        write_page(scenarios_page(first), page or Path("compare.html"), terminal)
        return
    if page is not None:
        write_page(two_runs_page(first, second), page, terminal)
    water = has_water(first) and has_water(second)
    electricity = has_electricity(first) and has_electricity(second)
    if electricity or not water:
        print_comparison(compare(first, second, terminal.language), terminal, out)
    if water:
        beside = out.with_name(f"{out.stem}_water{out.suffix}") if out is not None and electricity else out
        print_water_comparison(compare_water(first, second), terminal, beside)


@app.command("backtest")
def backtest_command(params: ParamsOption = None) -> None:
    """Hold the unit costs of lines and stations against real projects: the cost that they give divided by the actual
    one."""
    from infragap.analyses.electricity.uncertainty.backtest import backtest_table, medians
    from infragap.console.lists import print_backtest
    from infragap.settings import read_settings

    projects = backtest_table(read_settings(params).electricity)
    print_backtest(projects, medians(projects), terminal)


@app.command("check")
def check_command(
    pack: Annotated[Path, typer.Argument(help="Folder of a data pack.")],
    analyses: Annotated[
        str | None,
        typer.Option(
            "--for", help="Analyses that the pack must be ready for, comma-separated: electricity,water,schools."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, for machines.")] = False,
    workbook: Annotated[
        Path | None, typer.Option(help="Write your rows as a workbook: wrong cells red, the repair as comment.")
    ] = None,
) -> None:
    """Check a data pack: all its faults and notices at once, and what it is ready for."""
    from infragap.readiness.judging import chosen_analyses, judge_folder
    from infragap.readiness.printed import print_json, print_readiness

    chosen = chosen_analyses(analyses, "--for")
    readiness = judge_folder(pack, chosen)
    if as_json:
        print_json(readiness, terminal)
    else:
        print_readiness(readiness, pack, terminal)
    if workbook is not None:
        from infragap.readiness.workbook import write_check_workbook

        count, full = write_check_workbook(readiness, pack, workbook, terminal.language)
        if not as_json:
            terminal.say("command.check.workbook", file=workbook, count=count)
        terminal.complain([terminal.text("command.check.workbook_full", layer=name, count=count) for name in full], "")
    if readiness.has_faults or (analyses is not None and not all(map(readiness.is_ready, chosen))):
        raise typer.Exit(1)


@app.command("explain")
def explain_command(
    place: Annotated[str, typer.Argument(help="Id or name of a settlement, village, school, work, line or commune.")],
    results: ResultsOption = Path("out"),
) -> None:
    """Tell everything that a result says about one place."""
    from infragap.explain import Result
    from infragap.explained import print_candidates, print_sections
    from infragap.profiles.of_result import profile_of_result
    from infragap.wording.catalogue import words
    from infragap.wording.country import speaking_for

    with speaking_for(profile_of_result(results)):
        result = Result(results)
        found = result.find(place)
        if len(found) > 1:
            print_candidates(found, terminal)
        else:
            language = words(terminal.language).language
            print_sections(found[0], result.about(found[0], language), terminal)


@app.command("open")
def open_command(results: Annotated[Path, typer.Argument(help="Result folder.")] = Path("out")) -> None:
    """Open the maps of a result in the browser."""
    from infragap.explain import index_of

    index = index_of(results)
    terminal.say("command.open.opens", index=index)
    typer.launch(index.resolve().as_uri())


@app.command("sheets")
def sheets_command(
    results: Annotated[Path, typer.Argument(help="Result folder.")] = Path("out"),
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Print by Chromium where it is present.")
    ] = True,
    sheet_language: Annotated[
        str | None, typer.Option(help="Language of the sheets: vi, en; default: the main one of the country.")
    ] = None,
) -> None:
    """Write a sheet of one A4 page per commune into commune_sheets/."""
    from infragap.profiles.of_result import profile_of_result
    from infragap.sheets import FOLDER, chromium, write_sheets
    from infragap.wording.catalogue import languages
    from infragap.wording.country import speaking_for

    with speaking_for(profile_of_result(results)):
        chosen = sheet_language or languages()[0]
        if chosen not in languages():
            raise typer.BadParameter(f"choose from {', '.join(languages())}", param_hint="--sheet-language")
        files = write_sheets(
            results,
            chosen,
            chromium() if browser else None,
            lambda message: terminal.complain([message.spoken(terminal.language)], "[yellow]![/yellow] "),
        )
    terminal.say("command.sheets.written", count=len(files), folder=results / FOLDER)


@app.command("params")
def params_command(
    template: Annotated[
        bool, typer.Option("--template", help="Write a parameter file with every default, commented out.")
    ] = False,
    params: ParamsOption = None,
) -> None:
    """Print the parameters that a run would use, as a parameter file; with --template one to begin with."""
    from infragap.parameter_template import as_file
    from infragap.settings import Settings, read_settings

    text = as_file(Settings() if template else read_settings(params), terminal.language, commented=template)
    terminal.out.print(text, markup=False, soft_wrap=True, end="")


def _profile(places: Places) -> Profile | None:
    """Profile of the pack of a run, where it can be read; what keeps it from being read is told by the run."""
    from infragap.gis.errors import InfragapError
    from infragap.gis.pack import read_pack
    from infragap.settings import data_folder

    try:
        return read_pack(places.data or data_folder()).profile
    except InfragapError:
        return None


def _run(places: Places, settings: Settings, only: tuple[str, ...]) -> None:
    from infragap.console.progress import TerminalProgress
    from infragap.explain import first_place
    from infragap.run import run
    from infragap.settings import data_folder

    record = run(places.data or data_folder(), places.out, settings, only=only, progress=TerminalProgress(terminal))
    timings = record["timings"]
    if record["notices"]:
        terminal.say("command.run.had_notices", count=len(record["notices"]), pack=places.data or data_folder())
    if stopped := record["stopped_by_time"]:
        terminal.complain(
            [terminal.text("command.run.stopped_by_time", names=", ".join(stopped))], "[red bold]![/red bold] "
        )
    terminal.say(
        "command.run.done",
        seconds=f"{timings['total_s']:.0f}",
        memory_mb=timings["peak_memory_mb"],
        index=places.out / "index.html",
    )
    if (place := first_place(places.out)) is not None:
        own = places.out / f"summary_{terminal.language}.md"
        summary = own if own.exists() else places.out / "summary.md"
        terminal.say("command.run.next", out=places.out, place=place, summary=summary)


def main() -> None:
    """Entry point: errors that the user can repair end in a short message and exit code 1."""
    # read by `infragap.analyses.solvers.quiet`, here and in the processes that are started
    os.environ["INFRAGAP_QUIET_SOLVERS"] = "1"
    main_of(app, terminal)
