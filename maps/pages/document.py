"""A page as HTML: Leaflet, styles, data and ground picture inlined, so that no request leaves the page."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Sequence
from typing import Any

import folium
from branca.element import Element

from infragap.maps.pages.geometry import bounds, coordinates, plain_value, projected
from infragap.maps.pages.leaflet import asset, leaflet_script, leaflet_styles
from infragap.maps.pages.page import Ground, Layer, Page, Ranking, columns_by_language
from infragap.wording.catalogue import in_each_language, languages, words

LEAST_ZOOM, MOST_ZOOM = 7, 15
"""From the province and its neighbours to about 2 km across: nothing on the pages is known more closely."""
OWN_WORDS = "maps.page."
"""Keys of the words that the page script itself says."""


def render(page: Page) -> str:
    """Make the HTML of a page.

    Returns
    -------
    str
        A whole document that holds everything it needs; the same content gives the same bytes.
    """
    map_ = folium.Map(
        tiles=None,
        location=[22.0, 104.3],
        zoom_start=9,
        prefer_canvas=True,
        zoom_snap=0.25,
    )
    # Folium hands its own limits to tiles only, and there are none
    map_.options |= {"minZoom": LEAST_ZOOM, "maxZoom": MOST_ZOOM}
    map_.default_js, map_.default_css = [], []
    if page.ground is not None:
        _add_ground(map_, page.ground)
    root: Any = map_.get_root()
    root.header.add_child(Element("@@HEAD@@"), name="infragap_head")
    _number_elements(root)
    document = root.render()
    head = f"<style>{leaflet_styles()}</style><style>{asset('map.css')}</style><script>{leaflet_script()}</script>"
    call = f"infragapPage({map_.get_name()}, {_script_json(_as_json(page))});"
    document = document.replace(
        "@@HEAD@@", f'<meta charset="utf-8"><title>{html.escape(page.title["vi"], quote=False)}</title>{head}', 1
    )
    return _replace_last(document, "</html>", f"<script>{asset('map.js')}\n{call}</script>\n</html>\n")


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


def _as_json(page: Page) -> dict[str, Any]:
    return {
        "languages": [{"code": code, "name": words(code)("language.name")} for code in languages()],
        "words": {key.removeprefix(OWN_WORDS): in_each_language(key) for key in words("vi").keys(OWN_WORDS)},
        "title": page.title,
        "notice": page.notice,
        "links": [{"href": href, "label": label, "current": current} for href, label, current in page.links],
        "facts": [{"label": f.label, "value": f.value, "unit": f.unit, "digits": f.digits} for f in page.facts],
        "proof": page.proof,
        "alarm": page.alarm,
        "filters": [{"key": f.key, "label": f.label, "values": f.values, "empty": f.empty} for f in page.filters],
        "ranking": _ranking_json(page.ranking),
        "layers": [_layer_json(layer, _asked_of(layer, page)) for layer in page.layers],
        "bounds": bounds([layer.frame for layer in page.layers]),
    }


def _ranking_json(ranking: Ranking | None) -> dict[str, Any] | None:
    if ranking is None:
        return None
    return {
        "layer": ranking.layer,
        "key": ranking.key,
        "title": ranking.title,
        "label": ranking.label,
        "detail": [f.as_json() for f in ranking.detail],
        "weights": [{"key": w.key, "label": w.label, "smallerIsBetter": w.smaller_is_better} for w in ranking.weights],
    }


def _asked_of(layer: Layer, page: Page) -> list[str]:
    """Columns that the filters and the ranking of the page read from a layer."""
    asked = [f.key for f in page.filters] if layer.filtered else []
    if page.ranking is not None and page.ranking.layer == layer.id:
        ranking = page.ranking
        wanted = [ranking.key, ranking.title, *(f.key for f in ranking.detail), *(w.key for w in ranking.weights)]
        if absent := [key for key in wanted if key not in layer.frame]:
            raise KeyError(f"layer {layer.id} has no column {', '.join(absent)}, by which the page ranks")
        asked += wanted
    return asked


def _layer_json(layer: Layer, asked: Sequence[str]) -> dict[str, Any]:
    columns = [c for c in dict.fromkeys([*layer.columns(), *asked]) if c in layer.frame.columns]
    frame = projected(layer.frame, layer.simplify_m)
    kind = {"Point": "point", "LineString": "line", "MultiLineString": "line"}
    types = {kind.get(t, "polygon") for t in frame.geom_type.unique()} or {"point"}
    return {
        "id": layer.id,
        "title": layer.title,
        "type": types.pop() if len(types) == 1 else "polygon",
        "style": layer.style.as_json(),
        "popup": None
        if layer.popup is None
        else {
            "title": layer.popup.title,
            "subtitle": layer.popup.subtitle,
            "reason": columns_by_language("reason", layer.frame.columns) if layer.popup.reason else None,
            "fields": [f.as_json() for f in layer.popup.fields],
        },
        "search": list(layer.search) or None,
        "searchTitle": layer.search_title or layer.title,
        "filtered": layer.filtered,
        "shown": layer.shown,
        "label": layer.label,
        "legend": layer.legend,
        "note": layer.note,
        "columns": columns,
        "rows": [[plain_value(v) for v in row] for row in frame[columns].itertuples(index=False)],
        "geometry": [coordinates(g) for g in frame.geometry],
    }


def _script_json(value: Any) -> str:
    """JSON that is safe inside a script element whatever the texts hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (
        text.replace("<", "\\u003c").replace(">", "\\u003e").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _replace_last(text: str, old: str, new: str) -> str:
    head, found, tail = text.rpartition(old)
    return head + new + tail if found else text + new
