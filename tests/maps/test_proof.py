"""How far an answer is proven is said in words, and loudly where it is not."""

import dataclasses
import math
from pathlib import Path

import openpyxl
import pytest

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.analyses.results import Results
from infragap.gis.pack import read_pack
from infragap.maps.proof import Proof, proof_of, proofs
from infragap.maps.write import write_results
from tests.maps.page_reader import page_content
from tests.pack_factory import write_pack


@pytest.mark.parametrize(
    ("status", "gap", "alarming"),
    [
        ("optimal", 0.0, False),
        ("gap", 0.0004, False),
        ("gap", 0.011, True),
        ("time_limit", 0.0004, True),
        ("time_limit", 1.0, True),
        ("work_limit", 0.0, False),
        ("work_limit", 0.0101, True),
        ("headroom", 0.0058, False),
        ("headroom", 0.0101, True),
        ("optimal", math.nan, True),
    ],
)
def test_what_is_not_proven_alarms(status: str, gap: float, alarming: bool) -> None:
    assert Proof("water", status, gap).alarming is alarming


def test_the_sentence_names_the_gap() -> None:
    assert "0,04 %" in Proof("water", "gap", 0.0004).text["vi"]
    assert Proof("water", "time_limit", 1.0).text["en"].startswith("NOT PROVEN")
    assert "100.00 %" in Proof("water", "time_limit", 1.0).text["en"]
    assert "no bound" in Proof("schools", "time_limit", math.nan).text["en"]


def test_a_gap_that_dearer_lines_make_says_so() -> None:
    record = {"status": "gap", "gap": 0.028, "cost_mvnd": 1000.0, "lines_beyond_least_build_mvnd": 27.0}
    (found,) = [proof_of("electricity", record)]
    assert found is not None
    assert found.alarming
    assert "2.80 %" in found.text["en"]
    assert "within 0.10 %" in found.text["en"]
    # a search that was stopped, or a gap that is large without that too, stays what it is
    for change in ({"status": "work_limit"}, {"lines_beyond_least_build_mvnd": 5.0}):
        other = proof_of("electricity", record | change)
        assert other is not None
        assert "computation stopped" in other.text["en"]


def test_what_is_nearly_proven_says_how_much_of_the_cost_is_open() -> None:
    record = {"status": "headroom", "gap": 0.0058, "cost_mvnd": 41_061_190.6, "lower_bound_mvnd": 40_824_923.8}
    found = proof_of("electricity", record)
    assert found is not None
    # 41,061.2 − 40,824.9 bn
    assert "0.58 %" in found.text["en"]
    assert "236.3 bn VND" in found.text["en"]
    assert "236,3 tỷ đồng" in found.text["vi"]
    assert not found.alarming
    assert "0.02 %" in Proof("schools", "work_limit", 0.0002).text["en"]
    assert "VND" not in Proof("schools", "work_limit", 0.0002).text["en"]
    # what stays overloaded no gap makes good
    over = proof_of("electricity", record | {"headroom_overloaded": ["feeder S1 371"]})
    assert over is not None
    assert over.alarming
    assert "electricity_headroom" in over.text["en"]


def test_feeders_that_no_remedy_helps_alarm_beside_a_proven_plan() -> None:
    found = Proof("electricity", "optimal", 0.0, feeders_beyond_help=9)
    assert found.alarming
    assert "Proven" in found.text["en"]
    assert "9 existing feeders" in found.text["en"]
    assert "9 lộ hiện có" in found.text["vi"]


def test_dear_voltage_remedies_beside_a_proven_plan_alarm() -> None:
    proven = Proof("electricity", "gap", 0.0004)
    for remedies_mvnd, alarming in ((0.0, False), (50.0, False), (51.0, True)):
        found = dataclasses.replace(proven, remedies_mvnd=remedies_mvnd, remedies_share=remedies_mvnd / 1000)
        assert found.alarming is alarming
        assert found.text["en"].startswith("Proven: at most 0.04 % worse")
    found = dataclasses.replace(proven, remedies_mvnd=107_296.2, remedies_share=107_296.2 / 144_396.6)
    assert "107.3 bn VND more, 74 % of the plan" in found.text["en"]


def test_a_question_without_a_plan_has_no_proof() -> None:
    assert proof_of("water", {}) is None
    assert proofs(Results()) == []


ALARM = "CHƯA CHỨNG MINH"


@pytest.mark.slow
@pytest.mark.parametrize("stopped", [True, False])
def test_pages_summaries_and_workbooks_say_that_an_answer_is_not_proven(tmp_path: Path, stopped: bool) -> None:
    """A plan that the clock ended without any bound to speak of, and the same plan proven."""
    pack, parameters = read_pack(write_pack(tmp_path / "pack")), ElectricityParameters(draws=0, scenarios=False)
    found = plan_electricity(pack, parameters)
    state = {"status": "time_limit", "gap": 1.0} if stopped else {"status": "optimal", "gap": 0.0}
    result = dataclasses.replace(found, plan={**found.plan, **state})
    out = tmp_path / "out"
    out.mkdir()
    write_results(out, pack, Results(electricity=result), parameters={"electricity": parameters})
    assert page_content(out / "electricity.html")["alarm"] is stopped
    assert (ALARM in page_content(out / "electricity.html")["proof"]["vi"]) is stopped
    for name in ("summary.md", "index.html"):
        assert (ALARM in (out / name).read_text(encoding="utf-8")) is stopped, name
    for name in ("grid_extension_list.xlsx", "programme.xlsx", "tables.xlsx"):
        for sheet in openpyxl.load_workbook(out / name).worksheets:
            top = " ".join(str(cell.value or "") for row in sheet.iter_rows(max_row=8) for cell in row)
            assert (ALARM in top) is stopped, (name, sheet.title)
            assert "time_limit" not in top
