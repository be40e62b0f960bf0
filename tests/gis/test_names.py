"""Place names: folding, generic words, matching that asks rather than guesses, old communes to new ones."""

import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infragap.gis.errors import MissingDataError
from infragap.gis.names import (
    fold,
    legacy_communes,
    match,
    match_commune,
    match_place,
    new_commune_of,
    normal,
    strip_prefix,
)


def communes(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"commune_code": [f"{90001 + number}" for number in range(len(names))], "name": names})


@pytest.fixture(scope="module")
def real_communes(shared: Path) -> pd.DataFrame:
    table = pd.read_csv(shared / "facts" / "communes.csv", dtype=str)
    parts = table["ten"].str.split(n=1)
    return pd.DataFrame({"commune_code": table["ma_xa"], "kind": parts.str[0].str.lower(), "name": parts.str[1]})


# --- folding ---


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Mù Cang Chải", "mu cang chai"),
        ("Đề Chơ", "de cho"),
        ("ĐÁ ĐEN", "da den"),
        ("Ngã  Hai\u00a0", "nga hai"),
        (unicodedata.normalize("NFD", "Tà Xi Láng"), "ta xi lang"),
        ("Quan Hồ Thẩn", "quan ho than"),
        ("Phình Hồ–Làng Nhì", "phinh ho lang nhi"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_fold_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_fold_does_not_see_how_the_signs_are_composed(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằầềồờừỳ ĐÀẠ"))
def test_fold_of_vietnamese_is_plain_ascii(text: str) -> None:
    assert fold(text).isascii()


def test_both_places_of_the_tone_are_one_spelling() -> None:
    assert normal("Xuân Hoà") == normal("Xuân Hòa")
    assert normal("Thuỷ") == normal("Thủy")
    # inside a syllable with a coda there is only one place: nothing to change
    assert normal("Hoàng Su Phì") == "hoàng su phì"


# --- generic words ---


@pytest.mark.parametrize(
    ("text", "level", "name"),
    [
        ("Thôn Lùng Cúng", "village", "Lùng Cúng"),
        ("bản Háng Á", "village", "Háng Á"),
        ("Tổ dân phố Pú Trạng", "village", "Pú Trạng"),
        ("Tổ Pú Trạng", "village", "Pú Trạng"),
        ("Khu Nà La", "village", "Nà La"),
        ("Chòm Đá Đen", "village", "Đá Đen"),
        ("Thôn 3", "village", "Thôn 3"),
        ("thon Lung Cung", "village", "Lung Cung"),
        ("Khao Mang", "village", "Khao Mang"),
        ("Thôn Bản Mù", "village", "Bản Mù"),
        ("Xã Bản Mù", "commune", "Bản Mù"),
        ("Bản Mù", "commune", "Bản Mù"),
        ("Thị trấn Mù Cang Chải", "commune", "Mù Cang Chải"),
        ("TT. Bắc Hà", "commune", "Bắc Hà"),
        ("P.Sa Pa", "commune", "Sa Pa"),
        ("Phường Sa Pa", "commune", "Sa Pa"),
        ("huyện Trạm Tấu", "district", "Trạm Tấu"),
    ],
)
def test_strip_prefix(text: str, level: str, name: str) -> None:
    assert strip_prefix(text, level=level) == name
    assert strip_prefix(unicodedata.normalize("NFD", text), level=level) == name


# --- matching ---


def test_scheme_spelling_finds_its_commune(real_communes: pd.DataFrame) -> None:
    for written, name in (
        ("Mùng Căng Chải", "Mù Cang Chải"),
        ("Tà Xí Láng", "Tà Xi Láng"),
        ("Y Tí", "Y Tý"),
        ("Tà Sì Láng", "Tà Xi Láng"),
    ):
        found = match_commune(written, real_communes)
        assert (found.name, found.decided) == (name, True), found
        assert found.margin >= 8


def test_lao_cai_never_becomes_lao_chai(real_communes: pd.DataFrame) -> None:
    without = real_communes[real_communes["name"] != "Lào Cai"]
    for written in ("Lào Cai", "Lao Cai", "lao cai", "phường Lào Cai", "LÀO CAI"):
        assert match_commune(written, real_communes).name == "Lào Cai"
        assert match_commune(written, real_communes).decided
        # where Lào Cai itself is not among the candidates the answer is a question, not Lao Chải
        assert not match_commune(written, without).decided
    for written in ("Lao Chải", "lao chai", "Xã Lao Chải"):
        assert match_commune(written, real_communes).name == "Lao Chải"


@pytest.mark.slow
def test_every_commune_finds_itself(real_communes: pd.DataFrame) -> None:
    assert len(real_communes) == 99
    for row in real_communes.itertuples():
        for written in (
            row.name,
            f"{row.kind} {row.name}",
            fold(row.name),
            unicodedata.normalize("NFD", row.name),
            row.name.upper(),
        ):
            found = match_commune(written, real_communes)
            assert (found.key, found.decided) == (row.commune_code, True), (written, found)


def test_namesakes_are_not_decided_without_a_commune() -> None:
    places = pd.DataFrame(
        {
            "settlement_id": ["S1", "S2", "S3"],
            "name": ["Làng Mảnh", "Làng Mảnh", "Ngã Hai"],
            "commune_code": ["04651", "04603", "04651"],
        }
    )
    anywhere = match_place("Làng Mảnh", places, key="settlement_id")
    assert (anywhere.decided, anywhere.margin, anywhere.score) == (False, 0.0, 100.0)
    within = match_place("thôn Làng Mảnh", places, key="settlement_id", commune_code="04603")
    assert (within.key, within.decided) == ("S2", True)


def test_diacritics_break_the_tie_between_equally_folded_names() -> None:
    places = [("1", "Minh Quán"), ("2", "Minh Quân")]
    assert match("Minh Quân", places).key == "2"
    assert match("Minh Quân", places).decided
    assert not match("Minh Quan", places).decided


def test_numbers_are_not_alike() -> None:
    places = [("1", "Làng Mới 1"), ("11", "Làng Mới 11")]
    assert not match("Làng Mới 12", places).decided
    assert match("Thôn Làng Mới 11", places).key == "11"


def test_kind_tells_namesakes_apart() -> None:
    two = pd.DataFrame({"commune_code": ["1", "2"], "name": ["Nghĩa Lộ", "Nghĩa Lộ"], "kind": ["phường", "xã"]})
    assert match_commune("xã Nghĩa Lộ", two).key == "2"
    assert match_commune("xã Nghĩa Lộ", two).decided
    assert not match_commune("Nghĩa Lộ", two).decided


def test_no_candidates() -> None:
    found = match("Nả Háng", [])
    assert (found.key, found.decided, found.candidates) == ("", False, ())


def test_order_of_candidates_changes_nothing() -> None:
    frame = communes("Mù Cang Chải", "Lao Chải", "Khao Mang", "Chế Tạo", "Nậm Có")
    forward = match_commune("Mùng Căng Chải", frame)
    assert match_commune("Mùng Căng Chải", frame[::-1]) == forward


# --- old communes ---


def test_all_old_communes_go_to_their_new_one(shared: Path) -> None:
    # independent of the SQLite file read here: the table that was derived for the facts
    table = pd.read_csv(shared / "laocai" / "registry" / "legacy_communes_points_bbox.csv", dtype=str)
    known = {unit.code: unit.new_code for unit in legacy_communes("Lào Cai")}
    assert len(known) == len(table) == 319
    assert known == dict(zip(table["code_legacy"], table["new_code"], strict=True))


def test_every_old_commune_finds_its_new_one_by_name_and_district() -> None:
    units = legacy_communes("Lào Cai")
    assert len(units) == 319
    for unit in units:
        for written in (unit.name, f"{unit.kind} {unit.name}"):
            found = new_commune_of(written, district=unit.district, province="Lào Cai")
            assert (found.key, found.name, found.decided) == (unit.new_code, unit.new_name, True), (
                written,
                unit,
                found,
            )


def test_old_communes_without_diacritics() -> None:
    units = legacy_communes("Lào Cai")
    for unit in units:
        namesakes = {
            other.new_code for other in units if other.district == unit.district and fold(other.name) == fold(unit.name)
        }
        found = new_commune_of(fold(unit.name), district=unit.district, province="Lào Cai")
        if len(namesakes) == 1:
            assert (found.key, found.decided) == (unit.new_code, True), (unit, found)
        else:
            # Minh Quán and Minh Quân, both in Trấn Yên, went to different communes
            assert not found.decided


def test_old_commune_cases() -> None:
    # norms-and-costs.md, section D: merges by resolution 1673/NQ-UBTVQH15
    for old, new in (
        ("Kim Nọi", "Mù Cang Chải"),
        ("Mồ Dề", "Mù Cang Chải"),
        ("Hồ Bốn", "Khao Mang"),
        ("Sùng Đô", "Sơn Lương"),
        ("Làng Nhì", "Phình Hồ"),
    ):
        found = new_commune_of(old, province="Lào Cai")
        assert (found.name, found.decided) == (new, True)
    assert not new_commune_of("Thanh Bình", province="Lào Cai").decided
    assert new_commune_of("Xã Thanh Bình (huyện Mường Khương)", province="Lào Cai").name == "Mường Khương"
    assert new_commune_of("Thanh Bình", district="Sa Pa", province="Lào Cai").name == "Bản Hồ"
    assert not new_commune_of("Thanh Bình", district="Không Có", province="Lào Cai").decided


def test_unknown_province() -> None:
    with pytest.raises(MissingDataError, match="Atlantis"):
        legacy_communes("Atlantis")
