"""A result of another country is told in its words afterwards: explain, compare, sheets."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from infragap.cli import app
from infragap.profiles.of_result import country_record, inward_columns, profile_of_result
from infragap.profiles.profile import read_profile
from infragap.run import run
from infragap.settings import read_settings
from infragap.wording.catalogue import words
from infragap.wording.country import speaking_for
from tests.pack_factory import write_pack

FEW = {"electricity": {"draws": 5, "scenarios": False}}


def test_a_record_brings_its_country_along(tmp_path: Path) -> None:
    own = read_profile("mw").model_copy(update={"code": "own", "title": "Elsewhere"})
    record = {"pack": country_record(own)}
    (tmp_path / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert profile_of_result(tmp_path) == own
    assert inward_columns(["cost_mmwk", "mv33_km", "name"], record["pack"]) == ["cost_mvnd", "mv35_km", "name"]
    assert "country" not in country_record(read_profile())
    for broken in ("", "[]", '{"pack": 3}', '{"pack": {"profile": "atlantis"}}'):
        (tmp_path / "run.json").write_text(broken, encoding="utf-8")
        assert profile_of_result(tmp_path).code == "vn"


def test_areas_are_called_as_the_country_calls_them() -> None:
    with speaking_for(read_profile("mw")):
        text = words("en")("column.communes.commune_code.heading")
        assert words("en")("maps.index.rural_to_standard") == "Safely managed water"
    assert "commune" not in text.lower()
    assert "traditional authority" in text.lower()
    assert "ommune" in words("en")("column.communes.commune_code.heading")


@pytest.mark.slow
def test_explain_compare_and_sheets_of_another_country(tmp_path: Path) -> None:
    """The tiny pack as if it lay in a country with another money, a file of its own beside the catalogue."""
    pack = write_pack(tmp_path / "pack")
    text = (Path(__file__).parents[3] / "infragap" / "profiles" / "mw.toml").read_text(encoding="utf-8")
    text = text.replace('code = "mw"', 'code = "own"').replace("^MW\\d{5}$", "^\\d{5}$").replace("MW30501", "90001")
    text = text.replace('"traditional authority"]', '"xã"]').replace('["town", "city"]', '["phường"]')
    (pack / "own.toml").write_text(text.replace("33.0", "35.0").replace("mv33_", "mv35_"), encoding="utf-8")
    catalog = pack / "catalog.toml"
    said = catalog.read_text(encoding="utf-8").replace("[pack]\n", '[pack]\nprofile = "own.toml"\n')
    catalog.write_text(said, encoding="utf-8")
    profile = read_profile("own.toml", folder=pack)
    for name, changes in (("a", {}), ("b", {"discount_rate_pct": 14.0})):
        settings = read_settings(None, {"electricity": FEW["electricity"] | changes}, profile=profile)
        run(pack, tmp_path / name, settings, only=("electricity",))
    shutil.rmtree(pack)
    place = str(pd.read_csv(tmp_path / "a" / "tables" / "electricity_ranking.csv")["settlement_id"].iloc[0])
    page, table = tmp_path / "page.html", tmp_path / "compare.csv"
    for arguments in (
        ["explain", place, "--results", str(tmp_path / "a")],
        ["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--page", str(page), "--out", str(table)],
        ["sheets", str(tmp_path / "a"), "--no-browser"],
    ):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, (arguments, done.output)
        assert "VND" not in done.output
        assert "mvnd" not in done.output
    assert "_mmwk" in table.read_text(encoding="utf-8-sig")
    assert "VND" not in page.read_text(encoding="utf-8")
    assert len(list((tmp_path / "a" / "commune_sheets").glob("*.pdf"))) == 4
