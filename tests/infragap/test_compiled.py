"""Kernels compile, keep their code where they can, and do without where they cannot."""

import numba.core.caching
import pytest

from infragap.compiled import compiled


def half(x: float, y: float) -> float:
    return x / y


def test_kernels_are_kept_on_disk_here() -> None:
    assert compiled(half).stats.cache_path is not None  # type: ignore[attr-defined]


def test_without_a_writable_cache_folder_kernels_still_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in vars(numba.core.caching).values():
        if isinstance(kind, type) and hasattr(kind, "_locator_classes"):
            monkeypatch.setattr(kind, "_locator_classes", [])
    kernel = compiled(half)
    assert kernel.stats.cache_path is None  # type: ignore[attr-defined]
    assert kernel(3.0, 2.0) == 1.5


def test_a_division_by_zero_is_infinite_as_in_numpy() -> None:
    assert compiled(half)(1.0, 0.0) == float("inf")
