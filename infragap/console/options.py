"""Options that belong together are one dataclass: the command takes the dataclass, the command line shows an option for
each of its fields."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from dataclasses import MISSING, asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from infragap.gis.errors import ParameterError


@dataclass(frozen=True)
class Places:
    """Where a run reads and writes."""

    data: Annotated[Path | None, typer.Option("--data", help="Folder of a data pack; default: the embedded pack.")] = (
        None
    )
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("out")
    params: Annotated[Path | None, typer.Option("--params", help="TOML file with parameters.")] = None


@dataclass(frozen=True)
class ManyPlaces:
    """What a run of many packs reads and writes."""

    scenarios: Annotated[
        Path | None, typer.Option(help="TOML file with a table [scenario.analysis] for each; default: one, base.")
    ] = None
    out: Annotated[Path, typer.Option("--out", help="Folder for all results.")] = Path("out")
    only: Annotated[str | None, typer.Option(help="Analyses, comma-separated: electricity,water,schools.")] = None
    merged: Annotated[bool, typer.Option("--merged", help="Write each table of all results into one CSV too.")] = False
    area_settlements: Annotated[
        int | None,
        typer.Option(min=1, help="Split larger packs into supply areas of so many settlements (--only electricity)."),
    ] = None
    area_maps: Annotated[bool, typer.Option("--area-maps", help="Write maps, sheets and workbooks of each area.")] = (
        False
    )


@dataclass(frozen=True)
class Workers:
    """Where the plans of many packs are made."""

    dask: Annotated[str | None, typer.Option(help="Scheduler of a Dask cluster, such as tcp://10.0.0.1:8786.")] = None
    workers: Annotated[int | None, typer.Option(min=1, help="Dask workers on this machine; default: none.")] = None
    memory_mb: Annotated[
        int | None, typer.Option(min=100, help="Memory of each worker here; above it, it is begun anew.")
    ] = None
    retries: Annotated[int, typer.Option(min=0, help="Further attempts where a worker breaks.")] = 1
    draws_per_chunk: Annotated[
        int | None,
        typer.Option(min=1, help="Plan here, and have the workers make the electricity draws, so many at a time."),
    ] = None


@dataclass(frozen=True)
class Settling:
    """How people or buildings of a fetched pack become settlements."""

    reach_m: Annotated[float, typer.Option(min=50, max=5000, help="People so near belong together (m).")] = 250.0
    people_min: Annotated[int, typer.Option(min=1, help="People within reach that make a settlement.")] = 20
    served_within_m: Annotated[float, typer.Option(min=0, help="So near a line they count as served (m).")] = 1000.0
    people_per_building: Annotated[float, typer.Option(min=0.1, max=50, help="People of a building.")] = 2.5
    origin: Annotated[
        str, typer.Option(help="What is clustered: people, buildings, or auto: buildings where they were fetched.")
    ] = "auto"
    buildings: Annotated[
        Path | None, typer.Option(help="Footprints to cluster instead of what was fetched, in any format of a layer.")
    ] = None


FETCHED = ("boundaries", "elevation", "population", "osm", "landcover", "solar")


@dataclass(frozen=True)
class Fetching:
    """From where public layers come, and how they are asked for."""

    layers: Annotated[str, typer.Option(help="command.help.fetch.layers")] = ",".join(FETCHED)
    osm: Annotated[str, typer.Option(help="command.help.fetch.osm")] = "auto"
    elevation_m: Annotated[int, typer.Option(help="command.help.fetch.elevation_m")] = 0
    contact: Annotated[str, typer.Option(help="command.help.fetch.contact")] = ""
    cache: Annotated[Path | None, typer.Option(help="command.help.fetch.cache")] = None

    def layer_names(self) -> tuple[str, ...]:
        """Layers that are asked for."""
        return tuple(part.strip() for part in self.layers.split(",") if part.strip())

    def address(self) -> str:
        """How whoever calls can be reached: as given, or as the environment says."""
        return self.contact or os.environ.get("INFRAGAP_CONTACT", "")


@dataclass(frozen=True)
class Scenario:
    """Electricity parameters that a scenario changes; every field is named like its parameter, None leaves it as it
    is."""

    forest_rule: Annotated[
        str | None,
        typer.Option("--forest", help="Lines through natural and special-use forest: forbid, price, ignore, cable."),
    ] = None
    discount_rate_pct: Annotated[float | None, typer.Option(help="Real discount rate, percent a year.")] = None
    demand_tier: Annotated[
        str | None, typer.Option(help="Demand of the households: expected, tier3, tier4, tier5.")
    ] = None
    all_on_grid: Annotated[
        bool, typer.Option("--all-on-grid", help="Every settlement gets the grid, whatever it costs.")
    ] = False
    targets_bind: Annotated[
        bool, typer.Option("--targets/--no-targets", help="Whether the plan must meet the targets of the scheme.")
    ] = True
    forced_grid: Annotated[
        list[str] | None, typer.Option("--force-grid", help="Settlement that must get the grid; repeatable.")
    ] = None
    forbidden_grid: Annotated[
        list[str] | None, typer.Option("--forbid-grid", help="Settlement that must not get the grid; repeatable.")
    ] = None
    budgets_mvnd: Annotated[str | None, typer.Option(help="Money of each year, million VND, comma-separated.")] = None
    draws: Annotated[int | None, typer.Option(help="Draws of the Monte Carlo; 0 leaves it out.")] = None

    def changes(self) -> dict[str, Any]:
        """Give the parameters that the options set, by name."""
        given = {name: value for name, value in asdict(self).items() if value is not None and value is not False}
        given.pop("targets_bind", None)
        if not self.targets_bind:
            given["targets_bind"] = False
        given |= {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        if self.budgets_mvnd is not None:
            given["budgets_mvnd"] = _numbers(self.budgets_mvnd, "--budgets-mvnd")
        return given


@dataclass(frozen=True)
class Placing:
    """School parameters that a question changes; every field is named like its parameter, None leaves it as it is."""

    intake_rule: Annotated[
        str | None,
        typer.Option("--intake", help="Pupils of which communes a border school takes: own, adjoining, any."),
    ] = None
    sites: Annotated[int | None, typer.Option(help="Number of schools to place; default: one per planned school.")] = (
        None
    )
    candidate_file: Annotated[
        Path | None,
        typer.Option("--candidates", help="CSV with own candidates: candidate, commune_code, longitude, latitude."),
    ] = None
    fixed_sites: Annotated[
        list[str] | None, typer.Option("--fix", help="Candidate that must be chosen; repeatable.")
    ] = None
    forbidden_sites: Annotated[
        list[str] | None, typer.Option("--forbid", help="Candidate that must not be chosen; repeatable.")
    ] = None
    levels: Annotated[
        str | None, typer.Option(help="Levels taught, comma-separated: primary,lower_secondary,upper_secondary.")
    ] = None
    season: Annotated[str | None, typer.Option(help="Season whose ways count: year, dry, rainy.")] = None
    placement_mode: Annotated[
        str | None, typer.Option("--mode", help="Way of travelling that counts: motorbike, foot.")
    ] = None
    objective: Annotated[str | None, typer.Option(help="What the sites are best at: least_total, fairest, widest.")] = (
        None
    )
    priority: Annotated[
        str | None, typer.Option(help="Who comes first where places are short: lower_secondary, farthest, poorest.")
    ] = None
    draws: Annotated[int | None, typer.Option(help="Draws of the uncertainty; 0 leaves them out.")] = None

    def changes(self) -> dict[str, Any]:
        """Give the parameters that the options set, by name."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        given |= {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        given |= {name: str(value) for name, value in given.items() if isinstance(value, Path)}
        if self.levels is not None:
            given["levels"] = tuple(part.strip() for part in self.levels.split(",") if part.strip())
        return given


