/* What a reader set stands in the address: language, filters, weights, the chosen place, the part of the map. It is kept over pages and reloads. */
"use strict";
function readAddress(desk) {
  const given = new URLSearchParams(location.hash.slice(1)), { page, state } = desk;
  state.language = page.languages.some((l) => l.code === given.get("lang")) ? given.get("lang") : page.languages[0].code;
  state.filters = {};
  for (const filter of page.filters) if (given.has(`f.${filter.key}`)) state.filters[filter.key] = given.get(`f.${filter.key}`) === "-" ? NOTHING : given.get(`f.${filter.key}`);
  state.weights = page.ranking ? page.ranking.weights.map((w) => Math.max(0, Math.min(10, Number(given.get(`w.${w.key}`)) || 0))) : [];
  state.table = given.get("view") === "table" && page.ranking !== null;
  state.asked = given.get("id");
  const at = (given.get("at") || "").split("/").map(Number);
  state.at = at.length === 3 && at.every(Number.isFinite) ? at : null;
}

function addressOf(desk, elsewhere) {
  const { page, state, map } = desk, parts = new URLSearchParams();
  if (state.language !== page.languages[0].code) parts.set("lang", state.language);
  for (const [key, value] of Object.entries(state.filters)) if (value !== "" && (!elsewhere || key === "commune")) parts.set(`f.${key}`, value === NOTHING ? "-" : value);
  if (!elsewhere) {
    if (page.ranking) page.ranking.weights.forEach((w, i) => { if (state.weights[i]) parts.set(`w.${w.key}`, state.weights[i]); });
    if (state.chosen) parts.set("id", `${state.chosen.source.layer.id}:${state.chosen.item[state.chosen.source.layer.key]}`);
    if (state.table) parts.set("view", "table");
  }
  if (state.moved) { const centre = map.getCenter(); parts.set("at", `${map.getZoom()}/${centre.lat.toFixed(4)}/${centre.lng.toFixed(4)}`); }
  return parts.toString();
}

function keepingAddress(desk) {
  desk.keep = () => {
    const wanted = `#${addressOf(desk)}`;
    if (wanted !== (location.hash || "#")) history.replaceState(null, "", wanted);
    for (const link of document.querySelectorAll("header nav a")) link.href = `${link.dataset.page}${addressOf(desk, true) ? `#${addressOf(desk, true)}` : ""}`;
  };
  desk.entryOf = (name) => {
    const [id, ...rest] = (name || "").split(":"), source = desk.layers.get(id);
    return (source && source.entries.find((entry) => String(entry.item[source.layer.key]) === rest.join(":"))) || null;
  };
}
