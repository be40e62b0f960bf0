/* The ranked list: the run's own order until a slider moves; then a weighted sum of percentile scores, best first. */
"use strict";
const ROWS_LISTED = 150;

function ranking(desk) {
  const { page, state } = desk;
  desk.ranked = page.ranking ? desk.layers.get(page.ranking.layer) : null;
  const scores = new Map();
  const percentile = (key, reverse) => {
    const name = key + (reverse ? "-" : "+");
    if (!scores.has(name)) {
      const known = desk.ranked.entries.filter((e) => typeof e.item[key] === "number").sort((a, b) => a.item[key] - b.item[key]), values = new Map();
      known.forEach((entry, i) => values.set(entry, i && known[i - 1].item[key] === entry.item[key] ? values.get(known[i - 1]) : i / Math.max(1, known.length - 1)));
      scores.set(name, (entry) => (values.has(entry) ? (reverse ? 1 - values.get(entry) : values.get(entry)) : 0));
    }
    return scores.get(name);
  };
  desk.ownOrder = () => state.weights.some((weight) => weight > 0);
  /* rows that are shown, best first, each with its rank */
  desk.order = () => {
    if (!desk.ranked) return [];
    const entries = desk.ranked.entries.filter((entry) => entry.passes), key = page.ranking.key;
    if (!desk.ownOrder()) return entries.sort((a, b) => (a.item[key] ?? 1e9) - (b.item[key] ?? 1e9)).map((entry) => [entry.item[key], entry]);
    const score = (entry) => page.ranking.weights.reduce((sum, w, i) => sum + (state.weights[i] ? state.weights[i] * percentile(w.key, w.smaller_is_better)(entry) : 0), 0);
    return entries.map((entry) => [score(entry), entry]).sort((a, b) => b[0] - a[0] || (a[1].item[key] ?? 1e9) - (b[1].item[key] ?? 1e9)).map(([, entry], i) => [i + 1, entry]);
  };
}

function rankingBox(desk) {
  if (!desk.ranked) return null;
  const { page, state } = desk, rows = desk.order(), list = make("ol", { class: "rows", id: "list" });
  for (const [rank, entry] of rows.slice(0, ROWS_LISTED)) {
    const detail = page.ranking.detail.map((field) => desk.show(field, desk.value(field, entry.item))).filter(Boolean).join(" \u00b7 ");
    const chosen = state.chosen === entry;
    const line = button("", () => desk.choose(entry, true), { class: chosen ? "row chosen" : "row", "aria-current": chosen ? "true" : null });
    line.append(make("span", { class: "rank" }, rank === null || rank === undefined ? "" : String(rank)), make("span", { class: "place" }, String(entry.item[page.ranking.title]), make("small", {}, detail)));
    list.append(make("li", {}, line));
  }
  list.addEventListener("keydown", arrows);
  const head = make("div", { class: "bar" }, make("span", { class: "count" }, `${desk.number(rows.length, 0)} ${desk.word("shown")}`),
    button(desk.word(state.table ? "close_table" : "open_table"), () => { state.table = !state.table; desk.draw(); }, { class: "open-table" }));
  const rest = rows.length > ROWS_LISTED ? make("p", { class: "count" }, desk.word("rest_in_table")) : null;
  return make("section", { class: "ranking", "aria-label": desk.word("ranking") }, make("h2", {}, desk.word("ranking")),
    make("p", { class: "order" }, desk.ownOrder() ? desk.word("own_order") : desk.say(page.ranking.label)), head, list, rest);
}

function weightBox(desk) {
  const { page, state } = desk;
  if (!desk.ranked || !page.ranking.weights.length) return null;
  const box = make("details", { class: "weights", open: desk.ownOrder() || state.weighing ? "" : null }, make("summary", {}, desk.word("weights")));
  box.addEventListener("toggle", () => { state.weighing = box.open; });
  page.ranking.weights.forEach((weight, i) => {
    const slider = make("input", { type: "range", min: "0", max: "10", step: "1", "data-weight": weight.key, on: { input: () => { state.weights[i] = Number(slider.value); desk.drawList(); desk.keep(); } } });
    slider.value = state.weights[i];
    box.append(make("label", {}, desk.say(weight.label), slider));
  });
  box.append(button(desk.word("reset"), () => { state.weights = state.weights.map(() => 0); desk.draw(); }));
  return box;
}
