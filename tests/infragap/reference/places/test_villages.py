"""Villages of the reference pack against the published totals and the fact table; the parts of the builder on small
cases."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from infragap.gis.crs import WGS84, transform
from infragap.gis.pack import read_pack
from infragap.gis.raster import Raster, sample
from infragap.reference.inputs import Facts
from infragap.reference.land.ground import build_ground, draw_spaced, habitability
from infragap.reference.places.village_people import pupils_and_minorities
from infragap.reference.shares import largest_remainder


@pytest.fixture(scope="module")
def pack(data_folder):
    return read_pack(data_folder)


@pytest.fixture(scope="module")
def documented(data_folder):
    table = Facts(data_folder / "facts").villages
    return table[~table.assign(n=table["village"].str.casefold()).duplicated(["commune_code", "n"])]


@pytest.mark.slow
def test_published_totals(pack):
    villages = pack.villages
    assert len(villages) == 2693
    assert villages["on_grid"].sum() == 2675
    assert villages["village_id"].is_unique


@pytest.mark.slow
def test_sums_are_the_communes(pack):
    sums = pack.villages.groupby("commune_code")[["households", "population"]].sum()
    communes = pack.communes.set_index("commune_code")
    pd.testing.assert_frame_equal(sums, communes.loc[sums.index, ["households", "population"]], check_dtype=False)
    assert set(sums.index) == set(communes.index)
    assert (pack.villages["households"] > 0).all()


def test_every_village_lies_in_its_commune(pack):
    polygons = pack.communes.set_index("commune_code").geometry.reindex(pack.villages["commune_code"])
    assert shapely.contains(polygons.to_numpy(), pack.villages.geometry.to_numpy()).all()


def test_documented_hamlets_are_there_under_their_names(pack, documented):
    villages = pack.villages.set_index("fact_id")
    assert set(documented["id"]) == set(villages.index) - {""} - {None} - {np.nan}
    found = villages.loc[documented["id"]]
    assert (found["name"].to_numpy() == documented["village"].to_numpy()).all()
    assert (found["commune_code"].to_numpy() == documented["commune_code"].to_numpy()).all()


def test_documented_points_are_kept_or_the_shift_is_in_the_radius(pack, documented):
    known = documented[documented["lon"].notna()]
    x, y = transform(known["lon"], known["lat"], source=WGS84, target=pack.crs_measure)
    found = pack.villages.set_index("fact_id").loc[known["id"]]
    shift_m = np.hypot(found.geometry.x - x, found.geometry.y - y)
    # rounding: points to 5 decimals (0.8 m), radii to 100 m
    assert (shift_m <= 2 + np.maximum(found["position_accuracy_m"] - known["accuracy_m"].to_numpy() + 50, 0)).all()
    assert (shift_m < 2).mean() > 0.85


def test_modelled_villages_say_so_and_no_others(pack):
    modelled = pack.villages["name"].str.contains("(mô phỏng)", regex=False)
    assert (modelled == (pack.villages["name_provenance"] == "modelled")).all()
    assert (pack.villages["provenance"] == "modelled").all()
    assert not pack.villages.duplicated(["commune_code", "name"]).any()


def test_villages_without_grid_have_their_published_counts(pack):
    without = pack.villages[~pack.villages["on_grid"]].set_index(["commune_code", "name"])
    # Lùng Cúng 219 households and 1,340 people (press 3/2026); 31, 160, and 70 as the lower bound of 'over 70'
    assert tuple(without.loc[("04462", "Lùng Cúng"), ["households", "population"]]) == (219, 1340)
    assert without.loc[("04489", "Nả Háng"), "households"] == 31
    assert without.loc[("04474", "Dào Cu Nha"), "households"] == 160
    assert without.loc[("04651", "Giàng Pằng"), "households"] == 70
    assert {("04651", "Làng Mảnh"), ("04603", "Làng Mảnh")} <= set(without.index)


def test_modelled_villages_lie_where_people_can_live(pack):
    drawn = pack.villages[pack.villages["source"].str.contains("vị trí mô phỏng")]
    height_m = sample(pack.elevation, drawn.geometry.x, drawn.geometry.y)
    assert np.nanmax(height_m) < 1950  # 1,900 m on the placing grid, whose cells are means of 200 m
    in_lake = drawn.geometry.within(pack.lakes.union_all())
    assert in_lake.sum() <= 2


def test_pupils_and_minorities_are_plausible(pack):
    villages = pack.villages
    people = villages["population"].sum()
    # ten in a hundred at primary level, seven at lower, three at upper secondary (five, four, three cohorts of 1.6-2 %)
    assert 0.085 < villages["pupils_primary"].sum() / people < 0.115
    assert 0.055 < villages["pupils_lower_secondary"].sum() / people < 0.08
    assert 0.02 < villages["pupils_upper_secondary"].sum() / people < 0.04
    weighted = (villages["minority_pct"] * villages["population"]).groupby(villages["commune_code"]).sum()
    mean = weighted / villages.groupby("commune_code")["population"].sum()
    target = pack.communes.set_index("commune_code")["minority_pct"].astype(float)
    assert (mean - target[mean.index]).abs().max() < 0.2


@given(
    st.integers(0, 5000),
    st.lists(st.floats(0.01, 100), min_size=1, max_size=12),
    st.integers(0, 3),
)
def test_largest_remainder_is_exact_and_fair(total, weights, least):
    if least * len(weights) > total:
        with pytest.raises(ValueError, match="minima"):
            largest_remainder(total, weights, minimum=least)
        return
    parts = largest_remainder(total, weights, minimum=least)
    assert parts.sum() == total
    assert (parts >= least).all()
    if least == 0:
        share = total * np.array(weights) / sum(weights)
        assert (np.abs(parts - share) < 1 + 1e-6).all()  # quota rule of Hamilton's method


def test_largest_remainder_by_hand():
    # shares 3.33, 3.33, 3.33 of 10: the first of the equal remainders gets the odd one
    assert largest_remainder(10, [1, 1, 1]).tolist() == [4, 3, 3]
    # 9:1 of 10 with at least 2 each: 8 and 2
    assert largest_remainder(10, [9, 1], minimum=2).tolist() == [8, 2]


@pytest.fixture(scope="module")
def plain():
    """Ground of one flat commune of 8 x 8 km with a steep half."""
    crs = CRS.from_epsg(9208)
    square = gpd.GeoDataFrame({"commune_code": ["00001"]}, geometry=[shapely.box(0, 0, 8000, 8000)], crs=crs)
    x = np.arange(140) * 100.0 - 3000.0
    height = np.tile(np.where(x < 4000, 300.0, 300.0 + (x - 4000) * 0.8), (140, 1))
    return build_ground(square, Raster(height.astype(np.int16), Affine(100, 0, -3000, 0, -100, 11000), crs))


def test_draw_spaced_keeps_the_distance_and_the_seed(plain):
    weight = habitability(plain).ravel()
    cells = np.flatnonzero(weight > 0)

    def draw(seed):
        rng = np.random.default_rng(seed)
        return draw_spaced(
            cells, weight[cells], 12, ground=plain, spacing_m=900.0, taken=np.array([[1000.0, 1000.0]]), rng=rng
        )

    first = draw(1)
    points = np.vstack([plain.xy(first), [[1000.0, 1000.0]]])
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert apart[np.triu_indices(13, 1)].min() >= 900
    assert (first == draw(1)).all()
    assert (first != draw(2)).any()
    assert (plain.commune.ravel()[first] == 0).all()


def test_habitability_prefers_gentle_ground(plain):
    weight = habitability(plain)
    # flat half: exp(0) = 1; slope of 80 %: exp(-(80 / 35)^2) = 0.0054
    cells = plain.flat(np.array([[2000.0, 4000.0], [4700.0, 4000.0]]))
    assert weight.ravel()[cells] == pytest.approx([1.0, 0.0054], abs=2e-4)


def test_pupils_by_hand():
    frame = pd.DataFrame({"row": [0, 0], "population": [100_000, 100_000]})
    communes = gpd.GeoDataFrame({"minority_pct": [50.0]})
    result = pupils_and_minorities(frame, communes, rng=np.random.default_rng(0))
    assert result["minority_pct"].mean() == pytest.approx(50.0, abs=0.1)
    # 8.4 % and 2.2 % more where all are minorities: on average of the two villages 9.5 % of 200,000
    assert result["pupils_primary"].sum() == pytest.approx(19_000, abs=30)
    assert (result["pupils_upper_secondary"] < result["pupils_lower_secondary"]).all()
