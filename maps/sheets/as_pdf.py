"""Commune sheets as PDF by ReportLab, for machines without a browser: the same content in the same places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle

from infragap.maps.sheets.shapes import corners_of
from infragap.maps.sheets.sheet import Figures, Listing, Mark, Picture, Sheet
from infragap.wording.catalogue import words

MARGIN_MM, WIDTH_MM, HEIGHT_MM = 10.0, 190.0, 277.0
GAP_MM = 4.0
PLAIN, BOLD = "InfragapSans", "InfragapSansBold"
INK, FAINT, ACCENT, LINE, HEAD = "#1d2a33", "#50626d", "#0b5d7a", "#b8c4ca", "#e8eef1"


@lru_cache(maxsize=1)
def _register_fonts() -> None:
    """DejaVu Sans Condensed with the letters of Vietnamese lies in the package; fonts of a system are not asked for."""
    folder = files("infragap.maps") / "assets" / "fonts"
    for name, file in ((PLAIN, "DejaVuSansCondensed.ttf"), (BOLD, "DejaVuSansCondensed-Bold.ttf")):
        with as_file(folder / file) as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))


def write_pdf(sheet: Sheet, path: Path, language: str, day: date) -> None:
    """Write one sheet as one page of A4.

    Parameters
    ----------
    sheet
        What stands on it.
    path
        File to write.
    language
        The language of its texts.
    day
        Date at its foot.

    Raises
    ------
    ValueError
        The sheet does not fit on its page.
    """
    _register_fonts()
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.setTitle(sheet.title[language])
    canvas.translate(MARGIN_MM * mm, MARGIN_MM * mm)
    top = _head(canvas, sheet, language)
    middle = _middle(canvas, sheet, language, top)
    _stacked(canvas, _listings(sheet.listings, language), 0, middle, WIDTH_MM)
    _text(canvas, f"{sheet.source[language]} {words(language).day(day)}", 0, 0, PLAIN, 6.5, FAINT)
    canvas.showPage()
    canvas.save()


def _head(canvas: Canvas, sheet: Sheet, language: str) -> float:
    """Title, notice and former communes; returns the height below them [mm]."""
    y = HEIGHT_MM - 6
    _text(canvas, sheet.title[language], 0, y, BOLD, 15, INK)
    if sheet.notice is not None:
        text = sheet.notice[language]
        wide = pdfmetrics.stringWidth(text, BOLD, 8) / mm
        canvas.setFillColor(HexColor("#fff3cd"))
        canvas.rect((WIDTH_MM - wide - 4) * mm, (y - 1.2) * mm, (wide + 4) * mm, 4.6 * mm, stroke=0, fill=1)
        _text(canvas, text, WIDTH_MM - wide - 2, y, BOLD, 8, "#664d03")
    canvas.setStrokeColor(HexColor(INK))
    canvas.setLineWidth(0.6 * mm)
    canvas.line(0, (y - 2.2) * mm, WIDTH_MM * mm, (y - 2.2) * mm)
    _text(canvas, sheet.lead[language], 0, y - 6.2, PLAIN, 7.5, FAINT)
    return y - 9


def _text(canvas: Canvas, text: str, x: float, y: float, font: str, size: float, colour: str) -> None:
    canvas.setFillColor(HexColor(colour))
    canvas.setFont(font, size)
    canvas.drawString(x * mm, y * mm, text)


def _middle(canvas: Canvas, sheet: Sheet, language: str, top: float) -> float:
    """Map with its legend to the left, figures to the right; returns the height below both [mm]."""
    picture = sheet.picture
    canvas.saveState()
    canvas.translate(0, (top - picture.height) * mm)
    _draw_picture(canvas, picture)
    canvas.restoreState()
    below_map = _draw_legend(canvas, picture, language, top - picture.height - 3.4)
    left = picture.width + GAP_MM
    below_figures = _stacked(canvas, _figures(sheet.figures, language), left, top, WIDTH_MM - left)
    return min(below_map, below_figures) - 1


def _stacked(canvas: Canvas, flowables: Sequence[Flowable], x: float, top: float, width: float) -> float:
    """Draw one below the other; returns the height below the last [mm]."""
    y = top * mm
    for one in flowables:
        _, high = one.wrapOn(canvas, width * mm, y)
        if high > y - 3 * mm:
            raise ValueError("the sheet does not fit on a page of A4")
        one.drawOn(canvas, x * mm, y - high)
        y -= high
    return float(y / mm)


def _style(size: float, font: str = PLAIN, colour: str = INK, *, right: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        f"{font}{size}{colour}{right}",
        fontName=font,
        fontSize=size,
        leading=size * 1.18,
        textColor=HexColor(colour),
        alignment=TA_RIGHT if right else 0,
    )


def _cell(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text), style)


def _figures(blocks: Sequence[Figures], language: str) -> list[Flowable]:
    made: list[Flowable] = []
    name, value = _style(7, PLAIN, "#41525c"), _style(7, BOLD, INK, right=True)
    for block in blocks:
        made += [_cell(block.title[language], _style(8.5, BOLD, ACCENT)), Spacer(1, 0.5 * mm)]
        rows = [[_cell(label[language], name), _cell(text[language], value)] for label, text in block.rows]
        made += [Table(rows, colWidths=[46 * mm, 36 * mm], style=_tight()), Spacer(1, 1.4 * mm)]
    return made


def _tight(*more: tuple[object, ...]) -> TableStyle:
    inside = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    return TableStyle([*inside, ("VALIGN", (0, 0), (-1, -1), "TOP"), *more])


def _listings(listings: Sequence[Listing], language: str) -> list[Flowable]:
    made: list[Flowable] = []
    for listing in listings:
        made += [_cell(listing.title[language], _style(8.5, BOLD, ACCENT)), Spacer(1, 0.6 * mm)]
        head, plain = ([_style(7, font, INK, right=numeric) for numeric in listing.numeric] for font in (BOLD, PLAIN))
        rows = [[_cell(text[language], style) for text, style in zip(listing.headings, head, strict=True)]]
        rows += [[_cell(t[language], style) for t, style in zip(row, plain, strict=True)] for row in listing.rows]
        style = _tight(
            ("LINEBELOW", (0, 0), (-1, -1), 0.15 * mm, HexColor(LINE)),
            ("BACKGROUND", (0, 0), (-1, 0), HexColor(HEAD)),
            ("LEFTPADDING", (0, 0), (-1, -1), 0.8 * mm),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0.8 * mm),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0.6 * mm),
        )
        made.append(Table(rows, colWidths=[share * WIDTH_MM * mm for share in listing.widths], style=style))
        if listing.rest is not None:
            made.append(_cell(listing.rest[language], _style(6.8, PLAIN, FAINT)))
        made.append(Spacer(1, 1.6 * mm))
    return made


def _draw_legend(canvas: Canvas, picture: Picture, language: str, top: float) -> float:
    x, y = 0.0, top
    for mark, text in picture.legend:
        wide = 7.5 + pdfmetrics.stringWidth(text[language], PLAIN, 6.8) / mm + 3
        if x and x + wide > picture.width:
            x, y = 0.0, y - 3.6
        sign = Mark("line", (((x, 0.0), (x + 6, 0.0)),), stroke=mark.stroke, width=max(mark.width, 0.4), dash=mark.dash)
        _draw(canvas, sign if mark.kind == "line" else _moved(mark, x + 3), y + 0.9)
        _text(canvas, text[language], x + 7.5, y, PLAIN, 6.8, INK)
        x += wide
    return y - 3


def _moved(mark: Mark, x: float) -> Mark:
    return Mark(mark.kind, (((x, 0.0),),), mark.fill, mark.stroke, mark.width, min(mark.size, 1.4))


def _draw_picture(canvas: Canvas, picture: Picture) -> None:
    canvas.saveState()
    frame = canvas.beginPath()
    frame.rect(0, 0, picture.width * mm, picture.height * mm)
    canvas.clipPath(frame, stroke=0, fill=0)
    for mark in picture.marks:
        _draw(canvas, mark, picture.height)
    canvas.restoreState()
    canvas.setStrokeColor(HexColor("#333333"))
    canvas.setLineWidth(0.25 * mm)
    canvas.rect(0, 0, picture.width * mm, picture.height * mm)
    for ends in (
        ((3, 3), (3 + picture.scale_mm, 3)),
        ((3, 1.8), (3, 4.2)),
        ((3 + picture.scale_mm, 1.8), (3 + picture.scale_mm, 4.2)),
    ):
        canvas.line(*(part * mm for end in ends for part in end))
    _text(canvas, f"{picture.scale_km:g} km", 4.5 + picture.scale_mm, 2, PLAIN, 8, "#111111")
    high = picture.height
    _draw(canvas, Mark("area", (((4, 10), (6, 4), (8, 10), (6, 8.6)),), fill="#111111"), high)
    _text(canvas, "N", 5.1, high - 13.4, PLAIN, 8.5, "#111111")


def _draw(canvas: Canvas, mark: Mark, height: float) -> None:
    """Draw a mark; its places run down from `height` [mm]."""
    if mark.kind == "label":
        ((x, y),) = mark.rings[0]
        canvas.setFont(PLAIN, mark.size * mm)
        canvas.setStrokeColor(HexColor("#ffffff"))
        canvas.setLineWidth(0.6 * mm)
        canvas.setDash([])
        canvas.setFillColor(HexColor(mark.stroke))
        wide = pdfmetrics.stringWidth(mark.text, PLAIN, mark.size * mm)
        for mode in (1, 0):  # a white edge, then the letters
            canvas.drawString(x * mm - wide / 2, (height - y) * mm, mark.text, mode=mode)
        return
    canvas.setLineWidth(mark.width * mm)
    canvas.setDash([part * mm for part in mark.dash])
    fill, stroke = int(bool(mark.fill)), int(bool(mark.stroke))
    if fill:
        canvas.setFillColor(HexColor(mark.fill))
    if stroke:
        canvas.setStrokeColor(HexColor(mark.stroke))
    if mark.kind == "circle":
        ((x, y),) = mark.rings[0]
        canvas.circle(x * mm, (height - y) * mm, mark.size * mm, stroke=stroke, fill=fill)
        return
    path = canvas.beginPath()
    for ring in mark.rings if mark.kind in ("area", "line") else (corners_of(mark),):
        for i, (x, y) in enumerate(ring):
            (path.lineTo if i else path.moveTo)(x * mm, (height - y) * mm)
        if mark.kind != "line":
            path.close()
    # 0 is the even-odd rule: a ring inside another is a hole
    canvas.drawPath(path, stroke=stroke, fill=fill, fillMode=0)
