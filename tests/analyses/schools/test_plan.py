"""The whole school question on a small pack, and on the embedded one."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import shapely
from scipy.optimize import Bounds, LinearConstraint, milp

from infragap.analyses.schools import columns
from infragap.analyses.schools.codes import Intake, Level, Objective, Priority
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.plan import plan_schools
from infragap.analyses.schools.result import SchoolsResult
from infragap.gis.errors import MissingDataError, NoSolutionError, ParameterError
from infragap.gis.pack import read_pack
from tests import pack_factory
from tests.pack_factory import write_pack

QUICK = SchoolsParameters(draws=12)
TABLES = {
    "sites": columns.SITES,
    "villages": columns.VILLAGES,
    "catchments": columns.CATCHMENTS,
    "isochrones": columns.ISOCHRONES,
    "od": columns.OD,
    "assignment": columns.ASSIGNMENT,
    "without_place": columns.WITHOUT_PLACE,
    "alternatives": columns.ALTERNATIVES,
    "links": columns.LINKS,
    "targets": columns.TARGETS,
    "before_after": columns.BEFORE_AFTER,
}


def few_places(schools: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Two border schools with few places, in communes that adjoin: 90003 and 90004."""
    border = schools[schools["school_id"] == "T02"]
    other = border.assign(school_id="T03", name="Trường 3", commune_code="90004", capacity_pupils=25.0)
    other = other.set_geometry([shapely.Point(450_500, 2_425_000)], crs=schools.crs)
    both = pd.concat([schools, other], ignore_index=True)
    return both.assign(capacity_pupils=np.where(both["school_id"] == "T02", 35.0, both["capacity_pupils"]))


