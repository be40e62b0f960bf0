"""Independent pieces of one plan beside each other, in threads: compiled code and numpy leave the interpreter free."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from infragap.analyses.memory import give_back_memory

First = TypeVar("First")
Second = TypeVar("Second")


def in_turn(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Make two things one after the other, where both at once would take too much memory; what the first has freed is
    given back to the system before the second begins.

    Examples
    --------
    >>> in_turn(lambda: 1, lambda: "a")
    (1, 'a')
    """
    made = first()
    give_back_memory()
    return made, second()


def both(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Make two things that do not hang on each other, the second in a thread of its own.

    Each sees the context of the caller, `infragap.analyses.reuse` included. Where both fail, the first tells.

    Examples
    --------
    >>> both(lambda: 1, lambda: "a")
    (1, 'a')
    """
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(copy_context().run, second)
        made = first()
        return made, waiting.result()
