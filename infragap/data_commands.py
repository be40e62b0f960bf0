"""The commands `infragap data …`: what makes, completes and describes a pack, brings layers in and results out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infragap.console.options import Fetching, Settling, grouped_options
from infragap.console.spoken import Spoken, terminal

if TYPE_CHECKING:
    from infragap.profiles.profile import Profile

data_app = typer.Typer(help="The data pack: what is in it, and how it is built.", no_args_is_help=True)

DataOption = Annotated[Path | None, typer.Option("--data", help="Folder of a data pack; default: the embedded pack.")]


@data_app.command("list")
def data_list_command(data: DataOption = None) -> None:
    """List the layers of a pack with what each rests on."""
    from infragap.console.lists import print_layers
    from infragap.gis.catalog import read_catalog
    from infragap.settings import data_folder

    print_layers(read_catalog(data or data_folder()), terminal)


@data_app.command("init")
def data_init_command(
    folder: Annotated[Path, typer.Argument(help="Folder with your files.")],
    profile: Annotated[
        str | None, typer.Option(help="Country: vn, mw, or the path of your own .toml; default: a guess.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the pack and name of the province.")] = None,
) -> None:
    """Look at a folder of files and write its catalogue, with guesses and questions."""
    from infragap.starting.init import start_pack

    start = start_pack(folder, profile=profile, title=title)
    if start.kept is not None:
        terminal.say("command.init.kept", kept=start.kept)
    for guess in start.guesses:
        terminal.out.print(f"  {guess}", markup=False, soft_wrap=True)
    terminal.complain(start.questions, "[yellow]?[/yellow] ")
    terminal.say("command.init.done", folder=folder, layers=len(start.catalog.layer), questions=len(start.questions))


def _country(profile: str) -> Profile:
    """Read the profile that --profile names."""
    from infragap.profiles.profile import ProfileError, read_profile

    try:
        return read_profile(profile)
    except ProfileError as error:
        raise typer.BadParameter(str(error), param_hint="--profile") from error


@data_app.command("template")
def data_template_command(
    out: Annotated[Path, typer.Option("--out", help="Folder for the forms.")],
    profile: Annotated[str, typer.Option(help="Country: vn, mw, or the path of your own .toml.")] = "vn",
    language: Annotated[
        str | None, typer.Option(help="Language of the forms; default: the first of the country.")
    ] = None,
    middle: Annotated[
        str | None, typer.Option(help="Longitude,latitude of the middle of the province: its measuring system.")
    ] = None,
) -> None:
    """Write forms to be filled: a workbook for lists and places, a GeoPackage for lines and areas."""
    from infragap.profiles.profile import name_beside
    from infragap.starting.forms import write_forms
    from infragap.starting.places import point_of

    country = _country(profile)
    chosen = language or country.languages[0]
    if chosen not in country.languages:
        raise typer.BadParameter(f"choose from {', '.join(country.languages)}", param_hint="--language")
    point = None if middle is None else point_of(middle)
    written = write_forms(out, country, name_beside(profile, out), language=chosen, middle=point)
    terminal.say("command.template.done", files=", ".join(path.name for path in written), folder=out)


@data_app.command("profile")
def data_profile_command(
    name: Annotated[str, typer.Argument(help="Country that comes along and is most like yours: vn or mw.")],
    out: Annotated[Path, typer.Option("--out", help="New file, such as own.toml beside your layers.")],
) -> None:
    """Copy the profile of a country into a file of your own, to be changed: money, voltages, areas, prices."""
    from infragap.profiles.profile import ProfileError, copy_profile

    try:
        copy_profile(name, out)
    except ProfileError as error:
        raise typer.BadParameter(str(error)) from error
    terminal.say("command.profile.done", file=out, folder=out.parent)


@data_app.command("hash")
def data_hash_command(
    folder: Annotated[Path, typer.Argument(help="Folder of a data pack.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace checksums that no longer fit.")] = False,
) -> None:
    """Write the checksum of each file into catalog.toml where it is absent."""
    from infragap.starting.hashes import fill_hashes

    filled, differing = fill_hashes(folder, replace=replace)
    terminal.say("command.hash.done", count=len(filled), layers=", ".join(filled) or "-")
    if differing:
        terminal.complain([terminal.text("command.hash.differ", layers=", ".join(differing))], "[red]✗[/red] ")
        raise typer.Exit(1)


@data_app.command("pull")
def data_pull_command(folder: Annotated[Path, typer.Argument(help="Folder of a data pack.")]) -> None:
    """Read layers that have a source from their servers (PostGIS, OGC API, WFS) and keep them with their date."""
    from infragap.servers.pull import pull

    terminal.say("command.pull.done", layers=", ".join(pull(folder)))


@data_app.command("push")
def data_push_command(
    results: Annotated[Path, typer.Argument(help="Result folder.")],
    database: Annotated[str, typer.Argument(help="postgresql://host/database?schema=name; PGUSER, PGPASSWORD.")],
) -> None:
    """Write tables and layers of a result into PostGIS, all of them or none."""
    from infragap.servers.push import push

    terminal.say("command.push.done", count=len(push(results, database)))


@data_app.command("schema")
def data_schema_command(folder: Annotated[Path, typer.Argument(help="Folder of a data pack.")]) -> None:
    """Describe a pack for other programs: datapackage.json and pack.schema.json beside its catalogue."""
    from infragap.starting.described import describe_pack

    terminal.say("command.schema.done", files=", ".join(map(str, describe_pack(folder))))


@data_app.command(
    "fetch", cls=Spoken, help="command.help.fetch", short_help="Fetch public base layers with their licences."
)
@grouped_options
def data_fetch_command(
    fetching: Fetching,
    out: Annotated[Path, typer.Option("--out", help="command.help.fetch.out")],
    country: Annotated[str, typer.Option(help="command.help.fetch.country")] = "",
    province: Annotated[str, typer.Option(help="command.help.fetch.province")] = "",
    bbox: Annotated[str | None, typer.Option(help="command.help.fetch.bbox")] = None,
    profile: Annotated[str, typer.Option(help="command.help.fetch.profile")] = "vn",
) -> None:
    """Fetch public base layers: areas, heights, people, OpenStreetMap, land cover, sunshine, buildings."""
    from infragap.fetching.client import Client
    from infragap.fetching.fetch import Request, default_cache, fetch_pack
    from infragap.profiles.profile import name_beside
    from infragap.starting.places import box_of

    client = Client(fetching.cache or default_cache(), fetching.address())
    box = None if bbox is None else box_of(bbox)
    request = Request(
        out, _country(profile), name_beside(profile, out), box=box, country=country, province=province,
        layers=fetching.layer_names(), osm=fetching.osm, elevation_m=fetching.elevation_m,
    )  # fmt: skip
    outcome = fetch_pack(client, request, lambda name: terminal.out.print(f"  {name} …", markup=False))
    terminal.complain((*outcome.problems, *outcome.notes, *outcome.questions), "[yellow]![/yellow] ")
    terminal.say("command.fetch.done", folder=out, layers=", ".join(outcome.made))
    terminal.say("command.fetch.next", folder=out)


@data_app.command("build")
@grouped_options
def data_build_command(
    settling: Settling,
    pack: Annotated[
        Path | None, typer.Argument(help="A fetched pack: its people become settlements; else the reference pack.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the reference pack.")] = None,
    boundaries: Annotated[Path | None, typer.Option(help="Real commune polygons.")] = None,
    elevation: Annotated[Path | None, typer.Option(help="Real elevation raster.")] = None,
    population: Annotated[Path | None, typer.Option(help="Real population raster.")] = None,
    forest: Annotated[Path | None, typer.Option(help="Real forest shares by commune.")] = None,
) -> None:
    """Cluster the people or buildings of a fetched pack into settlements; without a pack, build the reference pack
    from its fact tables, better where real base layers are given."""
    if pack is not None:
        from infragap.fetching.settle import Clustering, build_settlements

        own = asdict(settling)
        buildings, origin = own.pop("buildings"), own.pop("origin")
        made = build_settlements(pack, Clustering(**own), buildings=buildings, origin=origin)
        key = "command.settle.people" if made.buildings is None else "command.settle.buildings"
        terminal.say("command.settle.done", origin=terminal.text(key, file=made.buildings), count=made.settlements,
                     served=made.served, people=made.scattered)  # fmt: skip
        return
    if out is None:
        raise typer.BadParameter(terminal.text("command.data.no_out"), param_hint="--out")
    from infragap.console.progress import TerminalProgress
    from infragap.reference.build import build_pack
    from infragap.settings import data_folder

    with TerminalProgress(terminal).step("build") as part:
        build_pack(
            out,
            facts=data_folder() / "facts",
            boundaries=boundaries,
            elevation=elevation,
            population=population,
            forest=forest,
            progress=part,
        )
    terminal.say("command.data.built", out=out)
