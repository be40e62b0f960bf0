"""How time and memory are measured, the same way for every routine."""

import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["peak_memory_mb", "peak_memory_mb_so_far", "timed", "timed_with_cpu"]

T = TypeVar("T")


def timed(function: Callable[[], T]) -> tuple[float, T]:
    """Wall time [s] of one call, and what it returned."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def timed_with_cpu(function: Callable[[], T]) -> tuple[float, float, T]:
    """Wall time [s] and processor time of this process [s] of one call, and what it returned.

    The ratio of two processor times says more than that of two wall times when other processes share the cores.
    """
    start = time.process_time()
    seconds, result = timed(function)
    return seconds, time.process_time() - start, result


def peak_memory_mb(function: Callable[..., Any], *args: Any, **kwargs: Any) -> float:
    """Peak resident memory [MB of 10^6 bytes] of a fresh process that only calls `function(*args, **kwargs)`.

    The process is spawned, not forked, so that it carries nothing of ours but the interpreter and what
    `function`'s module imports; both are part of the number, as are the inputs that `function` makes. Hand
    over small arguments (a size, a seed, a path) and let `function`, which must stand at the top of a module,
    build its input itself. On Linux the number is VmHWM of /proc/self/status; getrusage's ru_maxrss would be
    inherited from the parent through fork and exec.
    """
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_call_and_read_peak, function, args, kwargs).result()


def _call_and_read_peak(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> float:
    function(*args, **kwargs)
    return peak_memory_mb_so_far()


def peak_memory_mb_so_far() -> float:
    """Peak resident memory [MB of 10^6 bytes] of this process until now."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource  # absent on Windows, where benchmarks are not run

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
