"""Off-grid supply in whole plans on small made-up provinces: joint plants, surveyed streams, and what a dearer option
does."""

import geopandas as gpd
import numpy as np
import pytest

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.analyses.electricity.result import ElectricityResult
from tests.analyses.electricity.small_pack import CRS, at, settlements_at, small_pack

pytestmark = pytest.mark.slow

FAR = [(17.0, 10.0, 25), (17.3, 10.0, 22), (17.3, 10.3, 18), (9.0, 4.0, 30), (3.0, 10.0, 60)]
"""Three neighbours far from the line, one alone, one near the line (km east, km north, households)."""


DARK = {"pv_mvnd_per_kwp": 25.0, "battery_mvnd_per_kwh": 15.0}
"""Sun so dear that water is worth its fixed cost."""


def planned(easy: dict[str, object], sites: gpd.GeoDataFrame | None = None, **change: object) -> ElectricityResult:
    layers = {} if sites is None else {"hydro_sites": sites}
    given = {"mv35_line_mvnd_per_km": 1500.0, "home_tier3_mvnd": 70.0} | easy | change
    return plan_electricity(small_pack(settlements_at(FAR), **layers), ElectricityParameters(**given))  # type: ignore[arg-type]


def test_neighbours_share_a_plant_where_that_is_cheaper(easy: dict[str, object]) -> None:
    result = planned(easy)
    s = result.settlements
    together = s[s["joint_plant_id"] != ""]
    assert together["settlement_id"].tolist() == ["C000", "C001", "C002"]
    assert together["joint_plant_id"].nunique() == 1
    # nobody pays more than alone, and the whole is cheaper than without joint plants by what the three save
    assert (together["plan_mvnd"] <= together["best_offgrid_mvnd"]).all()
    alone = planned(easy, joint_plant_km=0.0)
    assert (alone.settlements["joint_plant_id"] == "").all()
    saved = alone.plan["cost_mvnd"] - result.plan["cost_mvnd"]
    assert saved == pytest.approx((together["best_offgrid_mvnd"] - together["plan_mvnd"]).sum())
    assert saved > 100
    assert result.plan["lower_bound_mvnd"] <= result.plan["cost_mvnd"] * (1 + 1e-12)
    assert result.plan["gap"] <= 1e-3
    assert s["plan_mvnd"].sum() == pytest.approx(result.plan["cost_mvnd"])
    assert together["plant_kw"].sum() == pytest.approx(together["design_peak_kw"].sum())


def test_a_surveyed_stream_is_an_option_and_a_mapped_one_only_where_it_may(easy: dict[str, object]) -> None:
    row = {"site_id": "S1", "firm_flow_m3_s": 0.4, "head_m": 40.0, "canal_km": 0.2, "provenance": "official"}
    for evidence in ("surveyed", "mapped"):
        sites = gpd.GeoDataFrame([row | {"evidence": evidence}], geometry=[at(9.2, 4.0)], crs=CRS)
        choice = planned(easy, sites, **DARK).settlements.set_index("settlement_id").loc["C003"]
        assert choice["hydro_evidence"] == evidence
        if evidence == "surveyed":
            assert choice["choice"] == "hydro"
            assert choice["plant_kw"] + choice["backup_kw"] >= choice["design_peak_kw"] - 1e-9
        else:
            assert choice["choice"] != "hydro"
            assert "hydro:not_surveyed" in choice["ruled_out"]
            table = planned(easy, sites, **DARK).tables["streams"].set_index("settlement_id")
            assert table.loc["C003", "saving_if_proven_mvnd"] > 0
            # less flow, or less head, than the site has is enough
            assert 0 < table.loc["C003", "flow_needed_m3_s"] < 0.4
            assert 0 < table.loc["C003", "head_needed_m"] < 40
            may = (
                planned(easy, sites, hydro_evidence="mapped", **DARK).settlements.set_index("settlement_id").loc["C003"]
            )
            assert may["choice"] == "hydro"


@pytest.mark.parametrize(("price", "choice"), [("battery_mvnd_per_kwh", "minigrid"), ("home_tier3_mvnd", "solar_home")])
def test_a_dearer_option_never_gains_choices(easy: dict[str, object], price: str, choice: str) -> None:
    counts = []
    for value in (2.0, 6.0, 20.0, 60.0, 120.0):
        s = planned(easy, **{price: value}).settlements
        counts.append(int((s["choice"] == choice).sum()))
    assert counts == sorted(counts, reverse=True)


def test_locating_is_worth_something_only_where_places_differ(easy: dict[str, object]) -> None:
    layer = settlements_at([(5.0, 10.0, 60), (5.0, 4.0, 60)])
    layer["position_accuracy_m"] = [3500.0, 0.0]
    given = ElectricityParameters(**(easy | {"without_grid_m": 100.0}))  # type: ignore[arg-type]
    result = plan_electricity(small_pack(layer), given)
    known = result.tables["locate_first"].set_index("settlement_id")["value_of_information_mvnd"]
    assert "C001" not in known.index
    assert known.loc["C000"] > 0
    s = result.settlements.set_index("settlement_id")
    assert "position" in s.loc["C000", "undecided_because"]
    assert s.loc["C001", "undecided_because"] in ("", "relief")
    assert np.isfinite(known).all()
