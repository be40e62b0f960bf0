"""Work in a process of its own, on the second core: it tells how far it is, gives a result or an error, and ends with
the process that began it."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any

from infragap.console.messages import Message, refused
from infragap.gis.errors import NoSolutionError

Tell = Callable[[str], None]


class Beside:
    """One piece of work beside this process, as a context: leaving it ends the work, finished or not."""

    def __init__(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Begin `work(tell, *arguments)`; work and arguments must be such that another process can import and receive
        them."""
        # a fresh process, not a fork: the libraries below hold threads and locks that a fork would copy half-way
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, work, arguments), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Beside:
        """Use the work."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def result(self, tell: Tell) -> Any:
        """Wait for the result; `tell` receives the parts that the work names.

        Raises
        ------
        NoSolutionError
            The process was ended from outside.
        Exception
            The error of the work.
        """
        try:
            while True:
                kind, value = self._pipe.recv()
                if kind == "part":
                    tell(value)
                elif kind == "error":
                    raise value
                else:
                    return value
        except (EOFError, ConnectionError) as error:
            raise refused(NoSolutionError, [Message("command.run.process_ended")]) from error


def _serve(pipe: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    begin_beside()
    try:
        answer = ("result", work(lambda part: pipe.send(("part", part)), *arguments))
    except Exception as error:
        answer = ("error", _sendable(error))
    pipe.send(answer)


def begin_beside() -> None:
    """Make a fresh process one that is quiet and ends with the process that began it."""
    # an interrupt reaches this process too; the one that began it ends it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _sendable(error: Exception) -> Exception:
    """Give the error itself where it survives the way to the other process, else its text."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
