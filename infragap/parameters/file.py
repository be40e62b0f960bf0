"""Reading a parameter file: plain TOML in UTF-8, small, and nothing that is no file."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path
from typing import Any

from infragap.console.messages import Message, refused
from infragap.gis.errors import ParameterError

SIZE_MAX_BYTES = 1_000_000
"""Largest parameter file; one with every parameter and its comment is below a tenth of that."""


def read_parameter_file(file: Path) -> dict[str, Any]:
    """Read the tables of a parameter file, lists as tuples.

    Raises
    ------
    ParameterError
        There is no such file, it is no plain or too large a file, or it is not TOML in UTF-8.
    """
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _fault("no_file", file=file)
        if status.st_size > SIZE_MAX_BYTES:
            raise _fault("too_large", file=file, size_mb=f"{status.st_size / 1e6:.1f}")
        return {name: _with_tuples(value) for name, value in tomllib.loads(file.read_text("utf-8-sig")).items()}
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _fault("missing_file", file=file) from error
    except UnicodeDecodeError as error:
        raise _fault("not_utf8", file=file, position=error.start) from error
    except (OSError, ValueError, RecursionError) as error:
        raise _fault("not_toml", file=file, reason=getattr(error, "strerror", None) or error) from error


def _fault(name: str, **values: Any) -> ParameterError:
    return refused(ParameterError, [Message(f"command.parameters.{name}", values)])


def _with_tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_with_tuples(part) for part in value)
    if isinstance(value, dict):
        return {name: _with_tuples(part) for name, part in value.items()}
    return value
