/* All rows that are shown as a table: sorted by any column, only the rows in sight are made. */
"use strict";
const ROW_HEIGHT = 30, SPARE_ROWS = 8;

function tableRows(desk) {
  const { state, page } = desk, rows = desk.order();
  const field = page.ranking.table.find((one) => one.key === state.sort?.key);
  if (!field) return rows;
  const of = ([, entry]) => { const value = desk.value(field, entry.item); return missing(value) ? null : field.values && field.values[value] ? desk.say(field.values[value]) : value; };
  return rows.map((row) => [of(row), row]).sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null);
    const order = typeof a === "string" ? a.localeCompare(String(b), state.language, { numeric: true }) : a - b;
    return state.sort.down ? -order : order;
  }).map(([, row]) => row);
}

function tableBox(desk) {
  const { page, state } = desk;
  if (!state.table || !page.ranking) return null;
  const fields = page.ranking.table, rows = tableRows(desk), body = make("tbody", {});
  const sorted = (field) => (state.sort?.key === field.key ? (state.sort.down ? "descending" : "ascending") : "none");
  const head = make("tr", {}, ...fields.map((field) => make("th", { "aria-sort": sorted(field), scope: "col", "data-column": field.key },
    button(desk.heading(field), () => { state.sort = state.sort?.key === field.key ? { key: field.key, down: !state.sort.down } : { key: field.key, down: false }; desk.drawTable(); }))));
  const scroller = make("div", { class: "scroller", tabindex: "0" }, make("table", {}, make("thead", {}, head), body));
  const gap = (count) => make("tr", { class: "gap", "aria-hidden": "true" }, make("td", { colspan: String(fields.length), style: `height:${count * ROW_HEIGHT}px` }));
  const line = ([, entry]) => {
    const row = make("tr", { class: state.chosen === entry ? "chosen" : null, tabindex: "0", on: { click: () => desk.choose(entry), keydown: (e) => { if (e.key === "Enter") desk.choose(entry); } } });
    for (const field of fields) {
      const value = desk.value(field, entry.item);
      row.append(make("td", { class: typeof value === "number" ? "number" : null }, desk.show(field, value, true)));
    }
    return row;
  };
  const fill = () => {
    const first = Math.max(0, Math.floor(scroller.scrollTop / ROW_HEIGHT) - SPARE_ROWS), last = Math.min(rows.length, first + Math.ceil((scroller.clientHeight || 700) / ROW_HEIGHT) + 2 * SPARE_ROWS);
    body.replaceChildren(gap(first), ...rows.slice(first, last).map(line), gap(rows.length - last));
    state.scroll = [scroller.scrollLeft, scroller.scrollTop];
  };
  scroller.addEventListener("scroll", fill);
  fill();
  const bar = make("div", { class: "bar" }, make("h2", {}, `${desk.word("table")}: ${desk.number(rows.length, 0)}`), ...downloadButtons(desk), button(desk.word("close_table"), () => { state.table = false; desk.draw(); }));
  const box = make("section", { class: "table", "aria-label": desk.word("table") }, bar, scroller);
  box.settled = () => { if (state.scroll) [scroller.scrollLeft, scroller.scrollTop] = state.scroll; fill(); };
  return box;
}
