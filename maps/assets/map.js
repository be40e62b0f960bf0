/* One map page: layers, legend, search, filters, ranking with weights, two languages. All text from data goes in as text,
   never as markup, so that a name cannot run as code. */
"use strict";
function infragapPage(map, page) {
  let language = page.languages[0].code;
  const say = (text) => (text == null ? "" : typeof text === "string" ? text : text[language]);
  const word = (key) => say(page.words[key]);
  const fold = (text) => String(text).normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[\u0111\u0110]/g, "d").toLowerCase();
  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "on") for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
      else if (value !== null && value !== undefined) element.setAttribute(name, value);
    }
    for (const child of children) if (child !== null && child !== undefined) element.append(child);
    return element;
  };
  const numberFormat = () => new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const show = (field, value) => {
    if (value === null || value === undefined || value === "") return word("none");
    if (field.values && field.values[value]) return say(field.values[value]);
    if (typeof value === "boolean") return word(value ? "yes" : "no");
    if (typeof value !== "number") return String(value);
    const digits = field.digits === undefined ? 1 : field.digits;
    const plain = field.plain ? String(value) : new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
    return field.unit ? plain + " " + say(field.unit) : plain;
  };

  /* Layers: rows in columns, geometry beside. */
  const canvas = L.canvas({ padding: 0.4, tolerance: 4 });
  const layers = new Map();
  const record = (layer, row) => { const value = {}; layer.columns.forEach((name, i) => { value[name] = row[i]; }); return value; };
  const styleOf = (layer, item) => {
    const style = layer.style, entry = style.by ? style.values[String(item[style.by])] || style.other : style.other;
    const value = Object.assign({ renderer: canvas, color: "#333", weight: 1, fillOpacity: 0.85, opacity: 1 }, style.common, entry && entry.draw);
    if (style.radius) {
      const size = Number(item[style.radius.by]) || 0;
      value.radius = Math.max(style.radius.least, Math.min(style.radius.most, style.radius.factor * Math.sqrt(size)));
    }
    return value;
  };
  const drawable = (layer, geometry, item) => {
    const style = styleOf(layer, item);
    if (layer.type === "point") return L.circleMarker([geometry[1], geometry[0]], style);
    const flip = (part) => part.map((p) => (typeof p[0] === "number" ? [p[1], p[0]] : flip(p)));
    return layer.type === "line" ? L.polyline(flip(geometry), style) : L.polygon(flip(geometry), style);
  };
  const popup = (layer, item) => {
    const box = make("div", { class: "popup" });
    box.append(make("h3", {}, String(item[layer.popup.title] ?? "")));
    if (layer.popup.subtitle) box.append(make("div", {}, layer.popup.subtitle.map((key) => item[key]).filter(Boolean).join(" · ")));
    const reason = layer.popup.reason && item[layer.popup.reason[language]];
    if (reason) box.append(make("div", { class: "reason" }, String(reason)));
    const list = make("dl", {});
    for (const field of layer.popup.fields) {
      const value = item[field.columns ? field.columns[language] : field.key];
      if (value === undefined || (field.skipEmpty && value === null)) continue;
      list.append(make("dt", {}, say(field.label)), make("dd", {}, show(field, value)));
    }
    box.append(list);
    if (item.provenance === "modelled") box.append(make("span", { class: "notice modelled" }, word("modelled")));
    return box;
  };
  for (const layer of page.layers) {
    const group = L.layerGroup();
    const entries = layer.rows.map((row, i) => {
      const item = record(layer, row), shape = drawable(layer, layer.geometry[i], item);
      if (layer.popup) shape.bindPopup(() => popup(layer, item), { maxWidth: 400, minWidth: 300, maxHeight: Math.max(140, Math.min(420, map.getSize().y / 2 - 70)) });
      if (layer.label) shape.bindTooltip(() => document.createTextNode(String(item[layer.label])), { permanent: true, direction: "center", className: "commune-label", interactive: false });
      return { item, shape, shown: true, text: layer.search ? fold(layer.search.map((key) => item[key] ?? "").join(" ")) : "" };
    });
    for (const entry of entries) group.addLayer(entry.shape);
    if (layer.shown) group.addTo(map);
    layers.set(layer.id, { layer, group, entries });
  }
  const labelZoom = () => document.body.classList.toggle("near", map.getZoom() >= 10);
  const labels = document.createElement("style");
  labels.textContent = "body:not(.near) .commune-label{display:none}";
  document.head.append(labels);
  map.on("zoomend", labelZoom);

  /* The frame around the map. */
  const holder = map.getContainer(), app = make("div", { class: "app" }), header = make("header", {}), side = make("aside", {}), main = make("main", {});
  document.body.prepend(app);
  app.append(header, side, main);
  main.append(holder);
  if (page.bounds) map.fitBounds(page.bounds);
  map.invalidateSize();
  if (page.bounds) map.fitBounds(page.bounds);
  labelZoom();

  const ranked = page.ranking ? layers.get(page.ranking.layer) : null;
  const state = { filters: {}, weights: ranked ? page.ranking.weights.map(() => 0) : [] };
  const open = (source, entry) => {
    if (!map.hasLayer(source.group)) source.group.addTo(map);
    /* what is asked for by name is shown, even where the filters hide it */
    if (!entry.shown) { source.group.addLayer(entry.shape); entry.shown = true; }
    const shape = entry.shape, place = shape.getLatLng ? shape.getLatLng() : shape.getBounds().getCenter();
    map.setView(place, Math.max(map.getZoom(), 12));
    shape.openPopup(place);
  };

  function drawHeader() {
    header.replaceChildren(make("h1", {}, say(page.title)), page.notice ? make("span", { class: "notice" }, say(page.notice)) : "", page.alarm ? make("span", { class: "alarm" }, say(page.proof)) : "");
    const nav = make("nav", {});
    for (const link of page.links || []) nav.append(make("a", { href: link.href, "aria-current": link.current ? "page" : null }, say(link.label)));
    nav.append(make("button", { type: "button", on: { click: () => window.print() } }, word("print")));
    for (const { code, name } of page.languages) {
      if (code !== language) nav.append(make("button", { type: "button", lang: code, on: { click: () => { language = code; drawAll(); } } }, name));
    }
    header.append(nav);
  }

  function drawSearch() {
    const hits = make("ul", { class: "hits" });
    const input = make("input", { type: "search", id: "search", placeholder: word("search"), "aria-label": word("search"), on: { keydown: (e) => { if (e.key === "Enter" && hits.firstChild) hits.firstChild.click(); }, input: () => {
      const wanted = fold(input.value.trim()).split(/\s+/).filter(Boolean);
      hits.replaceChildren();
      if (!wanted.length) return;
      const found = [];
      for (const source of layers.values()) {
        if (!source.layer.search) continue;
        for (const entry of source.entries) {
          if (!wanted.every((part) => entry.text.includes(part))) continue;
          const title = fold(entry.item[source.layer.search[0]] ?? "");
          found.push([title === wanted.join(" ") ? 0 : title.startsWith(wanted[0]) ? 1 : 2, source, entry]);
        }
      }
      found.sort((a, b) => a[0] - b[0]);
      for (const [, source, entry] of found.slice(0, 12)) {
        const keys = source.layer.search;
        const line = make("li", { tabindex: "0", on: { click: () => open(source, entry), keydown: (e) => { if (e.key === "Enter") open(source, entry); } } },
          make("span", {}, String(entry.item[keys[0]])), make("small", {}, keys.slice(1).map((key) => entry.item[key]).filter(Boolean).join(" · ") + " — " + say(source.layer.searchTitle)));
        hits.append(line);
      }
      if (!found.length) hits.append(make("li", {}, word("no_hit")));
    } } });
    return make("div", { class: "tools" }, input, hits);
  }

  function passes(entry) {
    /* a filter acts on what has its column: a year on settlements and lines, a choice on settlements alone */
    return Object.entries(state.filters).every(([key, value]) => value === "" || !(key in entry.item) || String(entry.item[key] ?? "") === (value === NOTHING ? "" : value));
  }
  const NOTHING = "\u0000";
  /* the map goes to what the filters leave */
  function showFound() {
    const shown = ranked ? ranked.entries.filter((entry) => entry.shown) : [];
    if (!shown.length || shown.length === (ranked ? ranked.entries.length : 0)) { if (page.bounds) map.fitBounds(page.bounds); return; }
    const points = shown.map((entry) => entry.shape.getLatLng ? entry.shape.getLatLng() : entry.shape.getBounds().getCenter());
    map.fitBounds(L.latLngBounds(points).pad(0.15), { maxZoom: 13 });
  }
  function applyFilters() {
    for (const source of layers.values()) {
      if (!source.layer.filtered) continue;
      for (const entry of source.entries) {
        const keep = passes(entry);
        if (keep !== entry.shown) { keep ? source.group.addLayer(entry.shape) : source.group.removeLayer(entry.shape); entry.shown = keep; }
      }
    }
    drawRanking();
  }
  function drawFilters() {
    if (!(page.filters || []).length) return null;
    const box = make("div", { class: "tools" }, make("h2", {}, word("filters")));
    for (const filter of page.filters) {
      const values = new Set();
      let empty = false;
      for (const source of layers.values()) if (source.layer.filtered) for (const entry of source.entries) {
        const value = entry.item[filter.key];
        if (value !== null && value !== undefined && value !== "") values.add(String(value));
        else if (filter.key in entry.item) empty = true;
      }
      const select = make("select", { "data-filter": filter.key, on: { change: () => { state.filters[filter.key] = select.value; applyFilters(); showFound(); } } }, make("option", { value: "" }, word("all")));
      for (const value of [...values].sort((a, b) => a.localeCompare(b, language, { numeric: true })))
        select.append(make("option", { value }, filter.values && filter.values[value] ? say(filter.values[value]) : value));
      if (empty && values.size) select.append(make("option", { value: NOTHING }, filter.empty ? say(filter.empty) : word("none")));
      select.value = state.filters[filter.key] || "";
      box.append(make("label", {}, say(filter.label), select));
    }
    return box;
  }

  /* Ranking: the run's own order until a weight is moved; then a weighted sum of percentile scores, best first. */
  const percentiles = new Map();
  function percentile(key, reverse) {
    const name = key + (reverse ? "-" : "+");
    if (!percentiles.has(name)) {
      const known = ranked.entries.filter((e) => typeof e.item[key] === "number").sort((a, b) => a.item[key] - b.item[key]);
      const scores = new Map();
      known.forEach((entry, i) => {
        const tie = i && known[i - 1].item[key] === entry.item[key] ? scores.get(known[i - 1]) : i / Math.max(1, known.length - 1);
        scores.set(entry, tie);
      });
      percentiles.set(name, (entry) => { const s = scores.get(entry); return s === undefined ? 0 : reverse ? 1 - s : s; });
    }
    return percentiles.get(name);
  }
  const rankingList = make("ol", { class: "rows" }), rankingCount = make("div", { class: "count" }), rankingOrder = make("div", { class: "order" });
  function order() {
    const entries = ranked.entries.filter((entry) => entry.shown);
    const moved = page.ranking.weights.some((w, i) => state.weights[i] !== 0);
    if (!moved) return entries.sort((a, b) => (a.item[page.ranking.key] ?? 1e9) - (b.item[page.ranking.key] ?? 1e9)).map((e) => [e.item[page.ranking.key], e]);
    const score = (entry) => page.ranking.weights.reduce((sum, w, i) => sum + state.weights[i] * percentile(w.key, w.smallerIsBetter)(entry), 0);
    return entries.map((e) => [score(e), e]).sort((a, b) => b[0] - a[0]).map(([, e], i) => [i + 1, e]);
  }
  function drawRanking() {
    if (!ranked) return;
    const rows = order();
    rankingOrder.textContent = state.weights.some((weight) => weight > 0) ? word("own_order") : say(page.ranking.label);
    rankingCount.textContent = numberFormat().format(rows.length) + " " + word("shown");
    rankingList.replaceChildren(...rows.slice(0, 200).map(([rank, entry]) => {
      const detail = page.ranking.detail.map((field) => show(field, entry.item[field.key])).join(" · ");
      return make("li", { tabindex: "0", on: { click: () => open(ranked, entry), keydown: (e) => { if (e.key === "Enter") open(ranked, entry); } } },
        make("span", { class: "rank" }, String(rank ?? "")), make("span", { class: "place" }, String(entry.item[page.ranking.title]), make("br"), make("small", {}, detail)));
    }));
  }
  function drawWeights() {
    if (!ranked || !page.ranking.weights.length) return null;
    const box = make("div", { class: "tools" }, make("h2", {}, word("weights")));
    page.ranking.weights.forEach((weight, i) => {
      const slider = make("input", { type: "range", min: "0", max: "10", step: "1", "data-weight": weight.key, on: { input: () => { state.weights[i] = Number(slider.value); drawRanking(); } } });
      slider.value = state.weights[i];
      box.append(make("label", {}, say(weight.label), slider));
    });
    box.append(make("button", { type: "button", on: { click: () => { state.weights = page.ranking.weights.map(() => 0); drawSide(); } } }, word("reset")));
    return box;
  }
  function drawSide() {
    const facts = make("div", { class: "facts" });
    for (const fact of page.facts || []) facts.append(make("span", {}, say(fact.label)), make("b", {}, typeof fact.value === "object" ? say(fact.value) : show(fact, fact.value)));
    side.replaceChildren(...[drawSearch(), (page.facts || []).length ? make("h2", {}, word("facts")) : null, facts,
      page.proof ? make("p", { class: page.alarm ? "alarm" : "proof" }, say(page.proof)) : null, drawFilters(), drawWeights(),
      ranked ? make("h2", {}, word("ranking")) : null, ranked ? rankingOrder : null, ranked ? rankingCount : null, ranked ? rankingList : null].filter(Boolean));
    drawRanking();
  }

  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  map.attributionControl.setPrefix(false);

  /* Legend and layer control are drawn anew for each language. */
  const legend = L.control({ position: "bottomright" });
  legend.onAdd = () => { legend.box = make("details", { class: "legend", open: window.matchMedia("(max-width: 900px)").matches ? null : "" }); L.DomEvent.disableClickPropagation(legend.box); L.DomEvent.disableScrollPropagation(legend.box); return legend.box; };
  legend.addTo(map);
  const SVG = "http://www.w3.org/2000/svg";
  const sign = (type, draw) => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", "22"); svg.setAttribute("height", "12");
    const shape = document.createElementNS(SVG, type === "point" ? "circle" : type === "line" ? "line" : "rect");
    const place = type === "point" ? { cx: 11, cy: 6, r: 5 } : type === "line" ? { x1: 1, y1: 6, x2: 21, y2: 6 } : { x: 2, y: 1, width: 18, height: 10 };
    const look = { stroke: draw.color || "#333", "stroke-width": type === "line" ? Math.max(2, draw.weight || 2) : 1, fill: type === "line" ? "none" : draw.fillColor || draw.color || "#999", "fill-opacity": draw.fillOpacity ?? 0.85, "stroke-dasharray": draw.dashArray || "" };
    for (const [name, value] of Object.entries({ ...place, ...look })) shape.setAttribute(name, value);
    svg.append(shape);
    return svg;
  };
  function drawLegend() {
    legend.box.replaceChildren(make("summary", {}, word("legend")));
    for (const { layer, group } of layers.values()) {
      if (!map.hasLayer(group) || layer.legend === false) continue;
      const entries = Object.values(layer.style.values || {}).filter((entry) => entry.label);
      if (entries.length) legend.box.append(make("h3", {}, say(layer.title)));
      for (const entry of entries.length ? entries : [layer.style.other || { draw: {} }]) {
        const line = make("div", { class: entries.length ? null : "alone" }, say(entry.label || layer.title));
        line.prepend(sign(layer.type, Object.assign({}, layer.style.common, entry.draw)));
        legend.box.append(line);
      }
      if (layer.note) legend.box.append(make("div", { class: "count" }, say(layer.note)));
    }
  }
  let control = null;
  const narrow = window.matchMedia("(max-width: 900px)");
  function drawControl() {
    if (control) control.remove();
    control = L.control.layers(null, null, { collapsed: narrow.matches, position: "topright" });
    for (const { layer, group } of layers.values()) {
      const name = document.createElement("span");
      name.textContent = " " + say(layer.title);
      control.addOverlay(group, name.outerHTML);
    }
    control.addTo(map);
  }
  /* a layer that comes back would lie on top of all others: put every shape in the order of the page again */
  const restack = () => { for (const { group, entries } of layers.values()) if (map.hasLayer(group)) for (const entry of entries) if (entry.shown) entry.shape.bringToFront(); };
  map.on("overlayadd", restack);
  map.on("overlayadd overlayremove", drawLegend);
  /* paper has another shape than the screen: the whole province is fitted into it */
  const fitAnew = () => { map.closePopup(); map.invalidateSize({ animate: false }); if (page.bounds) map.fitBounds(page.bounds, { animate: false }); };
  window.addEventListener("beforeprint", fitAnew);
  window.matchMedia("print").addEventListener("change", fitAnew);
  function drawAll() { drawHeader(); drawSide(); drawControl(); drawLegend(); document.title = say(page.title); document.documentElement.lang = language; }
  drawAll();
  window.infragapReady = true;
}
