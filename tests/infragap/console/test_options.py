"""Groups of options: what the command line shows, and what reaches the parameters."""

import pytest
import typer
from typer.testing import CliRunner

from infragap.console.options import Places, Scenario, grouped_options
from infragap.gis.errors import ParameterError
from infragap.settings import Settings, read_settings


def test_a_scenario_changes_only_what_was_given() -> None:
    assert Scenario().changes() == {}
    assert Scenario(draws=0, discount_rate_pct=0.0).changes() == {"draws": 0, "discount_rate_pct": 0.0}
    changed = Scenario(all_on_grid=True, forced_grid=["V08"], budgets_mvnd="1, 2,3,4,5").changes()
    assert changed == {"all_on_grid": True, "forced_grid": ("V08",), "budgets_mvnd": (1.0, 2.0, 3.0, 4.0, 5.0)}


def test_every_field_of_a_scenario_is_a_parameter() -> None:
    assert set(Scenario.__dataclass_fields__) <= set(type(Settings().electricity).model_fields)
    everything = Scenario(
        forest_rule="price",
        discount_rate_pct=8.0,
        demand_tier="tier4",
        all_on_grid=True,
        targets_bind=False,
        forced_grid=["V08"],
        forbidden_grid=["V09"],
        budgets_mvnd="1,2,3,4,5",
        draws=3,
    ).changes()
    assert set(everything) == set(Scenario.__dataclass_fields__)
    settings = read_settings(None, {"electricity": everything}).electricity
    assert {name: getattr(settings, name) for name in everything} == everything


def test_numbers_that_are_none() -> None:
    with pytest.raises(ParameterError, match="--budgets-mvnd '1;2': give numbers"):
        Scenario(budgets_mvnd="1;2").changes()


def test_fields_become_options_of_the_command() -> None:
    app, seen = typer.Typer(), []

    @app.command()
    @grouped_options
    def command(places: Places, scenario: Scenario, name: str = "x") -> None:
        seen.append((places.out.name, scenario.forced_grid, scenario.all_on_grid, name))

    given = ["--out", "there", "--force-grid", "V08", "--force-grid", "V09", "--all-on-grid", "--name", "y"]
    assert CliRunner().invoke(app, given).exit_code == 0
    assert seen == [("there", ["V08", "V09"], True, "y")]
