"""Files that two processes share out are those of one, whoever wrote which and whichever came first."""

import pickle
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.analyses.results import Results
from infragap.gis.pack import read_pack
from infragap.maps.write import write_results
from tests.pack_factory import write_pack


@contextmanager
def backwards(
    one_draw: Callable[[Any, int], Any], shared: Any, count: int, alone: Collection[int] = ()
) -> Iterator[Callable[[], list[Any]]]:
    """The last first, each from a copy as another process has it, and twice, as after a process that has died."""
    assert set(alone) == set(range(count))
    sent = pickle.dumps(shared)
    yield lambda: [one_draw(pickle.loads(sent), number) for number in reversed(range(count)) for _ in range(2)]


@pytest.mark.slow
def test_files_do_not_hang_on_who_writes_them_and_when(tmp_path: Path) -> None:
    pack = read_pack(write_pack(tmp_path / "pack"))
    parameters = ElectricityParameters(draws=2, scenarios=False)
    results, files = Results(electricity=plan_electricity(pack, parameters)), []
    for name, maker in (("one", None), ("two", backwards)):
        out = tmp_path / name
        out.mkdir()
        write_results(out, pack, results, parameters={"electricity": parameters}, maker=maker)
        files.append({path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()})
    assert len(files[0]) > 30
    assert files[0] == files[1]
