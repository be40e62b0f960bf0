"""What a plan may take over from an earlier one: steps whose inputs are the same, found by watching what they read.

Outside of `remembering` every step is made anew, as if this module were not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from infragap.analyses.parameters import Parameters

Value = TypeVar("Value")
Kind = TypeVar("Kind", bound=Parameters)

_readers: ContextVar[tuple[set[str], ...]] = ContextVar("readers", default=())
"""Who is told of each parameter that a watched set gives: the steps that are under way in this thread, and those that
threads of theirs were begun in."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A step that was made: from which objects, with which values of the parameters that it read, and what it gave."""

    given: tuple[Any, ...]
    read: dict[str, Any]
    value: Any


@dataclass(frozen=True, eq=False)
class Memory:
    """The steps of one plan, by name; each holds the last value alone."""

    steps: dict[str, Kept] = field(default_factory=dict)


_memory: ContextVar[Memory | None] = ContextVar("memory", default=None)


@contextmanager
def remembering(memory: Memory) -> Iterator[None]:
    """Take steps from a memory, and keep there what is made, until the block ends."""
    token = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(token)


def remembered(step: str, make: Callable[[Kind], Value], parameters: Kind, given: Sequence[Any]) -> Value:
    """Make a step, or take it over where nothing that it depends on has changed.

    Parameters
    ----------
    step
        Its name, one for each place where it is made.
    make
        Makes it from the parameters; it must read them by name, and change nothing that it is given or gives.
    parameters
        All of them; those that `make` does not read may change.
    given
        All else that it depends on: texts, numbers and bytes by value, any other object by being the same one.
    """
    memory = _memory.get()
    return make(parameters) if memory is None else kept_in(memory, step, make, parameters, given)


def kept_in(memory: Memory, step: str, make: Callable[[Kind], Value], parameters: Kind, given: Sequence[Any]) -> Value:
    """Make a step, or take it over from a memory of its own; else as `remembered`."""
    kept = memory.steps.get(step)
    if kept is not None and _same(kept.given, given) and _read_alike(kept.read, parameters):
        for reader in _readers.get():
            reader |= kept.read.keys()
        return kept.value  # type: ignore[no-any-return]
    read: set[str] = set()
    token = _readers.set((*_readers.get(), read))
    try:
        value = make(_watched(parameters))
    finally:
        _readers.reset(token)
    memory.steps[step] = Kept(tuple(given), {name: getattr(parameters, name) for name in sorted(read)}, value)
    return value


def remembered_alone(step: str, make: Callable[[], Value], given: Sequence[Any]) -> Value:
    """Make a step that reads no parameters, or take it over; else as `remembered`."""
    memory = _memory.get()
    if memory is None:
        return make()
    kept = memory.steps.get(step)
    if kept is None or not _same(kept.given, given):
        kept = memory.steps[step] = Kept(tuple(given), {}, make())
    return kept.value  # type: ignore[no-any-return]


def carried(step: str, make: Callable[[Value | None], Value]) -> Value:
    """Make a step out of the one of the last plan, which `make` gets (None where there is none), and keep it."""
    memory = _memory.get()
    if memory is None:
        return make(None)
    kept = memory.steps.get(step)
    value = make(None if kept is None else kept.value)
    memory.steps[step] = Kept((), {}, value)
    return value


def content_of(*arrays: Any) -> str:
    """Hash of shape, kind and bytes of arrays.

    Examples
    --------
    >>> content_of(np.zeros(3)) == content_of(np.zeros(3)), content_of(np.zeros(3)) == content_of(np.zeros((3, 1)))
    (True, False)
    """
    found = hashlib.sha256()
    for array in map(np.ascontiguousarray, arrays):
        found.update(f"{array.shape} {array.dtype}".encode())
        # not a copy of the bytes, which of a large raster would be another raster
        found.update(array.tobytes() if array.dtype.hasobject else array.reshape(-1).view(np.uint8).data)
    return found.hexdigest()


def _same(before: tuple[Any, ...], now: Sequence[Any]) -> bool:
    by_value = (str, bytes, int, float)
    return len(before) == len(now) and all(
        a is b or (isinstance(a, by_value) and isinstance(b, by_value) and a == b)
        for a, b in zip(before, now, strict=True)
    )


def _read_alike(read: dict[str, Any], parameters: Parameters) -> bool:
    return all(bool(getattr(parameters, name) == value) for name, value in read.items())


def _watched(parameters: Kind) -> Kind:
    """Give a copy that tells which parameters are read of it."""
    kind = type(parameters)
    if getattr(kind, "_watched", False):
        return parameters
    copy = parameters.model_copy()
    object.__setattr__(copy, "__class__", _watching(kind))
    return copy


@lru_cache(maxsize=16)
def _watching(kind: type[Parameters]) -> type[Parameters]:
    names = frozenset(kind.model_fields)

    def read(self: Parameters, name: str) -> Any:
        readers = _readers.get()
        if readers:
            # whoever takes all of them at once, to copy or to compare, may have read any
            told = {name} & names if name != "__dict__" else names
            for reader in readers:
                reader |= told
        return kind.__getattribute__(self, name)

    return type(kind.__name__, (kind,), {"__getattribute__": read, "_watched": True, "__module__": kind.__module__})
