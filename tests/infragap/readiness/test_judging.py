"""What a pack is ready for: `check --for` and `run` say the same, in the same words."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from infragap.cli import main
from infragap.gis.errors import InfragapError, ParameterError
from infragap.gis.pack import read_pack
from infragap.readiness.judging import NEEDS, LayerState, chosen_analyses, judge, judge_folder, require_ready
from infragap.settings import ANALYSES
from tests.pack_factory import write_pack


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four-commune pack as it is."""
    return write_pack(tmp_path_factory.mktemp("sound") / "pack")


def _low_voltage(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return lines.assign(voltage_kv=110.0)


def _none_in_90003(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return villages[villages["commune_code"] != "90003"]


@pytest.mark.slow
def test_a_sound_pack_is_ready_for_everything(sound: Path) -> None:
    readiness = judge_folder(sound, ANALYSES)
    assert all(map(readiness.is_ready, ANALYSES))
    assert readiness.refusals == []
    report = readiness.layers["schools"]["schools"]
    assert (report.state, report.rows, report.absent_columns) == (LayerState.READY, 2, ("pupils", "cost_mvnd"))


@pytest.mark.slow
@pytest.mark.parametrize(("analysis", "layer"), [(a, layer) for a in ANALYSES for layer in NEEDS[a].layers])
def test_a_missing_layer_is_named_by_each_analysis_that_needs_it(tmp_path: Path, analysis: str, layer: str) -> None:
    pack = read_pack(write_pack(tmp_path / "pack", **{layer: None}))
    readiness = judge(pack, ANALYSES)
    assert readiness.layers[analysis][layer].state is LayerState.MISSING
    assert not readiness.is_ready(analysis)
    assert [f.layer for f in readiness.lacking[analysis]] == [layer]
    for other in ANALYSES:
        assert readiness.is_ready(other) == (layer not in NEEDS[other].layers), other
    with pytest.raises(InfragapError, match=f"{layer}: {analysis} needs? this layer, and the pack does not hold it"):
        require_ready(pack, [analysis])


@pytest.mark.slow
def test_an_optional_layer_may_be_missing(tmp_path: Path) -> None:
    readiness = judge_folder(write_pack(tmp_path / "pack", rivers=None, lakes=None), ANALYSES)
    assert readiness.layers["electricity"]["rivers"].state is LayerState.LEFT_OUT
    assert all(map(readiness.is_ready, ANALYSES))


PRECONDITIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no line of a usable voltage": ({"grid_lines": _low_voltage}, "electricity",
    r"grid_lines: no existing line of 35 or 22 kV \(voltages in the layer: 110 kV\)"),
    "no village of the school": ({"villages": _none_in_90003, "schools": lambda s: s.assign(site_known=False)},
    "schools", "villages: none in commune 90003, where Trường 2 is planned"),
}  # fmt: skip


@pytest.mark.slow
def test_schools_need_pupils(tmp_path: Path) -> None:
    """Asked before the run, not in its middle."""
    pack = write_pack(tmp_path / "pack", villages=lambda v: v.assign(pupils_primary=0, pupils_lower_secondary=0))
    readiness = judge_folder(pack, ["schools"])
    assert [finding.code for finding in readiness.lacking["schools"]] == ["needs.schools.no_pupils"]
    with pytest.raises(InfragapError, match="has pupils"):
        require_ready(read_pack(pack), ["schools"])


@pytest.mark.slow
@pytest.mark.parametrize("case", PRECONDITIONS)
def test_a_precondition_is_asked_by_check_and_by_run(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changes, analysis, sentence = PRECONDITIONS[case]
    pack = write_pack(tmp_path / "pack", **changes)
    readiness = judge_folder(pack, ANALYSES)
    assert [readiness.is_ready(name) for name in ANALYSES] == [name != analysis for name in ANALYSES]
    with pytest.raises(InfragapError, match=sentence):
        require_ready(read_pack(pack), [analysis])
    others = ",".join(name for name in ANALYSES if name != analysis)
    assert _command(monkeypatch, "check", pack) == 0
    assert _command(monkeypatch, "check", pack, "--for", others) == 0
    assert _command(monkeypatch, "check", pack, "--for", analysis) == 1
    assert _command(monkeypatch, "run", "--data", pack, "--out", tmp_path / "out", "--only", analysis) == 1
    printed = capsys.readouterr()
    said = readiness.lacking[analysis][0].spoken()
    assert said in printed.out
    assert said in printed.err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_json_holds_what_the_table_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = write_pack(tmp_path / "pack", runoff=None, villages=lambda v: v.assign(households=-1, name="\x1b[2Jtên"))
    assert _command(monkeypatch, "check", pack, "--for", "water,schools", "--json") == 1
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    report = json.loads(printed)
    assert set(report["analyses"]) == {"water", "schools"}
    assert report["analyses"]["water"]["ready"] is False
    assert report["analyses"]["water"]["layers"]["runoff"]["state"] == "missing"
    assert report["analyses"]["water"]["layers"]["villages"]["state"] == "faulty"
    assert [f["layer"] for f in report["analyses"]["water"]["lacking"]] == ["runoff"]
    assert any(f["layer"] == "villages" and f["severity"] == "fault" for f in report["findings"])


def test_a_folder_that_is_no_pack_is_ready_for_nothing(tmp_path: Path) -> None:
    readiness = judge_folder(tmp_path, ["water"])
    assert not readiness.is_ready("water")
    assert "catalog.toml" in str(readiness.findings[0])


def test_names_of_analyses() -> None:
    assert chosen_analyses(None, "--for") == ANALYSES
    assert chosen_analyses(" schools, electricity", "--for") == ("electricity", "schools")
    for given in ("", "health", "water,,x"):
        with pytest.raises(ParameterError, match=r"--for .*: choose from electricity, water, schools"):
            chosen_analyses(given, "--for")


def _command(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["infragap", *map(str, arguments)])
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)
