"""`infragap warm`: compile the kernels once at install, so that the first run of a planner does not wait for it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from infragap.compiled import kept_in
from infragap.run import Progress, run
from infragap.settings import Settings, data_folder, settings_of

SHORT = {
    "electricity": {"draws": 1},
    "water": {"draws": 1},
    "schools": {"draws": 1},
}
"""Every part of a run, scenarios too, but few draws: a kernel is compiled at its first call."""


def warm(progress: Progress, settings: Settings | None = None, data: Path | None = None) -> Path | None:
    """Run a pack once and throw the result away; what is compiled on the way stays on disk.

    Parameters
    ----------
    progress
        Receiver of steps.
    settings
        Parameters; None for short runs.
    data
        Folder of a pack; None for the embedded one.

    Returns
    -------
    Path or None
        Folder of the machine code of one kernel, as the others lie; None where no folder can be written, so that each
        process compiles anew.
    """
    with tempfile.TemporaryDirectory() as folder:
        run(data or data_folder(), Path(folder) / "out", settings or settings_of(SHORT), progress=progress)
    return kept_in()
