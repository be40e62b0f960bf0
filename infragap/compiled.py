"""Compiled kernels: the one way in which functions of this project become machine code."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile on the first call, and keep the machine code on disk wherever a folder can be written.

    Numba looks for a place beside the module, then in the user's cache folder (or in ``NUMBA_CACHE_DIR``). Where none
    can be written it refuses; the function is then compiled anew in each process. Numbers are treated as numpy treats
    them (a division by zero gives inf or NaN), and the interpreter is free for other threads while the code runs.

    Examples
    --------
    >>> @compiled
    ... def twice(x):
    ...     return 2 * x
    >>> twice(21)
    42
    """
    try:
        return cast(F, numba.njit(cache=True, error_model="numpy", nogil=True)(function))
    except RuntimeError:
        return cast(F, numba.njit(error_model="numpy", nogil=True)(function))


def kept_in() -> Path | None:
    """Give the folder where machine code of this module would be kept; None where none can be written."""
    found = getattr(compiled(_nothing), "stats").cache_path  # noqa: B009 - an attribute that numba adds
    return Path(found) if found else None


def _nothing() -> None:
    """Nothing to compile."""
