"""EPANET files simulated by another program: every pressure as told, none negative."""

import warnings
from pathlib import Path

import pandas as pd
import pytest

from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.plan import plan_water
from infragap.gis.pack import read_pack
from infragap.maps.exports.epanet import write_epanet
from tests.pack_factory import write_pack

wntr = pytest.importorskip("wntr")


AT_REST = 1e-6
"""Of the demand: a simulator cannot solve a network without any."""


def simulate(file: Path, folder: Path, *, demand: float = 1.0) -> "pd.Series[float]":
    """Pressure at every junction at the peak hour, or at a part of its demand [m]."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = wntr.network.WaterNetworkModel(str(file))
        assert network.options.hydraulic.inpfile_units == "LPS"
        network.options.hydraulic.demand_multiplier = demand
        results = wntr.sim.EpanetSimulator(network).run_sim(file_prefix=str(folder / file.stem))
        pressure: pd.Series[float] = results.node["pressure"].iloc[0][network.junction_name_list]
        return pressure


def check(file: Path, pipes: pd.DataFrame, folder: Path) -> None:
    pressure = simulate(file, folder)
    assert pressure.min() >= 0.0
    taps = pipes[pipes["tap_pressure_m"].notna()]
    assert len(taps) > 0
    for row in taps.to_dict("records"):
        behind_valve = "H" + str(row["to"])[1:].rstrip("o")
        node = behind_valve if behind_valve in pressure else row["to"]
        assert pressure[node] == pytest.approx(row["tap_pressure_m"], abs=0.5)
    rest = simulate(file, folder, demand=AT_REST)
    for row in pipes.to_dict("records"):
        # what stands in a pipe at night is within its class, at both ends
        for end in ("from", "to"):
            if row[end] in rest:
                assert rest[row[end]] <= 10 * row["pn"] + 0.5
    for row in taps.to_dict("records"):
        behind_valve = "H" + str(row["to"])[1:].rstrip("o")
        assert rest[behind_valve if behind_valve in rest else row["to"]] <= 60.5


@pytest.mark.slow
def test_works_of_a_small_pack(tmp_path: Path) -> None:
    result = plan_water(read_pack(write_pack(tmp_path / "pack")), WaterParameters(works_max=3, draws=0))
    assert len(result.networks) > 0
    for network in result.networks:
        file = tmp_path / f"{network.work_id}.inp"
        write_epanet(network, file)
        text = file.read_text(encoding="utf-8")
        assert "Units\tLPS" in text
        check(file, result.pipes[result.pipes["work_id"] == network.work_id], tmp_path)


@pytest.mark.slow
def test_a_name_cannot_break_the_file(tmp_path: Path) -> None:
    hostile = "x\n[PIPES]\nA B C; ]"
    pack = write_pack(tmp_path / "pack", villages=lambda f: f.assign(name=hostile))
    result = plan_water(read_pack(pack), WaterParameters(works_max=1, draws=0))
    file = tmp_path / "one.inp"
    write_epanet(result.networks[0], file)
    assert file.read_text(encoding="utf-8").count("[PIPES]") == 1
    simulate(file, tmp_path)


@pytest.mark.slow
def test_every_work_of_the_reference_pack(reference_water: Path, tmp_path: Path) -> None:
    pipes = pd.read_csv(reference_water / "tables" / "water_pipes.csv", encoding="utf-8-sig", dtype={"village_id": str})
    works = pd.read_csv(reference_water / "tables" / "water_works.csv", encoding="utf-8-sig")
    files = sorted((reference_water / "epanet").glob("*.inp"))
    assert [file.stem for file in files] == sorted(works["work_id"])
    for file in files:
        check(file, pipes[pipes["work_id"] == file.stem], tmp_path)
    assert (pipes["static_head_m"] <= 10 * pipes["pn"] + 1e-6).all()
