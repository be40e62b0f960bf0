"""Commune sheets as one page without internet: chosen by commune, printed one to a page of A4."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from infragap.maps.pages.html import escaped, one_language_at_a_time, spoken
from infragap.maps.pages.leaflet import asset
from infragap.maps.sheets.shapes import corners_of
from infragap.maps.sheets.sheet import Figures, Listing, Mark, Picture, Sheet, Text
from infragap.wording.catalogue import in_each_language, languages, words


def sheets_html(sheets: Sequence[Sheet], title: Text, language: str = "vi") -> str:
    """Write the page with all sheets.

    Parameters
    ----------
    sheets
        In the order in which they are printed.
    title
        Title of the page.
    language
        Language in which it opens.
    """
    options = "".join(
        f'<option value="{escaped(one.code)}">{escaped(one.name)} ({escaped(one.code)})</option>' for one in sheets
    )
    buttons = "".join(
        f'<button type="button" class="language" lang="{code}">{escaped(words(code)("language.name"))}</button>'
        for code in languages()
    )
    every = "".join(
        f'<option value="" lang="{code}">{escaped(words(code)("maps.sheet.all"))}</option>' for code in languages()
    )
    head = (
        f'<header><a href="index.html">←</a> <h1>{spoken(title)}</h1>'
        f'<select id="commune">{every}{options}</select>'
        f'<button type="button" id="print">{spoken(in_each_language("maps.page.print"))}</button>{buttons}</header>'
    )
    style = asset("sheets.css") + one_language_at_a_time()
    body = "".join(_sheet(one) for one in sheets)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escaped(title[language])}</title>'
        f"<style>{style}</style></head><body>{head}<main>{body}</main>"
        f"<script>{asset('sheets.js')}</script></body></html>\n"
    )


def _sheet(sheet: Sheet) -> str:
    notice = f'<p class="notice">{spoken(sheet.notice)}</p>' if sheet.notice else ""
    figures = "".join(_figures(one) for one in sheet.figures)
    listings = "".join(_listing(one) for one in sheet.listings)
    return (
        f'<section class="sheet" id="c{escaped(sheet.code)}" data-code="{escaped(sheet.code)}">'
        f'<div class="top"><h2>{spoken(sheet.title)}</h2>{notice}</div><p class="lead">{spoken(sheet.lead)}</p>'
        f'<div class="middle"><div class="map">{picture_svg(sheet.picture)}{_legend(sheet.picture)}</div>'
        f'<div class="figures">{figures}</div></div>{listings}'
        f"<footer>{spoken(sheet.source)} <time></time></footer></section>"
    )


def _figures(block: Figures) -> str:
    rows = "".join(f"<dt>{spoken(label)}</dt><dd>{spoken(value)}</dd>" for label, value in block.rows)
    return f"<h3>{spoken(block.title)}</h3><dl>{rows}</dl>"


def _listing(listing: Listing) -> str:
    columns = "".join(f'<col style="width:{100 * width:.1f}%">' for width in listing.widths)
    classes = [' class="n"' if numeric else "" for numeric in listing.numeric]
    head = "".join(f"<th{kind}>{spoken(text)}</th>" for kind, text in zip(classes, listing.headings, strict=True))
    rows = "".join(
        "<tr>" + "".join(f"<td{kind}>{spoken(text)}</td>" for kind, text in zip(classes, row, strict=True)) + "</tr>"
        for row in listing.rows
    )
    rest = f'<p class="rest">{spoken(listing.rest)}</p>' if listing.rest else ""
    return (
        f"<h3>{spoken(listing.title)}</h3><table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>{rest}"
    )


def _legend(picture: Picture) -> str:
    signs = "".join(
        f'<span><svg viewBox="-3 -2 6 4" width="6mm" height="4mm" aria-hidden="true">{_sign(mark)}</svg>'
        f"{spoken(text)}</span>"
        for mark, text in picture.legend
    )
    return f'<div class="legend">{signs}</div>'


def _sign(mark: Mark) -> str:
    if mark.kind == "line":
        return _svg_mark(
            Mark("line", (((-2.8, 0.0), (2.8, 0.0)),), stroke=mark.stroke, width=max(mark.width, 0.4), dash=mark.dash)
        )
    return _svg_mark(mark)


def picture_svg(picture: Picture) -> str:
    """Draw a small map with frame, scale bar and north arrow as SVG."""
    marks = "".join(_svg_mark(mark) for mark in picture.marks)
    bar, y = picture.scale_mm, picture.height - 3
    scale = (
        f'<path d="M3 {y}h{bar:.2f}M3 {y - 1.2}v2.4M{3 + bar:.2f} {y - 1.2}v2.4" stroke="#111" stroke-width="0.5"/>'
        f'<text x="{3 + bar + 1.5:.2f}" y="{y + 1}" font-size="2.8" stroke="#fff" stroke-width="0.8" '
        f'paint-order="stroke">{picture.scale_km:g} km</text>'
    )
    north = (
        '<path d="M4 10l2-6 2 6-2-1.4z" fill="#111"/><text x="6" y="13.4" font-size="3" text-anchor="middle">N</text>'
    )
    return (
        f'<svg viewBox="0 0 {picture.width:g} {picture.height:g}" width="{picture.width:g}mm" '
        f'height="{picture.height:g}mm" role="img">{marks}{scale}{north}'
        f'<rect width="{picture.width:g}" height="{picture.height:g}" fill="none" stroke="#333" '
        'stroke-width="0.5"/></svg>'
    )


def _svg_mark(mark: Mark) -> str:
    fill, stroke = mark.fill or "none", mark.stroke or "none"
    dash = f' stroke-dasharray="{" ".join(f"{part:g}" for part in mark.dash)}"' if mark.dash else ""
    look = f'fill="{fill}" stroke="{stroke}" stroke-width="{mark.width:g}"{dash}'
    if mark.kind == "area":
        return f'<path d="{_path(mark.rings, close=True)}" fill-rule="evenodd" {look}/>'
    if mark.kind == "line":
        return f'<path d="{_path(mark.rings, close=False)}" {look}/>'
    (x, y), size = mark.rings[0][0], mark.size
    if mark.kind == "label":
        return (
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="middle" fill="{mark.stroke}" '
            f'stroke="#fff" stroke-width="0.7" paint-order="stroke">{escaped(mark.text)}</text>'
        )
    if mark.kind == "circle":
        return f'<circle cx="{x:g}" cy="{y:g}" r="{size:g}" {look}/>'
    return f'<path d="{_path((corners_of(mark),), close=True)}" {look}/>'


def _path(rings: Iterable[Sequence[tuple[float, float]]], *, close: bool) -> str:
    return "".join(
        "M" + "L".join(f"{x:g} {y:g}" for x, y in ring) + ("Z" if close else "") for ring in rings if len(ring)
    )
