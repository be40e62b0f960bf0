"""What the command says when it refuses: a key of the catalogue and its values, so that the sentence can be spoken in
every language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from infragap.gis.errors import InfragapError

SHOWN_SIGNS = 300
"""Signs of one value shown in a sentence; with them a sentence stays shorter than a screen."""

SHOWN_MESSAGES = 20
"""Sentences printed at once; the others are counted."""

Refusal = TypeVar("Refusal", bound=InfragapError)


@dataclass(frozen=True)
class Message:
    """One sentence of the command.

    Attributes
    ----------
    key
        Its key in the catalogue, such as 'command.output.overlap'.
    values
        What the sentence names; texts are written without hidden signs and cut.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def spoken(self, language: str = "en") -> str:
        """Give the sentence in a language."""
        # these bring the table libraries and the readers of catalogues with them, which help and version do without
        from infragap.gis.findings import printable
        from infragap.wording.catalogue import words

        shown = {name: printable(value, signs=SHOWN_SIGNS) for name, value in self.values.items()}
        return words(language)(self.key, **shown)


def refused(kind: type[Refusal], messages: Sequence[Message]) -> Refusal:
    """Make messages an error: one sentence a line in English, the messages themselves in its `findings`."""
    return kind("\n".join(message.spoken() for message in messages), findings=tuple(messages))


def sentences(error: InfragapError, language: str) -> list[str]:
    """Give what an error says, a sentence an item: in the language where the error knows it, else as it was raised."""
    if error.findings:
        return [finding.spoken(language) for finding in error.findings]
    return str(error).splitlines() or [type(error).__name__]
