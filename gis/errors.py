"""The error tree: every failure that a user can repair is one of these.

The command turns an `InfragapError` into a short message and exit code 1; anything else is a defect of the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class InfragapError(Exception):
    """Base of all errors that tell the user what is wrong and how to repair it.

    Attributes
    ----------
    findings
        What the checks of the data pack found (`infragap.gis.findings.Finding`), where the error came from them.
    """

    def __init__(self, message: str = "", *, findings: Sequence[Any] = ()) -> None:
        """Keep the message and the findings that it was made of."""
        super().__init__(message)
        self.findings = tuple(findings)


class LayerError(InfragapError):
    """A layer, or rows of it, cannot be used as they are: wrong column, value, geometry, CRS or encoding."""


class ParameterError(InfragapError):
    """A parameter is unknown, outside its range, or contradicts another one."""


class MissingDataError(InfragapError):
    """A file or layer that the question needs is not there."""


class NoSolutionError(InfragapError):
    """The question as asked has no answer, and the message says which demand cannot be met."""
