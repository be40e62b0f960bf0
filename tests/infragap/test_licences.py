"""The list of third-party licences: what is refused, and that the lock holds nothing of it."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    path = ROOT / ".ci" / "licences"
    if not path.exists():
        pytest.skip("the scripts of the checkout are not here")
    loader = SourceFileLoader("licences", str(path))
    spec = spec_from_loader("licences", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "refused", "weak"),
    [
        ("GPL-2.0-or-later", True, False),
        ("GNU General Public License v2 or later (GPLv2+)", True, False),
        ("GNU Affero General Public License v3", True, False),
        ("AGPL-3.0-only", True, False),
        ("GNU Lesser General Public License v3 or later (LGPLv3+)", False, True),
        ("LGPL-3.0-or-later", False, True),
        ("MPL-2.0 AND MIT", False, True),
        ("BSD-3-Clause", False, False),
    ],
)
def test_kinds_of_licences(licences: ModuleType, text: str, *, refused: bool, weak: bool) -> None:
    assert bool(licences.REFUSED.search(licences.WEAK_COPYLEFT.sub("", text))) is refused
    assert bool(licences.WEAK_COPYLEFT.search(text)) is weak


def test_the_lock_holds_nothing_refused(licences: ModuleType) -> None:
    names = licences.locked(licences.LOCK)
    assert len(names) > 50
    assert "unidecode" not in names
    assert "vietnamadminunits" not in names


def test_every_package_of_the_lock_stands_in_the_list(licences: ModuleType) -> None:
    text = licences.LIST.read_text(encoding="utf-8")
    missing = [n for n, version in licences.locked(licences.LOCK).items() if f"| {n} | {version} |" not in text]
    assert not missing, "run .ci/licences"