@dataclass(frozen=True)
class WaterScenario:
    """Water parameters that a scenario changes; every field is named like its parameter, None leaves it as it is."""

    works_max: Annotated[int | None, typer.Option(help="Most works.")] = None
    budgets_mvnd: Annotated[
        str | None,
        typer.Option("--budget-by-year", help="Money of each of the five years, million VND, comma-separated."),
    ] = None
    budget_mvnd: Annotated[float | None, typer.Option(help="Money for all works, million VND.")] = None
    target_pct: Annotated[float | None, typer.Option(help="Rural people with water to standard, percent.")] = None
    plan: Annotated[
        str | None,
        typer.Option(help="Plan that is shown: least_cost, most_people, least_cost_unlimited, listed_only."),
    ] = None
    forced: Annotated[
        list[str] | None, typer.Option("--force", help="Site of water_candidates.csv that must be built; repeatable.")
    ] = None
    forbidden: Annotated[
        list[str] | None, typer.Option("--forbid", help="Site that must not be built; repeatable.")
    ] = None
    listed_min: Annotated[int | None, typer.Option(help="Least number of works of the province's list.")] = None
    only_listed: Annotated[bool, typer.Option("--only-listed", help="Only works of the province's list.")] = False
    typed_as: Annotated[
        list[str] | None,
        typer.Option("--typed-as", help="What a listed scheme is: ID=new, ID=upgrade or ID=repair; repeatable."),
    ] = None
    draws: Annotated[int | None, typer.Option(help="Draws over the ranges; 0 leaves them out.")] = None

    def changes(self) -> dict[str, Any]:
        """Give the parameters that the options set, by name."""
        given = {name: value for name, value in asdict(self).items() if value is not None and value is not False}
        given |= {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        if self.budgets_mvnd is not None:
            given["budgets_mvnd"] = _numbers(self.budgets_mvnd, "--budget-by-year")
        if self.typed_as is not None:
            given["typed_as"] = dict(_pair(text, "--typed-as") for text in self.typed_as)
        return given


def grouped_options(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take dataclasses of options: typer sees each of their fields as an option of the command's own."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}

    @functools.wraps(command)
    def with_groups(**given: Any) -> None:
        made = {
            name: group(**{field.name: given.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        command(**made, **given)

    options = []
    for name, own in inspect.signature(command, eval_str=True).parameters.items():
        options += (
            _fields_as_options(groups[name]) if name in groups else [own.replace(kind=inspect.Parameter.KEYWORD_ONLY)]
        )
    with_groups.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    with_groups.__annotations__ = {option.name: option.annotation for option in options}
    return with_groups


def _fields_as_options(group: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]


def _numbers(text: str, option: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise ParameterError(f"{option} {text!r}: give numbers separated by commas, such as 90000,90000.") from error


def _pair(text: str, option: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if not name or not value:
        raise ParameterError(f"{option} {text!r}: give an identifier and a word, such as W0001=repair.")
    return name.strip(), value.strip()
