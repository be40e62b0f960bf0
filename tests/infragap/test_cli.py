"""The command on small packs: what is wrong is said once and clearly, exit codes, nothing half-written."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from infragap.cli import main
from infragap.console.guard import DEFECT
from infragap.parameter_template import as_file
from infragap.settings import Settings, read_settings
from tests.pack_factory import write_pack


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `infragap …`; gives the exit code and all that was printed, on one line."""

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["infragap", *map(str, arguments)])
        monkeypatch.setenv("LC_ALL", "C")
        with pytest.raises(SystemExit) as stop:
            main()
        printed = capsys.readouterr()
        code = stop.value.code
        assert code != DEFECT, printed.err
        return (code if isinstance(code, int) else 0), " ".join((printed.out + printed.err).split())

    return run


def _drop_households(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.drop(columns="households")


def _repeat_id(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.assign(settlement_id=frame["settlement_id"].iloc[[0, 0, *range(2, len(frame))]].to_numpy())


def _negative(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.assign(households=[-4, *frame["households"].iloc[1:]])


def _far_away(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    moved = frame.copy()
    moved.loc[0, "geometry"] = Point(300_000, 2_300_000)
    return moved.assign(position_accuracy_m=[100.0, *frame["position_accuracy_m"].iloc[1:]])


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "missing column": ({"settlements": _drop_households}, r"settlements.*households"),
    "duplicate id": ({"settlements": _repeat_id}, r"settlements.*S01"),
    "negative count": ({"settlements": _negative}, r"settlements.*households.*S01"),
    "outside the province": ({"settlements": _far_away}, r"settlements.*outside.*S01"),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_layer_and_rows(command: Any, tmp_path: Path, fault: str) -> None:
    changes, expected = FAULTS[fault]
    pack = write_pack(tmp_path / "pack", **changes)
    code, text = command("run", "--data", pack, "--out", tmp_path / "out")
    assert code == 1
    assert re.search(expected, text), text
    assert "Traceback" not in text
    assert sorted(f.name for f in tmp_path.iterdir()) == ["pack"]
    code, checked = command("check", pack)
    assert code == 1
    assert re.search(expected, checked), checked


def _with_file(tmp_path: Path, name: str, content: bytes, layer: str, **entry: Any) -> Path:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / name).write_bytes(content)
    sha = hashlib.sha256(content).hexdigest()
    return write_pack(pack, entries={layer: {"file": name, "sha256": sha, **entry}})


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1258", "utf-16"])
def test_a_csv_in_another_encoding(command: Any, tmp_path: Path, encoding: str) -> None:
    good = write_pack(tmp_path / "good")
    text = (good / "villages" / "settlements.csv").read_text(encoding="utf-8")
    # Windows-1258 writes tones as combining marks, and has no letter for some: drop those
    content = text.encode(encoding, errors="ignore")
    pack = _with_file(tmp_path, "settlements.csv", content, "settlements")
    code, printed = command("run", "--data", pack, "--out", tmp_path / "out", "--only", "water")
    assert code == 1
    assert "settlements" in printed
    assert "UTF-8" in printed
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_truncated_geopackage(command: Any, tmp_path: Path) -> None:
    good = write_pack(tmp_path / "good")
    gpd.read_file(good / "boundaries" / "communes.geojson").to_file(tmp_path / "whole.gpkg", layer="communes")
    content = (tmp_path / "whole.gpkg").read_bytes()
    pack = _with_file(tmp_path, "communes.gpkg", content[: len(content) // 3], "communes")
    code, printed = command("check", pack)
    assert code == 1
    assert "communes" in printed
    assert "Traceback" not in printed


@pytest.mark.slow
def test_a_layer_without_crs(command: Any, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"river_id": ["R1"], "name": ["Hồng"], "is_major": [True], "provenance": ["modelled"], "source": ["test"]}
    )
    rivers = gpd.GeoDataFrame(
        frame, geometry=gpd.GeoSeries.from_wkt(["LINESTRING (104.2 21.8, 104.3 21.9)"], crs="EPSG:4326")
    )
    rivers.to_file(tmp_path / "rivers.shp")
    pack = tmp_path / "pack"
    pack.mkdir()
    for part in tmp_path.glob("rivers.*"):
        if part.suffix != ".prj":
            part.rename(pack / part.name)
    sha = hashlib.sha256((pack / "rivers.shp").read_bytes()).hexdigest()
    write_pack(pack, entries={"rivers": {"file": "rivers.shp", "sha256": sha, "crs": None, "rows": 1}})
    code, printed = command("check", pack)
    assert code == 1
    assert re.search(r"rivers.*CRS", printed), printed


@pytest.mark.slow
def test_a_wrong_checksum(command: Any, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    file = pack / "schools" / "schools.csv"
    file.write_bytes(file.read_bytes() + b"\n")
    code, printed = command("check", pack)
    assert code == 1
    assert re.search(r"schools.*(sha256|checksum)", printed), printed


@pytest.mark.slow
def test_a_good_pack_passes(command: Any, tmp_path: Path) -> None:
    assert command("check", write_pack(tmp_path / "pack"))[0] == 0


def test_no_pack_there(command: Any, tmp_path: Path) -> None:
    code, printed = command("run", "--data", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert code == 1
    assert "catalog.toml" in printed


def test_wrong_options_are_exit_code_two(command: Any) -> None:
    assert command("run", "--no-such-option")[0] == 2


def test_unknown_analysis(command: Any, tmp_path: Path) -> None:
    code, printed = command(
        "run", "--data", write_pack(tmp_path / "pack"), "--out", tmp_path / "out", "--only", "health"
    )
    assert code == 1
    assert "electricity, water, schools" in printed


@pytest.mark.slow
def test_run_of_one_analysis(command: Any, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    before = {f: f.read_bytes() for f in pack.rglob("*") if f.is_file()}
    params = tmp_path / "params.toml"
    params.write_text("[water]\nworks_max = 2\nnew_scheme_min_households = 1\n")
    records = []
    for _ in range(2):
        code, printed = command("run", "--data", pack, "--out", tmp_path / "out", "--params", params, "--only", "water")
        assert code == 0, printed
        records.append(json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8")))
    assert {f: f.read_bytes() for f in pack.rglob("*") if f.is_file()} == before
    for record in records:
        assert record.pop("timings")["total_s"] > 0
    assert records[0] == records[1]
    assert records[0]["parameters"]["water"]["works_max"] == 2
    assert records[0]["water"]["siting"]["works"] <= 2
    tables = {f.name for f in (tmp_path / "out" / "tables").iterdir()}
    assert tables >= {
        "water_villages.csv",
        "water_communes.csv",
        "water_works.csv",
        "communes.csv",
        "columns.csv",
        "parameters.csv",
    }
    described = pd.read_csv(tmp_path / "out" / "tables" / "columns.csv")
    for name in ("water_villages", "water_communes", "water_works", "communes"):
        columns = pd.read_csv(tmp_path / "out" / "tables" / f"{name}.csv").columns
        assert set(columns) == set(described.loc[described["table"] == name, "column"])


def test_backtest_prints_every_project_and_the_median(command: Any, tmp_path: Path) -> None:
    code, printed = command("backtest")
    assert code == 0
    assert {"Mường", "Khương,"} <= set(printed.split())
    assert "0.97 over the 10 projects" in " ".join(printed.split())
    assert "0.94 over all 19" in " ".join(printed.split())
    dearer = tmp_path / "dearer.toml"
    dearer.write_text("[electricity]\nmv35_line_mvnd_per_km = 2400\n", encoding="utf-8")
    code, printed = command("backtest", "--params", dearer)
    assert code == 0
    assert "0.94 over all 19" not in " ".join(printed.split())


def test_list_shows_what_a_layer_rests_on(command: Any, tmp_path: Path) -> None:
    code, printed = command("data", "list", "--data", write_pack(tmp_path / "pack"))
    assert code == 0
    assert "modelled" in printed


def test_a_template_changes_nothing_and_its_lines_are_the_defaults(command: Any, tmp_path: Path) -> None:
    file = tmp_path / "params.toml"
    for language in ("en", "vi"):
        file.write_text(as_file(Settings(), language, commented=True), encoding="utf-8")
        assert read_settings(file) == Settings()
        lines = file.read_text(encoding="utf-8").splitlines()
        assert max(map(len, lines)) <= 120
        values = [line.removeprefix("#") for line in lines if not line.startswith("# ") and not line.endswith(" =")]
        file.write_text("\n".join(values), encoding="utf-8")
        assert read_settings(file) == Settings()
    code, printed = command("--language", "vi", "params", "--template")
    assert code == 0
    assert "Suất chiết khấu thực" in printed
    assert "#discount_rate_pct = " in printed


def test_parameters_of_a_file_are_shown(command: Any, tmp_path: Path) -> None:
    file = tmp_path / "params.toml"
    file.write_text("[water]\nworks_max = 5\n", encoding="utf-8")
    code, printed = command("params", "--params", file)
    assert code == 0
    assert " works_max = 5 " in printed


@pytest.mark.slow
def test_a_result_is_explained_and_opened(
    command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("typer.launch", opened.append)
    out = tmp_path / "out"
    code, printed = command(
        "run", "--data", write_pack(tmp_path / "pack"), "--out", out, "--only", "water", "--language", "vi"
    )
    assert code == 0, printed
    assert "Xong trong" in printed
    assert f"infragap explain V0001 --results {out}" in printed
    code, printed = command("explain", "ban 1", "--results", out)
    assert code == 0
    assert "V0001 Bản 1, Mù Cang Chải" in printed
    code, printed = command("explain", "nowhere", "--results", out)
    assert code == 1
    assert "names no such place" in printed
    assert command("open", out)[0] == 0
    assert opened == [(out / "index.html").as_uri()]
    assert command("open", tmp_path / "pack")[0] == 1


@pytest.mark.slow
@pytest.mark.parametrize("bind", [True, False])
def test_the_targets_of_the_record_are_those_of_the_table(command: Any, tmp_path: Path, *, bind: bool) -> None:
    wanted = {
        "villages_on_grid_2030_pct": 100.0,
        "household_electrification_2030_pct": 99.9,
        "safe_supply_2030_pct": 100.0,
    }
    pack, out = write_pack(tmp_path / "pack", targets=wanted), tmp_path / "out"
    quick = tmp_path / "quick.toml"
    quick.write_text("[electricity]\ndraws = 0\n", encoding="utf-8")
    option = () if bind else ("--no-targets",)
    code, printed = command("electrify", "--data", pack, "--out", out, "--params", quick, *option)
    assert code == 0, printed
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["parameters"]["electricity"]["targets_bind"] is bind
    table = pd.read_csv(out / "tables" / "electricity_targets.csv")
    found = record["electricity"]["targets"]
    assert [row["target"] for row in found] == table["target"].tolist()
    assert len(found) == 3
    for row, (_, of_table) in zip(found, table.iterrows(), strict=True):
        assert set(row) == set(table.columns)
        for name, value in row.items():
            if value is None or value == "":
                assert pd.isna(of_table[name]), name
            elif isinstance(value, float):
                assert of_table[name] == pytest.approx(value, abs=1e-3), name
            else:
                assert of_table[name] == value, name
    scenarios = pd.read_csv(out / "tables" / "electricity_scenarios.csv")["scenario"]
    assert scenarios.iloc[0] == ("scheme" if bind else "least_cost")
