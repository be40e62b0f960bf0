"""Parameters from TOML: overrides, and clear words for what is wrong."""

from pathlib import Path

import pytest

from infragap.gis.errors import ParameterError
from infragap.settings import Settings, data_folder, read_settings


def _file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "params.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_defaults_without_a_file() -> None:
    assert read_settings() == Settings()


def test_file_then_override(tmp_path: Path) -> None:
    file = _file(tmp_path, "[water]\nworks_max = 10\nreach_km = 2.5\n")
    settings = read_settings(file, {"water": {"works_max": 20}})
    assert (settings.water.works_max, settings.water.reach_km) == (20, 2.5)
    assert settings.electricity == Settings().electricity


def test_unknown_keys_come_with_the_nearest_name(tmp_path: Path) -> None:
    file = _file(tmp_path, "[water]\nwork_max = 10\n[wather]\nx = 1\n")
    with pytest.raises(ParameterError, match=r"did you mean works_max\?") as error:
        read_settings(file)
    assert "wather, did you mean water?" in str(error.value)


@pytest.mark.parametrize("line", ["reach_km = -1", 'reach_km = "far"', "reach_km = inf", "reach_km = nan"])
def test_values_outside_bounds_name_the_key(tmp_path: Path, line: str) -> None:
    with pytest.raises(ParameterError, match=r"water\.reach_km"):
        read_settings(_file(tmp_path, f"[water]\n{line}\n"))


@pytest.mark.parametrize("content", [b"[water\n", "[water]\n# nước\n".encode("utf-16")])
def test_unreadable_files(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "params.toml"
    file.write_bytes(content)
    with pytest.raises(ParameterError, match="not a readable TOML"):
        read_settings(file)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="no such parameter file"):
        read_settings(tmp_path / "none.toml")


def test_every_parameter_says_what_it_rests_on() -> None:
    for group in (Settings().electricity, Settings().water, Settings().schools):
        for name, field in type(group).model_fields.items():
            extra = field.json_schema_extra
            assert isinstance(extra, dict), name
            assert extra["source"], name
            assert extra["unit"], name
            assert field.description, name


def test_uncertain_parameters_lie_in_their_range() -> None:
    for group in (Settings().electricity, Settings().water, Settings().schools):
        for name, field in type(group).model_fields.items():
            extra = field.json_schema_extra
            assert isinstance(extra, dict)
            if extra["low"] is not None:
                assert extra["low"] <= getattr(group, name) <= extra["high"], name


def test_the_embedded_pack_is_found() -> None:
    assert (data_folder() / "facts").is_dir()
