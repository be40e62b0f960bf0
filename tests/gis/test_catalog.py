"""catalog.toml: unknown keys, wrong values and changed files are named, all at once."""

import hashlib
from pathlib import Path

import pytest

from infragap.gis.catalog import checksum_findings, read_catalog, sha256_of
from infragap.gis.errors import LayerError, MissingDataError
from tests.pack_factory import FILES, RARE, write_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack", targets={"clusters": 4, "household_electrification_pct": 98.28})


def edit(pack: Path, old: str, new: str) -> None:
    path = pack / "catalog.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_reads(pack: Path) -> None:
    catalog = read_catalog(pack)
    assert [entry.name for entry in catalog.layer] == [name for name in FILES if name not in RARE]
    assert catalog.pack.crs_measure == "EPSG:9208"
    assert catalog.targets == {"clusters": 4, "household_electrification_pct": 98.28}
    assert catalog.entry("villages").rows == 12
    assert catalog.has("roads")
    assert not catalog.has("hospitals")
    with pytest.raises(MissingDataError, match="hospitals: the pack 'Thử' has no such layer"):
        catalog.entry("hospitals")


def test_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match=r"there is no catalog\.toml"):
        read_catalog(tmp_path)
    with pytest.raises(MissingDataError):
        read_catalog(tmp_path / "nowhere")


def test_not_toml(pack: Path) -> None:
    edit(pack, 'title = "Thử"', "title = Thử")
    with pytest.raises(LayerError, match=r"is not valid TOML.*line 2"):
        read_catalog(pack)


def test_all_faults_at_once(pack: Path) -> None:
    edit(pack, 'name = "villages"', 'name = "villages"\nlicense = "typo"')
    edit(pack, 'crs_measure = "EPSG:9208"', 'crs_measure = "EPSG:99999"')
    edit(pack, 'provenance = "modelled"', 'provenance = "guessed"')
    edit(pack, 'kind = "raster"', 'kind = "picture"')
    with pytest.raises(LayerError) as caught:
        read_catalog(pack)
    text = str(caught.value)
    assert "4 faults" in text
    assert "layer 'villages' license: unknown key" in text
    assert "pack crs_measure: 'EPSG:99999' is not a known CRS" in text
    assert "layer 'communes' provenance" in text
    assert "layer 'elevation' kind" in text


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('name = "villages"', 'name = "communes"', "layers listed twice: communes"),
        ('date = "2026-11-22"', 'date = "22.11.2026"', "date"),
        (f'file = "{FILES["villages"]}"', 'file = "../secret.csv"', "leaves the pack"),
        ('name = "villages"', 'name = "villages"\nx = "X"', "give both or neither"),
        ('geometry = "Point"', 'geometry = "Dot"', "geometry"),
        ("rows = 12", 'rows = "twelve"', "rows"),
        ("rows = 12", "rows = -1", "rows"),
    ],
)
def test_wrong_values(pack: Path, old: str, new: str, reason: str) -> None:
    edit(pack, old, new)
    with pytest.raises(LayerError, match=reason):
        read_catalog(pack)


def test_checksums(pack: Path) -> None:
    entry = read_catalog(pack).entry("villages")
    path = pack / entry.file
    assert sha256_of(path) == hashlib.sha256(path.read_bytes()).hexdigest() == entry.sha256
    assert checksum_findings(pack, entry) == []
    path.write_bytes(path.read_bytes() + b"\n")
    (fault,) = map(str, checksum_findings(pack, entry))
    assert "villages: villages/villages.csv was changed after the catalogue was written" in fault
    assert hashlib.sha256(path.read_bytes()).hexdigest() in fault


def test_checksum_of_an_unpacked_shapefile_is_that_of_its_parts(tmp_path: Path) -> None:
    folder = tmp_path / "shape"
    folder.mkdir()
    (folder / "b.shp").write_bytes(b"2")
    (folder / "a.dbf").write_bytes(b"1")
    assert sha256_of(folder) == hashlib.sha256(b"a.dbf1b.shp2").hexdigest()
