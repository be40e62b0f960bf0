"""The numbers that docs/schools.md quotes are those of a run on the embedded pack."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from infragap.analyses.schools.codes import Mode, Season
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.schools.study import Study, prepare
from infragap.analyses.schools.travel.year import yearly_minutes
from infragap.analyses.schools.upper.places import minority_upper_pupils
from infragap.gis.lines.network import many_ways
from infragap.gis.pack import read_pack
from tests.written import Written

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[3] / "docs" / "schools.md"
SCHOOLS = ("BB02", "BB08", "BB09")


@pytest.fixture(scope="module")
def result(reference_schools: Path) -> Written:
    return Written(reference_schools, "schools")


def rows_below(mark: str) -> list[list[str]]:
    """Cells of the rows of the table below a mark of the page, without its heading."""
    _, _, below = PAGE.read_text(encoding="utf-8").partition(f"<!-- {mark}")
    lines = below.partition("| ")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" `") for cell in line.strip("| ").split("|")] for line in lines]


def minutes_to(study: Study, rows: np.ndarray) -> dict[str, np.ndarray]:
    """(villages, schools) minutes by motorbike to some rows of the layer, in the dry season and of the year."""
    ways = {season: study.travel.prices(Mode.MOTORBIKE, season) for season in Season}
    node = study.travel.node(study.school_cell[rows])
    dry, rainy = (
        np.stack([many_ways(ways[season], [one], toward=True).cost[study.village_node, 0] for one in node], axis=1)
        for season in Season
    )
    parameters = study.parameters
    longest = 2 * parameters.day_limit_min
    year = yearly_minutes(dry, rainy, rainy_share=parameters.rainy_share, longest_rainy_min=longest)
    return {"dry": dry, "year": year}


def test_quoted_questions_about_raised_schools_have_these_answers(data_folder: Path) -> None:
    study = prepare(read_pack(data_folder), SchoolsParameters())
    layer, villages = study.schools, study.villages
    boarding = layer["boarding"] & layer["has_upper_secondary"] & layer["status"].isin(["existing", "upgrade"])
    schools = layer[boarding]
    minutes = minutes_to(study, schools.index.to_numpy())
    raised, doubtful = (schools["status"] == "upgrade").to_numpy(), (schools["school_id"] == "EB07").to_numpy()
    every = np.ones(len(villages), bool)
    counted = {
        "of the province": every,
        "all of the former Yên Bái communes": (villages["commune_code"] >= "04000").to_numpy(),
        "of the six communes": villages["commune_code"].isin(schools.loc[raised, "commune_code"]).to_numpy(),
        "of villages at least half minority": (villages["minority_pct"] >= 50).to_numpy(),
        "of the province, PTDTNT Bảo Yên (EB07) not counted": every,
    }
    weights = {
        "minority pupils": minority_upper_pupils(study),
        "all pupils": villages["pupils_upper_secondary"].to_numpy(float),
    }
    rows = rows_below("raised: ")
    assert len(rows) == 8
    for pupils, weight, *quoted in rows:
        there = ~(doubtful & ("EB07" in pupils))
        for season, told in zip(("dry", "year"), quoted, strict=True):
            before = minutes[season][:, there & ~raised].min(axis=1)
            after = minutes[season][:, there].min(axis=1)
            mine = np.isfinite(before) & counted.get(pupils, after < before)
            means = (np.average(one[mine], weights=weights[weight][mine]) for one in (before, after))
            assert " → ".join(f"{one:.1f}" for one in means) == told, (pupils, weight, season)


def test_quoted_sites_are_those_of_the_run(result: Written) -> None:
    sites, rows = result.table("sites").set_index("school_id"), rows_below("sites: ")
    assert len(rows) > 15
    for column, *cells in rows:
        for school, cell in zip(SCHOOLS, cells, strict=True):
            value = sites.loc[school, column]
            if cell == "–":
                assert pd.isna(value), (column, school)
            else:
                half = 0.5 * 10 ** -len(cell.partition(".")[2])
                assert value == pytest.approx(float(cell.replace(",", "")), abs=1.001 * half), (column, school)


def test_the_page_tells_of_y_ty_what_the_run_says(result: Written) -> None:
    page, site = PAGE.read_text(encoding="utf-8"), result.table("sites").set_index("school_id").loc["BB02"]
    places = result.table("alternatives").query("school == 'BB02'")
    rival = places[places["place"] == site["runner_up"]].iloc[0]
    # free, the decided place would be the best: the page says so
    assert site["free_place"] == site["name"]
    told = (
        f"{site['year_min']:.1f} minutes on average over the year,\n"
        f"{site['year_max_min']:.1f} for the farthest village; "
        f"at the nearest rival, {site['runner_up']}, it would be {rival['year_min']:.1f} and "
        f"{rival['year_max_min']:.1f}."
    )
    assert told in page
    assert f"The farthest village, {site['worst_village']}, travels {site['year_max_min']:.1f} minutes" in page
    assert f"`schools_alternatives.csv` has all {len(places)}." in page
    assert (
        f"dry season {site['mean_min']:.1f} minutes on average, {site['p90_min']:.1f} for the farthest tenth; " in page
    )
    assert f"{site['mean_rainy_min']:.1f} in the rain." in page
    assert f"{site['near_equal']:.0f} other place takes these pupils at most 2 minutes longer" in page
    assert f"cutting anybody off: {site['alternatives']}. `schools" in page
    assert (
        f"is best in {100 * site['share_won']:.1f} %; staying costs at most {site['regret95_min']:.1f} minutes" in page
    )
    assert f"*{site['robustness']}*. The ground" in page


def test_the_page_tells_of_places_what_the_run_says(result: Written) -> None:
    page, record = PAGE.read_text(encoding="utf-8"), result.record["assignment"]
    primary, lower = record["levels"]["primary"], record["levels"]["lower_secondary"]
    assert f"gap {100 * record['gap']:.3f} %. {record['places']:,.0f} places for {primary['entitled']:,}" in page
    assert f"{lower['entitled']:,} entitled lower-secondary pupils:\n  {primary['without_place']:,} and" in page
    assert f"and {lower['without_place']:,} find none." in page
    placed = {rule: one["entitled_with_place"] for rule, one in record["by_rule"].items()}
    assert {one["lower_secondary"] for one in placed.values()} == {lower["entitled"]}
    own, adjoining = (placed[rule]["primary"] for rule in ("own", "adjoining"))
    assert placed["any"]["primary"] == adjoining
    assert f"pupils {own:,} find one under the own-commune rule, {adjoining:,} with" in page
    assert f"rule costs {adjoining - own:,} of them a place" in page
    levels = list(record["levels"].values())
    for key, communes in (("communes", 9), ("communes_by_centre", 0), ("communes_by_modelled_schools", 9)):
        assert {one[key] for one in levels} == {communes}
    entitled, pupils = (sum(one[key] for one in levels) for key in ("entitled", "pupils"))
    assert f"{entitled:,} of the {pupils:,} pupils ({100 * entitled / pupils:.0f} %) come out entitled" in page
    ward = result.table("sites").set_index("school_id").loc["BB09"]
    assert f"11,725 pupils of Phường Lào Cai {ward['pupils_may_board']:,.0f} count as entitled" in page
    admitted = result.table("assignment").query("school == 'BB09'")
    from_ban_lau = admitted.loc[admitted["commune_code"] == "02788", "pupils"].sum()
    assert f"{ward['pupils_may_board']:,.0f} entitled pupils and takes {from_ban_lau:,} of Bản Lầu" in page
    assert result.table("sites").set_index("school_id").loc[["BB03", "BB07"], "day_pupils"].eq(0).all()
    target = result.table("targets").iloc[0]
    places = (
        f"{target['places_before']:,} places today, {target['places_after']:,} then, {target['places_short']:,} short"
    )
    assert places in page


def test_the_page_tells_of_upper_secondary_what_the_run_says(result: Written) -> None:
    page, record = PAGE.read_text(encoding="utf-8"), result.record["upper_secondary"]
    raised, new = record["raised"], record["new"]
    assert f"falls from {raised['mean_before_min']} to {raised['mean_after_min']} minutes." in page
    assert f"order of raising is {', '.join(raised['order'])}." in page
    curve = new["curve"]
    means = (
        f"take a pupil {new['decided']['mean_min']:.1f} minutes on average, the best seven {curve[7]['mean_min']:.1f};"
    )
    assert means in page
    lost = [one["without_place"] for one in curve]
    assert f"{lost[0]:,} pupils\n  have no place without a new school, {lost[5]} with five, none with six" in page
    assert lost[6] == 0
