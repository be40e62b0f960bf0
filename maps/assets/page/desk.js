/* One map page: header, panel with search, filters, figures and list, map with legend, card of the chosen place. */
"use strict";
const ROOM_FOR_LEGEND = 760;

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

async function infragapPage(map, packed) {
  const page = await unpacked(packed), narrow = window.matchMedia("(max-width: 760px)");
  const desk = { map, page, state: { language: page.languages[0].code, legend: !narrow.matches && window.innerHeight > 600, folded: false } };
  readAddress(desk);
  speaking(desk);
  frame(desk, narrow);
  addLayers(desk);
  marking(desk);
  ranking(desk);
  filtering(desk);
  keepingAddress(desk);
  printing(desk);
  choosing(desk);
  L.control.zoom({ position: "topleft" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  map.attributionControl.setPrefix(false);
  desk.filter();
  desk.state.chosen = desk.entryOf(desk.state.asked);
  desk.draw();
  map.invalidateSize({ animate: false });
  if (desk.state.at) map.setView([desk.state.at[1], desk.state.at[2]], desk.state.at[0], { animate: false });
  else if (desk.state.chosen) desk.goTo(desk.state.chosen);
  else desk.frame();
  desk.mark(desk.state.chosen);
  map.on("movestart", () => { desk.state.moved = true; });
  map.on("moveend", desk.keep);
  map.on("click", () => { if (desk.state.chosen) desk.choose(null); });
  window.addEventListener("hashchange", () => { readAddress(desk); desk.state.chosen = desk.entryOf(desk.state.asked); desk.filter(); desk.draw(); desk.mark(desk.state.chosen); });
  window.infragapDesk = desk;
  window.infragapReady = true;
}

/* The places of the page's parts; their content is drawn anew when language, filters or choice change. */
function frame(desk, narrow) {
  const holder = desk.map.getContainer(), part = (tag, attributes) => make(tag, attributes);
  const parts = desk.parts = { header: part("header", {}), caption: part("div", { class: "caption" }), side: part("aside", { id: "panel" }), list: part("div", {}), main: part("main", {}), card: part("div", { class: "detail", "aria-live": "polite" }), legend: part("div", { class: "legend-holder" }), table: part("div", { class: "table-holder" }), foot: part("footer", {}) };
  const skip = make("a", { href: "#list", class: "skip", on: { click: (event) => { event.preventDefault(); (document.querySelector("#list button") || document.querySelector("#search")).focus(); } } });
  parts.skip = skip;
  const north = make("div", { class: "north", "aria-hidden": "true" }, "\u2191 N");
  const app = make("div", { class: "frame" }, skip, parts.header, parts.caption, parts.side, parts.main, parts.card, parts.foot);
  document.body.prepend(app);
  parts.main.append(holder, parts.legend, north, parts.table);
  holder.setAttribute("role", "application");
  desk.map.attributionControl.setPosition("bottomright");
  /* the legend lies over the map: what is framed keeps clear of it where there is room */
  desk.fit = (bounds, most) => {
    const legend = parts.legend.firstChild, box = legend && desk.state.legend ? legend.getBoundingClientRect() : { width: 0 }, size = desk.map.getSize();
    /* beside the legend or below it, whichever leaves more room; over it where neither does */
    const rooms = [[box.width + 16, 8], [8, box.height + 16]].filter(([right, top]) => box.width && size.x - right > 320 && size.y - top > 320);
    const zoomOf = ([right, top]) => desk.map.getBoundsZoom(bounds, false, L.point(right + 8, top + 8));
    const [right, top] = rooms.sort((a, b) => zoomOf(b) - zoomOf(a))[0] || [8, 8];
    desk.map.fitBounds(bounds, { animate: false, maxZoom: most, paddingTopLeft: [8, top], paddingBottomRight: [right, 8] });
    desk.state.moved = false;
  };
  const resized = () => desk.map.invalidateSize({ animate: false, pan: false });
  desk.resized = resized;
  narrow.addEventListener("change", () => { desk.state.legend = !narrow.matches; desk.draw(); });
}

function choosing(desk) {
  const { parts, state, map } = desk;
  desk.goTo = (entry) => {
    if (entry.source.layer.type === "point") map.setView(centreOf(entry), Math.max(map.getZoom(), 12), { animate: false });
    else desk.fit(boundsOf(entry).pad(0.1), 13);
  };
  desk.choose = (entry, go) => {
    state.chosen = entry;
    if (entry) {
      /* what is asked for by name is shown, even where a filter or the legend hides it */
      if (!entry.source.on) { entry.source.on = true; desk.reveal(); }
      entry.shape.hidden = false;
      desk.redraw();
    }
    desk.drawCard();
    desk.resized();
    if (entry && map.getSize().x < ROOM_FOR_LEGEND) state.legend = false;
    if (entry && (go || !map.getBounds().contains(centreOf(entry)))) desk.goTo(entry);
    desk.mark(entry);
    desk.drawList();
    desk.drawLegend();
    desk.drawTable();
    desk.keep();
  };
  desk.drawCard = () => {
    const card = cardBox(desk);
    parts.card.replaceChildren(...(card ? [card] : []));
    document.querySelector(".frame").classList.toggle("with-card", Boolean(card));
  };
  desk.drawLegend = () => parts.legend.replaceChildren(legendBox(desk));
  desk.drawList = () => parts.list.replaceChildren(...[rankingBox(desk)].filter(Boolean));
  desk.drawTable = () => {
    const table = tableBox(desk);
    parts.table.replaceChildren(...(table ? [table] : []));
    document.querySelector(".frame").classList.toggle("with-table", Boolean(table));
    if (table) table.settled();
  };
  desk.draw = () => {
    const app = document.querySelector(".frame");
    document.title = desk.say(desk.page.title);
    document.documentElement.lang = state.language;
    map.getContainer().setAttribute("aria-label", desk.word("map"));
    parts.skip.textContent = desk.word("skip");
    app.classList.toggle("folded", state.folded);
    drawHeader(desk);
    const scroll = parts.side.scrollTop;
    parts.side.replaceChildren(...[searchBox(desk), filterBox(desk), figureBox(desk), downloadBox(desk), weightBox(desk), parts.list].filter(Boolean));
    parts.side.scrollTop = scroll;
    desk.drawList(); desk.drawCard(); desk.drawLegend(); desk.drawTable();
    desk.resized();
    desk.keep();
  };
}

function drawHeader(desk) {
  const { parts, page, state } = desk, nav = make("nav", { "aria-label": desk.word("pages") });
  for (const [href, label, current] of page.links) nav.append(make("a", { href, "data-page": href, "aria-current": current ? "page" : null }, desk.say(label)));
  const languages = page.languages.filter(({ code }) => code !== state.language).map(({ code, name }) => button(name, () => { state.language = code; desk.draw(); }, { lang: code, class: "language" }));
  parts.header.replaceChildren(button("\u2630", () => { state.folded = !state.folded; desk.draw(); }, { class: "fold", "aria-label": desk.word("fold"), "aria-expanded": String(!state.folded) }), make("h1", {}, desk.say(page.title)),
    page.notice ? make("span", { class: "notice" }, desk.say(page.notice)) : "", page.alarm ? make("span", { class: "alarm" }, desk.say(page.proof)) : "", nav, ...languages);
}
