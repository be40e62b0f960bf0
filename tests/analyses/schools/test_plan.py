"""The whole school question on a small pack, and on the embedded one."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from infragap.analyses.schools import columns
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.plan import plan_schools
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.schools.tables.sites import weighted_quantile
from infragap.gis.errors import MissingDataError, NoSolutionError
from infragap.gis.pack import read_pack
from tests import pack_factory
from tests.pack_factory import write_pack

MINUTES = [column.name for column in columns.VILLAGES if column.name.endswith("_min")]


def check_tables(result: SchoolsResult) -> None:
    for frame, dictionary in (
        (result.sites, columns.SITES),
        (result.villages, columns.VILLAGES),
        (result.catchments, columns.CATCHMENTS),
        (result.isochrones, columns.ISOCHRONES),
    ):
        assert list(frame.columns) == [column.name for column in dictionary] + ["geometry"]
        assert frame.geometry.is_valid.all()
        assert not np.isinf(frame.select_dtypes("number").to_numpy(float)).any()
    villages = result.villages
    # rain and walking never help, and a new school never lengthens a way
    assert not (villages["upper_motorbike_rainy_min"] < villages["upper_motorbike_dry_min"] - 0.1).any()
    assert not (villages["upper_foot_rainy_min"] < villages["upper_foot_dry_min"] - 0.1).any()
    assert not (villages["upper_motorbike_dry_min"] > villages["upper_before_min"] + 0.1).any()
    assert (villages["upper_may_board"] >= (villages["upper_way_km"] >= 10)).all()
    border = result.sites[result.sites["kind"] == "border_boarding"].set_index("school_id")
    mine = villages[villages["border_school_id"] != ""]
    taught = mine[["pupils_primary", "pupils_lower_secondary"]].sum(axis=1).groupby(mine["border_school_id"]).sum()
    if (border["levels"] == "primary+lower_secondary").all():
        assert border["pupils_served"].to_dict() == taught.to_dict()
    assert border["villages_served"].sum() == len(mine)
    placement = result.placement
    assert placement["lower_bound"] <= placement["cost"] * (1 + 1e-9)
    assert placement["gap"] <= 1e-4
    # the names of the placements say what they are best at
    for better, worse in (("least_total", "fairest"), ("least_total", "widest")):
        assert (
            placement[better]["mean_min"] <= placement[worse]["mean_min"] + 1e-6
            or placement[worse]["out_of_reach_pct"] > 0
        )
    assert placement["fairest"]["longest_min"] <= placement["least_total"]["longest_min"] + 1e-6
    assert placement["widest"]["within_pct"] >= placement["least_total"]["within_pct"] - 1e-6


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> SchoolsResult:
    return plan_schools(read_pack(write_pack(tmp_path_factory.mktemp("pack"))), SchoolsParameters())


def test_small_pack(small):
    check_tables(small)
    assert len(small.villages) == 12
    assert small.sites["school_id"].tolist() == ["T02"]
    site = small.sites.iloc[0]
    assert site["commune_code"] == "90003"
    assert site["village_id"] in set(small.villages.loc[small.villages["commune_code"] == "90003", "village_id"])
    # the factory's border school teaches lower secondary only: 3 villages of 20 pupils
    assert (site["levels"], site["pupils_served"], site["villages_served"]) == ("lower_secondary", 60, 3)
    assert site["reason_vi"].startswith(f"Đặt tại {site['village']}")


def test_order_of_rows_changes_nothing(small, tmp_path):
    def shuffled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.sample(frac=1, random_state=3).reset_index(drop=True)

    pack = read_pack(write_pack(tmp_path / "p", villages=shuffled, roads=shuffled, communes=shuffled))
    other = plan_schools(pack, SchoolsParameters())
    assert other.placement["cost"] == pytest.approx(small.placement["cost"], rel=1e-6)
    one, two = (result.villages.set_index("village_id").sort_index()[MINUTES] for result in (small, other))
    np.testing.assert_allclose(one.to_numpy(float), two.to_numpy(float), atol=0.11)


def test_same_input_same_result(small, tmp_path):
    again = plan_schools(read_pack(write_pack(tmp_path / "p")), SchoolsParameters())
    assert again.placement == small.placement
    assert again.summary == small.summary
    assert again.villages.equals(small.villages)


def test_on_foot_placement_and_progress(tmp_path):
    steps: list[str] = []
    parameters = SchoolsParameters(placement_mode="foot", own_commune_only=False)
    result = plan_schools(read_pack(write_pack(tmp_path / "p")), parameters, progress=steps.append)
    assert result.placement["mode"] == "foot"
    assert len(steps) >= 4
    check_tables(result)


def test_pack_without_rivers_and_lakes_is_enough(tmp_path):
    result = plan_schools(read_pack(write_pack(tmp_path / "p", rivers=None, lakes=None)), SchoolsParameters())
    assert len(result.sites) == 1


def test_pack_without_border_schools_says_so(tmp_path):
    existing = pack_factory.schools().assign(status="existing")
    with pytest.raises(MissingDataError, match="no planned school of kind border_boarding"):
        plan_schools(read_pack(write_pack(tmp_path / "p", schools=existing)), SchoolsParameters())


def test_slower_roads_never_shorten_a_way(small, tmp_path):
    slow = SchoolsParameters(motorbike_concrete_kmh=11.0, motorbike_asphalt_kmh=15.0)
    result = plan_schools(read_pack(write_pack(tmp_path / "p")), slow)
    before, after = small.villages["upper_motorbike_dry_min"], result.villages["upper_motorbike_dry_min"]
    assert (after >= before - 0.1).all()
    assert (after > before + 1).any()


def test_weighted_quantile():
    # of 10 pupils 9 need at most 20 minutes, and exactly 90 % is enough
    assert weighted_quantile(np.array([30.0, 10.0, 20.0]), np.array([1.0, 4.0, 5.0]), 0.9) == 20.0
    assert weighted_quantile(np.array([30.0, 10.0, 20.0]), np.array([1.1, 4.0, 5.0]), 0.9) == 30.0
    assert np.isnan(weighted_quantile(np.zeros(0), np.zeros(0), 0.9))


@pytest.mark.slow
def test_embedded_pack(data_folder: Path):
    if not (data_folder / "catalog.toml").exists():
        pytest.skip("the reference pack is not built")
    pack = read_pack(data_folder)
    result = plan_schools(pack, SchoolsParameters())
    check_tables(result)
    assert len(result.villages) == 2693
    kinds = result.sites.groupby("kind").size().to_dict()
    assert kinds == {"border_boarding": 9, "ethnic_boarding": 6, "new_upper_secondary": 7}
    assert result.placement["status"] == "optimal"
    border = result.sites[result.sites["kind"] == "border_boarding"]
    assert set(border["commune_code"]) == set(pack.communes.loc[pack.communes["is_border"], "commune_code"])
    # each stands in its commune by the village that it is in, or at the published site
    home = dict(zip(pack.villages["village_id"], pack.villages["commune_code"], strict=True))
    chosen = border[~border["site_known"]]
    assert chosen["village_id"].map(home).tolist() == chosen["commune_code"].tolist()
    assert set(border.loc[border["site_known"], "commune_code"]) == {"02701", "02761"}
    # mountain ways on a motorbike: 5 to 31 km/h door to door for all who go farther than 5 km
    far = result.villages[result.villages["upper_way_km"] > 5]
    speed_kmh = 60 * far["upper_way_km"] / far["upper_motorbike_dry_min"]
    assert speed_kmh.between(3, 31).all()
    lung_cung = result.villages[result.villages["name"] == "Lùng Cúng"].iloc[0]
    assert lung_cung["upper_may_board"]
    assert lung_cung["upper_motorbike_dry_min"] > 120


def test_villages_without_pupils_cannot_place_a_school(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "pack",
        villages=lambda f: f.assign(population=0, pupils_primary=0, pupils_lower_secondary=0, pupils_upper_secondary=0),
    )
    with pytest.raises(NoSolutionError, match="none in the border communes has pupils"):
        plan_schools(read_pack(pack), SchoolsParameters())
