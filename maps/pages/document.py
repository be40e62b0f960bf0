"""A page as HTML: Leaflet, scripts, styles, data and ground picture inlined, so that no request leaves the page."""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import folium
from branca.element import Element

from infragap.maps.markers import CORNERS
from infragap.maps.pages.geometry import bounds, coordinates, plain_value, projected
from infragap.maps.pages.leaflet import asset, leaflet_script, leaflet_styles
from infragap.maps.pages.page import Ground, Layer, Page, columns_by_language
from infragap.wording.catalogue import in_each_language, languages, words

LEAST_ZOOM, MOST_ZOOM = 7, 15
"""From the province and its neighbours to about 2 km across: nothing on the pages is known more closely."""
OWN_WORDS = "maps.page."
"""Keys of the words that the page script itself says."""
FRAMED = "communes"
"""Layer that fills the window when a page opens; all layers where a page has none such."""
SCRIPTS = (
    "text", "shapes", "layers", "address", "filters", "figures", "search", "ranking", "card", "table", "workbook",
    "download", "legend",
    "print", "desk",
)  # fmt: skip
"""Parts of the page script in the order in which they are read."""


def render(page: Page) -> str:
    """Make the HTML of a page.

    Returns
    -------
    str
        A whole document that holds everything it needs; the same content gives the same bytes.
    """
    map_ = folium.Map(tiles=None, location=[22.0, 104.3], zoom_start=9, prefer_canvas=True, zoom_snap=0.25)
    # Folium hands its own limits to tiles only, and there are none
    map_.options |= {"minZoom": LEAST_ZOOM, "maxZoom": MOST_ZOOM, "zoomControl": False}
    map_.default_js, map_.default_css = [], []
    if page.ground is not None:
        _add_ground(map_, page.ground)
    root: Any = map_.get_root()
    root.header.add_child(Element("@@HEAD@@"), name="infragap_head")
    _number_elements(root)
    document = root.render()
    head = f"<style>{leaflet_styles()}</style><style>{asset('map.css')}</style><script>{leaflet_script()}</script>"
    title = f"<title>{html.escape(page.title[languages()[0]], quote=False)}</title>"
    title = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">{title}'
    document = document.replace("@@HEAD@@", title + head, 1).replace("<html>", f'<html lang="{languages()[0]}">', 1)
    corners = json.dumps(CORNERS)
    script = f"const CORNERS = {corners};\n" + "\n".join(asset(f"page/{name}.js") for name in SCRIPTS)
    call = f'infragapPage({map_.get_name()}, "{packed(_content(page))}");'
    return _replace_last(document, "</html>", f"<script>{script}\n{call}</script>\n</html>\n")


def packed(content: Any) -> str:
    """Content as JSON, compressed, in letters that are harmless inside a script whatever the texts hold."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)).decode()


def _add_ground(map_: folium.Map, ground: Ground) -> None:
    south, west, north, east = ground.bounds
    folium.raster_layers.ImageOverlay(
        image=f"data:{ground.mime};base64,{base64.b64encode(ground.image).decode()}",
        bounds=[[south, west], [north, east]],
        opacity=0.9,
        control=False,
        zindex=1,
    ).add_to(map_)


def _number_elements(root: Any) -> None:
    """Replace Folium's random element ids by their order, so that equal content gives equal bytes."""
    waiting, count = [root], 0
    while waiting:
        element = waiting.pop(0)
        element._id = f"{count:04d}"  # noqa: SLF001 - Folium offers no public way to set it
        count += 1
        waiting.extend(element._children.values())  # noqa: SLF001
        waiting.extend(getattr(element, part) for part in ("header", "html", "script") if hasattr(element, part))


def _content(page: Page) -> dict[str, Any]:
    """What the page script receives: the page's fields by their names."""
    return {
        "languages": [{"code": code, "name": words(code)("language.name")} for code in languages()],
        "words": {key.removeprefix(OWN_WORDS): in_each_language(key) for key in words("vi").keys(OWN_WORDS)},
        "bounds": bounds(
            [layer.frame for layer in page.layers if layer.id == FRAMED] or [o.frame for o in page.layers]
        ),
        **{
            part.name: _shaped(getattr(page, part.name))
            for part in fields(page)
            if part.name not in ("layers", "ground")
        },
        "layers": [_layer(layer, _asked_of(layer, page)) for layer in page.layers],
    }


def _shaped(value: Any) -> Any:
    """Dataclasses and mappings as objects by their fields' names, sequences as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: _shaped(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _shaped(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_shaped(part) for part in value]
    return plain_value(value)


def _asked_of(layer: Layer, page: Page) -> list[str]:
    """Columns that the filters, the figures, the ranking and the cards of other layers read from a layer."""
    asked = [f.key for f in page.filters] if layer.filtered else []
    for counted in (part for fact in page.facts for part in fact.counted if part.layer == layer.id):
        asked += [counted.total, counted.mean_by, *counted.where]
    for link in (link for other in page.layers if other.card for link in other.card.related if link.layer == layer.id):
        asked += [link.other, link.when, *(link.upstream or ())]
    if page.ranking is not None and page.ranking.layer == layer.id:
        ranking = page.ranking
        wanted = [ranking.key, ranking.title, *(f.key for f in ranking.detail), *(w.key for w in ranking.weights)]
        if absent := [key for key in wanted if key not in layer.frame]:
            raise KeyError(f"layer {layer.id} has no column {', '.join(absent)}, by which the page ranks")
        asked += [*wanted, *(key for shown in ranking.table for key in shown.needed())]
    return asked


def _layer(layer: Layer, asked: Sequence[str]) -> dict[str, Any]:
    columns = [c for c in dict.fromkeys([*layer.columns(), *asked]) if c in layer.frame.columns]
    frame = projected(layer.frame, layer.simplify_m)
    kinds = {"Point": "point", "LineString": "line", "MultiLineString": "line"}
    types = {kinds.get(t, "polygon") for t in frame.geom_type.unique()} or {"point"}
    reason = columns_by_language("reason", layer.frame.columns) if layer.card and layer.card.reason else None
    return {
        **{
            part.name: _shaped(getattr(layer, part.name))
            for part in fields(layer)
            if part.name not in ("frame", "style", "simplify_m", "extra")
        },
        "style": _style(layer),
        "type": types.pop() if len(types) == 1 else "polygon",
        "reason": reason,
        "columns": columns,
        # by column: like stands beside like, and a large page takes half the room
        "values": [[plain_value(v) for v in frame[column].tolist()] for column in columns],
        "geometry": [coordinates(g) for g in frame.geometry],
    }


def _style(layer: Layer) -> dict[str, Any]:
    """The style; classes that no feature has do not stand in the legend."""
    style = layer.style
    shaped = {part.name: _shaped(getattr(style, part.name)) for part in fields(style)}
    present = set(layer.frame[style.by].map(_code)) if style.by else set()
    shaped["values"] = {
        code: {"label": label if code in present else None, "draw": dict(draw)}
        for code, (label, draw) in style.values.items()
    }
    shaped["other"] = {"label": style.other[0], "draw": dict(style.other[1])} if style.other else None
    if style.other and present <= set(style.values):
        shaped["other"] = None
    return shaped


def _code(value: Any) -> str:
    """A value of a column as the keys of a style write it: 35.0 is '35'."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _replace_last(text: str, old: str, new: str) -> str:
    head, found, tail = text.rpartition(old)
    return head + new + tail if found else text + new
