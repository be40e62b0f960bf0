"""`import infragap` as a library: names, packs from frames, findings as a frame; loaded only when asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

import infragap
from infragap.gis.errors import InfragapError, LayerError, MissingDataError, ParameterError
from tests import pack_factory
from tests.pack_factory import write_pack


def test_every_name_is_there_and_typed() -> None:
    for name in infragap.__all__:
        assert callable(getattr(infragap, name)), name
        assert getattr(infragap, name).__doc__
    with pytest.raises(AttributeError, match="nothing_here"):
        infragap.nothing_here  # noqa: B018


def test_the_import_alone_loads_nothing_large() -> None:
    code = "import sys, infragap; print([m for m in ('pandas', 'numpy', 'pydantic', 'geopandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_help_of_the_command_loads_nothing_large() -> None:
    # modules instead of seconds: seconds belong to the machine
    large = (
        "numpy", "pandas", "geopandas", "shapely", "pyproj", "rasterio", "scipy", "numba", "dask", "distributed",
        "babel", "infragap.profiles.profile",
    )  # fmt: skip
    code = (
        "import sys; from infragap.cli import app; app(['run-many', '--help'], standalone_mode=False);"
        f"print([m for m in {large!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--scenarios" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_module_of_the_command_does_not_hide_a_name() -> None:
    import infragap.comparing.electricity
    import infragap.readiness.printed

    assert callable(infragap.check)
    assert callable(infragap.compare)


@pytest.mark.slow
def test_findings_as_a_frame(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    assert (infragap.check(str(folder), ready_for=["electricity"])["severity"] == "notice").all()
    faulty = write_pack(tmp_path / "faulty", settlements=lambda frame: frame.assign(households=-1), solar=None)
    found = infragap.check(faulty, ready_for=["water"])
    assert found["severity"].iloc[0] == "fault"
    assert len(found.loc[(found["layer"] == "settlements") & (found["severity"] == "fault"), "rows"].iloc[0]) == 6
    assert infragap.check(tmp_path / "nowhere")["layer"].tolist() == ["catalog"]


@pytest.mark.slow
def test_a_pack_of_frames_is_the_pack_of_files(tmp_path: Path) -> None:
    pack = infragap.Pack.from_layers(
        crs_measure=pack_factory.CRS_MEASURE,
        settlements=pack_factory.settlements(),
        communes=pack_factory.communes(),
        grid_lines=pack_factory.grid_lines(),
        elevation=infragap.read_pack(write_pack(tmp_path / "files")).elevation,
    )
    files = infragap.read_pack(str(tmp_path / "files"))
    assert infragap.check(pack, ready_for=["electricity"])["severity"].tolist().count("fault") == 0
    assert pack.settlements.drop(columns="geometry").equals(files.settlements.drop(columns="geometry"))
    assert pack.settlements.geom_equals_exact(files.settlements, tolerance=1.0).all()
    assert (pack.elevation.values == files.elevation.values).all()


def test_layers_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match="houses: no such layer"):
        infragap.Pack.from_layers(crs_measure="EPSG:9208", houses=pack_factory.settlements())
    with pytest.raises(LayerError, match="settlements: the frame has no CRS"):
        infragap.Pack.from_layers(
            crs_measure="EPSG:9208", settlements=pack_factory.settlements().set_crs(None, allow_override=True)
        )


@pytest.mark.slow
def test_a_plan_refuses_what_the_command_refuses(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="settlements"):
        infragap.plan_electricity(write_pack(tmp_path / "none", settlements=None))
    with pytest.raises(ParameterError, match="discount_rate"):
        infragap.plan_electricity(write_pack(tmp_path / "pack"), discount_rate=8.0)
    with pytest.raises(InfragapError):
        infragap.plan_water(tmp_path / "nowhere")


@pytest.mark.slow
def test_a_plan_from_few_layers_in_memory(tmp_path: Path) -> None:
    """Settlements, lines and heights alone give a plan in whole: every household supplied, each stand-in said."""
    pack = infragap.Pack.from_layers(
        crs_measure=pack_factory.CRS_MEASURE,
        settlements=pack_factory.settlements(),
        grid_lines=pack_factory.grid_lines(),
        elevation=infragap.read_pack(write_pack(tmp_path / "files")).elevation,
    )
    result = infragap.plan_electricity(pack, draws=0, scenarios=False)
    assert sorted(result.settlements["settlement_id"]) == ["C0001", "C0002", "C0003", "C0004", "S01", "S02"]
    assert set(result.settlements["choice"]) <= {"grid", "minigrid", "solar_home"}
    assert result.settlements["hydro_mvnd"].isna().all()
    on_grid = result.settlements["choice"] == "grid"
    assert result.settlements.loc[on_grid, "tap_line_id"].notna().all() if "tap_line_id" in result.settlements else True
    assert hasattr(result.settlements, "explore")


def test_frames_carry_the_names_of_the_country() -> None:
    from dataclasses import dataclass

    import pandas as pd

    from infragap.library import _in_country
    from infragap.profiles.profile import read_profile
    from infragap.wording.country import speaking_for

    @dataclass(frozen=True)
    class Answer:
        settlements: pd.DataFrame
        tables: dict[str, pd.DataFrame]
        count: int

    frame = pd.DataFrame({"plan_mvnd": [1.0], "reason_vi": ["x"], "reason_en": ["y"]})
    answer = Answer(frame, {"years": frame}, 3)
    assert _in_country(answer).settlements.columns.tolist() == ["plan_mvnd", "reason_vi", "reason_en"]
    with speaking_for(read_profile("mw")):
        told = _in_country(answer)
    assert told.settlements.columns.tolist() == ["plan_mmwk", "reason_en"]
    assert told.tables["years"].columns.tolist() == ["plan_mmwk", "reason_en"]
    assert told.count == 3
