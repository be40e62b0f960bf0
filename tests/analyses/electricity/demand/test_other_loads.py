from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from infragap.analyses.electricity.demand.load import (
    design_load_kw,
    design_peak_kw,
    energy_households,
    household_energy_pv_kwh,
)
from infragap.analyses.electricity.demand.local_works import local_works
from infragap.analyses.electricity.demand.other_loads import read_other_loads
from infragap.analyses.electricity.headroom.limits import added_load_kw
from infragap.analyses.electricity.parameters import ElectricityParameters
from tests.analyses.electricity.offgrid.test_options import settlements

P = ElectricityParameters()


def test_loads_by_size_and_by_the_layer() -> None:
    layer = pd.DataFrame({"households": [10, 20, 60, 250], "public_kw": [np.nan, np.nan, 7.0, np.nan]})
    loads = read_other_loads(layer, P)
    assert loads.public_kw.tolist() == [0.0, 1.0, 7.0, 4.0]
    assert loads.productive_kw.tolist() == [0.0, 2.2, 5.0, 10.0]
    none = read_other_loads(layer, P.model_copy(update={"other_loads_by_size": False}))
    assert none.public_kw.tolist() == [0.0, 0.0, 7.0, 0.0]
    # ten years: 1.01⁹ · 1.05
    assert loads.design_growth[0] == pytest.approx(1.01**9 * 1.05)
    by_hand = sum(1.01 ** (t - 1) * (1 + 0.05 * min(t / 5, 1)) * 1.1**-t for t in range(1, 21))
    assert loads.energy_growth[0] == pytest.approx(by_hand / sum(1.1**-t for t in range(1, 21)))


def test_the_peak_is_the_highest_hour_of_all_loads() -> None:
    plain = settlements([60])
    layer = pd.DataFrame({"households": [60]})
    still = P.model_copy(update={"household_growth_pct": 0.0, "connection_growth_pct": 0.0})
    with_loads = replace(plain, other=read_other_loads(layer, still))
    homes = 60 * 0.45 / 0.4 * (0.4 + 0.6 / np.sqrt(60))
    # at seven in the evening homes are at their highest, school at half of 2 kW (5/9), mill at 0.8 of 5 kW
    assert design_peak_kw(with_loads, still)[0] == pytest.approx(homes + 2 * 5 / 9 + 5 * 0.8)
    assert design_peak_kw(plain, still)[0] == pytest.approx(homes)
    # a mill that works until noon is highest by day only where homes ask for little
    mill = replace(with_loads.other, productive_kw=np.array([200.0]), public_kw=np.array([0.0]))
    few = replace(settlements([5]), other=mill)
    five = 5 * 0.45 / 0.4 * (0.4 + 0.6 / np.sqrt(5))
    assert design_peak_kw(few, still)[0] == pytest.approx(200 + five * 0.3)


def test_declared_machines_get_three_phase_stations_and_those_by_size_do_not() -> None:
    layer = pd.DataFrame({"households": [60, 60, 60], "productive_kw": [np.nan, 5.0, 5.1]})
    loads = read_other_loads(layer, P)
    assert loads.productive_kw.tolist() == [5.0, 5.0, 5.1]
    works = local_works(replace(settlements([60, 60, 60]), other=loads), P)
    assert works.single_phase.tolist() == [True, True, False]


def test_the_load_on_medium_voltage_is_that_of_all_users() -> None:
    # fully diversified homes in the design year, school at 5/9 and mill at 0.8 of their power at seven in the evening
    loads = read_other_loads(pd.DataFrame({"households": [60]}), P)
    village = replace(settlements([60]), other=loads)
    homes = 60 * 1.01**9 * 1.05 * 0.45
    assert design_load_kw(village, P)[0] == pytest.approx(homes + 2 * 5 / 9 + 5 * 0.8)
    assert design_load_kw(settlements([60]), P)[0] == pytest.approx(27.0)
    # who hangs on the grid by unsafe wires draws half of the homes' part today: 40 of 80 kWh a month
    unsafe = replace(village, has_unsafe_wires=np.array([True]))
    assert added_load_kw(unsafe, P)[0] == pytest.approx(homes + 2 * 5 / 9 + 5 * 0.8 - 13.5)


def test_other_loads_ask_for_energy_like_homes() -> None:
    still = P.model_copy(update={"household_growth_pct": 0.0, "connection_growth_pct": 0.0})
    with_loads = replace(settlements([60]), other=read_other_loads(pd.DataFrame({"households": [60]}), still))
    a = (1 - 1.1**-20) / 0.1
    # 5 + 10 kWh a day
    assert energy_households(with_loads, still)[0] == pytest.approx(60 + 15 * 365.25 * a / 7052.88, rel=1e-5)


def test_outages_are_priced_by_the_feeder() -> None:
    plain = settlements([50, 50])
    works = local_works(replace(plain, outage_hours=np.array([100.0, np.nan])), P)
    kwh = 50 * household_energy_pv_kwh(P)
    assert works.life_cycle_mvnd["outages"].tolist() == pytest.approx([kwh * 100 / 8766 * 0.02, kwh * 40 / 8766 * 0.02])
