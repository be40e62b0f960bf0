"""A parameter file written for people: every parameter with its value, unit, meaning, range and source."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from infragap.analyses.parameters import Parameters, sentence, short_name
from infragap.settings import ANALYSES, Settings
from infragap.wording.catalogue import words

WIDTH_SIGNS = 110


def as_file(settings: Settings, language: str, *, commented: bool) -> str:
    """Write parameters as a parameter file with a comment above each.

    Parameters
    ----------
    settings
        The values.
    language
        Language of names, meanings and sources, and of what stands around them.
    commented
        Whether the values are commented out too: a template, which changes nothing as it is.
    """
    lines = _comment(words(language)("command.params.head" if commented else "command.params.head_of_values"))
    for analysis in ANALYSES:
        lines += ["", f"[{analysis}]", *_parameters(getattr(settings, analysis), language, "#" if commented else "")]
    return "\n".join(lines) + "\n"


def _parameters(parameters: Parameters, language: str, mark: str) -> Iterator[str]:
    for name, field in type(parameters).model_fields.items():
        yield ""
        yield from _comment(_description(parameters, name, field, language))
        value = getattr(parameters, name)
        yield f"#{name} =" if value is None else f"{mark}{name} = {toml_value(value)}"


def _description(parameters: Parameters, name: str, field: FieldInfo, language: str) -> str:
    say, extra = words(language), field.json_schema_extra
    assert isinstance(extra, dict)
    title = short_name(parameters, name, language)
    meaning, source = (sentence(parameters, name, what, language) for what in ("meaning", "source"))
    unit = "" if extra["unit"] == "-" else f" [{extra['unit']}]"
    spread = "" if extra["low"] is None else f"; {say('command.params.range', low=extra['low'], high=extra['high'])}"
    return f"{title + ': ' if title else ''}{meaning}{unit}{spread}; {source}"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH_SIGNS, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def toml_value(value: Any) -> str:
    """Write a value as TOML.

    Examples
    --------
    >>> toml_value((1.5, 2.0)), toml_value(True), toml_value("price")
    ('[1.5, 2.0]', 'true', '"price"')
    """
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
