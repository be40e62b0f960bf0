"""Memory that was freed leaves the process."""

import platform
import sys
from pathlib import Path

import numpy as np
import pytest

from infragap.analyses.memory import give_back_memory


def resident_mb() -> float:
    with Path("/proc/self/status").open() as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


@pytest.mark.skipif(
    sys.platform != "linux" or platform.libc_ver()[0] != "glibc", reason="only glibc gives back what lies below others"
)
def test_freed_arrays_below_one_that_stays_are_given_back() -> None:
    arrays = [np.ones(10_000) for _ in range(2_000)]
    stays = np.ones(10_000)
    del arrays
    held = resident_mb()
    give_back_memory()
    assert resident_mb() < held - 100
    assert stays.sum() == 10_000
