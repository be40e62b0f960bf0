"""Executors on Dask: a cluster that is there already, or workers on this machine with bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from infragap.console.messages import Message, refused
from infragap.gis.errors import MissingDataError, ParameterError
from infragap.scale.program import program

CONNECT_S = 20

MEMORY = {
    # our memory is arrays of libraries, which cannot be moved to disk; a worker that only paused would wait for ever
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
}


@contextmanager
def cluster(address: str | None, workers: int | None, memory_mb: int | None) -> Iterator[Executor | None]:
    """Give an executor on a Dask cluster for the block; None where neither address nor workers are given.

    Parameters
    ----------
    address
        Scheduler that is there already, such as 'tcp://10.0.0.1:8786'; it keeps its own limits of memory.
    workers
        Number of processes on this machine; with an address it is not looked at.
    memory_mb
        Memory of each of them; one that needs more is ended and begun anew. None for an even share of the machine.

    Raises
    ------
    MissingDataError
        Dask is not installed.
    ParameterError
        Nobody answers at the address, or a worker there has another program; one that comes later is refused with its
        first plan.
    """
    if address is None and workers is None:
        yield None
        return
    try:
        dask, distributed = import_module("dask"), import_module("distributed")
    except ImportError as error:
        raise refused(MissingDataError, [Message("command.many.no_dask")]) from error
    if address is not None:
        try:
            client = distributed.Client(address, timeout=CONNECT_S)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise refused(ParameterError, [Message("command.many.no_answer", {"address": address})]) from error
        with client:
            _require_same_program(client)
            yield client.get_executor()
        return
    limit = "auto" if memory_mb is None else f"{memory_mb}MB"
    with (
        dask.config.set(MEMORY),
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, memory_limit=limit, dashboard_address=None
        ) as local,
        distributed.Client(local) as client,
    ):
        yield client.get_executor()


def _require_same_program(client: Any) -> None:
    """Refuse workers without infragap, or with another one: their results would not be those of one process."""
    theirs = client.run(program, on_error="return")
    strange = sorted(worker for worker, found in theirs.items() if found != program())
    if strange:
        raise refused(ParameterError, [Message("command.many.other_program", {"workers": ", ".join(strange)})])
