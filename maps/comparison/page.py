"""The comparison page as HTML without internet."""

from __future__ import annotations

from collections.abc import Sequence

from infragap.maps.comparison.parts import Grid, Part, Text
from infragap.maps.pages.html import escaped, one_language_at_a_time, spoken
from infragap.maps.pages.leaflet import asset
from infragap.wording.catalogue import in_each_language, languages, words


def comparison_html(title: Text, lead: Text, head: Sequence[Grid], parts: Sequence[Part], home: str = "") -> str:
    """Compose the page.

    Parameters
    ----------
    title, lead
        What is compared.
    head
        Tables above all parts, such as the parameters that differ.
    parts
        One for each question.
    home
        Page that the arrow leads back to; empty for none.
    """
    buttons = "".join(
        f'<button type="button" lang="{code}">{escaped(words(code)("language.name"))}</button>' for code in languages()
    )
    jumps = "".join(f'<a href="#{part.key}">{spoken(part.title)}</a>' for part in parts)
    back = f'<a href="{escaped(home)}">←</a>' if home else ""
    body = "".join(_grid(one) for one in head) + "".join(_part(part) for part in parts)
    return (
        f'<!DOCTYPE html>\n<html lang="{languages()[0]}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{escaped(title[languages()[0]])}</title>'
        f"<style>{asset('index.css')}{one_language_at_a_time()}</style></head><body>"
        f"<header>{back}<h1>{spoken(title)}</h1><nav>{jumps}{buttons}</nav></header>"
        f'<main class="comparison"><p>{spoken(lead)}</p>'
        f'<p class="notice">{spoken(in_each_language("maps.compare.data"))}</p>{body}</main>'
        f"<script>{asset('index.js')}</script></body></html>\n"
    )


def _part(part: Part) -> str:
    notes = "".join(f"<p>{spoken(note)}</p>" for note in part.notes)
    drawing = f'<div class="drawing">{part.drawing}</div>' if part.drawing else ""
    side = "".join(_grid(one) for one in part.grids if not one.long)
    below = "".join(_grid(one) for one in part.grids if one.long)
    return (
        f'<section id="{part.key}"><h2>{spoken(part.title)}</h2>{notes}'
        f'<div class="beside">{drawing}<div>{side}</div></div>{below}</section>'
    )


def _grid(grid: Grid) -> str:
    if not grid.rows:
        nothing = spoken(in_each_language("maps.compare.none"))
        return f"<h3>{spoken(grid.title)}</h3><p>{nothing}</p>"
    classes = ["n" if numeric else "t" for numeric in grid.numeric]
    head = "".join(f'<th class="{c}">{spoken(text)}</th>' for c, text in zip(classes, grid.headings, strict=True))
    rows = "".join(
        "<tr>" + "".join(f'<td class="{c}">{spoken(text)}</td>' for c, text in zip(classes, row, strict=True)) + "</tr>"
        for row in grid.rows
    )
    note = f'<p class="under">{spoken(grid.note)}</p>' if grid.note else ""
    kind = "long" if grid.long else "wide"
    table = f'<table class="cells"><tr>{head}</tr>{rows}</table>'
    return f'<h3>{spoken(grid.title)}</h3><div class="{kind}">{table}</div>{note}'