def far_villages(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Pupils of several sizes, so that somebody has to go without."""
    return villages.assign(pupils_lower_secondary=30 + np.arange(len(villages)) % 5 * 3)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SchoolsResult:
    return plan_schools(read_pack(write_pack(tmp_path_factory.mktemp("pack"))), QUICK)


@pytest.fixture(scope="module")
def tight_pack(tmp_path_factory: pytest.TempPathFactory):
    return read_pack(write_pack(tmp_path_factory.mktemp("tight"), schools=few_places, villages=far_villages))


def check_tables(result: SchoolsResult, ends: tuple[float, ...] = (30, 60, 90, 120, 180)) -> None:
    for name, dictionary in TABLES.items():
        frame = getattr(result, name)
        assert [c for c in frame.columns if c != "geometry"] == [column.name for column in dictionary], name
        assert not np.isinf(frame.select_dtypes("number").to_numpy(float)).any(), name
        if isinstance(frame, gpd.GeoDataFrame):
            assert frame.geometry.is_valid.all(), name
    villages = result.villages
    assert not (villages["upper_motorbike_rainy_min"] < villages["upper_motorbike_dry_min"]).any()
    assert not (villages["upper_foot_rainy_min"] < villages["upper_foot_dry_min"]).any()
    assert not (villages["upper_motorbike_dry_min"] > villages["upper_before_min"]).any()
    seasons = result.od.pivot_table(index=["village", "candidate", "mode"], columns="season", values="to_min")
    assert (seasons["rainy"].fillna(np.inf) >= seasons["dry"] - 0.011).all()
    check_rings(result, ends)
    check_places(result)


def check_rings(result: SchoolsResult, ends: tuple[float, ...]) -> None:
    """A village lies in a ring exactly if its row says so, and in one only; the table is the origin-destination
    table."""
    for (mode, season), rings in result.isochrones.groupby(["mode", "season"]):
        minutes = result.villages[f"border_{mode}_{season}_min"].to_numpy(float)
        found = gpd.sjoin(
            result.villages[["village_id", "geometry"]],
            rings[["minutes_from", "minutes_to", "geometry"]],
            predicate="within",
        )
        assert not found["village_id"].duplicated().any()
        inside = found.set_index("village_id")["minutes_to"].reindex(result.villages["village_id"]).to_numpy(float)
        expected = np.array([next((end for end in ends if m <= end), np.nan) for m in minutes])
        np.testing.assert_array_equal(inside, expected)
        # pupils inside are those of the villages inside
        assert (
            rings["pupils_inside"].sum()
            <= result.villages[["pupils_primary", "pupils_lower_secondary", "pupils_upper_secondary"]].to_numpy().sum()
        )
        sites = set(result.sites.loc[result.sites["candidate"] != "", "candidate"])
        od = result.od[
            (result.od["mode"] == mode) & (result.od["season"] == season) & result.od["candidate"].isin(sites)
        ]
        least = od.groupby("village")["to_min"].min().reindex(result.villages["village_id"]).to_numpy(float)
        both = np.isfinite(least) & np.isfinite(minutes)
        assert both.any()
        np.testing.assert_allclose(least[both], minutes[both], atol=0.06)


def check_places(result: SchoolsResult) -> None:
    """Nobody is lost, no school is over its places, and what the site table says is the sum of the assignment."""
    placed = result.sites[result.sites["candidate"] != ""].set_index("school_id")
    by_school = result.assignment.groupby("school")[["pupils", "boarders"]].sum().reindex(placed.index, fill_value=0)
    assert (by_school["pupils"] <= placed["capacity_pupils"]).all()
    assert by_school["pupils"].tolist() == placed["pupils_served"].tolist()
    assert by_school["boarders"].tolist() == placed["boarders"].tolist()
    record = result.assignment_record
    assert record["boarders"] == by_school["boarders"].sum() == sum(n["boarders"] for n in record["levels"].values())
    assert (placed["boarders"] + placed["day_pupils"]).tolist() == placed["pupils_served"].tolist()
    assert placed["entitled_with_place"].sum() == result.assignment["entitled"].sum()
    without = result.without_place.groupby("level")["pupils"].sum()
    for level, numbers in record["levels"].items():
        assert numbers["entitled"] == numbers["entitled_with_place"] + numbers["without_place"]
        assert numbers["without_place"] == without.get(level, 0)
    assert placed["without_place"].sum() == result.without_place["pupils"].sum()
    placement = result.placement
    assert placement["lower_bound"] <= placement["cost"] * (1 + 1e-9)
    assert placement["gap"] <= 1e-3
    assert placement["fairest"]["longest_min"] <= placement["least_total"]["longest_min"] + 1e-6
    assert placement["widest"]["within_pct"] >= placement["least_total"]["within_pct"] - 1e-6


def model_cost(
    result: SchoolsResult,
    parameters: SchoolsParameters,
    communes: gpd.GeoDataFrame,
    rule: Intake,
    *,
    gap: float = 1e-7,
) -> float:
    """Least cost by a mixed-integer model written here anew, from the exported tables, parameters and commune borders
    alone."""
    od = result.od[result.od["mode"] == "motorbike"].assign(mean=lambda t: (t["to_min"] + t["back_min"]) / 2)
    minutes = od.pivot_table(index="village", columns=["season", "candidate"], values="mean", dropna=False)
    dry, rainy = minutes["dry"].fillna(np.inf), minutes["rainy"].fillna(np.inf)
    waited = np.maximum(dry, np.minimum(rainy, 2 * parameters.day_limit_min))
    year = (1 - parameters.rainy_share) * dry + parameters.rainy_share * waited
    villages = result.villages.set_index("village_id").loc[year.index]
    school_of = result.od.drop_duplicates("candidate").set_index("candidate")["school"].reindex(year.columns)
    places = result.sites.set_index("school_id")
    home = school_of.map(places["commune_code"])
    touching = communes.set_index("commune_code").geometry
    beside = {(a, b) for a in touching.index for b in touching.index if touching[a].distance(touching[b]) < 100}
    decided = set(result.alternatives.loc[result.alternatives["is_decided"], "candidate"])
    groups = []
    for level, weight in (
        ("primary", parameters.weight_primary),
        ("lower_secondary", parameters.weight_lower_secondary),
    ):
        for entitled in (True, False):
            mine = villages[f"border_may_board_{level}"] == entitled
            pupils = villages[f"pupils_{level}"].where(mine, 0)
            today = villages[f"today_{level}_min"].fillna(parameters.day_limit_min)
            first = 1 + today / 60 if parameters.priority == Priority.FARTHEST else 1 + 0 * today
            factor = weight * first * (1.0 if entitled else parameters.weight_day_pupil)
            if level in result.assignment_record["levels"]:
                groups += [(one, pupils[one], factor[one]) for one in villages.index if pupils[one] > 0]
    candidates = list(year.columns)
    pairs, cost = [], []
    for number, (village, _, weight) in enumerate(groups):
        for column, candidate in enumerate(candidates):
            code, other = villages["commune_code"][village], home[candidate]
            allowed = rule == Intake.ANY or code == other or (rule == Intake.ADJOINING and (code, other) in beside)
            if allowed and np.isfinite(year.loc[village, candidate]):
                pairs.append((number, column))
                cost.append(weight * year.loc[village, candidate])
    row, column = np.array(pairs).T
    n, m, k = len(groups), len(candidates), len(pairs)
    demand, at = np.array([pupils for _, pupils, _ in groups], float), np.arange(k)
    capacity = school_of.map(places["capacity_pupils"]).to_numpy(float)
    lost = np.array([weight * parameters.without_place_min for _, _, weight in groups])
    one = np.ones(k)
    constraints = [
        LinearConstraint(sp.hstack([sp.csr_array((n, m)), sp.csr_array((one, (row, at)), shape=(n, k)),
        sp.eye_array(n)]).tocsr(), demand, demand),
        LinearConstraint(sp.hstack([-sp.diags_array(capacity), sp.csr_array((one, (column, at)), shape=(m, k)),
        sp.csr_array((m, n))]).tocsr(), -np.inf, 0),
        LinearConstraint(sp.hstack([-sp.csr_array((demand[row], (at, column)), shape=(k, m)), sp.eye_array(k),
        sp.csr_array((k, n))]).tocsr(), -np.inf, 0),
    ]  # fmt: skip
    constraints += [
        LinearConstraint(sp.csr_array(np.concatenate([school_of.to_numpy() == school, np.zeros(k + n)])[None]), 1, 1)
        for school in sorted(set(school_of))
    ]
    lower = np.concatenate([[candidate in decided for candidate in candidates], np.zeros(k + n)]).astype(float)
    upper = np.concatenate([np.ones(m), np.full(k + n, np.inf)])
    answer = milp(
        np.concatenate([np.zeros(m), cost, lost]),
        constraints=constraints,
        integrality=np.concatenate([np.ones(m), np.zeros(k + n)]),
        bounds=Bounds(lower, upper),
        options={"mip_rel_gap": gap},
    )
    assert answer.success
    return float(answer.fun)


@pytest.mark.slow
@pytest.mark.parametrize("rule", list(Intake))
def test_an_independent_model_of_the_exported_tables_costs_the_same(tight_pack, rule: Intake) -> None:
    # with the levels' weights alone, all who find no place weigh alike, so that the tables add up to the cost
    parameters = SchoolsParameters(
        intake_rule=rule, draws=0, gap=1e-6, boarding_lower_secondary_km=0.1, priority=Priority.LOWER_SECONDARY
    )
    result = plan_schools(tight_pack, parameters)
    check_tables(result)
    assert result.placement["intake_rule"] == result.assignment_record["intake_rule"] == rule
    expected = model_cost(result, parameters, tight_pack.communes, rule)
    assert result.placement["cost"] == pytest.approx(expected, rel=2e-3)
    # what the tables hold adds up to the cost: those placed, those entitled without a place, day pupils without one
    placed = (result.assignment["weight"] * result.assignment["minutes"]).sum()
    left = result.without_place["weight"].sum() * parameters.without_place_min
    levels = result.assignment_record["levels"]
    admitted = {level: n["boarders"] + n["day_pupils"] - n["entitled_with_place"] for level, n in levels.items()}
    day = sum(n["pupils"] - n["entitled"] - admitted[level] for level, n in levels.items())
    day_cost = day * parameters.weight_day_pupil * parameters.without_place_min
    assert placed + left + day_cost == pytest.approx(result.placement["cost"], rel=1e-6)


@pytest.mark.slow
def test_a_wider_intake_never_costs_more(tight_pack) -> None:
    result = plan_schools(tight_pack, SchoolsParameters(draws=0, boarding_lower_secondary_km=0.1))
    rules = result.assignment_record["by_rule"]
    assert rules["any"]["lower_bound"] <= rules["adjoining"]["cost"] * (1 + 1e-9)
    assert rules["adjoining"]["lower_bound"] <= rules["own"]["cost"] * (1 + 1e-9)
    assert result.without_place["pupils"].sum() > 0
    assert set(result.without_place["reason"]) == {"places_short"}


def test_small_pack(small: SchoolsResult) -> None:
    check_tables(small)
    assert len(small.villages) == 12
    site = small.sites.iloc[0]
    assert (site["school_id"], site["commune_code"], site["levels"]) == ("T02", "90003", "lower_secondary")
    # three villages of 20 pupils and 350 places: everybody finds one
    assert site["pupils_served"] == 60
    assert site["without_place"] == 0
    assert site["reason_vi"].startswith(f"Đặt tại {site['village']}")
    assert site["reason_en"].startswith(f"At {site['village']}")
    assert site["robustness"] in ("robust", "toss-up", "survey first")
    won = small.alternatives["share_won"]
    assert won.sum() == pytest.approx(1.0)
    chosen = small.alternatives[small.alternatives["is_chosen"]]
    assert chosen["candidate"].tolist() == [site["candidate"]]
    # never worse than the published point, nor than any other place for the same pupils
    assert small.alternatives["extra_min"].min() >= -0.05
    json.dumps([small.placement, small.assignment_record, small.upper_record, small.summary], default=str)


@pytest.mark.slow
def test_entitlement_is_measured_to_the_school_of_today_and_boarding_to_the_school_that_admits(tmp_path: Path) -> None:
    parameters = SchoolsParameters(draws=0, boarding_lower_secondary_km=2.0, difficult_terrain=())
    centre = plan_schools(read_pack(write_pack(tmp_path / "a")), parameters)
    mine = centre.villages[centre.villages["border_intake"] & ~centre.villages["cut_off_in_rain"]]
    assert len(mine) == 3
    # the flag follows from the two columns beside it, wherever the new school stands
    far = mine["border_entitlement_km"] >= 2.0
    assert (mine["border_may_board_lower_secondary"] == (far | mine["border_by_terrain"])).all()
    fixed = parameters.model_copy(update={"fixed_sites": (centre.alternatives["candidate"].iloc[1],)})
    moved = plan_schools(read_pack(write_pack(tmp_path / "a")), fixed)
    assert moved.villages["border_entitlement_km"].equals(centre.villages["border_entitlement_km"])
    assert moved.sites["candidate"].iloc[0] != centre.sites["candidate"].iloc[0]
    # who boards hangs on the way to the school that admits: with three villages of 20 pupils all are admitted
    for result in (centre, moved):
        near = result.villages.set_index("village_id")
        for row in result.assignment.itertuples():
            way, cut = near["border_way_km"][row.village], near["cut_off_in_rain"][row.village]
            assert row.boarders == (row.pupils if way >= 2.0 or cut else 0)

    def with_school(schools: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        village = pack_factory.villages()
        point = village[village["commune_code"] == "90003"].geometry.iloc[0]
        day = schools.iloc[[0]].assign(
            school_id="D1", commune_code="90003", status="existing", boarding=False, has_lower_secondary=True
        )
        return pd.concat([schools, day.set_geometry([point], crs=schools.crs)], ignore_index=True)

    layer = plan_schools(read_pack(write_pack(tmp_path / "b", schools=with_school)), parameters)
    at_school = layer.villages[layer.villages["commune_code"] == "90003"].iloc[0]
    assert at_school["border_entitlement_km"] == 0
    assert not at_school["border_may_board_lower_secondary"]


@pytest.mark.slow
def test_order_of_rows_and_direction_of_lines_change_nothing(small: SchoolsResult, tmp_path: Path) -> None:
    def shuffled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.sample(frac=1, random_state=3).reset_index(drop=True)

    def reversed_half(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        lines = shuffled(roads)
        turned = [line.reverse() if number % 2 else line for number, line in enumerate(lines.geometry)]
        return lines.set_geometry(gpd.GeoSeries(turned, crs=lines.crs))

    changed = write_pack(tmp_path / "p", villages=shuffled, roads=reversed_half, communes=shuffled, schools=shuffled)
    other = plan_schools(read_pack(changed), QUICK)
    for name in TABLES:
        one, two = (
            pd.DataFrame(getattr(result, name)).drop(columns="geometry", errors="ignore") for result in (small, other)
        )
        pd.testing.assert_frame_equal(one, two)
    assert other.placement == small.placement
    assert other.assignment_record == small.assignment_record


@pytest.mark.slow
def test_candidates_keep_their_names_when_roads_are_added_and_no_way_gets_longer(
    small: SchoolsResult, tmp_path: Path
) -> None:
    def more(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        line = shapely.LineString([(445_000, 2_422_000), (452_000, 2_423_500), (453_000, 2_428_000)])
        new = roads.iloc[[4]].assign(road_id="R7", length_km=line.length / 1000).set_geometry([line], crs=roads.crs)
        return pd.concat([roads, new], ignore_index=True)

    other = plan_schools(read_pack(write_pack(tmp_path / "p", roads=more)), QUICK)
    keys = ["village", "candidate", "mode", "season"]
    assert set(small.od["candidate"]) <= set(other.od["candidate"])
    both = small.od.merge(other.od, on=keys, suffixes=("", "_new"))
    assert len(both) == len(small.od)
    for column in ("to_min", "back_min"):
        assert not (both[f"{column}_new"].fillna(np.inf) > both[column].fillna(np.inf) + 0.011).any()
    assert (both["to_min_new"] < both["to_min"] - 1).any()


@pytest.mark.slow
def test_on_foot_objectives_and_progress(tmp_path: Path) -> None:
    pack, steps = read_pack(write_pack(tmp_path / "p")), []
    result = plan_schools(
        pack, SchoolsParameters(placement_mode="foot", intake_rule="any", draws=0), progress=steps.append
    )
    assert result.placement["mode"] == "foot"
    assert len(steps) >= 5
    assert result.sites["robustness"].iloc[0] == ""
    for objective in (Objective.FAIREST, Objective.WIDEST):
        given = plan_schools(pack, SchoolsParameters(objective=objective, draws=0))
        assert given.placement["aim"] == objective
        best = given.placement["fairest" if objective == Objective.FAIREST else "widest"]
        assert (
            given.placement["least_total"]["longest_min"] <= best["longest_min"] + 1e-6 or objective == Objective.WIDEST
        )


@pytest.mark.slow
def test_own_question_without_planned_schools(tmp_path: Path) -> None:
    """Any number of schools, for any levels, in a pack that plans none and has no upper secondary."""
    nothing = pack_factory.schools().assign(status="existing", has_upper_secondary=False)
    pack = read_pack(write_pack(tmp_path / "p", schools=nothing))
    with pytest.raises(MissingDataError, match="no planned school of kind border_boarding"):
        plan_schools(pack, QUICK)
    with pytest.raises(NoSolutionError, match="sites = 500: a school may stand at"):
        plan_schools(pack, SchoolsParameters(sites=500, draws=0))
    result = plan_schools(pack, SchoolsParameters(sites=2, levels=(Level.UPPER_SECONDARY,), draws=5))
    placed = result.sites[result.sites["candidate"] != ""]
    assert len(placed) == 2
    assert set(placed["levels"]) == {"upper_secondary"}
    assert result.upper_record["schools_in_layer"] == 0
    check_places(result)


@pytest.mark.slow
def test_pack_without_rivers_lakes_and_forest_is_enough(tmp_path: Path) -> None:
    bare = write_pack(tmp_path / "p", rivers=None, lakes=None, forest=None, bridges=None)
    assert len(plan_schools(read_pack(bare), SchoolsParameters(draws=0)).sites) == 1


@pytest.mark.slow
def test_fixed_forbidden_and_own_candidates(small: SchoolsResult, tmp_path: Path) -> None:
    pack = read_pack(write_pack(tmp_path / "p"))
    chosen, *others = small.alternatives["candidate"]
    forbidden = plan_schools(pack, SchoolsParameters(forbidden_sites=(chosen,), draws=0))
    assert chosen not in set(forbidden.od["candidate"])
    fixed = plan_schools(pack, SchoolsParameters(fixed_sites=(others[0],), draws=0))
    assert fixed.sites["candidate"].iloc[0] == others[0]
    assert fixed.placement["cost"] >= small.placement["lower_bound"] - 1e-6
    with pytest.raises(ParameterError, match="there is no candidate V-9"):
        plan_schools(pack, SchoolsParameters(fixed_sites=("V-9",)))
    with pytest.raises(ParameterError, match=r"fixed_sites names .*, .*places of one school"):
        plan_schools(pack, SchoolsParameters(fixed_sites=(chosen, others[0])))
    with pytest.raises(ParameterError, match="levels: none is given"):
        plan_schools(pack, SchoolsParameters(levels=()))
    with pytest.raises(ParameterError, match="levels: no planned border school teaches primary"):
        plan_schools(pack, SchoolsParameters(levels=(Level.PRIMARY,)))
    with pytest.raises(ParameterError, match="both name"):
        plan_schools(pack, SchoolsParameters(fixed_sites=(chosen,), forbidden_sites=(chosen,)))
    village = small.villages[small.villages["commune_code"] == "90003"].iloc[0]
    own = tmp_path / "own.csv"
    own.write_text(f"candidate,commune_code,longitude,latitude\nHere,90003,{village.longitude},{village.latitude}\n")
    assert plan_schools(pack, SchoolsParameters(candidate_file=str(own), draws=0)).sites["candidate"].iloc[0] == "Here"
    own.write_text("candidate,commune_code,longitude,latitude\nHere,1,900,2\n")
    with pytest.raises(ParameterError, match="rows without an own name"):
        plan_schools(pack, SchoolsParameters(candidate_file=str(own)))


def test_villages_without_pupils_cannot_place_a_school(tmp_path: Path) -> None:
    empty = write_pack(tmp_path / "p", villages=lambda f: f.assign(pupils_primary=0, pupils_lower_secondary=0))
    with pytest.raises(MissingDataError, match="in communes with a planned border school has pupils"):
        plan_schools(read_pack(empty), QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("rule", list(Intake))
def test_embedded_pack_under_every_rule(data_folder: Path, embedded: SchoolsResult, rule: Intake) -> None:
    """The independent model of the exported table against the run's own record of each rule."""
    parameters, gap = SchoolsParameters(), 2e-4
    told = embedded.assignment_record["by_rule"][rule]
    expected = model_cost(embedded, parameters, read_pack(data_folder).communes, rule, gap=gap)
    assert told["lower_bound"] <= expected * (1 + 1e-6)
    assert expected <= told["cost"] * (1 + gap + 1e-6)
    assert told["cost"] <= expected * (1 + 2e-3)
    if rule == parameters.intake_rule:
        assert told["cost"] == embedded.placement["cost"]
        assert embedded.placement["gap"] <= 1e-3


@pytest.mark.slow
def test_embedded_pack(data_folder: Path, embedded: SchoolsResult) -> None:
    pack = read_pack(data_folder)
    check_tables(embedded)
    kinds = embedded.sites.groupby("kind").size().to_dict()
    assert kinds == {"border_boarding": 9, "ethnic_boarding": 6, "new_upper_secondary": 7}
    border = embedded.sites[embedded.sites["kind"] == "border_boarding"]
    assert set(border["commune_code"]) == set(pack.communes.loc[pack.communes["is_border"], "commune_code"])
    assert set(border.loc[border["site_known"], "commune_code"]) == {"02701", "02761"}
    lung_cung = embedded.villages[embedded.villages["name"] == "Lùng Cúng"].iloc[0]
    assert lung_cung["upper_may_board"]
    assert lung_cung["cut_off_in_rain"]
    assert 150 < lung_cung["upper_motorbike_dry_min"] < 240
    assert embedded.upper_record["schools_lacking"] == 18
    # boarding against boarding: every one of the six shortens ways
    raised = embedded.sites[embedded.sites["order_of_raising"].notna()].sort_values("order_of_raising")
    assert (raised["before_min"] > raised["after_min"]).all()
    assert (raised["marginal_hours"].diff().dropna() <= 1e-6).all()
    curve = embedded.upper_record["new"]["curve"]
    assert [one["schools"] for one in curve] == list(range(8))
    assert (np.diff([one["cost"] for one in curve]) < 0).all()
    assert all(one["gap"] <= 1e-3 for one in curve)
    # stretches that a builder would order: no piece stands in two of them
    stretches = embedded.links[embedded.links["kind"] == "earth_stretch"]
    pieces = stretches["road_id"].str.split("; ").explode()
    assert not pieces.duplicated().any()
    assert len(pieces) > len(stretches)
