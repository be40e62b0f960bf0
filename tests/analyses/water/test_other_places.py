"""The plan's number, money and kind of works hold where the villages lie elsewhere within their accuracy, although its
lines do not: whole plans made anew, with intakes and lines of their own."""

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from scipy.spatial import cKDTree

from infragap.analyses.water.codes import Question
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.service.today import coverage_today, gap_of
from infragap.analyses.water.siting.questions import answer_all
from infragap.analyses.water.sources.streams import stream_flow
from infragap.analyses.water.study import Study, prepare
from infragap.analyses.water.works.candidates import all_candidates
from infragap.gis.pack import read_pack
from infragap.gis.raster import sample

RADIUS_TO_SIGMA = 2.146
"""90 % of a round normal distribution lie within so many standard deviations: that is what an accuracy means here."""


def elsewhere(study: Study, seed: int) -> Study:
    """Villages at drawn places; a scheme moves with the village that it lies nearest to, and keeps its height above
    it."""
    rng, relief = np.random.default_rng(seed), study.elevation
    villages, schemes = study.villages.copy(), study.schemes.copy()
    x, y = villages.geometry.x.to_numpy(), villages.geometry.y.to_numpy()
    sigma = villages["position_accuracy_m"].to_numpy(dtype=float) / RADIUS_TO_SIGMA
    step = rng.standard_normal((len(villages), 2)) * sigma[:, None]
    step[~np.isfinite(sample(relief, x + step[:, 0], y + step[:, 1]))] = 0.0
    scheme_x, scheme_y = schemes.geometry.x.to_numpy(), schemes.geometry.y.to_numpy()
    home = cKDTree(np.column_stack([x, y])).query(np.column_stack([scheme_x, scheme_y]))[1]
    rise = schemes["source_elevation_m"].to_numpy(dtype=float) - sample(relief, x[home], y[home])
    x, y = x + step[:, 0], y + step[:, 1]
    scheme_x, scheme_y = scheme_x + step[home, 0], scheme_y + step[home, 1]
    height = sample(relief, x[home], y[home]) + rise
    inside = np.isfinite(sample(relief, scheme_x, scheme_y)) & np.isfinite(height)
    schemes["source_elevation_m"] = np.where(inside, height, schemes["source_elevation_m"])
    moved = gpd.GeoSeries(gpd.points_from_xy(scheme_x, scheme_y, crs=schemes.crs))
    schemes = schemes.set_geometry(gpd.GeoSeries(np.where(inside, moved, schemes.geometry), crs=schemes.crs))
    return replace(study, villages=villages.set_geometry(gpd.points_from_xy(x, y, crs=villages.crs)), schemes=schemes)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_other_places_need_the_same_money(data_folder: Path, reference_water: Path, seed: int) -> None:
    told = json.loads((reference_water / "run.json").read_text(encoding="utf-8"))["water"]["siting"]
    study = elsewhere(prepare(read_pack(data_folder), WaterParameters(frontier_points=2)), seed)
    today = coverage_today(study.villages, study.schemes, study.household_works, study.elevation, study.parameters)
    gap = gap_of(study, today)
    _, candidates = all_candidates(study, today, stream_flow(study), gap)
    _, answers = answer_all(study, candidates, gap)
    least = answers.by_question[Question.LEAST_COST]
    assert least.target_met
    assert least.choice.works <= 177
    # the people to gain differ a little, since other places are within reach of the schemes of today
    price, before = least.choice.cost_mvnd / answers.people_min, told["cost_mvnd"] / told["target_people"]
    assert price == pytest.approx(before, rel=0.06)
