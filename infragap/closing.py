"""What a reader must know before using a result: notices of the check, and solvers that were stopped before their
proof."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from infragap.gis.findings import Finding
from infragap.wording.catalogue import languages, words

SUMMARY = "summary"
"""Language of the summary whose name carries none."""


def append_to_summaries(folder: Path, notices: Sequence[Finding], stopped: Sequence[str]) -> None:
    """Write an alarm below the title of every summary where solvers were stopped, and the notices at its end.

    Parameters
    ----------
    folder
        Results with `summary.md` and `summary_<language>.md`.
    notices
        Notices of the check of the data pack.
    stopped
        Solutions that the guard of wall time has stopped.
    """
    for language in languages():
        file = folder / (f"{SUMMARY}.md" if language == languages()[0] else f"{SUMMARY}_{language}.md")
        if file.exists():
            text = file.read_text(encoding="utf-8")
            file.write_text(_with_notes(text, notices, stopped, language), encoding="utf-8")


def _with_notes(text: str, notices: Sequence[Finding], stopped: Sequence[str], language: str) -> str:
    say = words(language)
    if stopped:
        title, _, rest = text.partition("\n")
        text = f"{title}\n\n> **{say('command.run.stopped_by_time', names=', '.join(stopped))}**\n{rest}"
    if notices:
        lines = [f"- {_plain_markdown(notice.spoken(language))}" for notice in notices]
        head = f"## {say('command.run.notices', count=len(notices))}"
        text = "\n".join([text.rstrip(), "", head, "", *lines, ""])
    return text


def _plain_markdown(text: str) -> str:
    """Keep names of the data from being read as marks or tags."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return text
