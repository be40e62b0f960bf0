"""What all tests share: where the development data lie, and skipping where they are absent."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from infragap.gis.pack import Pack, read_pack
from infragap.reference.build import build_pack

# No deadline: the first example of a kernel also compiles it. The same examples in every run, so that a failure is the
# change's own.
settings.register_profile("infragap", deadline=None, derandomize=True, database=None)
settings.load_profile("infragap")

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; all else keeps its order."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with development layers and published instances; the test skips where it is absent."""
    folder = Path(os.environ.get("INFRAGAP_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "design.md").exists():
        pytest.skip(f"no development data at {folder}; set INFRAGAP_SHARED")
    return folder


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The embedded reference pack of this checkout."""
    return REPOSITORY / "data"


@contextmanager
def made_by_one_worker(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A place that all workers of this session share, theirs one after the other: who comes first makes what lies
    there."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place


@pytest.fixture(scope="session")
def real_pack(data_folder: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The reference pack on real boundaries, heights, people and forest; about 15 s, once for all workers."""
    fetched = shared / "laocai/fetched"
    with made_by_one_worker(tmp_path_factory, "real_pack") as out:
        if not out.exists():
            # the folder is there when it is whole: a build that failed leaves none
            build_pack(
                out,
                facts=data_folder / "facts",
                boundaries=fetched / "communes_fixed_simpl50m.geojson",
                elevation=fetched / "dem_vfp_15s.tif",
                population=fetched / "pop_density_worldpop2020_1km_UNadj.tif",
                forest=fetched / "communes_forest_2025.csv",
            )
    return read_pack(out)


@pytest.fixture(scope="session")
def reference_water(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the water question on the embedded pack, about a minute; with INFRAGAP_RESULT, those of a main job
    that is there already."""
    return result_of("water", data_folder, tmp_path_factory)


@pytest.fixture(scope="session")
def reference_electricity(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the electricity question on the embedded pack, about a minute; with INFRAGAP_RESULT, those of a main
    job that is there already."""
    return result_of("electricity", data_folder, tmp_path_factory)


@pytest.fixture(scope="session")
def reference_schools(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the school question on the embedded pack, about a minute; with INFRAGAP_RESULT, those of a main job
    that is there already."""
    return result_of("schools", data_folder, tmp_path_factory)


def result_of(question: str, data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.environ.get("INFRAGAP_RESULT"):
        return Path(os.environ["INFRAGAP_RESULT"])
    from infragap.run import run
    from infragap.settings import Settings

    out = tmp_path_factory.mktemp(question) / "out"
    run(data_folder, out, Settings(), only=(question,))
    return out
