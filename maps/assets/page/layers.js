/* Layers of the page as shapes on one canvas, in the order of the page; and what is marked when a place is chosen. */
"use strict";
/* From afar markers shrink, many of them to dots, so that neighbours stay apart and the areas below can be seen. */
const MANY = 1500, DOTS_BELOW_ZOOM = 10, SMALL_BELOW_ZOOM = 9, LEAST_PX = 1.6;
/* More dots than this would cover lines and areas below: they shrink by their number, and with the map. */
const CROWD = 5000, LEAST_IN_CROWD_PX = 0.6;

function drawingStyle(layer, item) {
  const style = layer.style, entry = (style.by && style.values[code(item[style.by])]) || style.other;
  const draw = { color: "#333", weight: 1, fillOpacity: 1, opacity: 1, halo: layer.type === "point" ? "#ffffff" : null, ...style.common, ...(entry && entry.draw) };
  if (style.radius) {
    const [by, factor, least, most] = style.radius;
    draw.radius = Math.max(least, Math.min(most, factor * Math.sqrt(Number(item[by]) || 0)));
  }
  if (style.hollow && item[style.hollow[0]] === true) Object.assign(draw, { color: draw.fillColor, weight: 3, fillColor: "#ffffff", halo: "#1c2b33" });
  return draw;
}

const code = (value) => String(value);

function shapeOf(layer, geometry, item, options) {
  if (layer.type === "point") return new Marker([geometry[1], geometry[0]], options);
  const flip = (part) => part.map((p) => (typeof p[0] === "number" ? [p[1], p[0]] : flip(p)));
  return layer.type === "line" ? new Line(flip(geometry), options) : new Area(flip(geometry), options);
}

function addLayers(desk) {
  const { map, page } = desk;
  desk.canvas = L.canvas({ padding: 0.4, tolerance: 4 });
  desk.layers = new Map();
  for (const layer of page.layers) {
    const source = { layer, on: layer.shown, entries: [] };
    source.entries = layer.geometry.map((geometry, i) => {
      const item = {};
      layer.columns.forEach((name, j) => { item[name] = layer.values[j][i]; });
      const shape = shapeOf(layer, geometry, item, { renderer: desk.canvas, ...drawingStyle(layer, item) });
      const entry = { source, item, shape, passes: true, text: (layer.search || []).map((key) => fold(item[key] ?? "")) };
      shape.hidden = !source.on;
      if (layer.card) shape.on("click", (event) => { L.DomEvent.stopPropagation(event); desk.choose(entry); });
      if (layer.label) shape.bindTooltip(() => document.createTextNode(String(item[layer.label])), { permanent: true, direction: "center", className: `label label-${layer.id}`, interactive: false });
      shape.addTo(map);
      return entry;
    });
    desk.layers.set(layer.id, source);
  }
  desk.redraw = () => { desk.canvas._redrawBounds = null; desk.canvas._redraw(); };
  desk.reveal = () => {
    for (const source of desk.layers.values()) {
      for (const entry of source.entries) entry.shape.hidden = !source.on || !entry.passes;
      if (source.layer.label) map.getContainer().classList.toggle(`no-${source.layer.id}`, !source.on);
    }
    desk.redraw();
  };
  const zoomed = () => {
    map.getContainer().classList.toggle("near", map.getZoom() >= 10);
    for (const source of desk.layers.values()) if (source.layer.type === "point") shrink(source, map.getZoom());
    desk.redraw();
  };
  map.on("zoomend", zoomed);
  zoomed();
}

