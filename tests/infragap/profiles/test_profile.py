"""Profiles: those that come along are complete, and a faulty one of a planner is refused with the reason."""

from pathlib import Path

import pytest

from infragap.analyses.electricity.parameters import ElectricityParameters, in_country
from infragap.analyses.parameters import Parameters, prices_missing
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.water.parameters import WaterParameters
from infragap.profiles.profile import ProfileError, profile_names, read_profile


@pytest.mark.parametrize("name", profile_names())
def test_profiles_that_come_along_are_complete(name: str) -> None:
    profile = read_profile(name)
    assert profile.code == name
    for texts in (profile.money.name, profile.money.thousands_name, profile.administration.area):
        assert set(texts) >= set(profile.languages)
    assert profile.voltage.station_kv > profile.voltage.upper_kv > profile.voltage.lower_kv
    assert profile.first_year <= profile.last_year
    assert {level.code for level in profile.school_levels} == {"primary", "lower_secondary", "upper_secondary"}


@pytest.mark.parametrize("name", profile_names())
@pytest.mark.parametrize("kind", [ElectricityParameters, WaterParameters, SchoolsParameters])
def test_profiles_that_come_along_have_all_prices(name: str, kind: type[Parameters]) -> None:
    assert prices_missing(kind, read_profile(name)) == []


def test_a_profile_beside_the_catalogue(tmp_path: Path) -> None:
    text = (Path(read_profile.__code__.co_filename).parent / "vn.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(text.replace('suffix = "mvnd"', 'suffix = "musd"'), encoding="utf-8")
    own = read_profile("own.toml", folder=tmp_path)
    assert own.money.suffix == "musd"
    # a copy keeps the code that it was copied with: what it changes must not count as that country's
    assert own.code == "own"
    (tmp_path / "same.toml").write_text(text, encoding="utf-8")
    assert read_profile("same.toml", folder=tmp_path) == read_profile("vn")


def test_a_changed_copy_of_the_default_profile_gives_its_own_prices(tmp_path: Path) -> None:
    text = (Path(read_profile.__code__.co_filename).parent / "vn.toml").read_text(encoding="utf-8")
    price = '[parameters.electricity]\nlv_line_mvnd_per_km = { value = 111, source = "tender" }\n'
    assert "[parameters.electricity]" not in text
    (tmp_path / "vn.toml").write_text(text + price, encoding="utf-8")
    own = read_profile("vn.toml", folder=tmp_path)
    assert in_country(ElectricityParameters(), own).lv_line_mvnd_per_km == 111


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no profile file"),
        ("code = ", "not valid TOML"),
        ('code = "x"', "title"),
        ('code = "x"\nlanguage = "en"', "language"),
    ],
)
def test_faulty_profiles_are_refused(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "own.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ProfileError, match=said):
        read_profile("own.toml", folder=tmp_path)


def test_an_unknown_name_lists_those_that_there_are() -> None:
    with pytest.raises(ProfileError, match="vn"):
        read_profile("xx")
