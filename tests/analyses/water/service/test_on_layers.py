"""Service on whole layers never falls when more is given, nor rises when something is taken away."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from infragap.analyses.water.codes import SchemeKind
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.today import Today, coverage_today
from infragap.analyses.water.study import Study, prepare
from infragap.gis.pack import read_pack
from tests.pack_factory import write_pack

CLASSES = ("sustainable", "fairly_sustainable", "unsustainable", "not_working", "unknown")
SLACK = 1e-3
"""People: each stage of the allocation may give up a billionth of the one before."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return prepare(read_pack(write_pack(tmp_path_factory.mktemp("layers") / "pack")), WaterParameters())


def today_of(study: Study) -> Today:
    return coverage_today(study.villages, study.schemes, study.household_works, study.elevation, study.parameters)


def to_standard(today: Today) -> float:
    return float(today.people["people_to_standard"].sum())


def at_least_basic(today: Today) -> float:
    """People, less a constant."""
    return -float(today.people["people_without_basic"].sum())


def some_schemes(study: Study, rng: np.random.Generator, count: int = 7) -> gpd.GeoDataFrame:
    """Schemes near villages, some beside one another, of all classes, with and without water to standard."""
    model = study.schemes.iloc[rng.integers(0, len(study.schemes), count)].reset_index(drop=True)
    at = study.villages.geometry.iloc[rng.integers(0, len(study.villages), count)]
    x, y = at.x.to_numpy() + rng.uniform(-900, 900, count), at.y.to_numpy() + rng.uniform(-900, 900, count)
    x[-1], y[-1] = x[0], y[0]
    return model.assign(
        scheme_id=[f"T{k}" for k in range(count)],
        capacity_m3_day=rng.uniform(4, 90, count),
        households_served=rng.integers(5, 160, count),
        source_elevation_m=rng.uniform(1300, 2400, count),
        functionality=rng.choice(CLASSES, count),
        meets_standard=rng.random(count) < 0.5,
    ).set_geometry(gpd.points_from_xy(x, y, crs=study.schemes.crs))


def changed(study: Study, rng: np.random.Generator) -> list[tuple[str, int, Study]]:
    """What is done to the layers, and whether service may rise (1) or fall (-1)."""
    schemes = study.schemes
    one = int(rng.integers(len(schemes)))
    here = np.arange(len(schemes)) == one
    more = some_schemes(study, rng, 1).assign(scheme_id="T99", functionality=str(rng.choice(CLASSES)))

    def but(layer: gpd.GeoDataFrame) -> Study:
        return replace(study, schemes=layer)

    larger = schemes.assign(
        capacity_m3_day=np.where(here, schemes["capacity_m3_day"] * 3, schemes["capacity_m3_day"]),
        households_served=np.where(here, schemes["households_served"] * 3, schemes["households_served"]),
    )
    added = gpd.GeoDataFrame(pd.concat([schemes, more], ignore_index=True), crs=schemes.crs)
    thrifty = study.parameters.model_copy(update={"demand_l_per_person_day": 60.0})
    return [
        ("more capacity", 1, but(larger)),
        ("one more", 1, but(added)),
        ("to standard", 1, but(schemes.assign(meets_standard=schemes["meets_standard"] | here))),
        ("lower demand", 1, replace(study, parameters=thrifty)),
        ("one less", -1, but(schemes[~here].reset_index(drop=True))),
        ("one fails", -1, but(schemes.assign(functionality=schemes["functionality"].where(~here, "not_working")))),
    ]


def check(study: Study, rng: np.random.Generator) -> None:
    now = today_of(study)
    for name, sign, then in changed(study, rng):
        after = today_of(then)
        assert sign * (to_standard(after) - to_standard(now)) >= -SLACK, name
        if sign > 0:
            assert at_least_basic(after) >= at_least_basic(now) - SLACK, name
        else:
            # whoever falls off a pipe falls to basic or to none: nobody gets better water by it
            assert at_least_basic(after) <= at_least_basic(now) + SLACK, name
        assert (after.served >= 0).all()
        limit = after.service.households
        assert (np.bincount(after.reach.pairs["source"], after.served, len(limit)) <= limit + SLACK).all()


@pytest.mark.parametrize("seed", range(4))
def test_service_is_monotone_on_layers(small: Study, seed: int) -> None:
    rng = np.random.default_rng(seed)
    check(replace(small, schemes=some_schemes(small, rng)), rng)


@pytest.mark.slow
def test_service_is_monotone_on_many_layers(small: Study) -> None:
    for seed in range(100, 140):
        rng = np.random.default_rng(seed)
        check(replace(small, schemes=some_schemes(small, rng, count=int(rng.integers(2, 14)))), rng)


@pytest.mark.slow
def test_service_is_monotone_on_the_reference_pack(data_folder: Path) -> None:
    study = prepare(read_pack(data_folder), WaterParameters())
    check(study, np.random.default_rng(12))
    today = today_of(study)
    households = np.bincount(today.reach.pairs["source"], today.served, len(study.schemes))
    able = np.bincount(today.reach.pairs["source"], minlength=len(study.schemes)) > 0
    plants = (study.schemes["kind"] == SchemeKind.URBAN_PLANT).to_numpy() & (today.service.households > 0) & able
    assert plants.sum() > 10
    assert (households[plants] >= 0.5).all()


@pytest.mark.parametrize(
    "layer",
    [
        lambda f: f.iloc[:0],
        lambda f: f.assign(functionality="unknown", meets_standard=False),
        lambda f: f.assign(functionality="not_working"),
    ],
)
def test_no_scheme_that_is_known_to_work(small: Study, layer: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
    """Without a scheme, or with none of which anything good is known, only own sources are to the standard."""
    today = today_of(replace(small, schemes=layer(small.schemes)))
    assert today.people["people_piped_to_standard"].sum() == 0
    assert to_standard(today) == pytest.approx(float(today.people["people_own_source_to_standard"].sum()))
    assert today.people["people_own_source_to_standard"].sum() > 0