function shrink(source, zoom) {
  const count = source.entries.length, dots = count > MANY && zoom < DOTS_BELOW_ZOOM;
  const crowd = dots && count > CROWD ? Math.sqrt(CROWD / count) * Math.min(1, 2 ** ((zoom - SMALL_BELOW_ZOOM) / 2)) : 1;
  const share = crowd * (dots ? 0.3 : zoom < SMALL_BELOW_ZOOM ? 0.65 : 1), least = Math.max(LEAST_IN_CROWD_PX, crowd * LEAST_PX);
  if (source.share === share) return;
  source.share = share;
  for (const { shape } of source.entries) {
    shape.full = shape.full || [shape.options.radius, shape.options.weight];
    shape.options.radius = shape._radius = Math.max(least, shape.full[0] * share);
    shape.options.weight = share < 0.5 ? Math.min(0.3, shape.full[1]) : shape.full[1];
    if (shape._map) shape._updateBounds();
  }
}

const centreOf = (entry) => (entry.shape.getLatLng ? entry.shape.getLatLng() : entry.shape.getBounds().getCenter());
const boundsOf = (entry) => (entry.shape.getBounds && entry.source.layer.type !== "point" ? entry.shape.getBounds() : L.latLngBounds([centreOf(entry)]));

/* Marks a chosen place: a ring or an outline, the circle of its error, what belongs to it. */
function marking(desk) {
  const pane = desk.map.createPane("mark");
  pane.style.zIndex = 450; pane.style.pointerEvents = "none";
  const renderer = L.canvas({ pane: "mark", padding: 0.4 }), group = L.layerGroup().addTo(desk.map);
  const draw = (shape, options) => shape.setStyle({ renderer, pane: "mark", interactive: false, fill: false, ...options });
  const add = (Shape, places, options) => new Shape(places, { renderer, pane: "mark", interactive: false, fill: false, ...options }).addTo(group);
  desk.mark = (entry) => {
    group.clearLayers();
    if (!entry) return;
    const card = entry.source.layer.card, at = centreOf(entry), line = { color: "#0b0b0b", weight: 5, opacity: 1 }, inner = { color: "#ffd400", weight: 2.5, opacity: 1 };
    for (const other of relatedTo(desk, entry)) {
      if (other.spoke) add(L.Polyline, [at, centreOf(other.entry)], { color: "#0b0b0b", weight: 1.2, opacity: 0.75, dashArray: "3 4" });
      else for (const look of [line, inner]) add(other.entry.source.layer.type === "line" ? L.Polyline : L.Polygon, other.entry.shape.getLatLngs(), look);
    }
    if (card && card.spoke && typeof entry.item[card.spoke[0]] === "number") {
      const end = [entry.item[card.spoke[1]], entry.item[card.spoke[0]]];
      for (const look of [line, inner]) add(L.Polyline, [at, end], look);
      add(L.CircleMarker, end, { radius: 5, color: "#0b0b0b", weight: 2, fill: true, fillColor: "#7fe0cf", fillOpacity: 1 });
    }
    if (card && card.accuracy && entry.item[card.accuracy] > 0) add(L.Circle, at, { radius: entry.item[card.accuracy], color: "#0b0b0b", weight: 1.5, dashArray: "6 5" });
    if (entry.source.layer.type === "point") for (const [radius, look] of [[13, line], [13, inner]]) add(L.CircleMarker, at, { radius, ...look });
    else for (const look of [line, inner]) add(entry.source.layer.type === "line" ? L.Polyline : L.Polygon, entry.shape.getLatLngs(), look);
  };
}

/* What belongs to a place: features with its id, and the way from there to the root; each once. */
function relatedTo(desk, entry) {
  const found = [], seen = new Set();
  for (const link of (entry.source.layer.card || {}).related || []) {
    const other = desk.layers.get(link.layer), own = entry.item[link.own];
    if (!other || missing(own)) continue;
    let next = other.entries.filter((e) => e.item[link.other] === own && (!link.when || e.item[link.when] === true));
    while (next.length) {
      const fresh = next.filter((e) => !seen.has(e));
      fresh.forEach((e) => { seen.add(e); found.push({ entry: e, spoke: link.spoke }); });
      next = link.upstream ? fresh.flatMap((e) => other.entries.filter((up) => !missing(e.item[link.upstream[1]]) && up.item[link.upstream[0]] === e.item[link.upstream[1]])) : [];
    }
  }
  return found;
}
