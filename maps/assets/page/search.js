/* Search over names, former communes, ids and works, with or without diacritics: whole words before beginnings before parts of words. */
"use strict";
const HITS_AT_ONCE = 60;

/* How well a text fits the wanted words: 0 the same, 1 whole words, 2 beginnings of words, 3 parts; null not at all. */
function fitOf(text, wanted) {
  if (!wanted.every((part) => text.includes(part))) return null;
  if (text === wanted.join(" ")) return 0;
  const words = text.split(/[^\p{L}\p{N}]+/u);
  if (wanted.every((part) => words.includes(part))) return 1;
  return wanted.every((part) => words.some((word) => word.startsWith(part))) ? 2 : 3;
}

function found(desk, query) {
  const wanted = fold(query.trim()).split(/\s+/).filter(Boolean), hits = [];
  if (!wanted.length) return hits;
  for (const source of desk.layers.values()) {
    for (const entry of source.layer.search.length ? source.entries : []) {
      const name = fitOf(entry.text[0], wanted), rest = name === null ? entry.text.slice(1).map((text) => fitOf(text, wanted)).filter((fit) => fit !== null) : [];
      const all = name === null && !rest.length ? fitOf(entry.text.join(" "), wanted) : null;
      if (name !== null) hits.push([name, entry]);
      else if (rest.length) hits.push([4 + Math.min(...rest), entry]);
      else if (all !== null) hits.push([8 + all, entry]);
    }
  }
  return hits.sort((a, b) => a[0] - b[0] || a[1].item[a[1].source.layer.search[0]].localeCompare(b[1].item[b[1].source.layer.search[0]], "vi")).map(([, entry]) => entry);
}

function searchBox(desk) {
  const hits = make("ul", { class: "hits" }), count = make("div", { class: "count", "aria-live": "polite" });
  let entries = [], shown = 0;
  const line = (entry) => {
    const { layer } = entry.source, [first, ...rest] = layer.search;
    const place = rest.map((key) => entry.item[key]).filter((value) => !missing(value)).join(" \u00b7 ");
    const item = button(String(entry.item[first]), () => desk.choose(entry, true), { class: "hit" });
    item.append(make("small", {}, `${place.length > 70 ? `${place.slice(0, 70)}\u2026` : place} \u2014 ${desk.say(layer.search_title || layer.title)}`));
    return make("li", {}, item);
  };
  const more = () => {
    hits.querySelector(".more")?.remove();
    entries.slice(shown, shown + HITS_AT_ONCE).forEach((entry) => hits.append(line(entry)));
    shown = Math.min(entries.length, shown + HITS_AT_ONCE);
    if (shown < entries.length) hits.append(make("li", { class: "more" }, button(desk.word("more"), more)));
  };
  const search = () => {
    desk.state.query = input.value;
    entries = found(desk, input.value); shown = 0;
    hits.replaceChildren();
    count.textContent = input.value.trim() ? (entries.length ? `${desk.number(entries.length, 0)} ${desk.word("hits")}` : desk.word("no_hit")) : "";
    more();
  };
  const keys = (event) => {
    if (event.key === "Enter" && entries.length) { desk.choose(entries[0], true); event.preventDefault(); }
    if (event.key === "ArrowDown" && hits.firstChild) { hits.querySelector("button").focus(); event.preventDefault(); }
    if (event.key === "Escape") { input.value = ""; search(); }
  };
  const input = make("input", { type: "search", id: "search", placeholder: desk.word("search"), "aria-label": desk.word("search"), autocomplete: "off", on: { input: search, keydown: keys } });
  hits.addEventListener("keydown", arrows);
  if (desk.state.query) { input.value = desk.state.query; search(); }
  return make("section", { class: "search" }, input, count, hits);
}

/* Arrow keys go through the buttons of a list. */
function arrows(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const all = [...event.currentTarget.querySelectorAll("button")], next = all[all.indexOf(document.activeElement) + step];
  if (next) next.focus();
  event.preventDefault();
}
