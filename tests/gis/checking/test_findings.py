"""Findings as things: fault or notice, rows, sentence and repair in each language, plain values for JSON, nothing that
harms a terminal."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest

from infragap.gis.errors import LayerError
from infragap.gis.findings import (
    CHECKS,
    Check,
    Severity,
    fault,
    faults,
    findings_of,
    notices,
    printable,
    refusal,
)

EMPTY, ABOVE, CENTRE = CHECKS["cell.empty"], CHECKS["cell.above"], CHECKS["communes.centre"]
FRAME = pd.DataFrame({"settlement_id": [f"C{n:04}" for n in range(30)], "households": range(30)})


def test_a_finding_in_words() -> None:
    mask = FRAME["households"] < 3
    finding = EMPTY.in_rows(FRAME, mask, layer="settlements", column="households")
    assert str(finding) == (
        "settlements: 3 of 30 rows have no households (C0000, C0001, C0002). Fill the column or drop the rows."
    )
    assert finding.spoken("vi") == (
        "settlements: 3/30 dòng không có households (C0000, C0001, C0002). Điền cột này hoặc bỏ các dòng đó."
    )


def test_ten_rows_are_named_and_all_are_kept() -> None:
    finding = ABOVE.in_rows(
        FRAME, np.ones(30, dtype=bool), layer="settlements", shown=FRAME["households"], column="x", limit="5", unit="m"
    )
    assert "C0009 = 9 and 20 more)" in finding.sentence()
    assert "C0009 = 9 và 20 dòng nữa)" in finding.sentence("vi")
    assert len(finding.rows) == 30


def test_json_holds_plain_values() -> None:
    finding = CENTRE.in_rows(FRAME, FRAME["households"] == 7, layer="communes", shown=["7 km"] * 30)
    content = json.loads(json.dumps(finding.as_json("vi"), ensure_ascii=False))
    assert content["code"] == "communes.centre"
    assert content["severity"] == "notice"
    assert (content["count"], content["of"]) == (1, 30)
    assert content["rows"] == ["row 8"]
    assert content["sentence"].startswith("1/30 dòng có tâm")


def test_the_two_halves_and_errors() -> None:
    mask = FRAME["households"] == 1
    one, other = EMPTY.in_rows(FRAME, mask, layer="a", column="b"), CENTRE.in_rows(FRAME, mask, layer="a")
    assert faults([one, other]) == [one]
    assert notices([one, other]) == [other]
    error = refusal([one])
    assert isinstance(error, LayerError)
    assert findings_of(error, layer="a") == [one]
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    (plain,) = findings_of(LayerError("a: no rows. Add some."), layer="a")
    assert str(plain) == "a: no rows. Add some."


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "empty"), ("\x1b[31mred", "\\x1b[31mred"), ("a\u202eb", "a\\u202eb"), ("a\nb", "a\\nb"), (25_000.0,
        "25000"), ("x" * 100, "x" * 59 + "…"),
        ("Mù Cang Chải", "Mù Cang Chải"), (float("inf"), "inf"), ("\ud800", "\\ud800"),
    ],
)  # fmt: skip
def test_what_is_shown_is_printable(value: object, shown: str) -> None:
    assert printable(value) == shown


def test_a_check_is_declared_once() -> None:
    with pytest.raises(ValueError, match=r"cell\.empty is declared twice"):
        fault("cell.empty", reason="again and again")
    with pytest.raises(ValueError, match="declared twice"):
        Check("cell.empty", Severity.NOTICE, "none", "again and again")


def test_notices_name_their_rows_in_any_order_of_the_file_alike() -> None:
    frame = pd.DataFrame({"commune_code": ["90003", "90001", "90002"]})
    found = CENTRE.in_rows(frame, [True, True, False], layer="communes", shown=["3 km", "1 km", "2 km"])
    assert found.rows == ("90001", "90003")
    assert found.shown == ("1 km", "3 km")
