"""The one-page summary: what the run found, against the targets of the scheme, and what the data are worth."""

from __future__ import annotations

import pandas as pd

from infragap.analyses.results import Results
from infragap.gis.pack import Pack
from infragap.maps.summary.electricity import electricity_part
from infragap.maps.summary.markdown import cell, table
from infragap.maps.summary.schools import schools_part
from infragap.maps.summary.water import water_part
from infragap.wording.catalogue import Words, words
from infragap.wording.codes import label


def summary_markdown(pack: Pack, results: Results, language: str) -> str:
    """Write the summary in one language, as Markdown."""
    say = words(language)
    parts = [say("maps.summary.title", province=cell(pack.catalog.pack.province)), _data_note(say, pack)]
    if results.electricity is not None:
        parts += electricity_part(say, results.electricity, pack.catalog.targets)
    if results.water is not None:
        parts += water_part(say, results.water, pack.catalog.targets)
    if results.schools is not None:
        parts += schools_part(say, results.schools)
    parts += _layers(say, pack)
    return "\n\n".join(parts) + "\n"


def _data_note(say: Words, pack: Pack) -> str:
    modelled = [
        entry.name
        for entry in pack.catalog.layer
        if entry.provenance == "modelled" or _has_modelled_rows(pack, entry.name)
    ]
    if not modelled:
        return say("maps.summary.nothing_modelled")
    return say("maps.summary.modelled", modelled=len(modelled), layers=len(pack.catalog.layer))


def _has_modelled_rows(pack: Pack, name: str) -> bool:
    layer = pack.layer(name)
    return isinstance(layer, pd.DataFrame) and "provenance" in layer and bool((layer["provenance"] == "modelled").any())


def _layers(say: Words, pack: Pack) -> list[str]:
    headings = [say(f"maps.summary.layer.{part}") for part in ("name", "title", "provenance", "method")]
    rows = [
        (e.name, e.title, label(say.language, "provenance", e.provenance), e.method or "-") for e in pack.catalog.layer
    ]
    return [say("maps.summary.layers"), table(headings, rows)]
