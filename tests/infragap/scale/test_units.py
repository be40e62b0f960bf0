"""Which plans are made of which packs and scenarios, and when a result may stand."""

from pathlib import Path

import pytest

from infragap.gis.errors import ParameterError
from infragap.gis.pack import read_pack
from infragap.scale.keys import key_of
from infragap.scale.units import units_of
from infragap.settings import settings_of
from tests.pack_factory import write_pack


def test_every_pack_under_every_scenario_the_scenario_on_top(tmp_path: Path) -> None:
    (tmp_path / "north.toml").write_text('pack = "packs/n"\n[electricity]\ndraws = 5\ndiscount_rate_pct = 7.0\n')
    scenarios = tmp_path / "s.toml"
    scenarios.write_text("[base]\n[dear.electricity]\ndiscount_rate_pct = 12.0\n")
    units = units_of([tmp_path / "north.toml", tmp_path / "south" / "catalog.toml"], scenarios, ("electricity",))
    assert [(unit.pack, unit.scenario) for unit in units] == [
        ("north", "base"), ("north", "dear"), ("south", "base"), ("south", "dear"),
    ]  # fmt: skip
    assert [unit.folder for unit in units] == [tmp_path / "packs/n"] * 2 + [tmp_path / "south"] * 2
    assert units[1].values == {"electricity": {"draws": 5, "discount_rate_pct": 12.0}}
    assert units[0].values["electricity"]["discount_rate_pct"] == 7.0


@pytest.mark.parametrize(
    ("packs", "scenarios", "told"),
    [
        ([], None, "No pack is given"),
        (["a"], {}, "No scenario is given"),
        (["x/a", "y/A"], None, "A: the name is given twice"),
        (["a"], {"up/down": {}}, "up/down: a name of a pack or scenario becomes a folder"),
        (["a"], {"..": {}}, "becomes a folder"),
    ],
)
def test_names_that_would_meet_are_refused(packs: list[str], scenarios: dict | None, told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        units_of(packs, scenarios, ("water",))


def test_the_key_is_of_all_inputs_and_of_nothing_else(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    profile = read_pack(folder).profile

    def key(where: Path = folder, only: tuple[str, ...] = ("water",), **electricity: float) -> str:
        return key_of(where, profile, settings_of({"electricity": electricity}), only)

    first = key()
    assert first == key(write_pack(tmp_path / "elsewhere"))
    assert len({first, key(discount_rate_pct=11.0), key(only=("water", "schools"))}) == 3
    with (folder / "catalog.toml").open("a") as file:
        file.write("# another byte\n")
    assert key() != first
