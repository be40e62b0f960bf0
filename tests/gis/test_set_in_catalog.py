"""Keys set in a catalogue: remarks, order and other layers stay as they are."""

import tomllib
from pathlib import Path

from infragap.gis.catalog import set_in_catalog


def test_keys_are_set_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    text = '# mine\n[pack]\ntitle = "t"\n\n[[layer]]\nname = "a"\ndate = "2020-01-01"  # old\n\n[[layer]]\nname = "b"\n'
    path.write_text(text, encoding="utf-8")
    set_in_catalog(path, {"a": {"date": "2026-11-27", "method": 'with "quotes" and \\1'}})
    now = path.read_text(encoding="utf-8")
    assert tomllib.loads(now)["layer"] == [
        {"name": "a", "method": 'with "quotes" and \\1', "date": "2026-11-27"}, {"name": "b"},
    ]  # fmt: skip
    assert now.startswith("# mine\n")
    assert now.endswith('[[layer]]\nname = "b"\n')
