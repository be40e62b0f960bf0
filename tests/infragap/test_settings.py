"""Parameters from TOML: overrides, and clear words for what is wrong."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infragap.console.messages import sentences
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


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('reach_km = "8"', "water.reach_km = '8': give a number without quotation marks"),
        ("loss_pct = true", "water.loss_pct = True: give a number"),
        ("works_max = 177.0", "water.works_max = 177.0: give a whole number"),
        ("reach_km = 2026-11-22", "give a number"),
        ("reach_km = -1", "water.reach_km = -1: must be at least 0.1 km"),
        ("loss_pct = 101", "must be at most 100 %"),
        ("reach_km = inf", "give a finite number"),
    ],
)
def test_files_are_strict(tmp_path: Path, line: str, sentence: str) -> None:
    with pytest.raises(ParameterError) as error:
        read_settings(_file(tmp_path, f"[water]\n{line}\n"))
    assert sentence in str(error.value)


def test_whole_numbers_are_numbers_and_lists_are_lists(tmp_path: Path) -> None:
    file = _file(
        tmp_path, "[water]\nreach_km = 2\n[electricity]\nbudgets_mvnd = [1, 2, 3, 4, 5]\nforced_grid = ['V08']\n"
    )
    settings = read_settings(file)
    assert settings.water.reach_km == 2.0
    assert settings.electricity.budgets_mvnd == (1.0, 2.0, 3.0, 4.0, 5.0)
    assert settings.electricity.forced_grid == ("V08",)


def test_kinds_inside_lists_and_tables(tmp_path: Path) -> None:
    file = _file(
        tmp_path, "water = 3\n[electricity]\nforced_grid = ['V08', 3]\nforest_rule = 'burn'\nall_on_grid = 1\n"
    )
    with pytest.raises(ParameterError) as error:
        read_settings(file)
    for sentence in (
        "water = 3: this is no table",
        "electricity.forced_grid.1 = 3: give a text",
        "electricity.forest_rule = 'burn': choose 'forbid', 'price', 'ignore', 'cable'",
        "electricity.all_on_grid = 1: give true or false",
    ):
        assert sentence in str(error.value)


def test_codes_are_given_as_texts(tmp_path: Path) -> None:
    assert read_settings(_file(tmp_path, "[schools]\nplacement_mode = 'foot'\n")).schools.placement_mode == "foot"
    for value in ("'bus'", "3"):
        with pytest.raises(ParameterError, match=r"schools\.placement_mode"):
            read_settings(_file(tmp_path, f"[schools]\nplacement_mode = {value}\n"))


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "params.toml"
    file.write_bytes("\ufeff[water]\nworks_max = 5  # nước\n".encode())
    assert read_settings(file).water.works_max == 5


@pytest.mark.parametrize(
    ("analysis", "name", "share"),
    [
        ("electricity", "discount_rate_pct", 0.08),
        ("electricity", "loss_pct", 0.08),
        ("electricity", "grid_om_pct", 0.02),
        ("electricity", "loading_limit_pct", 0.9),
        ("water", "loss_pct", 0.2),
        ("water", "target_pct", 0.5),
    ],
)
def test_a_share_where_percent_is_wanted_is_asked_about(tmp_path: Path, analysis: str, name: str, share: float) -> None:
    text = f"[{analysis}]\n{name} = {share}\n"
    with pytest.raises(
        ParameterError, match=f"{analysis}.{name} = {share} means {share} %. Did you mean {100 * share:g} %"
    ):
        read_settings(_file(tmp_path, text))
    with pytest.raises(ParameterError, match="Did you mean"):
        read_settings(None, {analysis: {name: share}})
    meant = read_settings(_file(tmp_path, f'meant = ["{analysis}.{name}"]\n{text}'))
    assert getattr(getattr(meant, analysis), name) == share


@pytest.mark.parametrize("line", ["demand_growth_pct = 0.5", "price_escalation_pct = 0.9", "discount_rate_pct = 0"])
def test_small_percentages_that_make_sense_pass(tmp_path: Path, line: str) -> None:
    read_settings(_file(tmp_path, f"[electricity]\n{line}\n"))


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "large.toml").write_bytes(b"#" * 1_000_001)
    for file, sentence in (
        (tmp_path / "pipe.toml", "no plain file"),
        (Path("/dev/zero"), "no plain file"),
        (tmp_path, "no plain file"),
        (tmp_path / "large.toml", "1.0 MB is too large"),
        (tmp_path / "large.toml" / "x", "no such parameter file"),
    ):
        with pytest.raises(ParameterError, match=sentence):
            read_settings(file)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 5000,
        "[water]\nworks_max = " + "9" * 5000,
        "[water]\nreach_km = " + "9" * 400,
        "\n".join(f"unknown_{number} = 1" for number in range(5000)),
        "x" * 100_000 + " = 1",
        '[water]\n"\\u001b[31mred" = "\\u001b[2J"',
        "[water]\nreach_km = '" + "9" * 100_000 + "'",
    ],
)
def test_messages_are_shorter_than_a_screen(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParameterError) as error:
        read_settings(_file(tmp_path, text))
    assert len(str(error.value)) < 100 * 120
    assert len(str(error.value).splitlines()) <= 24
    assert "\x1b" not in str(error.value)


VALUE = st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.integers(), max_size=3))
NAME = st.sampled_from(["loss_pct", "gap", "draws", "forced_grid", "reach_km", "no_such"])


@pytest.mark.slow
@given(
    head=st.dictionaries(st.one_of(st.sampled_from(["water", "meant"]), st.text(max_size=8)), VALUE, max_size=2),
    table=st.sampled_from(["electricity", "water", "schools", "wather"]),
    values=st.dictionaries(NAME, VALUE, max_size=3),
)
def test_any_values_are_taken_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, head: dict[str, Any], table: str, values: dict[str, Any]
) -> None:
    lines = [f"{json.dumps(name)} = {_toml(value)}" for name, value in head.items()]
    lines += [f"[{table}]", *(f"{name} = {_toml(value)}" for name, value in values.items())]
    _reads_or_refuses(tmp_path_factory.getbasetemp() / "any.toml", "\n".join(lines).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    _reads_or_refuses(tmp_path_factory.getbasetemp() / "any.toml", b"[water]\nworks_max = 3\n" + content)


def _toml(value: Any) -> str:
    return repr(value) if isinstance(value, float) else json.dumps(value)


def _reads_or_refuses(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        read_settings(file)
    except ParameterError as error:
        if str(file) not in str(error):
            raise AssertionError("the refusal does not name the file") from error


def test_refusals_are_spoken_in_vietnamese_too(tmp_path: Path) -> None:
    with pytest.raises(ParameterError) as error:
        read_settings(_file(tmp_path, "[water]\nwork_max = 10\n"))
    assert "không có tham số water.work_max; có phải là works_max?" in " ".join(sentences(error.value, "vi"))


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


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("[electricity]\nmv35_line_mvnd_per_km = 1.6e9", True),  # VND for million VND
        ("[electricity]\nmv35_line_mvnd_per_km = 1600.0", False),
        ("[water]\ndiscount_rate_pct = 1000.0", True),
        ("[electricity]\nloading_limit_pct = 1.0", True),
        ("[electricity]\nloading_limit_pct = 120.0", False),
    ],
)
def test_values_far_from_what_is_usual_are_asked_about(tmp_path: Path, text: str, asked: bool) -> None:
    if asked:
        with pytest.raises(ParameterError, match=r"usual|means 1"):
            read_settings(_file(tmp_path, text))
        key = text[1:].split("]")[0] + "." + text.split("\n")[1].split(" ")[0]
        read_settings(_file(tmp_path, f'meant = ["{key}"]\n{text}'))
    else:
        read_settings(_file(tmp_path, text))


def test_five_hundred_unknown_keys_are_told_on_one_screen(tmp_path: Path) -> None:
    keys = "\n".join(f"k{number} = 1" for number in range(500))
    with pytest.raises(ParameterError) as refused:
        read_settings(_file(tmp_path, f"[electricity]\n{keys}"))
    assert len(str(refused.value)) < 4_000
