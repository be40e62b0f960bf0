"""A run gives the same bytes on a faster clock, with other threads, locales and hash seeds, and from files in another
order."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infragap.shuffled_pack import shuffle_pack
from tests.pack_factory import write_pack

pytestmark = pytest.mark.slow

FASTER = 8
"""How much faster the clock goes: no guard of wall time may decide anything on the embedded pack even then."""

THREADS = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

CLOCK = f"""
import time
def faster(clock, start=None):
    start = clock()
    return lambda: start + {FASTER} * (clock() - start)
for name in ("time", "monotonic", "perf_counter"):
    setattr(time, name, faster(getattr(time, name)))
"""
"""A clock injected into Python, for machines without libfaketime; clocks of compiled libraries keep their pace then."""


def run(data: Path, out: Path, *, installed: str | None = None, **environment: str) -> Path:
    """Run the command in a process of its own and give its output folder; an installed one does not see this
    checkout."""
    program, seen = ([sys.executable, "-m", "infragap"], sys.path) if installed is None else ([installed], [])
    search = os.pathsep.join(filter(None, [environment.pop("PYTHONPATH", ""), *seen]))
    done = subprocess.run(
        [*program, "run", "--data", str(data), "--out", str(out)],
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment, "PYTHONPATH": search}, capture_output=True, text=True,
        check=False, cwd=out.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    # libraries and solvers keep silent
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line]
    assert all(line.startswith(("✓", "!", "Done in", "Next:", "The check")) for line in lines), lines
    return out


def faster_clock(folder: Path) -> dict[str, str]:
    """Environment in which every clock goes faster: libfaketime where it is installed, else a clock injected into
    Python."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if libraries:
        return {"LD_PRELOAD": str(libraries[0]), "FAKETIME": f"+0 x{FASTER}"}
    (folder / "sitecustomize.py").write_text(CLOCK, encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def content(file: Path) -> Any:
    """Bytes of a file; of the record, all but what says when it ran and which bytes the layers had."""
    if file.name != "run.json":
        return file.read_bytes()
    record = json.loads(file.read_text(encoding="utf-8"))
    for name in ("timings", "record_sha256"):
        record.pop(name)
    record["pack"].pop("catalog_sha256")
    for layer in record["pack"]["layers"]:
        layer.pop("sha256")
    return record


def differing(first: Path, second: Path) -> list[str]:
    """Files that one of two results lacks or that differ."""
    names = [{f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()} for folder in (first, second)]
    both = sorted(names[0] & names[1])
    assert len(both) > 30
    return sorted(names[0] ^ names[1]) + [name for name in both if content(first / name) != content(second / name)]


@pytest.fixture(scope="module")
def reference(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Result of a plain run on the embedded pack; with INFRAGAP_RESULT, of one that is there already."""
    if os.environ.get("INFRAGAP_RESULT"):
        return Path(os.environ["INFRAGAP_RESULT"])
    return run(data_folder, tmp_path_factory.mktemp("reference") / "out")


@pytest.fixture(scope="module")
def installed() -> str | None:
    """The command of an installed package, which INFRAGAP_INSTALLED names; None for this checkout."""
    return os.environ.get("INFRAGAP_INSTALLED")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The four-commune pack, and the result of a plain run on it."""
    pack = write_pack(tmp_path_factory.mktemp("small") / "pack")
    return pack, run(pack, pack.parent / "out")


def test_a_clock_eight_times_faster_changes_nothing(small: tuple[Path, Path], tmp_path: Path) -> None:
    assert differing(small[1], run(small[0], tmp_path / "out", **faster_clock(tmp_path))) == []


def test_threads_locale_hash_seed_and_installing_change_nothing(
    small: tuple[Path, Path], installed: str | None, tmp_path: Path
) -> None:
    everywhere = dict.fromkeys(THREADS, "1") | {"LC_ALL": "C", "PYTHONHASHSEED": "4711", "TZ": "Pacific/Apia"}
    again = run(small[0], tmp_path / "out", installed=installed, **everywhere)
    assert differing(small[1], again) == []


@pytest.mark.long
def test_all_of_it_together_changes_nothing_on_the_embedded_pack(
    reference: Path, installed: str | None, data_folder: Path, tmp_path: Path
) -> None:
    """Clock, threads, locale, hash seed, the order of rows and another folder at once, by the installed program where
    there is one: a whole run takes minutes. What one of them does alone, the tests on the small pack name (its river
    lies in no valley, so it may not be turned round)."""
    shuffled = shuffle_pack(data_folder, tmp_path / "pack", seed=3)
    everywhere = {"LC_ALL": "C", "PYTHONHASHSEED": "4711", "TZ": "Pacific/Apia"}
    threads = dict.fromkeys(THREADS, "3")
    again = run(shuffled, tmp_path / "out", installed=installed, **threads, **everywhere, **faster_clock(tmp_path))
    assert differing(reference, again) == []
