"""The money unit is any: thousand US dollars, with prices of a kWh in US dollars, give the plan of million of them."""

import pickle
from pathlib import Path

import pytest

from infragap.analyses.columns import Column
from infragap.analyses.electricity.demand.life_cycle import levelised_vnd_per_kwh
from infragap.analyses.electricity.parameters import ElectricityParameters, in_country
from infragap.analyses.parameters import describe, for_country
from infragap.profiles.naming import outward
from infragap.profiles.profile import Profile, read_profile
from infragap.settings import read_settings
from infragap.wording.country import speaking_for


def profile_in(suffix: str, units: int, line: float, tariff: float) -> Profile:
    base = read_profile("mw")
    money = base.money.model_copy(update={"suffix": suffix, "currency": "USD", "units": units})
    parameters = {
        "electricity": {
            f"mv33_line_{suffix}_per_km": base.parameters["electricity"]["mv33_line_mmwk_per_km"].model_copy(
                update={"value": line, "low": line / 2, "high": line * 2}
            ),
            "tariff_usd_per_kwh": base.parameters["electricity"]["tariff_mwk_per_kwh"].model_copy(
                update={"value": tariff, "low": tariff / 2, "high": tariff * 2}
            ),
        }
    }
    return base.model_copy(update={"code": suffix, "money": money, "parameters": parameters})


@pytest.fixture
def thousand() -> Profile:
    return profile_in("kusd", 1_000, 25.0, 0.08)


@pytest.fixture
def million() -> Profile:
    return profile_in("musd", 1_000_000, 0.025, 0.08)


@pytest.mark.slow
def test_prices_are_reckoned_in_the_money_unit(thousand: Profile, million: Profile) -> None:
    k, m = (for_country(ElectricityParameters(), profile) for profile in (thousand, million))
    # 25,000 US dollars a km against 0.08 a kWh: the same number of kWh pays a km
    assert k.mv35_line_mvnd_per_km / (k.tariff_vnd_per_kwh / 1e6) == pytest.approx(25_000 / 0.08)
    assert m.mv35_line_mvnd_per_km / (m.tariff_vnd_per_kwh / 1e6) == pytest.approx(25_000 / 0.08)


def test_parameters_of_a_country_reach_another_process(thousand: Profile) -> None:
    given = ElectricityParameters(draws=7)
    own = for_country(given, thousand)
    again = pickle.loads(pickle.dumps(own.model_copy(update={"first_year": 2031})))
    assert (again.draws, again.first_year, again.country) == (7, 2031, "kusd")
    assert again.model_dump() == own.model_dump() | {"first_year": 2031}
    assert again.model_fields_set == own.model_fields_set | {"first_year"}
    assert pickle.loads(pickle.dumps(given)) == given


def test_a_table_of_works_reaches_another_process() -> None:
    own = in_country(ElectricityParameters(), read_profile("mw"))
    again = pickle.loads(pickle.dumps(own))
    assert again.works.stations["three_phase"][100.0] == 12.0
    assert again.works == own.works
    assert again.works.line_types["two_phase"].levels == ("upper", "lower")


def test_what_is_shown_is_in_the_currency(thousand: Profile) -> None:
    with speaking_for(thousand):
        table = describe(for_country(ElectricityParameters(), thousand)).set_index("parameter")
        assert table.loc["tariff_vnd_per_kwh", ["value", "low", "high"]].tolist() == pytest.approx([0.08, 0.04, 0.16])
        assert table.loc["mv35_line_mvnd_per_km", "value"] == 25.0
        # one unit for the kWh of a household over the horizon: 1,000 US dollars here, 1,000,000 dong there
        p = ElectricityParameters()
        usd = float(levelised_vnd_per_kwh(1.0, 1.0, p))
        assert Column("lcoe_grid_vnd_per_kwh", "VND/kWh", "x").decimals == 3
    assert usd == pytest.approx(float(levelised_vnd_per_kwh(1.0, 1.0, p)) / 1_000)
    assert outward("lcoe_grid_vnd_per_kwh", thousand) == "lcoe_grid_usd_per_kwh"


def test_a_parameter_file_is_read_in_the_currency(tmp_path: Path, thousand: Profile) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[electricity]\ntariff_usd_per_kwh = 0.1\nmv33_line_kusd_per_km = 30.0\n", encoding="utf-8")
    read = read_settings(path, profile=thousand).electricity
    assert read.tariff_vnd_per_kwh == pytest.approx(100.0)
    assert read.mv35_line_mvnd_per_km == 30.0


def test_rules_of_a_country_are_its_profiles() -> None:
    from infragap.analyses.schools.parameters import SchoolsParameters

    base = read_profile("mw")
    level = base.school_levels[0].model_copy(update={"boarding_from_km": 6.0, "source": "a law"})
    changed = base.model_copy(update={"school_levels": (level, *base.school_levels[1:]), "first_year": 2027})
    schools = describe(for_country(SchoolsParameters(), changed)).set_index("parameter")
    assert schools.loc["boarding_primary_km", ["value", "source"]].tolist() == [6.0, "a law"]
    assert schools.loc["boarding_lower_secondary_km", "source"] == "assumption: no rule of the country is known"
    assert for_country(ElectricityParameters(), changed).first_year == 2027


@pytest.mark.slow
def test_a_profile_without_prices_is_refused_for_what_needs_them(tmp_path: Path, thousand: Profile) -> None:
    from infragap.analyses.parameters import prices_missing
    from infragap.readiness.judging import judge_folder
    from tests.pack_factory import write_pack

    missing = prices_missing(ElectricityParameters, thousand)
    assert "lv_line_kusd_per_km" in missing
    assert "tariff_usd_per_kwh" not in missing
    assert prices_missing(ElectricityParameters, read_profile("mw")) == []
    bare = thousand.model_copy(update={"works": {"devices": {"recloser": {"price_kusd": 12}}}})
    of_works = [name for name in prices_missing(ElectricityParameters, bare) if name.startswith("works.")]
    assert "works.stations.three_phase.price_kusd" in of_works
    assert "works.devices.recloser.price_kusd" not in of_works
    pack = write_pack(tmp_path / "pack")
    text = (Path(__file__).parents[3] / "infragap" / "profiles" / "mw.toml").read_text(encoding="utf-8")
    head = text.split("[parameters.electricity]")[0].replace("^MW\\d{5}$", "^\\d{5}$")
    head = head.replace('"traditional authority"]', '"xã"]').replace('["town", "city"]', '["phường"]')
    (pack / "own.toml").write_text(head, encoding="utf-8")
    catalog = pack / "catalog.toml"
    said = catalog.read_text(encoding="utf-8").replace("[pack]\n", '[pack]\nprofile = "own.toml"\n')
    catalog.write_text(said, encoding="utf-8")
    readiness = judge_folder(pack, ["electricity", "schools"])
    assert not readiness.is_ready("electricity")
    (found,) = [finding for finding in readiness.lacking["electricity"] if finding.code == "profile.prices"]
    assert "mwk_per_kwh" in found.sentence() or "_mmwk" in found.sentence()
    assert "[parameters.electricity]" in found.repair("vi")
