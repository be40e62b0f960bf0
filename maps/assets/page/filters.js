/* Filters: they act on list, table, map and figures alike, on every layer that has their column. */
"use strict";
function filtering(desk) {
  const { page, state } = desk;
  const keeps = (entry) => Object.entries(state.filters).every(([key, value]) => value === "" || !(key in entry.item) || String(entry.item[key] ?? "") === (value === NOTHING ? "" : value));
  desk.filtered = () => Object.values(state.filters).some((value) => value !== "");
  desk.filter = () => {
    for (const source of desk.layers.values()) if (source.layer.filtered) for (const entry of source.entries) entry.passes = keeps(entry);
    desk.reveal();
  };
  /* the map goes to what the filters leave */
  desk.frame = () => {
    const shown = desk.ranked ? desk.ranked.entries.filter((entry) => entry.passes) : [];
    if (!shown.length || !desk.filtered()) { if (page.bounds) desk.fit(page.bounds); return; }
    const all = L.latLngBounds([]);
    for (const entry of shown) all.extend(boundsOf(entry));
    desk.fit(all.pad(0.1), 13);
  };
  desk.valuesOf = (key) => {
    const values = new Set();
    let empty = false;
    for (const source of desk.layers.values()) if (source.layer.filtered) for (const { item } of source.entries) {
      if (!missing(item[key])) values.add(String(item[key]));
      else if (key in item) empty = true;
    }
    return { values: [...values], empty };
  };
  desk.filterWord = (filter, value) => (value === NOTHING ? (filter.empty ? desk.say(filter.empty) : desk.word("none")) : filter.values && filter.values[value] ? desk.say(filter.values[value]) : value);
}

function filterBox(desk) {
  const { page, state } = desk;
  if (!page.filters.length) return null;
  const box = make("section", { class: "filters", "aria-label": desk.word("filters") });
  const set = desk.filtered();
  box.append(make("h2", {}, desk.word("filters")), set ? button(desk.word("clear"), () => { state.filters = {}; desk.filter(); desk.frame(); desk.draw(); }, { class: "clear" }) : null || "");
  for (const filter of page.filters) {
    const { values, empty } = desk.valuesOf(filter.key);
    if (values.length < 2 && !state.filters[filter.key]) continue;
    const select = make("select", { "data-filter": filter.key, on: { change: () => { state.filters[filter.key] = select.value; desk.filter(); desk.frame(); desk.draw(); document.querySelector(`[data-filter="${filter.key}"]`)?.focus(); } } }, make("option", { value: "" }, desk.word("all")));
    const named = values.map((value) => [value, desk.filterWord(filter, value)]).sort((a, b) => a[1].localeCompare(b[1], state.language, { numeric: true }));
    for (const [value, name] of named) select.append(make("option", { value }, name));
    if (empty && values.length) select.append(make("option", { value: NOTHING }, desk.filterWord(filter, NOTHING)));
    select.value = state.filters[filter.key] || "";
    box.append(make("label", { class: select.value ? "set" : null }, desk.say(filter.label), select));
  }
  return box;
}
